// cover.c - finding a cover: the smallest of an AND's children, the union of an OR's.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/cover.h"

struct cover {
    struct cover_key *key;
    size_t n; // 0 = none
};

bool cover_tail(struct span value, struct span *ret)
{
    for (size_t i = value.n; i-- > 0;) {
        if (value.p[i] == '\\' || value.p[i] == '/') {
            *ret = span_sub(value, i + 1, value.n);
            return true;
        }
    }
    return false;
}

static bool key_of(struct arena *a, const struct leaf *l, const struct test *t,
                   struct cover_key *ret)
{
    struct span text = t->kind == TEST_TEXT ? t->text.lit : SPAN_NONE;
    char *low;

    if (t->kind != TEST_TEXT || (t->text.kind != PATTERN_EXACT &&
                                 (t->text.kind != PATTERN_SUFFIX || !cover_tail(text, &text)))) {
        return false;
    }
    low = arena_alloc(a, text.n + 1);
    if (!low) {
        return false;
    }
    fold_ascii(low, text);
    *ret = (struct cover_key){.kind = t->text.kind == PATTERN_EXACT ? COVER_WHOLE : COVER_TAIL,
                              .name = l->name,
                              .text = span_of(low, text.n)};
    return true;
}

static struct cover leaf_cover(struct arena *a, const struct leaf *l)
{
    struct cover none = {0}, c;
    struct cover_key one;

    if (l->name >= NAME_NONE || l->ntests > COVER_MAX) {
        return none;
    }
    if (l->all) { // one value that must be there is enough
        for (uint32_t i = 0; i < l->ntests; i++) {
            bool lone = !l->test[i].more && (i + 1 == l->ntests || !l->test[i + 1].more);

            if (lone && key_of(a, l, &l->test[i], &one)) {
                c.key = arena_alloc(a, sizeof(one));
                if (c.key) {
                    *c.key = one;
                    c.n = 1;
                    return c;
                }
            }
        }
        return none;
    }
    c.key = arena_array(a, l->ntests, sizeof(one));
    for (c.n = 0; c.key && c.n < l->ntests; c.n++) {
        if (!key_of(a, l, &l->test[c.n], &c.key[c.n])) {
            return none;
        }
    }
    return c.key ? c : none;
}

static struct cover node_cover(struct arena *a, const struct program *p, const struct node *n);

static struct cover or_cover(struct arena *a, const struct program *p, const struct node *n)
{
    struct cover none = {0}, sum = {.key = arena_array(a, COVER_MAX, sizeof(*sum.key))};

    for (size_t i = 0; sum.key && i < n->n; i++) {
        struct cover c = node_cover(a, p, n->child[i]);

        if (c.n == 0 || sum.n + c.n > COVER_MAX) {
            return none;
        }
        memcpy(sum.key + sum.n, c.key, c.n * sizeof(*c.key));
        sum.n += c.n;
    }
    return sum.key ? sum : none;
}

static struct cover node_cover(struct arena *a, const struct program *p, const struct node *n)
{
    struct cover best = {0};

    switch (n->op) {
    case NODE_LEAF: return leaf_cover(a, &p->leaf[n->leaf]);
    case NODE_OR: return or_cover(a, p, n);
    case NODE_NOT: return best;
    case NODE_AND:
        for (size_t i = 0; i < n->n; i++) {
            struct cover c = node_cover(a, p, n->child[i]);

            if (c.n && (best.n == 0 || c.n < best.n)) {
                best = c;
            }
        }
        break;
    }
    return best;
}

size_t cover_of(struct arena *a, const struct program *p, struct cover_key out[COVER_MAX])
{
    struct arena tmp; // what is found on the way is not kept
    struct cover c;
    size_t n = 0;

    arena_init(&tmp, 16 << 20);
    c = node_cover(&tmp, p, p->root);
    for (; n < c.n; n++) {
        out[n] = c.key[n];
        out[n].text = span_of(arena_str(a, c.key[n].text), c.key[n].text.n);
    }
    n = arena_ok(&tmp) && arena_ok(a) ? n : 0;
    arena_free(&tmp);
    return n;
}
