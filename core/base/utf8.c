// utf8.c - decoding, width, sanitising.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/utf8.h"

#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"

int32_t utf8_next(struct span *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    unsigned char c = p[0];
    size_t need = c < 0x80                 ? 1
                  : c >= 0xc2 && c <= 0xdf ? 2
                  : (c & 0xf0) == 0xe0     ? 3
                  : c >= 0xf0 && c <= 0xf4 ? 4
                                           : 0;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t cp = need == 1 ? c : c & (0x7fu >> need);

    if (need > s->n) {
        need = 0;
    }
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            need = 0;
            break;
        }
        cp = cp << 6 | (p[i] & 0x3f);
    }
    if (need == 0 || cp < least[need] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
        *s = span_sub(*s, 1, s->n);
        return -1 - (int32_t)c;
    }
    *s = span_sub(*s, need, s->n);
    return (int32_t)cp;
}

size_t utf8_put(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

bool utf8_valid(struct span s)
{
    while (s.n) {
        if (utf8_next(&s) < 0) {
            return false;
        }
    }
    return true;
}

struct range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t cp, const struct range *r, size_t n)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (cp > r[mid].last) {
            lo = mid + 1;
        } else if (cp < r[mid].first) {
            hi = mid;
        } else {
            return true;
        }
    }
    return false;
}

#include "core/base/utf8_tables.h"

int utf8_width(uint32_t cp)
{
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
        return -1;
    }
    if (cp < 0x300 && cp != 0xad) {
        return 1;
    }
    if (in_ranges(cp, unprintable, ARRAY_LEN(unprintable))) {
        return -1;
    }
    if (in_ranges(cp, combining, ARRAY_LEN(combining))) {
        return 0;
    }
    return in_ranges(cp, wide, ARRAY_LEN(wide)) ? 2 : 1;
}

size_t utf8_cells(struct span clean)
{
    size_t cells = 0;

    while (clean.n) {
        int32_t cp = utf8_next(&clean);
        int w = cp < 0 ? 0 : utf8_width((uint32_t)cp);

        cells += w > 0 ? (size_t)w : 0;
    }
    return cells;
}

enum { UNIT_MAX = 16 }; // "<U+10FFFF>" and a terminator

// One character as it may be shown: itself, or an escape that is never taken apart. `may_combine`:
// the last character was a base without a mark. Returns its cells and moves `*s` behind it.
static size_t take_unit(struct span *s, bool *may_combine, char out[UNIT_MAX], size_t *ret_len)
{
    struct span before = *s;
    int32_t cp = utf8_next(s);
    int w = cp < 0 ? -1 : utf8_width((uint32_t)cp);

    if (w > 0 || (w == 0 && *may_combine)) {
        *ret_len = before.n - s->n;
        memcpy(out, before.p, *ret_len);
        *may_combine = w > 0;
        return (size_t)w;
    }
    if (cp < 0x100) {
        *ret_len = (size_t)snprintf(out, UNIT_MAX, "\\x%02x", cp < 0 ? -1 - cp : cp);
    } else {
        *ret_len = (size_t)snprintf(out, UNIT_MAX, "<U+%04X>", (unsigned)cp);
    }
    *may_combine = false;
    return *ret_len;
}

size_t utf8_sanitise(struct buf *out, struct span s, size_t max_cells)
{
    size_t cells = 0;
    bool may_combine = false;

    while (s.n) {
        char unit[UNIT_MAX];
        size_t len, w = take_unit(&s, &may_combine, unit, &len);

        if (w > max_cells - cells) {
            break;
        }
        buf_put(out, unit, len);
        cells += w;
    }
    return cells;
}

size_t utf8_sanitise_str(struct span s, char *out, size_t size)
{
    size_t used = 0;
    bool may_combine = false;

    if (size == 0) {
        return 0;
    }
    while (s.n) {
        char unit[UNIT_MAX];
        size_t len;

        (void)take_unit(&s, &may_combine, unit, &len);
        if (len >= size - used) {
            break;
        }
        memcpy(out + used, unit, len);
        used += len;
    }
    out[used] = '\0';
    return used;
}

struct span utf8_cut(struct span clean, size_t cells, size_t *ret_cells)
{
    struct span rest = clean;
    size_t used = 0;

    while (rest.n) {
        struct span next = rest;
        int32_t cp = utf8_next(&next);
        int w = cp < 0 ? 1 : utf8_width((uint32_t)cp);

        w = w < 0 ? 1 : w;
        if (used + (size_t)w > cells) {
            break;
        }
        used += (size_t)w;
        rest = next;
    }
    if (ret_cells) {
        *ret_cells = used;
    }
    return span_sub(clean, 0, clean.n - rest.n);
}
