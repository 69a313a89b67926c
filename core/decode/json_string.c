// json_string.c - strings of a JSON text by vector compares.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_string.h"

#include "core/base/bits.h"
#include "core/base/utf8.h"

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

enum { BLOCK = 64 };

struct block {
    __m256i lo, hi;
};

bool json_string_able(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

JSON_VECTOR __m256i json_window_rest(const char *p, const char *end)
{
    char rest[JSON_WINDOW] = {0};

    if (end > p) {
        memcpy(rest, p, (size_t)(end - p));
    }
    return _mm256_loadu_si256((const __m256i *)(const void *)rest);
}

JSON_VECTOR static inline uint64_t bits(__m256i lo, __m256i hi)
{
    return (uint32_t)_mm256_movemask_epi8(lo) | (uint64_t)(uint32_t)_mm256_movemask_epi8(hi) << 32;
}

JSON_VECTOR static inline uint64_t equal(struct block b, char what)
{
    __m256i v = _mm256_set1_epi8(what);

    return bits(_mm256_cmpeq_epi8(b.lo, v), _mm256_cmpeq_epi8(b.hi, v));
}

JSON_VECTOR static inline uint64_t controls(struct block b)
{
    const __m256i top = _mm256_set1_epi8(0x1f);

    return bits(_mm256_cmpeq_epi8(_mm256_min_epu8(b.lo, top), b.lo),
                _mm256_cmpeq_epi8(_mm256_min_epu8(b.hi, top), b.hi));
}

JSON_VECTOR static inline __m256i escapable_32(__m256i v)
{
    const __m256i low =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 13, 0, 8, 8, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1));
    const __m256i high =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i nibble = _mm256_set1_epi8(15);

    return _mm256_and_si256(
        _mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble)),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));
}

// What may stand behind a backslash: "\/bfnrtu, told by both halves of the byte.
JSON_VECTOR static inline uint64_t escapable(struct block b)
{
    const __m256i zero = _mm256_setzero_si256();

    return ~bits(_mm256_cmpeq_epi8(escapable_32(b.lo), zero),
                 _mm256_cmpeq_epi8(escapable_32(b.hi), zero));
}

JSON_VECTOR static inline struct block block_at(const char *p, const char *end)
{
    return (struct block){json_window(p, end),
                          json_window(end - p > JSON_WINDOW ? p + JSON_WINDOW : end, end)};
}

// Every \u whose letter is one of `u` has four digits.
static bool digits_follow(const char *p, const char *end, uint64_t u)
{
    for (; u; u &= u - 1) {
        const char *at = p + __builtin_ctzll(u);

        if (end - at < 5 || hex4(at + 1) < 0) {
            return false;
        }
    }
    return true;
}

JSON_VECTOR const char *json_string_end(const char *p, const char *end, bool *ret_escaped)
{
    uint64_t carry = 0;

    *ret_escaped = false;
    for (;; p += BLOCK) {
        struct block b = block_at(p, end);
        uint64_t back = equal(b, '\\'), quote = equal(b, '"'), control = controls(b), stop;

        if (back | carry) {
            uint64_t escaped = bits_escaped(back, &carry), text;

            quote &= ~escaped;
            text = _blsmsk_u64(quote | control); // up to the first of them
            escaped &= text;
            *ret_escaped |= escaped != 0;
            if ((escaped & ~escapable(b)) || !digits_follow(p, end, escaped & equal(b, 'u'))) {
                return NULL;
            }
        }
        stop = quote | control;
        if (stop) {
            return stop & -stop & quote ? p + _tzcnt_u64(stop) : NULL;
        }
    }
}

// Copies up to the next backslash, 32 bytes at a time; returns how many there are before it.
JSON_VECTOR static inline size_t copy_plain(const char *p, size_t n, const char *end, char *out)
{
    for (size_t done = 0; done < n; done += JSON_WINDOW) {
        __m256i v = json_window(p + done, end);
        uint32_t back =
            (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\')));

        _mm256_storeu_si256((__m256i *)(void *)(out + done), v);
        if (back) {
            done += _tzcnt_u32(back);
            return done < n ? done : n;
        }
    }
    return n;
}

#else

#define JSON_VECTOR

bool json_string_able(void)
{
    return false;
}

const char *json_string_end(const char *p, const char *end, bool *ret_escaped)
{
    (void)p;
    (void)end;
    *ret_escaped = false;
    return NULL;
}

static size_t copy_plain(const char *p, size_t n, const char *end, char *out)
{
    struct span s = span_of(p, n);

    (void)end;
    n = span_find(s, '\\');
    memcpy(out, p, n);
    return n;
}

#endif

// The character of the \u escape whose digits begin at *p; *p is moved behind it.
static uint32_t code_point(const char **p, const char *end)
{
    int32_t hi = hex4(*p), lo;

    *p += 4;
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

JSON_VECTOR size_t json_string_unescape(struct span in, const char *end, char *out)
{
    static const char meaning[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                      ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    const char *p = in.p, *last = in.p + in.n;
    char *o = out;

    while (p < last) {
        size_t plain = copy_plain(p, (size_t)(last - p), end, o);

        p += plain;
        o += plain;
        if (p == last) {
            break;
        }
        p += 2;
        if (p[-1] == 'u') {
            o += utf8_put(code_point(&p, last), o);
        } else {
            *o++ = meaning[(unsigned char)p[-1]];
        }
    }
    return (size_t)(o - out);
}
