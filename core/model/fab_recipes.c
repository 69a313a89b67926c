// fab_recipes.c - how recipes come to tools, and what of them changes by itself.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/model/fab_load.h"

static const char *const recipes_name[] = {"", "secs", "file", "local"};

const char *fab_recipes_name(enum fab_recipes r)
{
    return recipes_name[r];
}

const char *fab_recipe_gap(const struct fab_asset *a)
{
    if (!a->tool || (a->recipes == FAB_RECIPES_SECS && a->nips)) {
        return "";
    }
    switch (a->recipes) {
    case FAB_RECIPES_SECS: return "recipe writes not visible: no address of the tool is known";
    case FAB_RECIPES_FILE: return "recipe writes not visible: recipes come as files";
    case FAB_RECIPES_LOCAL: return "recipe writes not visible: recipes are made at the tool";
    case FAB_RECIPES_UNSAID: break;
    }
    return "recipe writes not visible: nobody says how recipes come";
}

enum fab_recipes fab_read_recipes(struct fab_loader *l, const struct ynode *asset)
{
    const char *word = doc_word(&l->r, asset, "recipes", DOC_OPTIONAL);

    for (size_t i = 0; i < ARRAY_LEN(recipes_name); i++) {
        if (strcmp(word, recipes_name[i]) == 0) {
            return (enum fab_recipes)i;
        }
    }
    doc_fault(&l->r, y_get(asset, "recipes"), "fab.recipes",
              "\"%s\" is not a way of recipes: secs, file or local", word);
    return FAB_RECIPES_UNSAID;
}

static void read_bytes(struct fab_loader *l, const struct ynode *n, struct fab_mask *m)
{
    int64_t from, length;

    if (n->n != 2 || !y_int(n->item[0], &from) || !y_int(n->item[1], &length) || from < 0 ||
        length < 1 || from + length > INT32_MAX) {
        doc_fault(&l->r, n, "fab.mask", "\"bytes\" is a list of two numbers: first byte, length");
        return;
    }
    m->how = FAB_MASK_BYTES;
    m->from = (uint32_t)from;
    m->length = (uint32_t)length;
}

void fab_read_mask(struct fab_loader *l, const struct ynode *n)
{
    static const char *const known[] = {"kind", "item", "line", "bytes", NULL};
    const struct ynode *bytes = doc_node(&l->r, n, "bytes", Y_LIST, DOC_OPTIONAL);
    bool item = y_get(n, "item"), line = y_get(n, "line");
    struct fab_mask m = {.kind = doc_word(&l->r, n, "kind", DOC_REQUIRED)};

    (void)doc_only(&l->r, n, known);
    if (item + line + (bytes != NULL) != 1) {
        doc_fault(&l->r, n, "fab.mask", "a mask has one of \"item\", \"line\" and \"bytes\"");
        return;
    }
    if (item) {
        m.how = FAB_MASK_ITEM;
        m.from = (uint32_t)doc_uint(&l->r, n, "item", DOC_REQUIRED, 1, INT32_MAX);
    } else if (line) {
        m.how = FAB_MASK_LINE;
        m.starts = doc_text(&l->r, n, "line", DOC_REQUIRED);
    } else {
        read_bytes(l, bytes, &m);
    }
    l->f->mask[l->f->nmasks++] = m;
}

static int by_kind(const void *a, const void *b)
{
    const struct fab_mask *x = a, *y = b;

    return strcmp(x->kind, y->kind);
}

void fab_sort_masks(struct fab *f)
{
    if (f->nmasks) {
        qsort(f->mask, f->nmasks, sizeof(*f->mask), by_kind);
    }
}

const struct fab_mask *fab_masks(const struct fab *f, struct span kind, size_t *ret_n)
{
    size_t at = 0, n = 0;

    while (at < f->nmasks && !span_eq_str(kind, f->mask[at].kind)) {
        at++;
    }
    while (at + n < f->nmasks && span_eq_str(kind, f->mask[at + n].kind)) {
        n++;
    }
    *ret_n = n;
    return n ? &f->mask[at] : NULL;
}
