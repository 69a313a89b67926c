// fab_lists.c - named lists of the fab model.
// SPDX-License-Identifier: Apache-2.0
//
// An entry is a text, taken as it is, or `{kind: K, give: ids | names | addresses | accounts}`: that of
// every asset of the kind, so that a model says nothing twice.
#include "core/model/fab_load.h"

struct filling {
    struct fab_list list;
    const char **item;
    size_t cap;
};

static void add(struct fab_loader *l, const struct ynode *at, struct filling *f, const char *text)
{
    if (f->list.n == FAB_LIST_MAX) {
        doc_fault(&l->r, at, "fab.limit", "a list has more than %d entries", FAB_LIST_MAX);
        return;
    }
    f->item = arena_grow(&l->f->arena, f->item, f->list.n, &f->cap, sizeof(*f->item));
    if (f->item) {
        f->item[f->list.n++] = text;
    }
}

enum give { GIVE_IDS, GIVE_NAMES, GIVE_ADDRESSES, GIVE_ACCOUNTS, GIVE_COUNT };

static void add_asset(struct fab_loader *l, const struct ynode *at, struct filling *f,
                      const struct fab_asset *a, enum give give)
{
    const char *const *text = give == GIVE_ADDRESSES  ? a->ip
                              : give == GIVE_ACCOUNTS ? a->account
                              : give == GIVE_NAMES    ? a->name
                                                      : &a->id;
    size_t n = give == GIVE_ADDRESSES  ? a->nips
               : give == GIVE_ACCOUNTS ? a->naccounts
               : give == GIVE_NAMES    ? a->nnames
                                       : 1;

    for (size_t i = 0; i < n; i++) {
        add(l, at, f, text[i]);
    }
}

static void add_kind(struct fab_loader *l, const struct ynode *n, struct filling *f)
{
    static const char *const known[] = {"kind", "give", NULL};
    static const char *const words[] = {"ids", "names", "addresses", "accounts"};
    const char *kind = doc_word(&l->r, n, "kind", DOC_REQUIRED);
    struct span give = y_text(y_get(n, "give"));
    size_t pick = 0, before = f->list.n;

    (void)doc_only(&l->r, n, known);
    while (pick < GIVE_COUNT && !span_eq_str(give, words[pick])) {
        pick++;
    }
    if (pick == GIVE_COUNT) {
        doc_fault(&l->r, n, "fab.list", "\"give\" is ids, names, addresses or accounts");
        return;
    }
    for (size_t i = 0; i < l->f->nassets; i++) {
        if (span_eq_nocase(span_str(l->f->asset[i].kind), span_str(kind))) {
            add_asset(l, n, f, &l->f->asset[i], (enum give)pick);
        }
    }
    if (f->list.n == before) {
        doc_fault(&l->r, n, "fab.list", "no asset of the kind \"%s\" gives any %s", kind,
                  words[pick]);
    }
}

static void read_list(struct fab_loader *l, struct span name, const struct ynode *n)
{
    struct fab *fab = l->f;
    struct filling f = {.list.name = arena_str(&fab->arena, name)};

    if (!doc_is(&l->r, n, Y_LIST, "a list")) {
        return;
    }
    if (name.n == 0 || fab_list(fab, name) || fab->nlists == FAB_LISTS_MAX) {
        doc_fault(&l->r, n, "fab.list", "the list \"" SPAN_FMT "\" %s", SPAN_ARG(name),
                  name.n == 0           ? "has no name"
                  : fab_list(fab, name) ? "stands twice"
                                        : "is too many");
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        const struct ynode *e = n->item[i];

        if (e->type == Y_MAP) {
            add_kind(l, e, &f);
        } else if (e->type == Y_SCALAR && e->text.n && e->text.n <= DOC_TEXT_MAX) {
            add(l, e, &f, arena_str(&fab->arena, e->text));
        } else {
            doc_fault(&l->r, e, "fab.list",
                      "an entry is a text of at most %d bytes or {kind, give}", DOC_TEXT_MAX);
        }
    }
    if (n->n == 0) { // a rule would silently never match
        doc_fault(&l->r, n, "fab.list", "the list \"" SPAN_FMT "\" is empty", SPAN_ARG(name));
        return;
    }
    f.list.item = f.item;
    fab->list[fab->nlists++] = f.list;
}

void fab_read_lists(struct fab_loader *l, const struct ynode *map)
{
    for (size_t i = 0; map && i < map->n; i++) {
        read_list(l, map->key[i], map->item[i]);
    }
}

const struct fab_list *fab_list(const struct fab *f, struct span name)
{
    for (size_t i = 0; i < f->nlists; i++) {
        if (span_eq_str(name, f->list[i].name)) {
            return &f->list[i];
        }
    }
    return NULL;
}
