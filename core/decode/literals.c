// literals.c - runs of three bytes by hash, and the pieces they were chosen of.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/literals.h"

// A run's hash has so many bits: a table that stays in the nearest cache and of which few slots are used.
enum { RUN_BITS = 14, RUNS = 1 << RUN_BITS, STEP = 2, NEIGHBOURS = STEP };

struct piece {
    struct span s;
    const struct source *of;
    uint32_t at;   // where in `s` the run stands that it hangs at
    uint32_t next; // of the same chain, plus one
};

struct literals {
    struct piece *piece;
    size_t n;
    uint32_t brief;        // chain of those of three bytes
    uint8_t used[RUNS];    // whether there is an `in`
    uint32_t in[RUNS];     // chains by run: anywhere
    uint32_t begins[RUNS]; // by the first run: at a begin
};

static inline uint32_t hash_of(uint64_t bytes) // what stands behind three of them is multiplied out
{
    return (uint32_t)bytes * 0x9e377900u >> (32 - RUN_BITS);
}

static inline uint32_t hash_at(const char *p)
{
    return hash_of((unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 |
                   (uint32_t)(unsigned char)p[2] << 16);
}

struct literals *literals_new(struct arena *a, size_t max)
{
    struct literals *l = arena_alloc(a, sizeof(*l));

    if (l) {
        l->piece = arena_array(a, NEIGHBOURS * max + 1, sizeof(*l->piece));
    }
    return l && l->piece ? l : NULL;
}

static void hang(struct literals *l, uint32_t *chain, struct span s, const struct source *of,
                 size_t at)
{
    l->piece[l->n] = (struct piece){.s = s, .of = of, .at = (uint32_t)at, .next = *chain};
    *chain = (uint32_t)++l->n;
}

// Small letters, digits, blanks and what joins them are what most text is made of.
static size_t rare(char c)
{
    const struct span joins = SPAN_LIT(" =:.,\"-/");

    return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || span_find(joins, c) < joins.n);
}

// Where the first of two neighbouring runs best stands.
static size_t best_run(struct span s)
{
    size_t best = 0, most = 0;

    for (size_t at = 0; at + LITERAL_MIN + NEIGHBOURS - 1 <= s.n; at++) {
        size_t n = rare(s.p[at]) + 2 * rare(s.p[at + 1]) + 2 * rare(s.p[at + 2]) + // in both runs
                   rare(s.p[at + 3]);

        if (n > most) {
            most = n;
            best = at;
        }
    }
    return best;
}

void literals_add(struct literals *l, const struct literal *piece, const struct source *of)
{
    struct span s = piece->s;
    size_t at;

    if (piece->starts) {
        hang(l, &l->begins[hash_at(s.p)], s, of, 0);
        return;
    }
    if (s.n < LITERAL_MIN + NEIGHBOURS - 1) {
        hang(l, &l->brief, s, of, 0);
        return;
    }
    at = best_run(s);
    for (size_t i = at; i < at + NEIGHBOURS; i++) {
        uint32_t h = hash_at(s.p + i);

        l->used[h] = 1;
        hang(l, &l->in[h], s, of, i);
    }
}

struct search {
    const struct literals *l;
    struct span reach;
    literals_call *call;
    void *ctx;
};

// The pieces of a chain, their run at the place `p` of what is searched.
static void compare_all(const struct search *s, uint32_t chain, const char *p)
{
    for (uint32_t i = chain; i; i = s->l->piece[i - 1].next) {
        const struct piece *k = &s->l->piece[i - 1];
        size_t before = (size_t)(p - s->reach.p);

        if (before >= k->at && span_starts(span_sub(s->reach, before - k->at, s->reach.n), k->s)) {
            s->call(s->ctx, k->of);
        }
    }
}

static inline void compare(const struct search *s, uint32_t chain, const char *p)
{
    if (chain) {
        compare_all(s, chain, p);
    }
}

static void find_brief(const struct search *s)
{
    for (uint32_t i = s->l->brief; i; i = s->l->piece[i - 1].next) {
        const struct piece *k = &s->l->piece[i - 1];

        if (span_find_span(s->reach, k->s) < s->reach.n) {
            s->call(s->ctx, k->of);
        }
    }
}

static void find_begin(const struct search *s, struct span text)
{
    if (text.n >= LITERAL_MIN) {
        compare(s, s->l->begins[hash_at(text.p)], text.p);
    }
}

// Three runs begin at even places of eight bytes.
static void find_anywhere(const struct search *s)
{
    const char *p = s->reach.p, *end = p + s->reach.n;
    const struct literals *l = s->l;
    const uint8_t *used = l->used;

    for (; end - p >= 8; p += 3 * STEP) {
        uint64_t v = span_load8_low(p);
        uint32_t a = hash_of(v), b = hash_of(v >> 16), c = hash_of(v >> 32);

        if (used[a] | used[b] | used[c]) {
            compare(s, l->in[a], p);
            compare(s, l->in[b], p + STEP);
            compare(s, l->in[c], p + 2 * STEP);
        }
    }
    for (; end - p >= LITERAL_MIN; p += STEP) {
        compare(s, l->in[hash_at(p)], p);
    }
}

void literals_find(const struct literals *l, struct span reach, struct span text,
                   literals_call *call, void *ctx)
{
    struct search s = {l, reach, call, ctx};

    if (reach.n == 0) {
        return;
    }
    find_begin(&s, reach);
    if (text.n && text.p != reach.p) {
        find_begin(&s, text);
    }
    find_brief(&s);
    find_anywhere(&s);
}
