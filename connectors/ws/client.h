// client.h - the agent's connection to its gate: dials out, greets, comes back by itself.
// SPDX-License-Identifier: Apache-2.0
//
// TLS 1.3, own certificate, the gate's name checked against its certificate, one private CA. Under TLS
// 1.3 a client believes in its handshake before the server refused its certificate, so "connected"
// begins with WELCOME. Lost connections are tried again after 1 to 60 s with full jitter; refused
// identity or version likewise, since an administrator may repair it.
#ifndef CONNECTORS_WS_CLIENT_H
#define CONNECTORS_WS_CLIENT_H

#include "connectors/ws/peer.h"
#include "connectors/ws/tls.h"
#include "connectors/ws/wsloop.h"

struct ws_client;

struct ws_client_ops {
    void (*greet)(void *ctx, struct wire_hello *ret); // fills in HELLO, borrowed until it returns
    void (*opened)(void *ctx, const struct wire_welcome *w);
    void (*message)(void *ctx, const struct wire_msg *m);
    void (*closed)(void *ctx, int code, const char *why, utime_t again); // also of failed attempts
    void (*progress)(void *ctx); // something came: the window or ws_client_acked() may have moved
    void *ctx;
};

struct ws_gate {
    const char *address; // numeric, resolved before the sandbox closed
    int port;
    const char *host; // name in the gate's certificate
};

int ws_client_new(struct wsloop *l, const struct tls_identity *id, const struct ws_gate *gate,
                  const struct ws_client_ops *ops, struct ws_client **ret, struct err *err);
void ws_client_free(struct ws_client *c);
void ws_client_start(struct ws_client *c);

bool ws_client_may_send(const struct ws_client *c); // open, inside the window
// False when it was not queued; the caller keeps the message.
bool ws_client_send(struct ws_client *c, enum wire_type type, const struct eid *id,
                    struct span body);
// Numbers of this session: of the last message sent, and how far the gate has taken ours.
uint64_t ws_client_sent(const struct ws_client *c);
uint64_t ws_client_acked(const struct ws_client *c);

#endif
