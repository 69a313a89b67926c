// pairs_text.h - what CEF, LEEF and plain pairs have in common; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_PAIRS_TEXT_H
#define CORE_DECODE_PAIRS_TEXT_H

#include "core/base/arena.h"
#include "core/base/find.h"

// Of a key: letters, digits and - . [ ] _
static inline bool key_char(char c)
{
    static const uint64_t set[4] = {UINT64_C(0x03ff600000000000), UINT64_C(0x07fffffeaffffffe)};
    unsigned char u = (unsigned char)c;

    return set[u / 64] >> u % 64 & 1;
}

#if defined(__x86_64__)
// The same of sixteen bytes: bit i is set when byte i is none of a key.
static inline unsigned no_key_mask(const char *p)
{
    __m128i x = _mm_loadu_si128((const __m128i_u *)p), low = _mm_or_si128(x, _mm_set1_epi8(0x20));
    // signed comparison of what was moved to the least number: unsigned in effect
    __m128i letter = _mm_cmplt_epi8(_mm_add_epi8(low, _mm_set1_epi8((char)(128 - 'a'))),
                                    _mm_set1_epi8(-128 + 26));
    __m128i number = _mm_cmplt_epi8(_mm_add_epi8(x, _mm_set1_epi8((char)(128 - '-'))),
                                    _mm_set1_epi8(-128 + 13)); // - . / 0-9
    __m128i mark = _mm_cmpeq_epi8(_mm_or_si128(x, _mm_set1_epi8(0x06)),
                                  _mm_set1_epi8('_')); // [ ] _, and Y

    number = _mm_andnot_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('/')), number);
    return ~(unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, number), mark)) & 0xffff;
}
#endif

// Where the run of bytes of a key begins that ends before `end`.
static inline size_t key_begin(struct span s, size_t end)
{
    size_t k = end;

#if defined(__x86_64__)
    for (; k >= 16; k -= 16) {
        unsigned m = no_key_mask(s.p + k - 16);

        if (m) {
            return k - 15 + (size_t)(31 - __builtin_clz(m));
        }
    }
#endif
    while (k && key_char(s.p[k - 1])) {
        k--;
    }
    return k;
}

// Values of vendors that put quotes around everything (CyberArk: act="Logon").
static inline struct span unquote(struct span s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? span_of(s.p + 1, s.n - 2) : s;
}

// Undoes backslash escapes; `plain` are the characters that stand for themselves behind one.
struct span unescape(struct arena *a, struct span in, const char *plain);

#endif
