// coverage.c - what the model in force says that nobody sees.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/coverage.h"

static void put(const struct fab_asset *a, const char *gap, struct buf *out)
{
    effect_put_coverage(out, &(struct effect_coverage){.asset = span_str(a->id),
                                                       .area = span_str(a->area ? a->area : ""),
                                                       .recipe_gap = span_str(gap)});
}

void coverage_announce(const struct engine *e, struct buf *out)
{
    const struct fab *fab = e->set->fab;

    for (size_t i = 0; i < fab_count(fab); i++) {
        const struct fab_asset *a = fab_asset(fab, (int)i);

        if (*fab_recipe_gap(a)) {
            put(a, fab_recipe_gap(a), out);
        }
    }
}

void coverage_withdraw(const struct engine *e, const struct engine_set *next, struct buf *out)
{
    const struct fab *fab = e->set->fab;

    for (size_t i = 0; i < fab_count(fab); i++) {
        const struct fab_asset *a = fab_asset(fab, (int)i);
        int in = *fab_recipe_gap(a) ? fab_find(next->fab, span_str(a->id)) : FAB_NONE;

        if (*fab_recipe_gap(a) && (in == FAB_NONE || !*fab_recipe_gap(fab_asset(next->fab, in)))) {
            put(a, "", out);
        }
    }
}
