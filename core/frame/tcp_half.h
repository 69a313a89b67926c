// tcp_half.h - what one side of a connection has sent, in order; internal to tcp.c.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_FRAME_TCP_HALF_H
#define CORE_FRAME_TCP_HALF_H

#include "core/frame/tcp.h"

// No window is larger (RFC 7323): what lies farther ahead does not belong to the connection.
#define TCP_WINDOW_MAX (1 << 30)

struct tcp_in { // what is left of a segment
    uint32_t seq, wire;
    struct span bytes; // its captured head
    struct packet_mark mark;
};

struct tcp_out {
    struct span bytes;
    uint64_t lost; // instead of bytes
    uint64_t conflicts;
    struct packet_mark own;
    struct tcp_piece *piece; // owner of bytes, when they had waited
};

enum tcp_put_rc {
    TCP_PUT_NONE,  // nothing to give: repeated, or it waits; in->wire has shrunk
    TCP_PUT_OUT,   // bytes are next
    TCP_PUT_LOST,  // bytes that were not captured are next
    TCP_PUT_FULL,  // too much waits: the hole must be given up
    TCP_PUT_STRAY, // out of any window
};

// Takes the next part of `in`, which must have bytes left. To be called until it has none.
enum tcp_put_rc tcp_half_put(struct tcp_half *h, struct tcp_in *in, struct tcp_out *ret);
// A piece that waited and is next; tcp_half_taken() frees it.
bool tcp_half_take(struct tcp_half *h, struct tcp_out *ret);
void tcp_half_taken(struct tcp_out *out);
// Bytes missing before the first piece that waits; they are passed over.
uint64_t tcp_half_hole(struct tcp_half *h);
void tcp_half_ack(struct tcp_half *h, uint32_t ack);
// One more packet of the connection came: whether the hole is to be given up.
bool tcp_half_impatient(struct tcp_half *h, ntime_t now);
void tcp_half_clear(struct tcp_half *h);

#endif
