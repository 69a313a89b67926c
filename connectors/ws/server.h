// server.h - the websocket server for agents.
// SPDX-License-Identifier: Apache-2.0
//
// TLS 1.3 with a certificate from both sides, HTTP/1.1 only, the subprotocol fabsoc.ctl.v1 or nothing
// (a client that offers none meets a handler that refuses), no extensions. The agent's id comes from
// its certificate, and HELLO must say the same. One session an agent: the older one is closed with
// 4004. HELLO within 5 s. Whatever is closed for a reason is told to `closed`, for the audit.
// Facts about libwebsockets 4.1.6 behind this: CVE-2025-11677 (CONFIRM_UPGRADE must not read `in`),
// h2c upgrade inside TLS, protocols[0] as the default.
#ifndef CONNECTORS_WS_SERVER_H
#define CONNECTORS_WS_SERVER_H

#include "connectors/ws/peer.h"
#include "connectors/ws/tls.h"
#include "connectors/ws/wsloop.h"

enum { WS_AGENTS_MAX = 1024 };

struct ws_server;
struct ws_agent; // a session with WELCOME sent

struct ws_server_ops {
    // HELLO was right: spans are valid during the call; WELCOME is queued behind it.
    void (*opened)(void *ctx, struct ws_agent *a, const struct wire_hello *hello);
    void (*message)(void *ctx, struct ws_agent *a, const struct wire_msg *m);
    // Also for connections that never got to WELCOME (then `a` is NULL): `agent` as far as it is
    // known, the close code (4001..., 1000..., or 1006 when the line just broke) and the reason.
    void (*closed)(void *ctx, struct ws_agent *a, const char *agent, int code, const char *why);
    bool (*revoked)(void *ctx, const char *agent);
    void *ctx;
};

// `id` is used during the call only. Codes "tls.*", "ws.vhost".
int ws_server_new(struct wsloop *l, const struct tls_identity *id, const struct ws_server_ops *ops,
                  const char *version, struct ws_server **ret, struct err *err);
void ws_server_free(struct ws_server *s);          // before wsloop_free()
int ws_server_listen(struct ws_server *s, int fd); // a listening socket; stays the caller's

struct ws_agent *ws_server_find(struct ws_server *s, const char *agent);
const char *ws_agent_id(const struct ws_agent *a);
void ws_agent_send(struct ws_agent *a, enum wire_type type, const struct eid *id, struct span body);
bool ws_agent_may_send(const struct ws_agent *a); // window and queue
void ws_agent_close(struct ws_agent *a, enum wire_close code);
void ws_server_each(struct ws_server *s, void (*fn)(void *ctx, struct ws_agent *a), void *ctx);
// Stops (or goes on with) reading from all agents: back-pressure.
void ws_server_pause(struct ws_server *s, bool pause);

#endif
