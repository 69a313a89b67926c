// live_of.c - reading the tables for plans and runs.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/live_of.h"

#include "core/engine/context.h"

static bool session_open(const struct engine *e, int asset)
{
    const struct table *tab = &e->tab[TAB_SESSION];

    for (const struct row_session *s = table_first(tab); s; s = table_next(tab, s)) {
        if (s->asset_index == asset && s->ended == UTIME_NONE) {
            return true;
        }
    }
    return false;
}

bool live_of(const struct engine *e, int asset, struct live *ret)
{
    const struct row_tool *t = context_tool(e, asset);

    *ret = LIVE_NOTHING_KNOWN;
    if (asset == FAB_NONE) {
        return false;
    }
    ret->pm_open = context_pm_open(e, asset, e->now) ? LIVE_YES : LIVE_NO;
    ret->session_open = session_open(e, asset) ? LIVE_YES : LIVE_NO;
    if (t) {
        ret->state = e10_of(span_str(t->state));
        ret->lots_known = ret->qtime_known = true;
        ret->lots_in_process = t->in_process;
        ret->lots_queued = t->queued;
        ret->qtime_left = t->qtime_end == UTIME_NONE ? UTIME_NONE : t->qtime_end - e->now;
    }
    return true;
}

static bool live_cb(void *ctx, int asset, struct span name, struct live *ret)
{
    const struct engine *e = ctx;

    return live_of(e, asset == FAB_NONE ? fab_find(e->set->fab, name) : asset, ret);
}

struct plan_env live_env(struct engine *e)
{
    return (struct plan_env){
        .fab = e->set->fab, .policy = e->set->policy, .live = live_cb, .ctx = e, .now = e->now};
}
