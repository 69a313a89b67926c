// json_number.c - numbers of a JSON text, eight digits at a time.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/json_number.h"

#if defined(__x86_64__)

// Eight bytes from `p` on, NUL from `end` on.
static inline uint64_t eight(const char *p, const char *end)
{
    uint64_t v = 0;

    if (end - p >= 8) {
        return span_load8(p);
    }
    memcpy(&v, p, (size_t)(end - p));
    return v;
}

// How many of eight bytes are digits before the first that is none.
static inline unsigned leading_digits(uint64_t v)
{
    uint64_t t = v ^ 0x3030303030303030;
    uint64_t none = ((t + 0x7676767676767676) | t) & 0x8080808080808080;

    return none ? (unsigned)__builtin_ctzll(none) / 8 : 8;
}

const char *json_number_digits(const char *p, const char *end)
{
    unsigned n;

    do {
        n = leading_digits(eight(p, end));
        p += n;
    } while (n == 8);
    return p;
}

const char *json_number_rest(const char *p, const char *end)
{
    const char *from;

    if (*p == '.') {
        from = ++p;
        p = json_number_digits(p, end);
        if (p == from) {
            return NULL;
        }
    }
    if ((*p | 0x20) == 'e') {
        p++;
        p += *p == '+' || *p == '-';
        from = p;
        p = json_number_digits(p, end);
        if (p == from) {
            return NULL;
        }
    }
    return p;
}

uint64_t json_digits_many(const char *p, unsigned n, const char *end)
{
    static const uint32_t ten_to[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};
    uint64_t v = 0;

    for (; n > 8; n -= 8, p += 8) {
        v = v * ten_to[8] + json_digits_8(span_load8(p), 8);
    }
    return v * ten_to[n] + json_digits_8(eight(p, end), n);
}

#endif
