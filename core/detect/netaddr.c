// netaddr.c - reading addresses without the socket headers.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/netaddr.h"

static bool read_v4(struct span s, uint8_t out[4])
{
    for (int i = 0; i < 4; i++) {
        bool last = i == 3;
        struct span part = span_cut(&s, '.');
        uint64_t v;

        if (part.n > 3 || !span_u64(part, &v) || v > 255 || (part.n > 1 && part.p[0] == '0') ||
            (!last && s.n == 0)) {
            return false;
        }
        out[i] = (uint8_t)v;
    }
    return s.n == 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_group(struct span s, uint8_t out[2])
{
    unsigned v = 0;

    if (s.n == 0 || s.n > 4) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        int d = hex_digit(s.p[i]);

        if (d < 0) {
            return false;
        }
        v = v << 4 | (unsigned)d;
    }
    out[0] = (uint8_t)(v >> 8);
    out[1] = (uint8_t)v;
    return true;
}

// A run of groups, the last one possibly dotted; returns the bytes written, -1 when it is none.
static int read_groups(struct span s, uint8_t *out, int room)
{
    int n = 0;

    while (s.n) {
        size_t at = span_find(s, ':');
        struct span part = span_sub(s, 0, at);

        if (at == s.n && span_find(part, '.') < part.n) {
            return n + 4 <= room && read_v4(part, out + n) ? n + 4 : -1;
        }
        if (n + 2 > room || !read_group(part, out + n)) {
            return -1;
        }
        n += 2;
        if (at < s.n && at + 1 == s.n) {
            return -1; // ends with a single colon
        }
        s = span_sub(s, at < s.n ? at + 1 : at, s.n);
    }
    return n;
}

static bool read_v6(struct span s, uint8_t out[16])
{
    size_t gap = span_find_span(s, SPAN_LIT("::"));
    uint8_t tail[16];
    int head, n;

    s = span_sub(s, 0, span_find(s, '%'));
    if (gap >= s.n) {
        return read_groups(s, out, 16) == 16;
    }
    head = read_groups(span_sub(s, 0, gap), out, 14);
    n = read_groups(span_sub(s, gap + 2, s.n), tail, 14);
    if (head < 0 || n < 0 || head + n > 14) {
        return false;
    }
    memset(out + head, 0, (size_t)(16 - head));
    memcpy(out + 16 - n, tail, (size_t)n);
    return true;
}

bool netaddr_read(struct span s, struct netaddr *ret)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    *ret = (struct netaddr){0};
    if (s.n < 2 || s.n > 64) {
        return false;
    }
    if (span_find(s, ':') == s.n) {
        ret->bytes = 4;
        return read_v4(s, ret->b);
    }
    ret->bytes = 16;
    if (!read_v6(s, ret->b)) {
        return false;
    }
    if (memcmp(ret->b, mapped, sizeof(mapped)) == 0) {
        ret->bytes = 4;
        memmove(ret->b, ret->b + 12, 4);
        memset(ret->b + 4, 0, 12);
    }
    return true;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(a, b, whole) != 0) {
        return false;
    }
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool cidr_read(struct span s, struct cidr *ret)
{
    size_t at = span_find(s, '/');
    struct netaddr cut = {0};
    unsigned rest;
    uint64_t bits;

    if (!netaddr_read(span_sub(s, 0, at), &ret->base)) {
        return false;
    }
    bits = ret->base.bytes * 8U;
    if (at < s.n && (!span_u64(span_sub(s, at + 1, s.n), &bits) || bits > ret->base.bytes * 8U)) {
        return false;
    }
    ret->bits = (uint8_t)bits;
    rest = ret->bits % 8U;
    memcpy(cut.b, ret->base.b, ret->bits / 8U);
    if (rest) {
        cut.b[ret->bits / 8] = (uint8_t)(ret->base.b[ret->bits / 8] & (0xff00U >> rest));
    }
    return memcmp(cut.b, ret->base.b, sizeof(cut.b)) == 0;
}

bool cidr_has(const struct cidr *c, const struct netaddr *a)
{
    return c->base.bytes == a->bytes && same_prefix(c->base.b, a->b, c->bits);
}
