// json_index.c - tokens of a JSON text by vector compares.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_index.h"

#include <stdlib.h>

#include "core/base/utf8.h"

enum { BLOCK = 64, SLACK = 16 };

void json_index_free(struct json_index *x)
{
    free(x->at);
    free(x->back);
    *x = (struct json_index){0};
}

bool json_index_escaped(const struct json_index *x, size_t from, size_t to)
{
    size_t a = from / BLOCK, b = to / BLOCK;
    uint64_t first = ~UINT64_C(0) << from % BLOCK, last = (UINT64_C(1) << to % BLOCK) - 1;

    if (a == b) {
        return x->back[a] & first & last;
    }
    if (x->back[a] & first) {
        return true;
    }
    while (++a < b) {
        if (x->back[a]) {
            return true;
        }
    }
    return x->back[b] & last;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'                     ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

static int32_t hex4(const char *p)
{
    int32_t v = 0;

    for (int i = 0; i < 4; i++) {
        int d = hex(p[i]);

        if (d < 0) {
            return -1;
        }
        v = v * 16 + d;
    }
    return v;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define VECTOR __attribute__((target("avx2,bmi,bmi2,pclmul,popcnt")))

struct state {
    uint64_t escaped;   // 1: the first byte of the block is behind a backslash
    uint64_t in_string; // all ones: the block begins inside of a string
    uint64_t scalar;    // 1: the byte before the block belongs to a number or word
    uint64_t wrong;     // not 0: a string is wrong
};

struct chunk {
    __m256i lo, hi;
};

VECTOR static inline uint64_t bits(__m256i lo, __m256i hi)
{
    return (uint32_t)_mm256_movemask_epi8(lo) | (uint64_t)(uint32_t)_mm256_movemask_epi8(hi) << 32;
}

VECTOR static inline uint64_t equal(struct chunk c, char what)
{
    __m256i v = _mm256_set1_epi8(what);

    return bits(_mm256_cmpeq_epi8(c.lo, v), _mm256_cmpeq_epi8(c.hi, v));
}

VECTOR static inline __m256i twice(__m128i v)
{
    return _mm256_broadcastsi128_si256(v);
}

// Brackets, colon, comma. Also 0x0c and 0x1a, which the second pass refuses.
VECTOR static inline uint64_t operators(struct chunk c)
{
    const __m256i table =
        twice(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0));
    const __m256i fold = _mm256_set1_epi8(0x20);

    return bits(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, c.lo), _mm256_or_si256(c.lo, fold)),
                _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, c.hi), _mm256_or_si256(c.hi, fold)));
}

VECTOR static inline uint64_t blanks(struct chunk c)
{
    const __m256i table = twice(_mm_setr_epi8(' ', 100, 100, 100, 17, 100, 113, 2, 100, '\t', '\n',
                                              112, 100, '\r', 100, 100));

    return bits(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, c.lo), c.lo),
                _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, c.hi), c.hi));
}

VECTOR static inline uint64_t controls(struct chunk c)
{
    const __m256i top = _mm256_set1_epi8(0x1f);

    return bits(_mm256_cmpeq_epi8(_mm256_min_epu8(c.lo, top), c.lo),
                _mm256_cmpeq_epi8(_mm256_min_epu8(c.hi, top), c.hi));
}

// What may stand behind a backslash: "\/bfnrtu, told by both halves of the byte.
VECTOR static inline uint64_t escapable(struct chunk c)
{
    const __m256i low = twice(_mm_setr_epi8(0, 0, 13, 0, 8, 8, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1));
    const __m256i high = twice(_mm_setr_epi8(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i nibble = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    __m256i lo = _mm256_and_si256(
        _mm256_shuffle_epi8(low, _mm256_and_si256(c.lo, nibble)),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(c.lo, 4), nibble)));
    __m256i hi = _mm256_and_si256(
        _mm256_shuffle_epi8(low, _mm256_and_si256(c.hi, nibble)),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(c.hi, 4), nibble)));

    return ~bits(_mm256_cmpeq_epi8(lo, zero), _mm256_cmpeq_epi8(hi, zero));
}

// Bytes behind an odd run of backslashes.
static inline uint64_t behind_backslash(uint64_t back, struct state *s)
{
    const uint64_t even = 0x5555555555555555;
    uint64_t follows, starts, sum;

    back &= ~s->escaped;
    follows = back << 1 | s->escaped;
    starts = back & ~even & ~follows;
    s->escaped = __builtin_add_overflow(starts, back, &sum);
    return (even ^ sum << 1) & follows;
}

// Bit i = parity of the bits 0..i.
VECTOR static inline uint64_t parity(uint64_t v)
{
    return (uint64_t)_mm_cvtsi128_si64(
        _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)v), _mm_set1_epi8(-1), 0));
}

// The \u among `escaped` of the block at `base` have four digits.
static bool digits_follow(struct span text, size_t base, uint64_t u)
{
    for (; u; u &= u - 1) {
        size_t at = base + (size_t)__builtin_ctzll(u);

        if (text.n - at < 5 || hex4(text.p + at + 1) < 0) {
            return false;
        }
    }
    return true;
}

// One block; returns where tokens begin.
VECTOR static inline uint64_t block(struct state *s, struct chunk c, struct span text, size_t base,
                                    uint64_t *ret_back)
{
    uint64_t back = equal(c, '\\'), quote = equal(c, '"'), op = operators(c), scalar, follows;
    uint64_t in_string, escaped = 0;

    *ret_back = back;
    if (back | s->escaped) {
        uint64_t u;

        escaped = behind_backslash(back, s);
        u = escaped & equal(c, 'u');
        s->wrong |= escaped & ~escapable(c);
        if (u && !digits_follow(text, base, u)) {
            s->wrong = 1;
        }
        quote &= ~escaped;
    }
    in_string = parity(quote) ^ s->in_string;
    s->in_string = (uint64_t)((int64_t)in_string >> 63);
    s->wrong |= controls(c) & in_string;
    scalar = ~(op | blanks(c));
    follows = (scalar & ~quote) << 1 | s->scalar;
    s->scalar = (scalar & ~quote) >> 63;
    return (op | (scalar & ~follows)) & ~(in_string ^ quote);
}

// Writes the places of the bits; up to seven more entries are overwritten.
VECTOR static inline size_t write_bits(uint32_t *at, size_t n, uint32_t base, uint64_t set)
{
    size_t end = n + (size_t)_mm_popcnt_u64(set);

    while (n < end) {
        for (int k = 0; k < 8; k++) {
            at[n + (size_t)k] = base + (uint32_t)_tzcnt_u64(set);
            set = _blsr_u64(set);
        }
        n += 8;
    }
    return end;
}

VECTOR static bool run(struct json_index *x, struct span text)
{
    struct state s = {0};
    size_t base = 0, n = 0;
    char rest[BLOCK];

    for (; text.n - base >= BLOCK; base += BLOCK) {
        struct chunk c = {_mm256_loadu_si256((const __m256i *)(const void *)(text.p + base)),
                          _mm256_loadu_si256((const __m256i *)(const void *)(text.p + base + 32))};
        uint64_t set = block(&s, c, text, base, &x->back[base / BLOCK]);

        n = write_bits(x->at, n, (uint32_t)base, set);
    }
    memset(rest, ' ', sizeof(rest));
    if (text.n > base) {
        memcpy(rest, text.p + base, text.n - base);
    }
    {
        struct chunk c = {_mm256_loadu_si256((const __m256i *)(const void *)rest),
                          _mm256_loadu_si256((const __m256i *)(const void *)(rest + 32))};
        uint64_t set = block(&s, c, text, base, &x->back[base / BLOCK]);

        n = write_bits(x->at, n, (uint32_t)base, set);
    }
    x->at[n] = x->at[n + 1] = (uint32_t)text.n;
    x->n = n;
    return !s.wrong && !s.in_string;
}

static bool able(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul") &&
           __builtin_cpu_supports("popcnt");
}

static bool make_room(struct json_index *x, size_t n)
{
    size_t cap = x->cap ? x->cap : 16 * 1024;
    uint32_t *at;
    uint64_t *back;

    while (cap < n) {
        cap *= 2;
    }
    if (x->cap >= n && x->cap) {
        return true;
    }
    at = realloc(x->at, (cap + SLACK) * sizeof(*at));
    x->at = at ? at : x->at;
    back = realloc(x->back, (cap / BLOCK + 1) * sizeof(*back));
    x->back = back ? back : x->back;
    x->cap = at && back ? cap : x->cap;
    return at && back;
}

bool json_index(struct json_index *x, struct span text)
{
    return text.n < INT32_MAX && able() && make_room(x, text.n) && run(x, text);
}

#else

bool json_index(struct json_index *x, struct span text)
{
    (void)x;
    (void)text;
    return false;
}

#endif

// The character of the escape at *p; *p is moved behind it.
static uint32_t escape(const char **p, const char *end)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *known, *at = *p + 2;
    int32_t hi, lo;

    *p = at;
    if (at[-1] != 'u') {
        known = strchr(from, at[-1]);
        return known ? (unsigned char)to[known - from] : (unsigned char)at[-1];
    }
    hi = hex4(at);
    *p = at + 4;
    if (hi < 0xD800 || hi > 0xDFFF) {
        return (uint32_t)hi;
    }
    if (hi <= 0xDBFF && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        lo = hex4(*p + 2);
        if (lo >= 0xDC00 && lo <= 0xDFFF) {
            *p += 6;
            return (uint32_t)(0x10000 + ((hi - 0xD800) << 10) + (lo - 0xDC00));
        }
    }
    return 0xFFFD; // half a pair
}

size_t json_index_unescape(struct span in, char *out)
{
    const char *p = in.p, *end = in.p + in.n;
    char *o = out;

    while (p < end) {
        const char *back = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((back ? back : end) - p);

        memcpy(o, p, plain);
        o += plain;
        p += plain;
        if (back) {
            uint32_t c = escape(&p, end);

            if (c < 0x80) {
                *o++ = (char)c;
            } else {
                o += utf8_put(c, o);
            }
        }
    }
    return (size_t)(o - out);
}
