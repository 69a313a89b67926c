// span.c - operations on borrowed runs of bytes.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/span.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

int span_cmp(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;

    if (c != 0) {
        return c;
    }
    return a.n < b.n ? -1 : a.n > b.n;
}

static unsigned char fold(char c)
{
    unsigned char u = (unsigned char)c;

    return u >= 'A' && u <= 'Z' ? (unsigned char)(u | 0x20) : u;
}

static bool same_folded(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (fold(a[i]) != fold(b[i])) {
            return false;
        }
    }
    return true;
}

// The same for eight bytes at once: 0x20 is added where a byte of seven bits lies from A to Z.
static uint64_t fold8(uint64_t v)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t low = v & 0x7f * each;
    uint64_t from_a = low + (0x80 - 'A') * each, behind_z = low + (0x7f - 'Z') * each;

    return v | ((from_a ^ behind_z) & ~v & 0x80 * each) >> 2;
}

bool span_same_nocase(const char *a, const char *b, size_t n)
{
    if (a == b || n < 4) {
        return a == b || same_folded(a, b, n);
    }
    if (n < 8) {
        return fold8(span_load4(a) | (uint64_t)span_load4(a + n - 4) << 32) ==
               fold8(span_load4(b) | (uint64_t)span_load4(b + n - 4) << 32);
    }
    for (size_t i = 0; i + 8 < n; i += 8) {
        if (fold8(span_load8(a + i)) != fold8(span_load8(b + i))) {
            return false;
        }
    }
    return fold8(span_load8(a + n - 8)) == fold8(span_load8(b + n - 8));
}

enum { FIND_MAX = 64 };

static size_t find_slow(struct span a, struct span needle)
{
    const char *at = a.n ? memmem(a.p, a.n, needle.p, needle.n) : NULL;

    return at ? (size_t)(at - a.p) : a.n;
}

#if defined(__x86_64__)
// Sixteen places at a time: those where both the first and the last byte of the needle fit.
static size_t find_blocks(struct span a, struct span needle)
{
    __m128i first = _mm_set1_epi8(needle.p[0]), last = _mm_set1_epi8(needle.p[needle.n - 1]);
    size_t i = 0;

    for (; i + needle.n + 15 <= a.n; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i_u *)(a.p + i));
        __m128i y = _mm_loadu_si128((const __m128i_u *)(a.p + i + needle.n - 1));
        unsigned m = (unsigned)_mm_movemask_epi8(
            _mm_and_si128(_mm_cmpeq_epi8(x, first), _mm_cmpeq_epi8(y, last)));

        for (; m; m &= m - 1) {
            size_t at = i + (size_t)__builtin_ctz(m);

            if (span_same(a.p + at, needle.p, needle.n)) {
                return at;
            }
        }
    }
    for (; i + needle.n <= a.n; i++) {
        if (a.p[i] == needle.p[0] && span_same(a.p + i, needle.p, needle.n)) {
            return i;
        }
    }
    return a.n;
}
#endif

// A long needle is left to libc, whose search is linear whatever the texts.
size_t span_find_span(struct span a, struct span needle)
{
#if defined(__x86_64__)
    if (needle.n && needle.n <= FIND_MAX) {
        return find_blocks(a, needle);
    }
#endif
    return find_slow(a, needle);
}

struct span span_cut(struct span *rest, char c)
{
    size_t at = span_find(*rest, c);
    struct span head = span_sub(*rest, 0, at);

    *rest = span_sub(*rest, at < rest->n ? at + 1 : at, rest->n);
    return head;
}

bool span_u64(struct span a, uint64_t *ret)
{
    uint64_t v = 0;

    if (a.n == 0) {
        return false;
    }
    if (a.n < 20) { // so many digits are always a number
        for (size_t i = 0; i < a.n; i++) {
            unsigned d = (unsigned char)a.p[i] - (unsigned)'0';

            if (d > 9) {
                return false;
            }
            v = 10 * v + d;
        }
        *ret = v;
        return true;
    }
    for (size_t i = 0; i < a.n; i++) {
        unsigned d = (unsigned char)a.p[i] - (unsigned)'0';

        if (d > 9 || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)d, &v)) {
            return false;
        }
    }
    *ret = v;
    return true;
}

bool span_i64(struct span a, int64_t *ret)
{
    bool neg = a.n && a.p[0] == '-';
    uint64_t v;

    if (a.n && (a.p[0] == '-' || a.p[0] == '+')) {
        a = span_sub(a, 1, a.n);
    }
    if (!span_u64(a, &v) || v > (uint64_t)INT64_MAX + neg) {
        return false;
    }
    *ret = neg ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}
