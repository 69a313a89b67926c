// remap.c - from one set's numbers to another's.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/remap.h"

#include <stdlib.h>

static int32_t rule_by_id(const struct ruleset *rules, const char *id)
{
    for (size_t i = 0; i < ruleset_count(rules); i++) {
        if (strcmp(ruleset_rule(rules, (uint32_t)i)->id, id) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static int32_t asset_in(const struct engine *e, const struct engine_set *to, int32_t index,
                        const char *name)
{
    if (index != FAB_NONE) {
        return fab_find(to->fab, span_str(fab_asset(e->set->fab, index)->id));
    }
    return name[0] ? fab_find(to->fab, span_str(name)) : FAB_NONE;
}

#define EACH(e, TAB, type, row)                                                                    \
    for (struct row_##type *row = table_first(&(e)->tab[TAB_##TAB]); row;                          \
         row = table_next(&(e)->tab[TAB_##TAB], row))

static bool same_id(const struct engine *e, const struct engine_set *to, uint32_t was, uint32_t now)
{
    return strcmp(ruleset_rule(e->set->rules, was)->id, ruleset_rule(to->rules, now)->id) == 0;
}

// A window goes on when what it has counted means the same in the new set.
static bool same_shape(const struct engine *e, const struct engine_set *to, const struct rule *a,
                       const struct rule *b)
{
    const struct correlation *x = a->correlation, *y = b->correlation;
    bool same = x && y && x->type == y->type && x->nrefs == y->nrefs && x->ngroup == y->ngroup &&
                x->nvalues == y->nvalues && x->timespan == y->timespan && x->nasks == y->nasks &&
                x->when == y->when && x->percentile == y->percentile && a->ncarry == b->ncarry;

    for (uint32_t i = 0; same && i < x->nrefs; i++) {
        same = same_id(e, to, x->ref[i], y->ref[i]);
    }
    for (uint32_t i = 0; same && i < x->ngroup; i++) {
        same = strcmp(x->group_name[i], y->group_name[i]) == 0;
    }
    for (uint8_t i = 0; same && i < a->ncarry; i++) {
        same = strcmp(a->carry[i], b->carry[i]) == 0;
    }
    return same;
}

static void windows(struct engine *e, const struct engine_set *to)
{
    struct table *tab = &e->tab[TAB_CORR];
    struct row_corr *w = table_first(tab);

    while (w) {
        struct row_corr *next = table_next(tab, w);
        const struct rule *was = ruleset_rule(e->set->rules, w->rule);
        int32_t now = was ? rule_by_id(to->rules, was->id) : -1;
        struct row_expect *x = table_get(&e->tab[TAB_EXPECT], &w->key);

        if (now >= 0 && same_shape(e, to, was, ruleset_rule(to->rules, (uint32_t)now))) {
            w->rule = (uint32_t)now;
            if (x) {
                x->rule = w->rule;
            }
        } else {
            corr_drop(&e->corr, w);
            tab->expired++;
        }
        w = next;
    }
}

static void spreads(struct engine *e, const struct engine_set *to)
{
    EACH(e, SPREAD, spread, r)
    {
        uint32_t n = 0;

        for (uint32_t i = 0; i < r->n; i++) {
            r->ring[i].asset = asset_in(e, to, r->ring[i].asset, "");
            if (r->ring[i].asset != FAB_NONE) {
                r->ring[n++] = r->ring[i];
            }
        }
        r->n = n;
    }
}

// The asset's number is the key: all rows are taken out and put in again, in their order.
static void tools(struct engine *e, const struct engine_set *to)
{
    struct table *tab = &e->tab[TAB_TOOL];
    size_t n = tab->count;
    struct row_tool *copy = n ? malloc(n * sizeof(*copy)) : NULL;
    struct row_tool *r;
    size_t i = 0;

    if (n && !copy) {
        e->broken = true;
        return;
    }
    while ((r = table_first(tab)) != NULL) {
        memcpy(&copy[i++], r, sizeof(*r));
        table_del(tab, r);
    }
    for (i = 0; i < n; i++) {
        int32_t a = asset_in(e, to, (int32_t)copy[i].asset, "");
        uint32_t key = (uint32_t)a;

        if (a == FAB_NONE) {
            tab->expired++;
        } else if ((r = table_put(tab, &key)) == NULL) {
            e->broken = true;
        } else {
            memcpy(r, &copy[i], sizeof(*r));
            r->asset = key;
            r->dirty = 0;
            MARK(e, TOOL, r); // tier and place may be others in the new model
        }
    }
    free(copy);
}

void remap_rows(struct engine *e, const struct engine_set *to)
{
    EACH(e, GROUP, group, g)
    {
        g->rule = rule_by_id(to->rules, g->rule_id);
    }
    EACH(e, INCIDENT, incident, r)
    {
        r->asset_index = asset_in(e, to, r->asset_index, r->asset);
    }
    EACH(e, SESSION, session, r)
    {
        r->asset_index = asset_in(e, to, r->asset_index, r->asset);
    }
    EACH(e, WINDOW, window, r)
    {
        r->asset_index = asset_in(e, to, r->asset_index, r->asset);
    }
    EACH(e, GRANT, grant, r)
    {
        r->asset_index = asset_in(e, to, r->asset_index, "");
    }
    EACH(e, LOT, lot, r)
    {
        r->asset_index = asset_in(e, to, r->asset_index, "");
    }
    EACH(e, REQUEST, request, r)
    {
        r->asset_index = asset_in(e, to, r->asset_index, "");
    }
    windows(e, to);
    spreads(e, to);
    tools(e, to);
}
