// gram_choose.c - the run of a text by which it is found.
// SPDX-License-Identifier: Apache-2.0
//
// Weights are quarters of a bit: rough knowledge of what logs hold, as in usual.h.
#include "core/detect/grams.h"
#include "core/detect/usual.h"

// How rare a byte is; 0: as the rest.
static const uint8_t rare[256] = {
    ['\0'] = 8, ['\t'] = 24, ['\n'] = 24, ['\r'] = 24, [' '] = 15, ['"'] = 22, ['%'] = 30,
    ['&'] = 28, ['\''] = 26, ['('] = 24,  [')'] = 24,  ['*'] = 30, ['+'] = 24, [','] = 22,
    ['-'] = 19, ['.'] = 18,  ['/'] = 18,  ['0'] = 16,  ['1'] = 17, ['2'] = 18, ['3'] = 19,
    ['4'] = 19, ['5'] = 19,  ['6'] = 19,  ['7'] = 19,  ['8'] = 19, ['9'] = 19, [':'] = 20,
    [';'] = 24, ['='] = 22,  ['\\'] = 17, ['_'] = 22,  ['a'] = 17, ['b'] = 23, ['c'] = 19,
    ['d'] = 19, ['e'] = 15,  ['f'] = 21,  ['g'] = 23,  ['h'] = 22, ['i'] = 17, ['j'] = 29,
    ['k'] = 25, ['l'] = 19,  ['m'] = 20,  ['n'] = 17,  ['o'] = 17, ['p'] = 20, ['q'] = 30,
    ['r'] = 17, ['s'] = 17,  ['t'] = 16,  ['u'] = 21,  ['v'] = 24, ['w'] = 22, ['x'] = 24,
    ['y'] = 23, ['z'] = 28,  ['{'] = 26,  ['}'] = 26,
};

enum { RARE = 30, USUAL = 12, COUNT_BITS_MIN = 6, COUNT_BITS_MAX = 18 };

struct choice {
    uint16_t *count; // by hash: keys that have the run
    unsigned shift;
};

unsigned gram_rarity(unsigned char c)
{
    return rare[c] ? rare[c] : RARE;
}

static uint32_t run_at(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v * 0x9e3779b1u;
}

static unsigned log2_of(unsigned n)
{
    return n ? 31 - (unsigned)__builtin_clz(n) : 0;
}

// `rarity`: of the run's bytes together.
static unsigned weight(const struct choice *c, const char *p, unsigned rarity)
{
    return (usual_run(p) ? USUAL : rarity) + 4 * log2_of(c->count[run_at(p) >> c->shift]);
}

static uint16_t choose(const struct choice *c, struct span text)
{
    size_t best = 0, n = text.n < UINT16_MAX ? text.n : UINT16_MAX;
    unsigned most = 0, rarity = 0;

    for (size_t i = 0; i < n; i++) {
        size_t from = i + 1 - GRAM_MAX; // of the run that ends here
        unsigned w;

        rarity += gram_rarity((unsigned char)text.p[i]);
        if (i + 1 < GRAM_MAX) {
            continue;
        }
        w = weight(c, text.p + from, rarity);
        rarity -= gram_rarity((unsigned char)text.p[from]);
        if (w > most) {
            most = w;
            best = from;
        }
    }
    return (uint16_t)best;
}

static void count(struct choice *c, struct span text)
{
    for (size_t i = 0; i + GRAM_MAX <= text.n; i++) {
        uint16_t *n = &c->count[run_at(text.p + i) >> c->shift];

        *n = *n < UINT16_MAX ? (uint16_t)(*n + 1) : *n;
    }
}

static bool choose_parts(struct lane_key *key, size_t nkeys, enum cover_kind kind)
{
    struct choice c = {0};
    unsigned bits = COUNT_BITS_MIN;
    struct arena tmp;
    size_t total = 0;

    for (size_t i = 0; i < nkeys; i++) {
        total += key[i].kind == kind ? key[i].text.n : 0;
    }
    while (bits < COUNT_BITS_MAX && (size_t)1 << bits < total) {
        bits++;
    }
    arena_init(&tmp, sizeof(*c.count) << (COUNT_BITS_MAX + 1));
    c.shift = 32 - bits;
    c.count = arena_array(&tmp, (size_t)1 << bits, sizeof(*c.count));
    for (size_t i = 0; c.count && i < nkeys; i++) {
        if (key[i].kind == kind) {
            count(&c, key[i].text);
        }
    }
    for (size_t i = 0; c.count && i < nkeys; i++) {
        if (key[i].kind == kind) {
            key[i].gram_at = choose(&c, key[i].text);
        }
    }
    arena_free(&tmp);
    return c.count != NULL;
}

bool grams_choose(struct lane_key *key, size_t nkeys, enum cover_kind kind)
{
    if (kind == COVER_PART || kind == COVER_WIDER) {
        return choose_parts(key, nkeys, kind);
    }
    for (size_t i = 0; i < nkeys; i++) {
        if (key[i].kind == kind) {
            key[i].gram_at =
                kind == COVER_BACK ? (uint16_t)(key[i].text.n - gram_size(&key[i])) : 0;
        }
    }
    return true;
}
