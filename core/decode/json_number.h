// json_number.h - numbers and words of a JSON text; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// RFC 8259 section 6. Where a number ends is seen in the bits of one window; what goes beyond it, or has
// an exponent, is read byte by byte. Behind any byte of a number there is one more before `end`: the text
// ends with a bracket.
#ifndef CORE_DECODE_JSON_NUMBER_H
#define CORE_DECODE_JSON_NUMBER_H

#include "core/decode/json_string.h"

enum { JSON_DIGITS_MAX = 18 }; // of what json_digits() reads: always an int64_t

struct json_number {
    unsigned digits; // of the integer part
    bool minus, real;
};

// Behind the fraction and the exponent that begin at `p`, or NULL.
const char *json_number_rest(const char *p, const char *end);
// Behind the digits from `p` on.
const char *json_number_digits(const char *p, const char *end);

#if defined(__x86_64__)

// One bit a byte: it is no digit.
JSON_VECTOR static inline uint32_t json_no_digits(__m256i v)
{
    __m256i t = _mm256_sub_epi8(v, json_vectors.nought);

    return ~(uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_min_epu8(t, json_vectors.nine), t));
}

// Behind the number at `p`, which begins with a minus or a digit, or NULL.
JSON_VECTOR static inline const char *json_number_end(const char *p, const char *end,
                                                      struct json_number *ret)
{
    unsigned minus = *p == '-', n;
    uint32_t none = json_no_digits(json_window(p, end)) >> minus;
    const char *from = p + minus, *q;

    n = _tzcnt_u32(none);
    q = from + n;
    if (n == JSON_WINDOW) {
        q = json_number_digits(from, end);
        n = (unsigned)(q - from);
    }
    // one test: whether there is more than one digit cannot be guessed
    if ((n == 0) | ((n > 1) & (*from == '0'))) {
        return NULL;
    }
    ret->digits = n;
    ret->minus = minus;
    ret->real = *q != ',' && (*q == '.' || (*q | 0x20) == 'e');
    return ret->real ? json_number_rest(q, end) : q;
}

// Behind true, false or null at `p`, or NULL.
static inline const char *json_word_end(const char *p, const char *end)
{
    uint32_t four;

    if (end - p < 5) { // with what must stand behind it
        return NULL;
    }
    four = span_load4(p);
    if (four == span_load4("true") || four == span_load4("null")) {
        return p + 4;
    }
    return four == span_load4("fals") && p[4] == 'e' ? p + 5 : NULL;
}

// Behind the number or word at `p`, or NULL.
JSON_VECTOR static inline const char *json_plain_end(const char *p, const char *end)
{
    struct json_number number;

    return *p == '-' || (*p >= '0' && *p <= '9') ? json_number_end(p, end, &number)
                                                 : json_word_end(p, end);
}

// The number of the first n of eight digits, 0 < n <= 8: pairs, then fours, then all at once.
static inline uint64_t json_digits_8(uint64_t v, unsigned n)
{
    const uint64_t pairs = 0x000000FF000000FF;
    uint64_t t = (v ^ 0x3030303030303030) << (64 - 8 * n);

    t = t * 10 + (t >> 8);
    return ((t & pairs) * 0x000F424000000064 + (t >> 16 & pairs) * 0x0000271000000001) >> 32;
}

uint64_t json_digits_many(const char *p, unsigned n, const char *end);

// The number of n digits, 0 < n <= JSON_DIGITS_MAX.
static inline uint64_t json_digits(const char *p, unsigned n, const char *end)
{
    return n <= 8 && end - p >= 8 ? json_digits_8(span_load8(p), n) : json_digits_many(p, n, end);
}

#endif

#endif
