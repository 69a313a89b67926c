// packet.h - one captured packet to the TCP segment in it; stateless.
// SPDX-License-Identifier: Apache-2.0
//
// Link layers: Ethernet (with 802.1Q/802.1ad tags and MPLS labels), Linux cooked v1 and v2, BSD loopback
// (null and loop), raw IP. Network: IPv4 (RFC 791), IPv6 with extension headers (RFC 8200). Checksums are
// not looked at: a capture on the sending machine has none yet. A fragment carries no whole segment and is
// told apart; what the snap length has cut off is known by the IP length (`wire` > payload.n). Link-layer
// padding behind the IP datagram is no payload.
#ifndef CORE_FRAME_PACKET_H
#define CORE_FRAME_PACKET_H

#include "core/base/span.h"
#include "core/base/time.h"

struct packet_mark { // which packet of the capture, from 1, and when it was taken
    uint64_t number;
    ntime_t time;
};

// Link types, as numbered by the tcpdump project (tcpdump.org/linktypes.html).
enum link_type {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW_BSD = 12,
    LINK_RAW_OPENBSD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_SLL2 = 276,
};

struct tcp_end {
    uint8_t addr[16]; // IPv4 as ::ffff:a.b.c.d, so that ends compare as bytes
    uint16_t port;
    uint16_t zero;
};

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PUSH = 8, TCP_ACK = 16 };

struct tcp_segment {
    struct tcp_end src, dst;
    uint32_t seq, ack;
    uint8_t flags;
    struct span payload; // as much as was captured
    uint32_t wire;       // as much as there was
};

enum packet_rc {
    PACKET_TCP,
    PACKET_OTHER,    // right, but not TCP
    PACKET_FRAGMENT, // a piece of an IP datagram
    PACKET_CUT,      // the headers are not all there, or wrong
    PACKET_LINK,     // this link type is not read
};

bool packet_link_known(int link);
// `length` is what the packet had on the wire; `bytes` what was kept of it.
enum packet_rc packet_read(int link, struct span bytes, uint32_t length, struct tcp_segment *ret);

// "10.0.0.1:5000", "[2001:db8::1]:5000" (RFC 5952 by inet_ntop's rules). `out` holds 64 bytes.
void tcp_end_text(const struct tcp_end *e, char out[64]);

#endif
