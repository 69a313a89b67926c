// plan.c - questions to a plan: its rule in words, and whether its limits hold now.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/plan.h"

#include <stdio.h>

#include "core/base/utf8.h"
#include "core/play/cond.h"

void plan_rule_text(const struct plan *p, struct buf *out)
{
    for (size_t i = 0; i < p->nfunctions; i++) {
        buf_str(out, i > 0 ? " AND " : "");
        buf_str(out, p->function[i]);
    }
    if (p->nfunctions == 0) {
        buf_str(out, "nobody");
    }
}

static int look_live(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    char value[LIVE_VALUE_MAX];
    int got = live_get(ctx, name, value);

    snprintf(out, COND_VALUE_MAX, "%s", value);
    return got;
}

// Cut at a character's border: the sentence goes into the database.
static void say_why(const char *limit, const struct cond_seen *seen, char *why, size_t size)
{
    AUTO_BUF b;

    buf_init(&b, COND_MAX + COND_SEEN_MAX * 2 * COND_VALUE_MAX);
    buf_printf(&b, "the limit \"%s\" does not hold:", limit);
    for (size_t i = 0; i < seen->n; i++) {
        buf_printf(&b, "%s " SPAN_FMT " is %s", i > 0 ? "," : "", SPAN_ARG(seen->at[i].name),
                   seen->at[i].value);
    }
    utf8_sanitise_str(buf_span(&b), why, size);
}

bool plan_limits_hold(const struct plan *p, int step, const struct live *live, char *why,
                      size_t size)
{
    const struct plan_step *s = &p->step[step];

    for (size_t i = 0; i < s->nlimits; i++) {
        struct live copy = live ? *live : LIVE_NOTHING_KNOWN;
        struct cond_seen seen;

        if (cond_eval(span_str(s->limit[i]), COND_LIMIT, look_live, &copy, &seen, NULL) !=
            COND_TRUE) {
            say_why(s->limit[i], &seen, why, size);
            return false;
        }
    }
    return true;
}
