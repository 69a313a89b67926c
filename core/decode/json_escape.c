// json_escape.c - escapes of a JSON text that are read byte by byte, and what vectors compare with.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/utf8.h"
#include "core/decode/json_string.h"

#if defined(__x86_64__)

#define EVERY(byte)                                                                                \
    {                                                                                              \
        REPEAT(byte), REPEAT(byte), REPEAT(byte), REPEAT(byte)                                     \
    }
#define REPEAT(byte) (0x0101010101010101 * (byte))
#define BITS         ((long long)0x8040201008040201)
#define TWICE(low, high)                                                                           \
    {                                                                                              \
        low, high, low, high                                                                       \
    }

const struct json_vectors json_vectors = {
    .blank = EVERY(' '),
    .nought = EVERY('0'),
    .nine = EVERY(9),
    .quote = EVERY('"'),
    .backslash = EVERY('\\'),
    // '"' is 0x22, the backslash 0x5c; 1 and 0 stand for halves that are not theirs
    .only = TWICE(0x0000000000220001, 0x0000005c00000000),
    // "b_f___n", "rt___\"
    .letter = TWICE(0x6e00000066006200, 0x005c000000747200),
    .meaning = TWICE(0x0a0000000c000800, 0x005c000000090d00),
    .low4 = EVERY(15),
    .bit = {BITS, BITS, BITS, BITS},
    .copies = {REPEAT(0), REPEAT(1), REPEAT(2), REPEAT(3)},
};

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

const char *json_escape_odd(const char *p, const char *end, char **out)
{
    int32_t c = *p == '/' ? '/' : -1;

    if (*p++ == 'u') {
        c = code_point(&p, end);
    }
    if (c >= 0 && *out) {
        *out += utf8_put((uint32_t)c, *out);
    }
    return c < 0 ? NULL : p;
}

#endif
