// json_string.h - strings of a JSON text by vector compares; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// A string is checked wholly where its end is looked for: no control character, only the escapes of
// RFC 8259 section 7, four digits behind \u. Bytes that are no UTF-8 pass. Needs AVX2 and BMI; where
// json_string_able() says no, the plain reader (json.h) does the work.
#ifndef CORE_DECODE_JSON_STRING_H
#define CORE_DECODE_JSON_STRING_H

#include "core/base/span.h"

bool json_string_able(void);

// The closing quote of the string whose text begins at `p`; NULL when the string is wrong or has no
// end before `end`. `*ret_escaped`: there is an escape in it.
const char *json_string_end(const char *p, const char *end, bool *ret_escaped);

// Undoes the escapes of a string that json_string_end() found right. Up to 32 bytes behind the result
// are written as well: `out` has room for in.n + 32 bytes. What stands behind `in` is readable up to
// `end`. Returns the length.
size_t json_string_unescape(struct span in, const char *end, char *out);

#if defined(__x86_64__)
#include <immintrin.h>

#define JSON_VECTOR __attribute__((target("avx2,bmi,bmi2")))
enum { JSON_WINDOW = 32 };

JSON_VECTOR __m256i json_window_rest(const char *p, const char *end);

// The bytes from `p` on, NUL from `end` on.
JSON_VECTOR static inline __m256i json_window(const char *p, const char *end)
{
    return end - p >= JSON_WINDOW ? _mm256_loadu_si256((const __m256i *)(const void *)p)
                                  : json_window_rest(p, end);
}

// One bit a byte: it ends a string or has to be looked at (quote, backslash, control character).
JSON_VECTOR static inline uint32_t json_stops(__m256i v)
{
    __m256i quote = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'));
    __m256i back = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
    __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1f)), v);

    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, back), control));
}

#endif

#endif
