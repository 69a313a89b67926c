// json_string.c - strings of a JSON text by vector compares.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_string.h"

#include "core/base/bits.h"

#if defined(__x86_64__)

bool json_string_able(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
           __builtin_cpu_supports("pclmul");
}

JSON_VECTOR __m256i json_window_rest(const char *p, const char *end)
{
    char rest[JSON_WINDOW] = {0};

    if (end > p) {
        memcpy(rest, p, (size_t)(end - p));
    }
    return _mm256_loadu_si256((const __m256i *)(const void *)rest);
}

JSON_VECTOR static inline uint32_t equal(__m256i v, __m256i other)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, other));
}

// The bytes of `at` become what they mean behind a backslash: letters and the backslash, which have bit 6;
// quote and slash mean themselves.
JSON_VECTOR static inline __m256i meanings(__m256i v, uint32_t at)
{
    const __m256i bit = json_vectors.bit;
    __m256i means = _mm256_shuffle_epi8(json_vectors.meaning, json_middles(v));
    __m256i chosen =
        _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32((int)at), json_vectors.copies), bit);

    chosen = _mm256_and_si256(_mm256_cmpeq_epi8(chosen, bit), _mm256_slli_epi16(v, 1));
    return _mm256_blendv_epi8(v, means, chosen);
}

JSON_VECTOR static inline char *squeeze_8(char *out, uint64_t v, unsigned keep)
{
    uint64_t ones = _pdep_u64(keep, 0x0101010101010101);

    v = _pext_u64(v, (ones << 8) - ones);
    memcpy(out, &v, 8);
    return out + _mm_popcnt_u32(keep);
}

// The bytes of `keep` move together, eight at a time; returns the place behind them.
JSON_VECTOR static inline char *squeeze(char *out, __m256i v, uint32_t keep)
{
    uint64_t part[JSON_WINDOW / 8];

    _mm256_storeu_si256((__m256i *)(void *)part, v);
    out = squeeze_8(out, part[0], keep & 0xff);
    out = squeeze_8(out, part[1], keep >> 8 & 0xff);
    out = squeeze_8(out, part[2], keep >> 16 & 0xff);
    return squeeze_8(out, part[3], keep >> 24);
}

// A window in which there is an escape.
struct window {
    uint32_t begins;  // backslashes that begin an escape
    uint64_t escaped; // what stands behind them, up to the byte behind the window
    uint32_t stop;    // the first byte that ends the string, a quote or a control character
    uint32_t before;  // all bytes before it
    uint32_t odd;     // bytes behind backslashes before it that are none of "\\bfnrt
};

JSON_VECTOR static inline struct window look(__m256i v, uint32_t back, uint64_t carry)
{
    struct window w = {.escaped = bits_escaped(back, &carry)};
    uint32_t quote = equal(v, json_vectors.quote);

    w.begins = back & ~(uint32_t)w.escaped;
    w.stop = quote & ~(uint32_t)w.escaped;
    w.stop = _blsi_u32(w.stop | (uint32_t)_mm256_movemask_epi8(json_controls(v)));
    w.before = w.stop - 1;
    w.odd = (uint32_t)w.escaped & w.before & ~quote;
    w.odd &= ~equal(v, _mm256_shuffle_epi8(json_vectors.letter, json_middles(v)));
    return w;
}

JSON_VECTOR const char *json_string_read_32(const char *p, const char *end, char **out,
                                            bool *escaped)
{
    uint64_t carry = 0;

    for (;;) {
        __m256i v = json_window(p, end);
        uint32_t back = equal(v, json_vectors.backslash);
        struct window w;

        if (!(back | carry)) {
            uint32_t stops = json_stops(v), n = _tzcnt_u32(stops);

            if (*out) {
                _mm256_storeu_si256((__m256i *)(void *)*out, v);
                *out += n;
            }
            p += n;
            if (stops) {
                return p < end && *p == '"' ? p : NULL;
            }
            continue;
        }
        w = look(v, back, carry);
        *escaped |= ((uint32_t)w.escaped & w.before) != 0;
        w.before &= _blsi_u32(w.odd) - 1;
        if (*out) {
            *out = squeeze(*out, meanings(v, (uint32_t)w.escaped), w.before & ~w.begins);
        }
        if (w.odd) {
            p = json_escape_odd(p + _tzcnt_u32(w.odd), end, out);
            if (!p) {
                return NULL;
            }
            carry = 0;
        } else if (w.stop) {
            p += _tzcnt_u32(w.stop);
            return p < end && *p == '"' ? p : NULL;
        } else {
            carry = w.escaped >> JSON_WINDOW;
            p += JSON_WINDOW;
        }
    }
}

const char *json_string_end(const char *p, const char *end, bool *ret_escaped)
{
    char *nowhere = NULL;

    *ret_escaped = false;
    return (json_string_wide() ? json_string_read_64 : json_string_read_32)(p, end, &nowhere,
                                                                            ret_escaped);
}

const char *json_string_copy(const char *p, const char *end, char *out, size_t *ret_n)
{
    char *o = out;
    bool escaped = false;

    p = (json_string_wide() ? json_string_read_64 : json_string_read_32)(p, end, &o, &escaped);
    *ret_n = (size_t)(o - out);
    return p;
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
