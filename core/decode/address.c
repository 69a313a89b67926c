// address.c - what is written like an IP address, and what stands beside it.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/address.h"

#include "core/base/find.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// Which of the first sixteen bytes are digits, and which are dots; none behind the text of at least seven.
static void dotted(struct span s, unsigned *ret_digits, unsigned *ret_dots)
{
#if defined(__x86_64__)
    const __m128i bias = _mm_set1_epi8((char)(128 - '0')), most = _mm_set1_epi8(-128 + 10);
    __m128i x;

    if (s.n >= 16) {
        x = _mm_loadu_si128((const __m128i_u *)s.p);
    } else if (s.n > 8) { // the last eight bytes, of which the first were looked at
        x = _mm_set_epi64x((long long)(span_load8(s.p + s.n - 8) >> 8 * (16 - s.n)),
                           (long long)span_load8(s.p));
    } else {
        x = _mm_set_epi64x(
            0, (long long)(span_load4(s.p) | (uint64_t)span_load4(s.p + s.n - 4) << 8 * (s.n - 4)));
    }
    // signed comparison of what was moved to the least number: unsigned in effect
    *ret_digits = (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(_mm_add_epi8(x, bias), most));
    *ret_dots = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('.')));
#else
    *ret_digits = *ret_dots = 0;
    for (size_t i = 0; i < 16 && i < s.n; i++) {
        *ret_digits |= (unsigned)is_digit(s.p[i]) << i;
        *ret_dots |= (unsigned)(s.p[i] == '.') << i;
    }
#endif
}

// How many bytes at the beginning are a dotted address; 0 when none.
static size_t v4_at(struct span s)
{
    unsigned digits, dots;
    size_t at = 0;

    if (s.n < 7 || !is_digit(s.p[0])) {
        return 0;
    }
    dotted(s, &digits, &dots);
    for (unsigned part = 0; part < 4; part++) {
        const char *p = s.p + at;
        size_t n = (size_t)__builtin_ctz(~(digits >> at));

        if (n - 1 > 2 ||
            (n == 3 &&
             (p[0] > '2' || (p[0] == '2' && (p[1] > '5' || (p[1] == '5' && p[2] > '5')))))) {
            return 0;
        }
        at += n;
        if (part < 3 && !(dots >> at++ & 1)) {
            return 0;
        }
    }
    return at < s.n && s.p[at] == '.' && at + 1 < s.n && is_hex(s.p[at + 1])
               ? 0 // "1.2.3.4.5" is a version, "10.0.0.1.in-addr.arpa" a name
               : at;
}

// The same for the hexadecimal form without zone.
static size_t v6_at(struct span s)
{
    size_t at = 0, groups = 0;
    bool gap = false;

    if (s.n >= 2 && s.p[0] == ':' && s.p[1] == ':') {
        gap = true;
        at = 2;
    }
    while (at < s.n && groups < 8 && is_hex(s.p[at])) {
        size_t n = 0, v4 = groups && groups <= 6 ? v4_at(span_sub(s, at, s.n)) : 0;

        v4 = v4 || groups || !gap ? v4 : v4_at(span_sub(s, at, s.n)); // "::1.2.3.4"
        if (v4) {
            at += v4;
            groups += 2;
            break;
        }
        while (at + n < s.n && n < 5 && is_hex(s.p[at + n])) {
            n++;
        }
        if (n > 4) {
            return 0;
        }
        at += n;
        groups++;
        if (at + 1 < s.n && s.p[at] == ':' && s.p[at + 1] == ':') {
            if (gap) {
                return 0;
            }
            gap = true;
            at += 2;
        } else if (at + 1 < s.n && s.p[at] == ':' && is_hex(s.p[at + 1]) && groups < 8) {
            at++;
        } else {
            break;
        }
    }
    return (gap ? groups < 8 && at > 2 : groups == 8) || (gap && s.n == 2) ? at : 0;
}

static size_t zone_at(struct span s)
{
    size_t n = 1;

    if (s.n < 2 || s.p[0] != '%') {
        return 0;
    }
    while (n < s.n && (is_digit(s.p[n]) || ((s.p[n] | 0x20) >= 'a' && (s.p[n] | 0x20) <= 'z') ||
                       s.p[n] == '_' || s.p[n] == '.' || s.p[n] == '-')) {
        n++;
    }
    return n > 1 ? n : 0;
}

static size_t ip_at(struct span s, bool *six)
{
    size_t n = v4_at(s);

    *six = !n;
    if (!n && (n = v6_at(s)) > 0) {
        n += zone_at(span_sub(s, n, s.n));
    }
    return n;
}

bool address_is(struct span s)
{
    bool six;

    return s.n && (is_hex(s.p[0]) || s.p[0] == ':') && ip_at(s, &six) == s.n;
}

bool port_is(struct span s)
{
    unsigned v = 0;

    for (size_t i = 0; i < s.n && i < 6; i++) {
        if (!is_digit(s.p[i])) {
            return false;
        }
        v = v * 10 + (unsigned)(s.p[i] - '0');
    }
    return s.n && s.n < 6 && v < 65536;
}

bool address_read(struct span s, struct address *ret)
{
    bool bracket = s.n > 2 && s.p[0] == '[', six;
    size_t n = ip_at(bracket ? span_sub(s, 1, s.n) : s, &six);
    struct span rest = span_sub(s, n + bracket, s.n), port;

    if (n == 0 || (bracket && (rest.n == 0 || rest.p[0] != ']'))) {
        return false;
    }
    *ret = (struct address){.ip = span_sub(s, bracket, n)};
    rest = span_sub(rest, bracket, rest.n);
    port = span_sub(rest, 1, rest.n);
    if (rest.n == 0) {
        return true;
    }
    if (!port_is(port)) {
        return false;
    }
    if (rest.p[0] == '#' || (rest.p[0] == ':' && (!six || bracket))) {
        ret->port = port;
        return true;
    }
    if (rest.p[0] == '/' && !six) { // else the length of a prefix
        uint64_t v = 0;

        ret->port = span_u64(port, &v) && v > 32 ? port : SPAN_NONE;
        return true;
    }
    return rest.p[0] == '/';
}
