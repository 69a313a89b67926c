// find.h - the first of some bytes in a text, sixteen places at a time.
// SPDX-License-Identifier: Apache-2.0
//
// For sets of a few bytes that are known where the program is written: the compiler then unrolls them.
// Reads nothing behind the text.
#ifndef CORE_BASE_FIND_H
#define CORE_BASE_FIND_H

#include "core/base/span.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

static inline bool find_has(const char *set, size_t n, char c)
{
    bool has = false;

    for (size_t k = 0; k < n; k++) {
        has |= set[k] == c;
    }
    return has;
}

#if defined(__x86_64__)
static inline __attribute__((always_inline)) unsigned find_mask(const char *p, const char *set,
                                                                size_t n)
{
    __m128i x = _mm_loadu_si128((const __m128i_u *)p), m = _mm_cmpeq_epi8(x, _mm_set1_epi8(set[0]));

    for (size_t k = 1; k < n; k++) {
        m = _mm_or_si128(m, _mm_cmpeq_epi8(x, _mm_set1_epi8(set[k])));
    }
    return (unsigned)_mm_movemask_epi8(m);
}
#endif

// Where the first byte of `set` stands in `a` from `from` on; a.n when none does.
static inline __attribute__((always_inline)) size_t find_any(struct span a, size_t from,
                                                             const char *set, size_t n)
{
    size_t i = from;

#if defined(__x86_64__)
    unsigned m;

    for (; i + 16 <= a.n; i += 16) {
        m = find_mask(a.p + i, set, n);
        if (m) {
            return i + (size_t)__builtin_ctz(m);
        }
    }
    if (i < a.n && a.n >= 16) { // the last block, of which the first bytes were looked at
        m = find_mask(a.p + a.n - 16, set, n) >> (i - (a.n - 16));
        return m ? i + (size_t)__builtin_ctz(m) : a.n;
    }
#endif
    while (i < a.n && !find_has(set, n, a.p[i])) {
        i++;
    }
    return i;
}

#define FIND_ANY(a, from, set) find_any((a), (from), (set), sizeof(set) - 1)

// Whether a byte of `set` is in it; soonest when it mostly is not.
static inline __attribute__((always_inline)) bool find_in(struct span a, const char *set, size_t n)
{
#if defined(__x86_64__)
    if (a.n >= 16) {
        unsigned m = find_mask(a.p + a.n - 16, set, n);

        for (size_t i = 0; i + 16 < a.n; i += 16) {
            m |= find_mask(a.p + i, set, n);
        }
        return m;
    }
#endif
    return find_any(a, 0, set, n) < a.n;
}

#define FIND_HAS(a, set) find_in((a), (set), sizeof(set) - 1)

// Which of the 64 bytes from `from` < a.n on are of `set`: bit i stands for byte from + i; bytes behind
// the text are not.
static inline __attribute__((always_inline)) uint64_t find_mask64(struct span a, size_t from,
                                                                  const char *set, size_t n)
{
    const char *p = a.p + from;
    size_t k = 0, end = a.n - from < 64 ? a.n - from : 64;
    uint64_t m = 0;

#if defined(__x86_64__)
    if (end == 64) {
        return (uint64_t)find_mask(p, set, n) | (uint64_t)find_mask(p + 16, set, n) << 16 |
               (uint64_t)find_mask(p + 32, set, n) << 32 |
               (uint64_t)find_mask(p + 48, set, n) << 48;
    }
    for (; k + 16 <= end; k += 16) {
        m |= (uint64_t)find_mask(p + k, set, n) << k;
    }
    if (k < end && a.n >= 16) { // the last block, of which the first bytes were looked at
        return m | (uint64_t)(find_mask(p + end - 16, set, n) >> (16 - (end - k))) << k;
    }
#endif
    for (; k < end; k++) {
        m |= (uint64_t)find_has(set, n, p[k]) << k;
    }
    return m;
}

#define FIND_MASK64(a, from, set) find_mask64((a), (from), (set), sizeof(set) - 1)

#endif
