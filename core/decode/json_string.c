// json_string.c - strings of a JSON text by vector compares.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_string.h"

#include "core/base/bits.h"
#include "core/base/utf8.h"

#if defined(__x86_64__)

bool json_string_able(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

JSON_VECTOR __m256i json_window_rest(const char *p, const char *end)
{
    char rest[JSON_WINDOW] = {0};

    if (end > p) {
        memcpy(rest, p, (size_t)(end - p));
    }
    return _mm256_loadu_si256((const __m256i *)(const void *)rest);
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

// The character of the \u escape whose digits begin at *p; *p is moved behind it. -1: no digits.
static int32_t code_point(const char **p, const char *end)
{
    int32_t hi = end - *p < 4 ? -1 : hex4(*p), lo;

    *p += 4;
    if (hi < 0xD800 || hi > 0xDFFF) {
        return hi;
    }
    if (hi <= 0xDBFF && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        lo = hex4(*p + 2);
        if (lo >= 0xDC00 && lo <= 0xDFFF) {
            *p += 6;
            return 0x10000 + ((hi - 0xD800) << 10) + (lo - 0xDC00);
        }
    }
    return 0xFFFD; // half a pair
}

JSON_VECTOR static inline uint32_t equal(__m256i v, char what)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(what)));
}

// What may stand behind a backslash: "\/bfnrtu, told by both halves of the byte.
JSON_VECTOR static inline uint32_t escapable(__m256i v)
{
    const __m256i low =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 13, 0, 8, 8, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1));
    const __m256i high =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i both = _mm256_and_si256(
        _mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble)),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));

    return ~equal(both, 0);
}

// The bytes of `at`, all of them escapable and none a 'u', become what they mean. Letters and the
// backslash have bit 6 and differ in their bits 1 to 4; quote and slash mean themselves.
JSON_VECTOR static inline __m256i meanings(__m256i v, uint32_t at)
{
    const __m256i meaning = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, '\b', 0, '\f', 0, 0, 0, '\n', 0, '\r', '\t', 0, 0, 0, '\\', 0));
    const __m256i copies = _mm256_setr_epi64x(0x0000000000000000, 0x0101010101010101,
                                              0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
    __m256i means = _mm256_shuffle_epi8(
        meaning, _mm256_and_si256(_mm256_srli_epi16(v, 1), _mm256_set1_epi8(15)));
    __m256i chosen = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32((int)at), copies), bit);

    chosen = _mm256_and_si256(_mm256_cmpeq_epi8(chosen, bit), _mm256_slli_epi16(v, 1));
    return _mm256_blendv_epi8(v, means, chosen);
}

// The bytes of `keep` move together, eight at a time; returns the place behind them.
JSON_VECTOR static inline char *squeeze(char *out, __m256i v, uint32_t keep)
{
    uint64_t part[JSON_WINDOW / 8];

    _mm256_storeu_si256((__m256i *)(void *)part, v);
    for (size_t i = 0; i < JSON_WINDOW / 8; i++, keep >>= 8) {
        uint64_t all = _pdep_u64(keep & 0xff, 0x0101010101010101) * 0xff;
        uint64_t bytes = _pext_u64(part[i], all);

        memcpy(out, &bytes, 8);
        out += _mm_popcnt_u32(keep & 0xff);
    }
    return out;
}

// A window in which there is an escape.
struct window {
    uint32_t begins;  // backslashes that begin an escape
    uint64_t escaped; // what stands behind them, up to the byte behind the window
    uint32_t stop;    // the first byte that ends the string, a quote or a control character
    uint32_t before;  // all bytes before it
};

JSON_VECTOR static inline struct window look(__m256i v, uint32_t back, uint64_t carry)
{
    struct window w = {.escaped = bits_escaped(back, &carry)};

    w.begins = back & ~(uint32_t)w.escaped;
    w.stop = equal(v, '"') & ~(uint32_t)w.escaped;
    w.stop = _blsi_u32(w.stop | (uint32_t)_mm256_movemask_epi8(json_controls(v)));
    w.before = w.stop - 1;
    return w;
}

// Behind the \u escape whose letter is at `p`; what it means is written to `*out`, when there is a place.
static const char *long_escape(const char *p, const char *end, char **out)
{
    int32_t c;

    p++;
    c = code_point(&p, end);
    if (c >= 0 && *out) {
        *out += utf8_put((uint32_t)c, *out);
    }
    return c < 0 ? NULL : p;
}

// Reads a string to its end: the closing quote, or NULL. `*out`: where its text is put, or NULL; it is
// moved behind it.
JSON_VECTOR static inline __attribute__((always_inline)) const char *
read(const char *p, const char *end, char **out, bool *escaped)
{
    uint64_t carry = 0;

    for (;;) {
        __m256i v = json_window(p, end);
        uint32_t back = equal(v, '\\'), at, u;
        struct window w;

        if (!(back | carry)) {
            uint32_t stops = json_stops(v);

            if (*out) {
                _mm256_storeu_si256((__m256i *)(void *)*out, v);
                *out += _tzcnt_u32(stops);
            }
            p += _tzcnt_u32(stops);
            if (stops) {
                return p < end && *p == '"' ? p : NULL;
            }
            continue;
        }
        w = look(v, back, carry);
        at = (uint32_t)w.escaped & w.before;
        *escaped |= at != 0;
        if (at & ~escapable(v)) {
            return NULL;
        }
        u = at & equal(v, 'u');
        if (u) {
            w.before &= _blsi_u32(u) - 1;
            at &= w.before;
        }
        if (*out) {
            *out = squeeze(*out, meanings(v, at), w.before & ~w.begins);
        }
        if (u) {
            p = long_escape(p + _tzcnt_u32(u), end, out);
            if (!p) {
                return NULL;
            }
            carry = 0;
            continue;
        }
        if (w.stop) {
            p += _tzcnt_u32(w.stop);
            return p < end && *p == '"' ? p : NULL;
        }
        carry = w.escaped >> JSON_WINDOW;
        p += JSON_WINDOW;
    }
}

JSON_VECTOR const char *json_string_end(const char *p, const char *end, bool *ret_escaped)
{
    char *nowhere = NULL;

    *ret_escaped = false;
    return read(p, end, &nowhere, ret_escaped);
}

JSON_VECTOR const char *json_string_copy(const char *p, const char *end, char *out, size_t *ret_n)
{
    char *o = out;
    bool escaped = false;
    const char *q = read(p, end, &o, &escaped);

    *ret_n = (size_t)(o - out);
    return q;
}

#else

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

const char *json_string_copy(const char *p, const char *end, char *out, size_t *ret_n)
{
    (void)p;
    (void)end;
    (void)out;
    *ret_n = 0;
    return NULL;
}

#endif
