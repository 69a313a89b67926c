// grams.c - grams in tables, and the texts behind them.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/grams.h"

#include <stdlib.h>

_Static_assert((int)VALUE_PAD >= (int)TEDDY_PAD && (int)VALUE_PAD >= (int)GRAM_PAD,
               "a folded value is read so far beyond its end");

// LIST_MAX: more keys of one gram get a window, chosen by WINDOW_SAMPLE of them. WINDOW: width and reach of it.
enum { LIST_MAX = 4, WINDOW = 4, WINDOW_LEAST = 2, WINDOW_REACH = 20, WINDOW_SAMPLE = 48 };

static inline uint32_t load32(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static unsigned log2_up(size_t n, unsigned least, unsigned most)
{
    unsigned b = least;

    while (b < most && (size_t)1 << b < n) {
        b++;
    }
    return b;
}

// ---- building

static uint32_t gram_of(const struct lane_key *k)
{
    uint32_t v = 0;

    memcpy(&v, k->text.p + k->gram_at, gram_size(k));
    return v;
}

static bool make_table(struct arena *a, struct gram_table *t, size_t n)
{
    unsigned slots = log2_up(n * 2, 1, 20);

    t->shift = (uint8_t)(32 - slots);
    t->slot = arena_array(a, (size_t)1 << slots, sizeof(uint32_t));
    return t->slot && gram_bits_make(a, &t->bits, n);
}

static bool make_tables(struct arena *a, struct grams *g, const struct lane_key *key, size_t nkeys,
                        enum cover_kind kind)
{
    size_t n[GRAM_SIZES] = {0}, all = 0;
    bool ok = true;

    for (size_t i = 0; i < nkeys; i++) {
        if (key[i].kind == kind) {
            n[gram_size(&key[i]) - GRAM_MIN]++;
            all++;
        }
    }
    for (size_t s = 0; s < GRAM_SIZES; s++) {
        ok = ok && (n[s] == 0 || make_table(a, &g->table[s], n[s]));
        g->least = n[s] && g->least == 0 ? s + GRAM_MIN : g->least;
    }
    g->gram = all ? arena_array(a, all, sizeof(*g->gram)) : NULL;
    return ok && (all == 0 || g->gram);
}

static struct gram *intern(struct grams *g, const struct lane_key *k)
{
    struct gram_table *t = &g->table[gram_size(k) - GRAM_MIN];
    uint32_t bytes = gram_of(k), *slot = &t->slot[gram_hash(bytes) >> t->shift];

    for (uint32_t i = *slot; i; i = g->gram[i - 1].next) {
        if (g->gram[i - 1].bytes == bytes) {
            return &g->gram[i - 1];
        }
    }
    gram_bits_add(&t->bits, bytes);
    g->gram[g->ngrams] = (struct gram){.bytes = bytes, .next = *slot};
    *slot = (uint32_t)++g->ngrams;
    return &g->gram[g->ngrams - 1];
}

static inline uint32_t hash_window(const char *p, size_t width)
{
    uint32_t v = 0;

    if (width == WINDOW) {
        v = load32(p);
    } else {
        memcpy(&v, p, WINDOW_LEAST);
    }
    return gram_hash(v ^ v >> 15);
}

static bool covers(const struct lane_key *k, int at, size_t width)
{
    int from = (int)k->gram_at + at;

    return from >= 0 && (size_t)from + width <= k->text.n;
}

static const char *window_of(const struct lane_key *k, int at)
{
    return k->text.p + k->gram_at + at;
}

enum { SEEN_BITS = 9 }; // several for each of the sample

// What is compared where the gram stands, about: the keys that the window does not reach, and of the
// others those that share one.
static double window_cost(const struct lane_key *const key[WINDOW_SAMPLE], size_t n, int at,
                          size_t width)
{
    uint64_t seen[(1 << SEEN_BITS) / 64] = {0};
    size_t covered = 0, distinct = 0;

    for (size_t i = 0; i < n; i++) {
        if (covers(key[i], at, width)) {
            uint32_t h = hash_window(window_of(key[i], at), width) >> (32 - SEEN_BITS);

            covered++;
            distinct += !(seen[h / 64] >> h % 64 & 1);
            seen[h / 64] |= UINT64_C(1) << h % 64;
        }
    }
    return (double)(n - covered) + (distinct ? (double)covered / (double)distinct : 0);
}

// Moves the keys that reach over the window from the list into the slots.
static bool fill_window(struct arena *a, struct gram *g, struct lane_key *key, size_t n)
{
    unsigned bits = log2_up(n * 2, 1, 20);
    uint32_t rest = 0;

    g->shift = (uint8_t)(32 - bits);
    g->slot = arena_array(a, (size_t)1 << bits, sizeof(*g->slot));
    for (uint32_t i = g->list, next; g->slot && i; i = next) {
        struct lane_key *k = &key[i - 1];
        uint32_t *to = &rest;

        next = k->next;
        if (covers(k, g->window, g->width)) {
            to = &g->slot[hash_window(window_of(k, g->window), g->width) >> g->shift];
        }
        k->next = *to;
        *to = i;
    }
    g->list = rest;
    return g->slot != NULL;
}

// Every so many of a gram's n keys.
static size_t sample(const struct gram *g, const struct lane_key *key, size_t n,
                     const struct lane_key *ret[WINDOW_SAMPLE])
{
    size_t step = (n + WINDOW_SAMPLE - 1) / WINDOW_SAMPLE, at = 0, got = 0;

    for (uint32_t i = g->list; i; i = key[i - 1].next) {
        if (at++ % step == 0) {
            ret[got++] = &key[i - 1];
        }
    }
    return got;
}

static bool make_window(struct arena *a, struct gram *g, struct lane_key *key)
{
    const struct lane_key *some[WINDOW_SAMPLE];
    size_t n = 0, nsome;
    double best;

    for (uint32_t i = g->list; i; i = key[i - 1].next) {
        n++;
    }
    if (n <= LIST_MAX) {
        return true;
    }
    nsome = sample(g, key, n, some);
    best = (double)nsome;
    for (size_t width = WINDOW; width >= WINDOW_LEAST; width /= 2) {
        for (int at = -WINDOW_REACH; at <= WINDOW_REACH && best > 1; at++) {
            double cost = window_cost(some, nsome, at, width);

            if (cost < best) {
                best = cost;
                g->window = (int16_t)at;
                g->width = (uint8_t)width;
            }
        }
    }
    return g->width == 0 || fill_window(a, g, key, n);
}

// Shuffles for the grams of less than `to` bytes; none when they are too many.
static bool make_teddy(struct arena *a, struct grams *g, size_t to, double vain)
{
    struct teddy_run *run = calloc(g->ngrams + 1, sizeof(*run));
    struct teddy t;
    size_t n = 0;
    bool ok = run != NULL;

    for (size_t size = GRAM_MIN; ok && size < to; size++) {
        const struct gram_table *x = &g->table[size - GRAM_MIN];

        for (size_t i = 0; x->slot && i < (size_t)1 << (32 - x->shift); i++) {
            for (uint32_t k = x->slot[i]; k; k = g->gram[k - 1].next) {
                run[n++] = (struct teddy_run){g->gram[k - 1].bytes, (uint32_t)size};
            }
        }
    }
    if (ok && teddy_build(&t, run, n, vain)) {
        g->teddy = arena_alloc(a, sizeof(t));
        g->walked = to;
        ok = g->teddy != NULL;
        if (ok) {
            *g->teddy = t;
        }
    }
    free(run);
    return ok;
}

// Places found in vain: a walk over the long grams finds less, one over the short ones is slow.
static const double vain_long = 1.0 / 64, vain_short = 1.0 / 12;

// For all grams, else for the short ones.
static bool make_teddies(struct arena *a, struct grams *g)
{
    return make_teddy(a, g, GRAM_MAX + 1, vain_long) &&
           (g->teddy || make_teddy(a, g, GRAM_MAX, vain_short));
}

bool grams_build(struct arena *a, struct grams *g, struct lane_key *key, size_t nkeys,
                 enum cover_kind kind)
{
    bool ok = grams_choose(key, nkeys, kind) && make_tables(a, g, key, nkeys, kind);

    g->walked = g->least;

    for (uint32_t i = 0; ok && i < nkeys; i++) {
        if (key[i].kind == kind) {
            struct gram *x = intern(g, &key[i]);

            key[i].next = x->list;
            x->list = i + 1;
        }
    }
    for (size_t i = 0; ok && i < g->ngrams; i++) {
        ok = make_window(a, &g->gram[i], key);
    }
    return ok && (kind != COVER_PART || make_teddies(a, g));
}

// ---- running

struct search {
    const struct grams *g;
    const struct lane_key *key;
    struct span low;
    lane_call *call;
    void *ctx;
};

// Whether the texts of a list stand around a gram at `at`.
static void compare(const struct search *s, uint32_t list, size_t at)
{
    for (uint32_t i = list; i; i = s->key[i - 1].next) {
        const struct lane_key *k = &s->key[i - 1];
        size_t from = at - k->gram_at;

        if (at >= k->gram_at && s->low.n - from >= k->text.n &&
            memcmp(s->low.p + from, k->text.p, k->text.n) == 0) {
            s->call(s->ctx, k);
        }
    }
}

static void look_up(const struct search *s, const struct gram_table *t, uint32_t bytes, size_t at)
{
    for (uint32_t i = t->slot[gram_hash(bytes) >> t->shift]; i; i = s->g->gram[i - 1].next) {
        const struct gram *g = &s->g->gram[i - 1];
        size_t from = at + (size_t)g->window; // before the value's begin: a huge number

        if (g->bytes != bytes) {
            continue;
        }
        compare(s, g->list, at);
        if (g->width && from < s->low.n && s->low.n - from >= g->width) {
            compare(s, g->slot[hash_window(s->low.p + from, g->width) >> g->shift], at);
        }
    }
}

// At a place that the shuffles found, or at the front: every size below `to`.
static void look_up_sizes(const struct search *s, size_t to, uint32_t at)
{
    uint32_t v = load32(s->low.p + at);

    for (size_t size = s->g->least; size < to; size++) {
        const struct gram_table *t = &s->g->table[size - GRAM_MIN];
        uint32_t bytes = v & gram_mask(size);

        if (t->slot && gram_may_be(&t->bits, bytes)) {
            look_up(s, t, bytes, at);
        }
    }
}

static void walk_from(const struct search *s, size_t from)
{
    uint32_t place[GRAM_PLACES];

    for (size_t size = from; size <= GRAM_MAX; size++) {
        const struct gram_table *t = &s->g->table[size - GRAM_MIN];

        for (size_t at = 0; t->slot && at < s->low.n;) {
            size_t n = gram_walk(&t->bits, size, s->low, &at, place);

            for (size_t i = 0; i < n; i++) {
                look_up(s, t, load32(s->low.p + place[i]) & gram_mask(size), place[i]);
            }
        }
    }
}

void grams_run(const struct grams *g, const struct lane_key *key, struct span low, lane_call *call,
               void *ctx)
{
    struct search s = {g, key, low, call, ctx};
    uint32_t place[GRAM_PLACES];
    bool shuffle = g->teddy && teddy_usable();

    if (g->ngrams == 0 || low.n == 0) {
        return;
    }
    walk_from(&s, shuffle ? g->walked : g->least);
    for (size_t at = shuffle ? 0 : low.n; at < low.n;) {
        size_t n = teddy_find(g->teddy, low, &at, place, GRAM_PLACES);

        for (size_t i = 0; i < n; i++) {
            look_up_sizes(&s, g->walked, place[i]);
        }
    }
}

void grams_front(const struct grams *g, const struct lane_key *key, struct span low,
                 lane_call *call, void *ctx)
{
    struct search s = {g, key, low, call, ctx};

    if (g->ngrams && low.n) {
        look_up_sizes(&s, GRAM_MAX + 1, 0);
    }
}

void grams_back(const struct grams *g, const struct lane_key *key, struct span low, lane_call *call,
                void *ctx)
{
    struct search s = {g, key, low, call, ctx};

    for (size_t size = g->least; g->ngrams && size <= GRAM_MAX && size <= low.n; size++) {
        const struct gram_table *t = &g->table[size - GRAM_MIN];
        uint32_t bytes = load32(low.p + low.n - size) & gram_mask(size);

        if (t->slot && gram_may_be(&t->bits, bytes)) {
            look_up(&s, t, bytes, low.n - size);
        }
    }
}
