// units.c - rewriting the units of a Sigma string: escapes, wildcards, encodings.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/utf8.h"
#include "core/detect/pattern.h"

static bool special(char c)
{
    return c == '*' || c == '?' || c == '\\';
}

struct units units_parse(struct arena *a, struct span text)
{
    uint16_t *u = arena_array(a, text.n + 1, sizeof(*u));
    size_t n = 0;

    for (size_t i = 0; u && i < text.n; i++) {
        char c = text.p[i];

        if (c == '\\' && i + 1 < text.n && special(text.p[i + 1])) {
            u[n++] = (unsigned char)text.p[++i];
        } else if (c == '*') {
            u[n++] = UNIT_STAR;
        } else if (c == '?') {
            u[n++] = UNIT_ONE;
        } else {
            u[n++] = (unsigned char)c;
        }
    }
    return (struct units){u, n};
}

bool units_wild(struct units v)
{
    for (size_t i = 0; i < v.n; i++) {
        if (v.u[i] > 255) {
            return true;
        }
    }
    return false;
}

struct units units_wrap(struct arena *a, struct units v, bool front, bool back)
{
    uint16_t *u = arena_array(a, v.n + 2, sizeof(*u));
    size_t n = 0;

    if (!u) {
        return v;
    }
    if (front) {
        u[n++] = UNIT_STAR;
    }
    for (size_t i = 0; i < v.n; i++) {
        u[n++] = v.u[i];
    }
    if (back) {
        u[n++] = UNIT_STAR;
    }
    return (struct units){u, n};
}

static bool word_unit(uint16_t u)
{
    return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' ||
           (u >= 0x80 && u <= 0xff);
}

// A hyphen or slash that stands at the beginning of a word: what a command line option looks like.
struct units units_windash(struct arena *a, struct units v)
{
    uint16_t *u = arena_array(a, v.n + 1, sizeof(*u));

    for (size_t i = 0; u && i < v.n; i++) {
        bool dash = (v.u[i] == '-' || v.u[i] == '/') && (i == 0 || !word_unit(v.u[i - 1])) &&
                    i + 1 < v.n && word_unit(v.u[i + 1]);

        u[i] = dash ? UNIT_DASH : v.u[i];
    }
    return (struct units){u, u ? v.n : 0};
}

static size_t put16(uint16_t *out, uint32_t v, enum utf16 form)
{
    out[form == UTF16_BE] = (uint16_t)(v & 0xff);
    out[form != UTF16_BE] = (uint16_t)(v >> 8);
    return 2;
}

static size_t put_char16(uint16_t *out, uint32_t cp, enum utf16 form)
{
    size_t n;

    if (cp < 0x10000) {
        return put16(out, cp, form);
    }
    n = put16(out, 0xd800 + ((cp - 0x10000) >> 10), form);
    return n + put16(out + n, 0xdc00 + ((cp - 0x10000) & 0x3ff), form);
}

// Reads one character from literal units; marks end it. Bytes that are no UTF-8 stand for themselves.
static size_t take_char(struct units v, size_t at, uint32_t *ret)
{
    char b[4];
    size_t n = 0;
    struct span s;
    int32_t cp;

    while (n < 4 && at + n < v.n && v.u[at + n] < 256) {
        b[n] = (char)v.u[at + n];
        n++;
    }
    s = span_of(b, n);
    cp = utf8_next(&s);
    *ret = cp >= 0 ? (uint32_t)cp : (uint32_t)(-1 - cp);
    return n - s.n;
}

struct units units_utf16(struct arena *a, struct units v, enum utf16 form)
{
    uint16_t *u = arena_array(a, 2 * v.n + 2, sizeof(*u));
    size_t n = 0, i = 0;
    enum utf16 order = form == UTF16_BE ? UTF16_BE : UTF16_LE;

    if (u && form == UTF16_BOM) {
        n = put16(u, 0xfeff, order);
    }
    while (u && i < v.n) {
        uint32_t cp;

        if (v.u[i] > 255) {
            u[n++] = v.u[i++];
        } else {
            i += take_char(v, i, &cp);
            n += put_char16(u + n, cp, order);
        }
    }
    return (struct units){u, n};
}

static const char base64_digit[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Encodes `lead` zero bytes and the bytes of `v`, padded; the caller cuts what it does not want.
static struct units encode64(struct arena *a, struct units v, size_t lead)
{
    size_t total = lead + v.n;
    uint16_t *u = arena_array(a, (total + 2) / 3 * 4 + 1, sizeof(*u));
    size_t n = 0;

    for (size_t i = 0; u && i < total; i += 3) {
        uint32_t w = 0;

        for (size_t k = i; k < i + 3; k++) {
            w = w << 8 | (k >= lead && k < total ? (uint32_t)(v.u[k - lead] & 0xff) : 0);
        }
        for (int k = 0; k < 4; k++) {
            bool pad = i + (size_t)k > total; // digit k needs byte k-1 at least
            u[n++] = pad ? '=' : (unsigned char)base64_digit[w >> (18 - 6 * k) & 63];
        }
    }
    return (struct units){u, n};
}

struct units units_base64(struct arena *a, struct units v)
{
    return encode64(a, v, 0);
}

struct units units_base64_at(struct arena *a, struct units v, unsigned offset)
{
    // Digits at the front that hold bits of the bytes before; at the back, of the bytes behind.
    static const size_t front[3] = {0, 2, 3}, back[3] = {0, 3, 2};
    struct units e = encode64(a, v, offset);
    size_t cut = back[(offset + v.n) % 3];

    if (e.n < front[offset] + cut) {
        return (struct units){e.u, 0};
    }
    return (struct units){e.u + front[offset], e.n - front[offset] - cut};
}
