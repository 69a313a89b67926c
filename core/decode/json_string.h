// json_string.h - strings of a JSON text by vector compares; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// A string is checked wholly where its end is looked for: no control character, only the escapes of
// RFC 8259 section 7, four digits behind \u. Bytes that are no UTF-8 pass. Needs AVX2, BMI, POPCNT and PCLMULQDQ;
// where json_string_able() says no, the plain reader (json.h) does the work. Strings with escapes are read
// twice as many bytes at a time where there is AVX-512 with VBMI2.
#ifndef CORE_DECODE_JSON_STRING_H
#define CORE_DECODE_JSON_STRING_H

#include "core/base/span.h"

bool json_string_able(void);

// The closing quote of the string whose text begins at `p`; NULL when the string is wrong or has no
// end before `end`. `*ret_escaped`: there is an escape in it.
const char *json_string_end(const char *p, const char *end, bool *ret_escaped);

// The same with its text, escapes undone, in `out`: never longer than it was, but up to
// JSON_STRING_SPARE bytes behind it are written as well.
enum { JSON_STRING_SPARE = 64 };
const char *json_string_copy(const char *p, const char *end, char *out, size_t *ret_n);

#if defined(__x86_64__)
#include <immintrin.h>

#define JSON_VECTOR __attribute__((target("avx2,bmi,bmi2,popcnt")))
enum { JSON_WINDOW = 32 };

JSON_VECTOR __m256i json_window_rest(const char *p, const char *end);

// The bytes from `p` on, NUL from `end` on.
JSON_VECTOR static inline __m256i json_window(const char *p, const char *end)
{
    return (uintptr_t)p + JSON_WINDOW <= (uintptr_t)end
               ? _mm256_loadu_si256((const __m256i *)(const void *)p)
               : json_window_rest(p, end);
}

// A way to read a string to its end: the closing quote, or NULL. `*out`: where its text is put, escapes
// undone, or NULL; it is moved behind it. `*escaped` becomes true when there is an escape.
typedef const char *json_string_read(const char *p, const char *end, char **out, bool *escaped);
json_string_read json_string_read_32, json_string_read_64; // so many bytes at a time
bool json_string_wide(void);                               // whether the second of them can

// Behind the escape whose letter is at `p`, and is none of "\bfnrt; what it means is written to `*out`,
// when there is a place. NULL: there is no such escape.
const char *json_escape_odd(const char *p, const char *end, char **out);

// Vectors to compare with, in memory: where they are known, compilers build each anew for every use.
struct json_vectors {
    __m256i blank, nought, nine, quote, backslash;
    __m256i only; // by the low half of a byte: the only one with it that is a quote or a backslash
    // by bits 1 to 4 of a byte: the letter or backslash that has them and may stand behind a backslash, but
    // no 'u', and what it means there
    __m256i letter, meaning;
    __m256i low4, bit, copies;
};
extern const struct json_vectors json_vectors;

// One bit a byte, its highest: a control character. What is taken away from it makes it negative, and it
// was not.
JSON_VECTOR static inline __m256i json_controls(__m256i v)
{
    return _mm256_andnot_si256(v, _mm256_sub_epi8(v, json_vectors.blank));
}

// Bits 1 to 4 of each byte.
JSON_VECTOR static inline __m256i json_middles(__m256i v)
{
    return _mm256_and_si256(_mm256_srli_epi16(v, 1), json_vectors.low4);
}

// One bit a byte: it ends a string or has to be looked at (quote, backslash, control character).
JSON_VECTOR static inline uint32_t json_stops(__m256i v)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(json_vectors.only, v), v), json_controls(v)));
}

#endif

#endif
