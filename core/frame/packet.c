// packet.c - link, network and transport headers.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/packet.h"

#include <stdio.h>

enum {
    ETHER_IPV4 = 0x0800,
    ETHER_IPV6 = 0x86DD,
    ETHER_MPLS = 0x8847,
    TAGS_MAX = 8,
    EXTENSIONS_MAX = 8,
    PROTO_TCP = 6,
};

// Reads what is left of a packet, front to back.
struct cursor {
    const unsigned char *p;
    size_t n;
    uint64_t wire; // what stood on the wire from here on
};

static unsigned u16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool skip(struct cursor *c, size_t n)
{
    if (c->n < n) {
        return false;
    }
    c->p += n;
    c->n -= n;
    c->wire -= c->wire < n ? c->wire : n;
    return true;
}

// The EtherType at the head of the cursor and whatever tags stand behind it.
static bool ether_type(struct cursor *c, unsigned *ret)
{
    for (int i = 0; i < TAGS_MAX; i++) {
        if (c->n < 2) {
            return false;
        }
        *ret = u16(c->p);
        (void)skip(c, 2);
        if (*ret == 0x8100 || *ret == 0x88A8 || *ret == 0x9100 || *ret == 0x9200) {
            if (!skip(c, 2)) {
                return false;
            }
            continue;
        }
        if (*ret != ETHER_MPLS) {
            return true;
        }
        while (c->n >= 4 && !(c->p[2] & 1)) {
            (void)skip(c, 4);
        }
        if (!skip(c, 4) || c->n == 0) {
            return false;
        }
        *ret = c->p[0] >> 4 == 6 ? ETHER_IPV6 : ETHER_IPV4;
        return true;
    }
    return false;
}

bool packet_link_known(int link)
{
    switch (link) {
    case LINK_NULL:
    case LINK_ETHERNET:
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
    case LINK_RAW:
    case LINK_LOOP:
    case LINK_SLL:
    case LINK_IPV4:
    case LINK_IPV6:
    case LINK_SLL2: return true;
    default: return false;
    }
}

static bool by_version(const struct cursor *c, unsigned *ret)
{
    *ret = c->n && c->p[0] >> 4 == 6 ? ETHER_IPV6 : ETHER_IPV4;
    return c->n > 0;
}

// What the network layer is, with the cursor at its head.
static bool link_layer(int link, struct cursor *c, unsigned *ret)
{
    switch (link) {
    case LINK_ETHERNET: return skip(c, 12) && ether_type(c, ret);
    case LINK_SLL: return skip(c, 14) && ether_type(c, ret);
    case LINK_SLL2:
        if (c->n < 20) {
            return false;
        }
        *ret = u16(c->p);
        (void)skip(c, 20);
        if (*ret == 0x8100 || *ret == 0x88A8) {
            return skip(c, 2) && ether_type(c, ret);
        }
        return true;
    case LINK_NULL:
    case LINK_LOOP: return skip(c, 4) && by_version(c, ret); // AF_INET6 has several numbers
    default: return by_version(c, ret);
    }
}

static void map_v4(const unsigned char *p, uint8_t out[16])
{
    memset(out, 0, 10);
    out[10] = out[11] = 0xFF;
    memcpy(out + 12, p, 4);
}

// Cuts the cursor to the datagram's own length; 0 = larger than the field can say (offloaded).
static void limit(struct cursor *c, uint64_t length)
{
    if (length && length < c->wire) {
        c->wire = length;
    }
    if (c->n > c->wire) {
        c->n = (size_t)c->wire;
    }
}

static enum packet_rc ipv4(struct cursor *c, struct tcp_segment *ret)
{
    const unsigned char *p = c->p;
    size_t head;

    if (c->n < 20 || p[0] >> 4 != 4 || (head = (size_t)(p[0] & 15) * 4) < 20) {
        return PACKET_CUT;
    }
    limit(c, u16(p + 2));
    map_v4(p + 12, ret->src.addr);
    map_v4(p + 16, ret->dst.addr);
    if (p[9] != PROTO_TCP) {
        return PACKET_OTHER;
    }
    if (u16(p + 6) & 0x3FFF) { // more fragments, or not the first
        return PACKET_FRAGMENT;
    }
    return skip(c, head) ? PACKET_TCP : PACKET_CUT;
}

static enum packet_rc ipv6(struct cursor *c, struct tcp_segment *ret)
{
    const unsigned char *p = c->p;
    unsigned next;

    if (c->n < 40 || p[0] >> 4 != 6) {
        return PACKET_CUT;
    }
    next = p[6];
    memcpy(ret->src.addr, p + 8, 16);
    memcpy(ret->dst.addr, p + 24, 16);
    limit(c, u16(p + 4) ? 40 + (uint64_t)u16(p + 4) : 0);
    (void)skip(c, 40);
    for (int i = 0; i < EXTENSIONS_MAX && next != PROTO_TCP; i++) {
        size_t length;

        if (next == 44) {
            return PACKET_FRAGMENT;
        }
        // hop-by-hop, routing, destination options; authentication counts in words of 4
        if (next != 0 && next != 43 && next != 60 && next != 51) {
            return PACKET_OTHER;
        }
        if (c->n < 2) {
            return PACKET_CUT;
        }
        length = next == 51 ? ((size_t)c->p[1] + 2) * 4 : ((size_t)c->p[1] + 1) * 8;
        next = c->p[0];
        if (!skip(c, length)) {
            return PACKET_CUT;
        }
    }
    return next == PROTO_TCP ? PACKET_TCP : PACKET_OTHER;
}

static enum packet_rc tcp(struct cursor *c, struct tcp_segment *ret)
{
    const unsigned char *p = c->p;
    size_t head;

    if (c->n < 20 || (head = (size_t)(p[12] >> 4) * 4) < 20 || head > c->wire) {
        return PACKET_CUT;
    }
    ret->src.port = (uint16_t)u16(p);
    ret->dst.port = (uint16_t)u16(p + 2);
    ret->seq = u32(p + 4);
    ret->ack = u32(p + 8);
    ret->flags = p[13];
    ret->wire = (uint32_t)(c->wire - head);
    // a snap length inside the options leaves no payload, but the rest is known
    ret->payload = c->n > head ? span_of((const char *)p + head, c->n - head) : SPAN_NONE;
    return PACKET_TCP;
}

enum packet_rc packet_read(int link, struct span bytes, uint32_t length, struct tcp_segment *ret)
{
    struct cursor c = {(const unsigned char *)bytes.p, bytes.n,
                       length > bytes.n ? length : bytes.n};
    unsigned type = 0;
    enum packet_rc rc;

    *ret = (struct tcp_segment){.wire = 0};
    if (!packet_link_known(link)) {
        return PACKET_LINK;
    }
    if (!link_layer(link, &c, &type)) {
        return PACKET_CUT;
    }
    rc = type == ETHER_IPV4 ? ipv4(&c, ret) : type == ETHER_IPV6 ? ipv6(&c, ret) : PACKET_OTHER;
    return rc == PACKET_TCP ? tcp(&c, ret) : rc;
}

// ---- text

// RFC 5952: the longest run of zero groups is left out, the first of equals, never a single one.
static size_t v6_text(const uint8_t a[16], char *out, size_t size)
{
    unsigned g[8];
    int best = -1, run = 1, at = 0;
    size_t n = 0;

    for (int i = 0; i < 8; i++) {
        g[i] = (unsigned)a[2 * i] << 8 | a[2 * i + 1];
    }
    for (int i = 0; i < 8; i++) {
        int k = i;

        while (k < 8 && g[k] == 0) {
            k++;
        }
        if (k - i > run) {
            run = k - i;
            best = i;
        }
        i = k > i ? k - 1 : i;
    }
    while (at < 8) {
        if (at == best) {
            n += (size_t)snprintf(out + n, size - n, "::");
            at += run;
            continue;
        }
        n += (size_t)snprintf(out + n, size - n, "%s%x",
                              at && !(best >= 0 && at == best + run) ? ":" : "", g[at]);
        at++;
    }
    return n;
}

void tcp_end_text(const struct tcp_end *e, char out[64])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const uint8_t *a = e->addr;
    size_t n;

    if (memcmp(a, mapped, sizeof(mapped)) == 0) {
        (void)snprintf(out, 64, "%u.%u.%u.%u:%u", a[12], a[13], a[14], a[15], e->port);
        return;
    }
    out[0] = '[';
    n = 1 + v6_text(a, out + 1, 48);
    (void)snprintf(out + n, 64 - n, "]:%u", e->port);
}
