// wslink.h - a link of messages.h in a loop that is libwebsockets'.
// SPDX-License-Identifier: Apache-2.0
//
// link.h does the framing, wsloop.h the waiting; this ties them: reads what is there and hands out
// whole messages, writes when there is room. A broken link closes itself and says so once.
#ifndef CONNECTORS_ROLE_WSLINK_H
#define CONNECTORS_ROLE_WSLINK_H

#include "connectors/os/link.h"
#include "connectors/ws/wsloop.h"

struct wslink_ops {
    void (*message)(void *ctx, uint8_t type, struct span body);
    void (*drained)(void *ctx); // after a write that left room again; may be NULL
    void (*broken)(void *ctx);  // the peer is gone or talks nonsense; the link is closed already
};

struct wslink {
    struct link link;
    struct wsfd *watch;
    const struct wslink_ops *ops;
    void *ctx;
};

void wslink_init(struct wslink *w, const struct wslink_ops *ops, void *ctx);
int wslink_open(struct wslink *w, struct wsloop *l, int fd); // takes over a descriptor
void wslink_close(struct wslink *w);
void wslink_push(struct wslink *w); // after link_send() or link_end(): writes what goes

#endif
