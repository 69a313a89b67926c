// json_string.h - strings of a JSON text by vector compares; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// A string is checked wholly where its end is looked for: no control character, only the escapes of
// RFC 8259 section 7, four digits behind \u. Bytes that are no UTF-8 pass. Needs AVX2, BMI and POPCNT;
// where json_string_able() says no, the plain reader (json.h) does the work.
#ifndef CORE_DECODE_JSON_STRING_H
#define CORE_DECODE_JSON_STRING_H

#include "core/base/span.h"

bool json_string_able(void);

// The closing quote of the string whose text begins at `p`; NULL when the string is wrong or has no
// end before `end`. `*ret_escaped`: there is an escape in it.
const char *json_string_end(const char *p, const char *end, bool *ret_escaped);

// The same with its text, escapes undone, in `out`: never longer than it was, but up to
// JSON_STRING_SPARE bytes behind it are written as well.
enum { JSON_STRING_SPARE = 32 };
const char *json_string_copy(const char *p, const char *end, char *out, size_t *ret_n);

#if defined(__x86_64__)
#include <immintrin.h>

#define JSON_VECTOR __attribute__((target("avx2,bmi,bmi2,popcnt")))
enum { JSON_WINDOW = 32 };

JSON_VECTOR __m256i json_window_rest(const char *p, const char *end);

// The bytes from `p` on, NUL from `end` on.
JSON_VECTOR static inline __m256i json_window(const char *p, const char *end)
{
    return end - p >= JSON_WINDOW ? _mm256_loadu_si256((const __m256i *)(const void *)p)
                                  : json_window_rest(p, end);
}

// One bit a byte: a control character. What is taken away from it makes it negative, and it was not.
JSON_VECTOR static inline __m256i json_controls(__m256i v)
{
    return _mm256_andnot_si256(v, _mm256_sub_epi8(v, _mm256_set1_epi8(0x20)));
}

// One bit a byte: it ends a string or has to be looked at (quote, backslash, control character). Quote
// and backslash are told by the low half of the byte: it selects the only one that has it.
JSON_VECTOR static inline uint32_t json_stops(__m256i v)
{
    const __m256i only = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\\', 0, 0, 0));

    return (uint32_t)_mm256_movemask_epi8(
        _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(only, v), v), json_controls(v)));
}

#endif

#endif
