// link.h - length-framed messages over one non-blocking stream socket.
// SPDX-License-Identifier: Apache-2.0
//
//     length u32 (of what follows) | type u8 | body          (messages.h lists types and bodies)
//
// A link never drops and never blocks: link_send() queues, link_flush() writes what the socket takes.
// link_full() tells the caller that more is queued than the link's soft bound: he then stops reading
// whatever makes him send. A message is at most LINK_BODY_MAX; a longer length from the peer is a
// fault of the peer. Descriptors are sent and received in order with the messages they belong to.
#ifndef CONNECTORS_OS_LINK_H
#define CONNECTORS_OS_LINK_H

#include "core/base/buf.h"
#include "core/base/err.h"

enum {
    LINK_BODY_MAX = (4 << 20) + 64, // RESULT_MAX and room for what stands around it
    LINK_OUT_MAX = 16 << 20,        // hard bound of what may be queued
    LINK_OUT_SOFT = 1 << 20,
    LINK_FDS_MAX = 64,
};

struct link {
    int fd; // -1 when closed
    struct buf in, out;
    size_t in_at, out_at; // consumed, sent
    uint64_t queued, sent;
    struct {
        uint64_t at; // goes with the byte of this ordinal
        int fd;
    } pass[LINK_FDS_MAX];
    size_t npass;
    int got[LINK_FDS_MAX]; // received, not yet taken
    size_t ngot;
};

void link_init(struct link *l, int fd); // takes over `fd` (-1: none yet), which must not block
void link_close(struct link *l);        // closes it and all descriptors under way; may be re-used

static inline bool link_up(const struct link *l)
{
    return l->fd >= 0;
}

// Queues a message. E_LIMIT: longer than the bound, or the queue is full (nothing was queued);
// E_STATE: the link is closed.
int link_send(struct link *l, uint8_t type, struct span body);
int link_send_fd(struct link *l, uint8_t type, struct span body, int fd); // takes over `fd`
// In place, without a copy of the body: begin, put into the buffer, end.
struct buf *link_begin(struct link *l, uint8_t type);
int link_end(struct link *l);

int link_flush(struct link *l); // 0 all written, 1 some left, E_SYSTEM the peer is gone
bool link_pending(const struct link *l);
bool link_full(const struct link *l);

// Reads what is there (at most about 256 KiB at once): 0, E_EOF, E_SYSTEM.
int link_fill(struct link *l);
// Next whole message: 1, 0 none yet, E_INPUT the peer's framing is broken. `body` is valid until the
// next link_fill() or link_close().
int link_next(struct link *l, uint8_t *ret_type, struct span *ret_body);
int link_take_fd(struct link *l); // the oldest received descriptor, or -1

#endif
