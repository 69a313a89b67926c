// ends.h - both ends of a short text as numbers: to hash it and to compare it without a loop.
// SPDX-License-Identifier: Apache-2.0
//
// The first and the last eight bytes; below sixteen bytes they overlap. A text of at most ENDS_ALL bytes
// is wholly told by them and its length. The numbers never leave the process.
#ifndef CORE_BASE_ENDS_H
#define CORE_BASE_ENDS_H

#include "core/base/span.h"

enum { ENDS_ALL = 16 };

struct ends {
    uint64_t head, tail;
};

static inline uint64_t ends_load(const char *p, size_t n)
{
    uint64_t v = 0;

    memcpy(&v, p, n);
    return v;
}

static inline struct ends ends_of(struct span s)
{
    if (s.n >= 8) {
        return (struct ends){ends_load(s.p, 8), ends_load(s.p + s.n - 8, 8)};
    }
    if (s.n >= 4) {
        return (struct ends){ends_load(s.p, 4), ends_load(s.p + s.n - 4, 4)};
    }
    if (s.n) {
        return (struct ends){(unsigned char)s.p[0] | (uint64_t)(unsigned char)s.p[s.n / 2] << 8,
                             (unsigned char)s.p[s.n - 1]};
    }
    return (struct ends){0, 0};
}

// `seed`: what the text stands under.
static inline uint64_t ends_hash(struct ends e, size_t n, uint32_t seed)
{
    uint64_t h = (e.head ^ (uint64_t)seed << 32 ^ n) * 0x9e3779b97f4a7c15ULL;

    h = (h ^ h >> 29 ^ e.tail) * 0xbf58476d1ce4e5b9ULL;
    return h ^ h >> 32;
}

// Whether `p` holds the same text as `s`, when their lengths and ends are the same already.
static inline bool ends_between_eq(const char *p, struct span s)
{
    return s.n <= ENDS_ALL || memcmp(p + 8, s.p + 8, s.n - ENDS_ALL) == 0;
}

// A text of at most ENDS_ALL bytes as numbers alone.
struct brief {
    struct ends ends;
    size_t n;
};

// False when the text is too long to be told by them.
static inline bool brief_of(struct span s, struct brief *ret)
{
    ret->ends = ends_of(s);
    ret->n = s.n;
    return s.n <= ENDS_ALL;
}

static inline bool brief_same(const struct brief *a, const struct brief *b)
{
    return a->n == b->n && a->ends.head == b->ends.head && a->ends.tail == b->ends.tail;
}

#endif
