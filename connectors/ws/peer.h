// peer.h - one websocket connection as a control session: pieces to messages, a queue of answers.
// SPDX-License-Identifier: Apache-2.0
//
// The part that server and client share. libwebsockets hands over at most 4 KiB at a time; the size
// is judged at the first piece by what the frame declares. What is to be sent waits in `out` until
// lws says writable, one message a callback. More than PEER_OUT_MAX waiting closes with 1013.
#ifndef CONNECTORS_WS_PEER_H
#define CONNECTORS_WS_PEER_H

#include <libwebsockets.h>

#include "core/wire/session.h"

enum { PEER_OUT_MAX = 4 << 20, PEER_OUT_SOFT = 3 << 20, PEER_WHY_MAX = 120 };

struct peer {
    struct lws *wsi;
    struct session session;
    struct buf in;  // the message that is coming
    struct buf out; // length u32, bytes; ...
    size_t out_at;
    unsigned in_flight_max; // of the other side, for tests
    int close_code;         // 0, or what is to be sent, or was received
    char close_why[PEER_WHY_MAX];
    unsigned char *frame; // LWS_PRE and a message
};

int peer_init(struct peer *p, struct lws *wsi, enum wire_from self); // E_SYSTEM without memory
void peer_free(struct peer *p);

enum peer_event { PEER_MORE, PEER_MESSAGE, PEER_CLOSING };
// A piece from LWS_CALLBACK_(CLIENT_)RECEIVE. MESSAGE: ret_msg is right and in turn (its spans live
// until the next piece); unknown types are answered here. CLOSING: peer_close() was called.
enum peer_event peer_take(struct peer *p, const void *in, size_t len, struct wire_msg *ret_msg);

void peer_send(struct peer *p, enum wire_type type, const struct eid *id, struct span body);
// Queues the close; it goes out at the next writable callback, behind nothing.
void peer_close(struct peer *p, int code, const char *why);
// From the writable callback: 0, or -1 = return -1 to lws, which sends the close frame.
int peer_write(struct peer *p);
bool peer_full(const struct peer *p); // more than three quarters of the queue
struct eid peer_random_id(void);

#endif
