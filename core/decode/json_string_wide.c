// json_string_wide.c - strings of a JSON text, 64 bytes at a time.
// SPDX-License-Identifier: Apache-2.0
//
// As json_string.c; AVX-512 compares into bits and moves chosen bytes together by itself.
#include "core/base/bits.h"
#include "core/decode/json_string.h"

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt")))
enum { WIDTH = 64 };

bool json_string_wide(void)
{
    return __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512bw");
}

// The bytes from `p` on, NUL from `end` on.
WIDE static inline __m512i load(const char *p, const char *end)
{
    size_t left = (size_t)(end - p);

    return left >= WIDTH ? _mm512_loadu_si512(p)
                         : _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, (unsigned)left), p);
}

WIDE static inline __m512i every(char c)
{
    return _mm512_set1_epi8(c);
}

WIDE static inline __m512i four_times(const void *v)
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128(v));
}

WIDE const char *json_string_read_64(const char *p, const char *end, char **out, bool *escaped)
{
    const __m512i letter = four_times(&json_vectors.letter),
                  meaning = four_times(&json_vectors.meaning);
    char *o = *out;
    uint64_t carry = 0;

    for (;;) {
        __m512i v = load(p, end), middle = _mm512_and_si512(_mm512_srli_epi16(v, 1), every(15));
        uint64_t back = _mm512_cmpeq_epi8_mask(v, every('\\'));
        uint64_t quote = _mm512_cmpeq_epi8_mask(v, every('"'));
        uint64_t behind = bits_escaped(back, &carry); // backslashes
        uint64_t stop = (quote & ~behind) | _mm512_cmplt_epu8_mask(v, every(' '));
        uint64_t before = _blsi_u64(stop) - 1, odd;

        // what is none of "\\bfnrt
        odd = behind & before & ~quote &
              ~_mm512_cmpeq_epi8_mask(v, _mm512_shuffle_epi8(letter, middle));
        *escaped |= (behind & before) != 0;
        before &= _blsi_u64(odd) - 1;
        if (o) {
            // the quote means itself
            v = _mm512_mask_shuffle_epi8(v, behind & ~quote, meaning, middle);
            before &= behind | ~back;
            _mm512_storeu_si512(o, _mm512_maskz_compress_epi8(before, v));
            o += _mm_popcnt_u64(before);
        }
        if (odd) {
            p = json_escape_odd(p + _tzcnt_u64(odd), end, &o);
            if (!p) {
                return NULL;
            }
            carry = 0;
        } else if (stop) {
            p += _tzcnt_u64(stop);
            *out = o;
            return p < end && *p == '"' ? p : NULL;
        } else {
            p += WIDTH;
        }
    }
}

#endif
