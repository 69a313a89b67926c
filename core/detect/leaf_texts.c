// leaf_texts.c - which texts of a leaf go into its lane.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/leaf_texts.h"

// TEXTS_LEAST: fewer are compared as fast. TEXT_MAX: longer ones are not worth a place in tables.
enum { TEXTS_LEAST = 8, TEXT_MAX = 1024 };

// The key that stands in a value if and only if the test holds; false when there is none.
static bool key_of(const struct test *t, struct lane_key *ret)
{
    const struct pattern *p = &t->text;

    if (t->kind != TEST_TEXT || t->whole || p->cased || p->lit.n > TEXT_MAX) {
        return false;
    }
    *ret = (struct lane_key){.text = p->lit};
    switch (p->kind) {
    case PATTERN_EXACT: ret->kind = COVER_WHOLE; return p->lit.n > 0;
    case PATTERN_PREFIX: ret->kind = COVER_FRONT; break;
    case PATTERN_SUFFIX: ret->kind = COVER_BACK; break;
    case PATTERN_CONTAINS: ret->kind = cover_part_kind(p->lit); break;
    case PATTERN_ANY:
    case PATTERN_GLOB:
    case PATTERN_REGEX: return false;
    }
    return p->lit.n > 0;
}

static bool build(struct arena *a, struct leaf *l)
{
    struct leaf_texts *x = arena_alloc(a, sizeof(*x));

    if (!x) {
        return false;
    }
    x->lane =
        (struct lane){.name = l->name, .key = arena_array(a, l->ntests, sizeof(*x->lane.key))};
    x->rest = arena_array(a, l->ntests, sizeof(*x->rest));
    for (uint32_t i = 0; x->lane.key && x->rest && i < l->ntests; i++) {
        if (key_of(&l->test[i], &x->lane.key[x->lane.nkeys])) {
            x->lane.nkeys++;
        } else {
            x->rest[x->nrest++] = i;
        }
    }
    l->texts = x;
    return x->lane.key && x->rest && lane_build(a, &x->lane);
}

bool leaf_texts_build(struct arena *a, struct program *p)
{
    bool ok = true;

    for (size_t i = 0; ok && i < p->nleaves; i++) {
        struct leaf *l = &p->leaf[i];
        struct lane_key k;
        size_t n = 0;

        for (uint32_t j = 0; !l->all && l->name != NAME_CONTEXT && j < l->ntests; j++) {
            n += key_of(&l->test[j], &k);
        }
        ok = n < TEXTS_LEAST || build(a, l);
    }
    return ok;
}

static void note(void *ctx, const struct lane_key *k)
{
    (void)k;
    *(bool *)ctx = true;
}

bool leaf_texts_hold(const struct leaf_texts *x, struct value *v, const struct leaf_tools *t)
{
    struct span low = value_low(v, t);
    bool called = false;

    lane_run(&x->lane, low, v->ascii, note, &called);
    return called;
}
