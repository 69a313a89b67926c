// hazard.c - base tier, production modifiers, permission.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/hazard.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/attr.h"

static void ATTR_PRINTF(2, 3) why_add(struct hazard *h, const char *fmt, ...)
{
    size_t n = strlen(h->why);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(h->why + n, sizeof(h->why) - n, fmt, ap);
    va_end(ap);
}

// A lot here would miss its window before the asset works again.
static bool qtime_short(const struct fab *fab, const struct fab_asset *a, const struct live *l)
{
    const struct fab_loop *loop = a->loop == FAB_NONE ? NULL : fab_loop(fab, a->loop);

    return loop && l && l->qtime_known && l->qtime_left != UTIME_NONE &&
           l->qtime_left < loop->restore;
}

// One step for all production modifiers together (DESIGN 7).
static void raise_once(struct hazard *h, const struct fab *fab, const struct fab_asset *a,
                       const struct live *live, const struct policy *policy)
{
    bool late = qtime_short(fab, a, live);
    bool spares = a->tool && a->nspares < policy->spares_below;

    if (!late && !spares) {
        return;
    }
    h->tier = tier_raise(h->tier, 1);
    why_add(h, "; raised to %s:", tier_name(h->tier));
    if (late) {
        why_add(h, " a lot's queue time is shorter than the time to restore");
    }
    if (spares) {
        why_add(h, "%s %zu qualified spares of %u", late ? "," : "", a->nspares,
                policy->spares_below);
    }
}

struct hazard hazard_of(const struct fab *fab, const struct fab_asset *asset, enum tier base,
                        const struct live *live, const struct policy *policy)
{
    enum e10 state = live ? live->state : E10_UNKNOWN;
    bool relaxes = state == E10_SCHEDULED_DOWN || state == E10_ENGINEERING;
    struct hazard h = {.tier = base};

    why_add(&h, "base tier %s", tier_name(base));
    if (asset && asset->tool && state == E10_NONSCHEDULED && base > T1) {
        h.tier = T4;
        why_add(&h, "; T4 while nonscheduled");
    } else if (asset) {
        raise_once(&h, fab, asset, live, policy);
    } else {
        why_add(&h, "; not in the fab model");
    }
    h.row = h.tier;
    if (relaxes && live->pm_open == LIVE_YES && h.tier != T0 && h.tier != T4) {
        h.row = (enum tier)(h.tier + 1);
        why_add(&h, "; %s inside a PM window: row %s", e10_name(state), tier_name(h.row));
    }
    return h;
}
