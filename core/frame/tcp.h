// tcp.h - TCP connections seen from outside, put together again (RFC 9293).
// SPDX-License-Identifier: Apache-2.0
//
// Both directions of a connection become two streams without repeats, in order. Of bytes that come twice
// the first count (an outsider must not rewrite what the receiver has read); differences are counted.
// Segments ahead of a hole wait: at most TCP_AHEAD_BYTES and TCP_AHEAD_PIECES a direction. A hole is given
// up, and said with its size, when the receiver has acknowledged it and TCP_PATIENCE packets of the
// connection came since, when TCP_HOLE_NS have passed, when too much waits, and at the connection's end.
// What a short snap length cut off is a hole at once. Sequence numbers wrap.
//
// Bounded: at most `max` connections; when all are taken one that never was accepted, or has ended, goes
// first, then the one that was silent for longest; each is said with `given_up` and counted. Ended ones are
// remembered until their place is needed, so that late repeats do not begin a new one.
#ifndef CORE_FRAME_TCP_H
#define CORE_FRAME_TCP_H

#include "core/frame/packet.h"

enum {
    TCP_AHEAD_BYTES = 4 << 20,
    TCP_AHEAD_PIECES = 4096,
    TCP_PATIENCE = 16,
};
#define TCP_HOLE_NS INT64_C(30000000000)

enum tcp_side { TCP_CLIENT, TCP_SERVER };

struct tcp_piece;

struct tcp_half { // what one side has sent
    bool known;   // `next` means something
    uint32_t isn, next;
    bool acked_known;
    uint32_t acked;          // by the other side, the highest
    struct tcp_piece *ahead; // by sequence number, without overlap
    size_t npieces, held;
    unsigned patience;
    ntime_t hole_since;
    bool fin_known;
    uint32_t fin;
};

struct tcp_conn {
    struct tcp_end end[2];       // by enum tcp_side
    uint64_t number;             // of the connection in the capture, from 1
    bool accepted, joined, over; // joined: its beginning was not captured
    char ended;                  // 'F', 'R' or 0: what ended it first
    enum tcp_side ended_by;
    uint64_t ended_packet;
    struct packet_mark first, last;
    uint64_t gaps, lost, conflicts;
    const char *given_up;
    void *user;
    // inside
    struct tcp_half half[2];
    struct tcp_conn *chain, *newer, *older;
    uint64_t hash;
    unsigned list;
};

struct tcp_ops {
    void (*opened)(void *ctx, struct tcp_conn *c);
    // The stream's first bytes are missing.
    void (*joined)(void *ctx, struct tcp_conn *c, enum tcp_side from);
    // `own` carried the bytes, `now` made them deliverable.
    void (*data)(void *ctx, struct tcp_conn *c, enum tcp_side from, struct span bytes,
                 struct packet_mark own, struct packet_mark now);
    void (*gap)(void *ctx, struct tcp_conn *c, enum tcp_side from, uint64_t n,
                struct packet_mark now);
    void (*closed)(void *ctx, struct tcp_conn *c); // ended or given up; nothing follows
};

struct tcp_counts {
    uint64_t connections, evicted, gaps, lost, conflicts,
        strays; // strays: segments out of any window
};

struct tcp;

struct tcp *tcp_new(size_t max, const struct tcp_ops *ops, void *ctx); // NULL without memory
void tcp_free(struct tcp *t);                                          // says nothing
void tcp_segment(struct tcp *t, const struct tcp_segment *s, struct packet_mark mark);
// Gives up the connection that was silent for longest; false when there is none.
bool tcp_evict(struct tcp *t);
// The capture has ended: every connection is closed, in the order in which they began.
void tcp_finish(struct tcp *t);
const struct tcp_counts *tcp_counts(const struct tcp *t);

#endif
