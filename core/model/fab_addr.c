// fab_addr.c - reading addresses strictly.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/fab_addr.h"

static int hex_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_v4(struct span s, unsigned char out[4])
{
    size_t dots = 0;

    for (size_t i = 0; i < s.n; i++) {
        dots += s.p[i] == '.';
    }
    if (dots != 3) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        struct span part = span_cut(&s, '.');
        unsigned v = 0;

        if (part.n == 0 || part.n > 3 || (part.n > 1 && part.p[0] == '0')) {
            return false;
        }
        for (size_t k = 0; k < part.n; k++) {
            if (part.p[k] < '0' || part.p[k] > '9') {
                return false;
            }
            v = v * 10 + (unsigned)(part.p[k] - '0');
        }
        if (v > 255) {
            return false;
        }
        out[i] = (unsigned char)v;
    }
    return true;
}

// One side of "::": groups of four digits, the last may be an IPv4 address. Returns the number of
// bytes written, -1 on a fault.
static int parse_groups(struct span s, unsigned char out[16])
{
    int n = 0;

    while (s.n) {
        bool last = span_find(s, ':') == s.n;
        struct span g = span_cut(&s, ':');
        unsigned v = 0;

        if (last && span_find(g, '.') < g.n) {
            return n <= 12 && parse_v4(g, out + n) ? n + 4 : -1;
        }
        if (g.n == 0 || g.n > 4 || n > 14 || (!last && s.n == 0)) {
            return -1;
        }
        for (size_t i = 0; i < g.n; i++) {
            int d = hex_of(g.p[i]);

            if (d < 0) {
                return -1;
            }
            v = v << 4 | (unsigned)d;
        }
        out[n++] = (unsigned char)(v >> 8);
        out[n++] = (unsigned char)v;
    }
    return n;
}

static bool parse_v6(struct span s, struct fab_addr *ret)
{
    size_t gap = span_find_span(s, SPAN_LIT("::"));
    unsigned char tail[16] = {0};
    int head_n, tail_n;

    *ret = (struct fab_addr){{0}};
    if (gap == s.n) {
        return parse_groups(s, ret->b) == 16;
    }
    head_n = parse_groups(span_sub(s, 0, gap), ret->b);
    tail_n = parse_groups(span_sub(s, gap + 2, s.n), tail);
    if (head_n < 0 || tail_n < 0 || head_n + tail_n > 14 ||
        span_find(span_sub(s, 0, gap), '.') < gap) {
        return false;
    }
    memcpy(ret->b + 16 - tail_n, tail, (size_t)tail_n);
    return true;
}

bool fab_addr_parse(struct span s, struct fab_addr *ret)
{
    unsigned char v4[4];

    if (s.n < 2 || s.n > 45) {
        return false;
    }
    if (span_find(s, ':') < s.n) {
        return parse_v6(s, ret);
    }
    if (!parse_v4(s, v4)) {
        return false;
    }
    *ret = (struct fab_addr){{[10] = 0xff, [11] = 0xff}};
    memcpy(ret->b + 12, v4, 4);
    return true;
}

bool fab_net_has(const struct fab_net *net, const struct fab_addr *a)
{
    unsigned whole = net->bits / 8, rest = net->bits % 8;

    if (memcmp(net->addr.b, a->b, whole) != 0) {
        return false;
    }
    return rest == 0 || ((net->addr.b[whole] ^ a->b[whole]) & (0xff << (8 - rest) & 0xff)) == 0;
}

bool fab_net_parse(struct span s, struct fab_net *ret)
{
    size_t slash = span_find(s, '/');
    struct span ip = span_sub(s, 0, slash);
    bool v4 = span_find(ip, ':') == ip.n;
    struct span len = span_sub(s, slash + 1, s.n);
    uint64_t bits;

    if (slash == s.n || !fab_addr_parse(ip, &ret->addr) || !span_u64(len, &bits) ||
        bits > (v4 ? 32 : 128)) {
        return false;
    }
    ret->bits = (unsigned)bits + (v4 ? 96 : 0);
    for (unsigned i = ret->bits; i < 128; i++) {
        if (ret->addr.b[i / 8] & 0x80 >> i % 8) {
            return false;
        }
    }
    return true;
}

bool fab_mac_parse(struct span s, unsigned char ret[6])
{
    size_t group = s.n == 17 ? 2 : s.n == 14 ? 4 : 0, digits = 0;
    char sep = s.n == 14 ? '.' : group ? s.p[2] : 0;

    if (group == 0 || (group == 2 && sep != ':' && sep != '-')) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        int d = hex_of(s.p[i]);

        if (i % (group + 1) == group) {
            if (s.p[i] != sep) {
                return false;
            }
            continue;
        }
        if (d < 0) {
            return false;
        }
        ret[digits / 2] = (unsigned char)(digits % 2 ? ret[digits / 2] | d : d << 4);
        digits++;
    }
    return digits == 12;
}

bool fab_ip_is_place(struct span ip)
{
    static const struct {
        unsigned char b[16];
        unsigned bits;
    } none[] = {
        {{0}, 127},                                                           // :: and ::1
        {{0xff}, 8},                                                          // multicast
        {{0xfe, 0x80}, 10},                                                   // link-local
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0}, 104},                 // 0.0.0.0/8
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}, 104},               // loopback
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 169, 254}, 112},          // link-local
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 224}, 100},               // multicast
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 255, 255, 255, 255}, 128} // broadcast
    };
    struct fab_addr a;

    if (!fab_addr_parse(ip, &a)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        struct fab_net net = {.bits = none[i].bits};

        memcpy(net.addr.b, none[i].b, sizeof(none[i].b));
        if (fab_net_has(&net, &a)) {
            return false;
        }
    }
    return true;
}
