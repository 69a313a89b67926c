// span.h - a borrowed run of bytes: pointer and length, never a terminator.
// SPDX-License-Identifier: Apache-2.0
//
// Everything read from outside is a span into the buffer it arrived in; nothing on the hot path
// copies. A span never owns: it is valid as long as the buffer behind it. `p` may be NULL when
// `n` is 0 (the empty span), and a span may hold any byte, NUL included.
#ifndef CORE_BASE_SPAN_H
#define CORE_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *p;
    size_t n;
};

#define SPAN_LIT(s)  ((struct span){(s), sizeof(s) - 1})
#define SPAN_NONE    ((struct span){NULL, 0})
#define SPAN_FMT     "%.*s"
#define SPAN_ARG(sp) (int)(sp).n, (sp).n ? (sp).p : ""

static inline struct span span_of(const char *p, size_t n)
{
    return (struct span){p, n};
}

// The span over a C string; NULL gives the empty span.
static inline struct span span_str(const char *s)
{
    return (struct span){s, s ? strlen(s) : 0};
}

static inline uint64_t span_load8(const char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

// The same with the first byte lowest, whatever the machine.
static inline uint64_t span_load8_low(const char *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return span_load8(p);
#else
    return __builtin_bswap64(span_load8(p));
#endif
}

static inline uint32_t span_load4(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

// Whether n bytes are the same. Most texts compared are short: those cost no call.
static inline bool span_same(const char *a, const char *b, size_t n)
{
    if (n > 16) {
        return memcmp(a, b, n) == 0;
    }
    if (n >= 8) {
        return ((span_load8(a) ^ span_load8(b)) |
                (span_load8(a + n - 8) ^ span_load8(b + n - 8))) == 0;
    }
    if (n >= 4) {
        return ((span_load4(a) ^ span_load4(b)) |
                (span_load4(a + n - 4) ^ span_load4(b + n - 4))) == 0;
    }
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && span_same(a.p, b.p, a.n);
}

static inline bool span_eq_str(struct span a, const char *s)
{
    return span_eq(a, span_str(s));
}

// Order by bytes, shorter first on a common prefix: the order of every sorted list of names.
int span_cmp(struct span a, struct span b);
// ASCII case folded equality; bytes above 0x7f compare as they are.
bool span_same_nocase(const char *a, const char *b, size_t n);
static inline bool span_eq_nocase(struct span a, struct span b)
{
    return a.n == b.n && span_same_nocase(a.p, b.p, a.n);
}

static inline bool span_starts(struct span a, struct span prefix)
{
    return a.n >= prefix.n && span_same(a.p, prefix.p, prefix.n);
}

static inline bool span_ends(struct span a, struct span suffix)
{
    return a.n >= suffix.n && span_same(a.p + a.n - suffix.n, suffix.p, suffix.n);
}

// First occurrence of a byte or of a run of bytes; returns a.n when there is none.
static inline size_t span_find(struct span a, char c)
{
    const char *at = a.n ? memchr(a.p, c, a.n) : NULL;

    return at ? (size_t)(at - a.p) : a.n;
}

size_t span_find_span(struct span a, struct span needle);

// The part from `off` (clamped to the end) and at most `n` bytes long.
static inline struct span span_sub(struct span a, size_t off, size_t n)
{
    if (off > a.n) {
        off = a.n;
    }
    if (n > a.n - off) {
        n = a.n - off;
    }
    return (struct span){a.p ? a.p + off : NULL, n};
}

static inline bool span_is_blank(char c)
{
    return (unsigned char)c <= ' ' && (UINT64_C(0x100002600) >> c & 1); // blank, TAB, LF, CR
}

static inline struct span span_trim(struct span a) // without ASCII blanks at both ends
{
    size_t from = 0, n = a.n;

    while (from < n && span_is_blank(a.p[from])) {
        from++;
    }
    while (n > from && span_is_blank(a.p[n - 1])) {
        n--;
    }
    return from ? span_of(a.p + from, n - from) : span_of(a.p, n);
}

// Cuts `*rest` at the first `c`: returns the part before it and moves `*rest` behind it. When `c`
// does not occur the whole rest is returned and `*rest` becomes empty.
struct span span_cut(struct span *rest, char c);

// Decimal numbers: the whole span must be digits (one sign allowed for i64) and fit. No blanks.
bool span_u64(struct span a, uint64_t *ret);
bool span_i64(struct span a, int64_t *ret);

#endif
