// lane.c - the keys of one field in tables.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/lane.h"

#include "core/base/ends.h"

static inline uint32_t hash_text(struct span s)
{
    return (uint32_t)ends_hash(ends_of(s), s.n, 0);
}

static bool build_table(struct arena *a, struct lane *l, struct lane_table *t, enum cover_kind kind)
{
    size_t n = 0, slots = 2;

    for (size_t i = 0; i < l->nkeys; i++) {
        n += l->key[i].kind == kind;
    }
    if (n == 0) {
        return true;
    }
    while (slots < 2 * n) {
        slots *= 2;
    }
    t->mask = slots - 1;
    t->slot = arena_array(a, slots, sizeof(uint32_t));
    for (uint32_t i = 0; t->slot && i < l->nkeys; i++) {
        struct lane_key *k = &l->key[i];

        if (k->kind == kind) {
            k->hash = hash_text(k->text);
            t->lengths |= UINT64_C(1) << (k->text.n & 63);
            k->next = t->slot[k->hash & t->mask];
            t->slot[k->hash & t->mask] = i + 1;
        }
    }
    return t->slot != NULL;
}

bool lane_build(struct arena *a, struct lane *l)
{
    bool ok = build_table(a, l, &l->whole, COVER_WHOLE) &&
              build_table(a, l, &l->tail, COVER_TAIL) &&
              grams_build(a, &l->front, l->key, l->nkeys, COVER_FRONT) &&
              grams_build(a, &l->back, l->key, l->nkeys, COVER_BACK) &&
              grams_build(a, &l->part, l->key, l->nkeys, COVER_PART) &&
              grams_build(a, &l->wider, l->key, l->nkeys, COVER_WIDER);

    for (size_t i = 0; i < l->nkeys; i++) {
        l->there = l->key[i].kind == COVER_THERE ? &l->key[i] : l->there;
        l->wide = l->key[i].kind == COVER_WIDE ? &l->key[i] : l->wide;
    }
    return ok;
}

static void look_up(const struct lane *l, const struct lane_table *t, struct span text,
                    lane_call *call, void *ctx)
{
    uint32_t h;

    if (!(t->lengths >> (text.n & 63) & 1)) {
        return;
    }
    h = hash_text(text);
    for (uint32_t i = t->slot[h & t->mask]; i; i = l->key[i - 1].next) {
        const struct lane_key *k = &l->key[i - 1];

        if (k->hash == h && span_eq(k->text, text)) {
            call(ctx, k);
        }
    }
}

void lane_whole(const struct lane *l, struct span text, lane_call *call, void *ctx)
{
    look_up(l, &l->whole, text, call, ctx);
}

void lane_run(const struct lane *l, struct span low, bool ascii, lane_call *call, void *ctx)
{
    struct span tail;

    look_up(l, &l->whole, low, call, ctx);
    if (l->tail.lengths && cover_tail(low, &tail)) {
        look_up(l, &l->tail, tail, call, ctx);
    }
    if (!ascii) {
        if (l->wide) {
            call(ctx, l->wide);
        }
        grams_run(&l->wider, l->key, low, call, ctx);
    }
    if (l->front.ngrams) {
        grams_front(&l->front, l->key, low, call, ctx);
    }
    if (l->back.ngrams) {
        grams_back(&l->back, l->key, low, call, ctx);
    }
    if (l->part.ngrams) {
        grams_run(&l->part, l->key, low, call, ctx);
    }
}
