// fab_refs.c - references between assets, queue-time loops, and what follows from them.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/model/fab_load.h"

static int asset_named(struct fab_loader *l, const struct ynode *n)
{
    struct fab_key key;
    uint64_t hash;
    const struct fab_slot *s;

    if (!doc_is(&l->r, n, Y_SCALAR, "an asset's id")) {
        return FAB_NONE;
    }
    s = fab_key_of(n->text, &key) ? fab_slot_of(l->f, &key, &hash) : NULL;
    if (!s || !s->key.n || !span_eq_nocase(n->text, span_str(l->f->asset[s->asset].id))) {
        doc_fault(&l->r, n, "fab.unknown", "there is no asset \"" SPAN_FMT "\"", SPAN_ARG(n->text));
        return FAB_NONE;
    }
    return s->asset;
}

static const int *read_refs(struct fab_loader *l, const struct ynode *map, const char *key,
                            int self, size_t *ret_n)
{
    const struct ynode *n = fab_list_of(l, map, key);
    int *out = arena_array(&l->f->arena, n->n + 1, sizeof(*out));
    bool *seen = arena_array(&l->r.tree, l->f->nassets + 1, sizeof(*seen));

    *ret_n = 0;
    for (size_t i = 0; out && seen && i < n->n; i++) {
        int at = asset_named(l, n->item[i]);

        if (at == FAB_NONE) {
            continue;
        }
        if (at == self || seen[at]) {
            doc_fault(&l->r, n->item[i], "fab.twice", "%s stands %s in \"%s\"", l->f->asset[at].id,
                      at == self ? "itself" : "twice", key);
            continue;
        }
        seen[at] = true;
        out[(*ret_n)++] = at;
    }
    return out;
}

void fab_resolve(struct fab_loader *l)
{
    for (size_t i = 0; i < l->f->nassets; i++) {
        struct fab_asset *a = &l->f->asset[i];

        l->r.d = l->where[i];
        a->spare = read_refs(l, l->node[i], "spares", (int)i, &a->nspares);
        a->depends = read_refs(l, l->node[i], "depends", (int)i, &a->ndepends);
    }
}

void fab_read_loop(struct fab_loader *l, const struct ynode *n)
{
    static const char *const known[] = {"id", "tools", "limit", "restore", NULL};
    struct fab *f = l->f;
    struct fab_loop *loop = &f->loop[f->nloops];
    const int *tool;
    size_t ntools;

    (void)doc_only(&l->r, n, known);
    loop->id = doc_word(&l->r, n, "id", DOC_REQUIRED);
    loop->limit = doc_duration(&l->r, n, "limit", DOC_REQUIRED);
    loop->restore = doc_duration(&l->r, n, "restore", DOC_REQUIRED);
    for (size_t i = 0; i < f->nloops; i++) {
        if (fab_taken(l, n, "queue-time loop", loop->id, f->loop[i].id)) {
            return;
        }
    }
    tool = read_refs(l, n, "tools", FAB_NONE, &ntools);
    if (ntools == 0 && l->r.nfaults == 0) {
        doc_fault(&l->r, n, "fab.loop", "the queue-time loop \"%s\" names no tools", loop->id);
    }
    for (size_t i = 0; i < ntools; i++) {
        struct fab_asset *a = &f->asset[tool[i]];

        if (a->loop != FAB_NONE) {
            doc_fault(&l->r, y_get(n, "tools"), "fab.loop",
                      "%s stands in the queue-time loop \"%s\" already", a->id,
                      f->loop[a->loop].id);
        }
        a->loop = (int)f->nloops;
    }
    f->nloops++;
}

static void reverse_depends(struct fab *f)
{
    int **list = arena_array(&f->arena, f->nassets + 1, sizeof(*list));

    for (size_t i = 0; i < f->nassets; i++) {
        for (size_t k = 0; k < f->asset[i].ndepends; k++) {
            f->asset[f->asset[i].depends[k]].nneeded_by++;
        }
    }
    for (size_t i = 0; list && i < f->nassets; i++) {
        list[i] = arena_array(&f->arena, f->asset[i].nneeded_by + 1, sizeof(**list));
        f->asset[i].needed_by = list[i];
        f->asset[i].nneeded_by = 0;
    }
    if (!arena_ok(&f->arena)) {
        return;
    }
    for (size_t i = 0; i < f->nassets; i++) {
        for (size_t k = 0; k < f->asset[i].ndepends; k++) {
            int at = f->asset[i].depends[k];

            list[at][f->asset[at].nneeded_by++] = (int)i;
        }
    }
}

// What an unknown host in the bay gets: the gravest of its tools, of its assets where it has no
// tools; never T0 (nothing is safety because of its neighbour), never T4.
static void derive_bay_tiers(struct fab *f)
{
    for (size_t b = 0; b < f->nbays; b++) {
        enum tier tools = T4, all = T4;
        bool any_tool = false;

        for (size_t i = 0; i < f->nassets; i++) {
            const struct fab_asset *a = &f->asset[i];

            if (a->bay != f->bay[b].id || a->tier == T0) {
                continue;
            }
            all = tier_graver(all, a->tier);
            tools = a->tool ? tier_graver(tools, a->tier) : tools;
            any_tool = any_tool || a->tool;
        }
        f->bay[b].tier = tier_graver(any_tool ? tools : all, T3);
        if (any_tool && !*f->bay[b].zone) {
            f->bay[b].zone = "fab"; // where wafers are processed
        }
    }
    for (size_t i = 0; i < f->nassets; i++) {
        for (size_t b = 0; b < f->nbays && !*f->asset[i].zone; b++) {
            f->asset[i].zone = f->asset[i].bay == f->bay[b].id ? f->bay[b].zone : "";
        }
    }
}

static int by_prefix(const void *x, const void *y)
{
    const struct fab_bay_net *a = x, *b = y;

    return a->net.bits < b->net.bits ? 1 : a->net.bits > b->net.bits ? -1 : 0;
}

void fab_derive(struct fab *f)
{
    reverse_depends(f);
    derive_bay_tiers(f);
    qsort(f->net, f->nnets, sizeof(*f->net), by_prefix);
}
