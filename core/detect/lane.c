// lane.c - the keys of one field in hash tables.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/lane.h"

#include "core/base/hash.h"

static uint32_t load_gram(const char *p, size_t n)
{
    uint32_t v = 0;

    memcpy(&v, p, n);
    return v;
}

static inline uint32_t spread(uint32_t gram)
{
    return gram * 0x9e3779b1u;
}

// Bytes of texts of this domain, the usual ones low: a gram of rare bytes is asked for less often.
static unsigned rarity(char c)
{
    static const char usual[] = "etaoinsrldcmpuh\\.:/ -_x0123";
    const char *at = c ? strchr(usual, c) : NULL;

    return at ? 1 + (unsigned)(at - usual) / 4 : 10;
}

static size_t choose_gram(struct span text, size_t size)
{
    size_t best = 0;
    unsigned most = 0;

    for (size_t i = 0; i + size <= text.n && i < UINT16_MAX; i++) {
        unsigned sum = 0;

        for (size_t k = 0; k < size; k++) {
            sum += rarity(text.p[i + k]);
        }
        if (sum > most) {
            most = sum;
            best = i;
        }
    }
    return best;
}

static bool is_part(const struct lane_key *k)
{
    return k->kind == COVER_PART || k->kind == COVER_FRONT || k->kind == COVER_BACK;
}

static size_t gram_size(const struct lane_key *k)
{
    return k->text.n < GRAM_MAX ? k->text.n : GRAM_MAX;
}

static unsigned log2_up(size_t n)
{
    unsigned b = 0;

    while (((size_t)1 << b) < n) {
        b++;
    }
    return b;
}

// At most one bit in 32 is set, as far as 64 Ki bits go.
static bool build_grams(struct arena *a, struct lane *l, size_t size)
{
    struct lane_grams *g = &l->grams[size - GRAM_MIN];
    unsigned bits, slots;
    size_t n = 0;

    for (size_t i = 0; i < l->nkeys; i++) {
        n += is_part(&l->key[i]) && gram_size(&l->key[i]) == size;
    }
    if (n == 0) {
        return true;
    }
    bits = log2_up(n * 32);
    bits = bits < 8 ? 8 : bits > 16 ? 16 : bits;
    slots = log2_up(n * 2);
    slots = slots < 1 ? 1 : slots > 20 ? 20 : slots;
    g->shift = 32 - bits;
    g->slot_shift = 32 - slots;
    g->bit = arena_array(a, ((size_t)1 << bits) / 64, sizeof(uint64_t));
    g->slot = arena_array(a, (size_t)1 << slots, sizeof(uint32_t));
    for (uint32_t i = 0; g->bit && g->slot && i < l->nkeys; i++) {
        struct lane_key *k = &l->key[i];
        uint32_t h, bit;

        if (!is_part(k) || gram_size(k) != size) {
            continue;
        }
        k->gram_at = (uint16_t)choose_gram(k->text, size);
        h = spread(load_gram(k->text.p + k->gram_at, size));
        bit = h >> g->shift;
        g->bit[bit / 64] |= UINT64_C(1) << bit % 64;
        k->next = g->slot[h >> g->slot_shift];
        g->slot[h >> g->slot_shift] = i + 1;
    }
    return g->bit && g->slot;
}

static size_t hash_text(struct span s)
{
    return (size_t)hash64(0, s);
}

static bool build_table(struct arena *a, struct lane *l, struct lane_table *t, enum cover_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < l->nkeys; i++) {
        n += l->key[i].kind == kind;
    }
    if (n == 0) {
        return true;
    }
    t->mask = ((size_t)1 << log2_up(n * 2)) - 1;
    t->slot = arena_array(a, t->mask + 1, sizeof(uint32_t));
    for (uint32_t i = 0; t->slot && i < l->nkeys; i++) {
        struct lane_key *k = &l->key[i];

        if (k->kind == kind) {
            size_t at = hash_text(k->text) & t->mask;

            t->lengths |= UINT64_C(1) << (k->text.n & 63);
            k->next = t->slot[at];
            t->slot[at] = i + 1;
        }
    }
    return t->slot != NULL;
}

bool lane_build(struct arena *a, struct lane *l)
{
    bool ok = build_table(a, l, &l->whole, COVER_WHOLE) && build_table(a, l, &l->tail, COVER_TAIL);

    for (size_t i = 0; i < l->nkeys; i++) {
        l->there = l->key[i].kind == COVER_THERE ? &l->key[i] : l->there;
        l->wide = l->key[i].kind == COVER_WIDE ? &l->key[i] : l->wide;
    }
    for (size_t size = GRAM_MIN; ok && size <= GRAM_MAX; size++) {
        ok = build_grams(a, l, size);
    }
    return ok;
}

static void look_up(const struct lane *l, const struct lane_table *t, struct span text,
                    lane_call *call, void *ctx)
{
    if (!(t->lengths >> (text.n & 63) & 1)) {
        return;
    }
    for (uint32_t i = t->slot[hash_text(text) & t->mask]; i; i = l->key[i - 1].next) {
        if (span_eq(l->key[i - 1].text, text)) {
            call(ctx, &l->key[i - 1]);
        }
    }
}

// The gram of some text stands at `at`: whether the text stands around it.
static void compare(const struct lane *l, uint32_t first, struct span low, size_t at,
                    lane_call *call, void *ctx)
{
    for (uint32_t i = first; i; i = l->key[i - 1].next) {
        const struct lane_key *k = &l->key[i - 1];
        size_t from = at - k->gram_at;

        if (at >= k->gram_at && low.n - from >= k->text.n &&
            (k->kind != COVER_FRONT || from == 0) &&
            (k->kind != COVER_BACK || from + k->text.n == low.n) &&
            memcmp(low.p + from, k->text.p, k->text.n) == 0) {
            call(ctx, k);
        }
    }
}

static inline void walk(const struct lane *l, const struct lane_grams *g, size_t size,
                        struct span low, lane_call *call, void *ctx)
{
    for (size_t i = 0; i + size <= low.n; i++) {
        uint32_t h = spread(load_gram(low.p + i, size));
        uint32_t bit = h >> g->shift;

        if (g->bit[bit / 64] >> bit % 64 & 1) {
            compare(l, g->slot[h >> g->slot_shift], low, i, call, ctx);
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
    if (!ascii && l->wide) {
        call(ctx, l->wide);
    }
    if (l->grams[2].bit) {
        walk(l, &l->grams[2], 4, low, call, ctx);
    }
    if (l->grams[1].bit) {
        walk(l, &l->grams[1], 3, low, call, ctx);
    }
    if (l->grams[0].bit) {
        walk(l, &l->grams[0], 2, low, call, ctx);
    }
}
