// server.c - callbacks of libwebsockets to sessions of agents.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ws/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/log.h"

enum { ACCEPT_AT_ONCE = 16, NO_STATUS = 1006 };

struct ws_agent {
    struct peer peer;
    struct ws_server *server;
    struct ws_agent *next;
    char id[TLS_AGENT_MAX + 1];
    bool welcomed;
};

struct ws_server {
    struct wsloop *loop;
    struct ws_server_ops ops;
    const char *version;
    struct lws_vhost *vhost;
    const struct tls_identity *identity; // only while the vhost is made
    struct err tls_err;
    struct ws_agent *agents; // every connection past the upgrade
    size_t nagents;
    struct wsfd *listening;
    int listen_fd;
    bool paused;
};

static struct ws_server *server_of(struct lws *wsi)
{
    struct lws_vhost *vh = lws_get_vhost(wsi);

    return vh ? lws_vhost_user(vh) : NULL;
}

// ---- connections

static struct ws_agent *connection_new(struct ws_server *s, struct lws *wsi)
{
    struct ws_agent *a = s->nagents < WS_AGENTS_MAX ? calloc(1, sizeof(*a)) : NULL;

    if (!a) {
        return NULL;
    }
    if (peer_init(&a->peer, wsi, WIRE_FROM_GATE)) {
        peer_free(&a->peer);
        free(a);
        return NULL;
    }
    a->server = s;
    a->next = s->agents;
    s->agents = a;
    s->nagents++;
    return a;
}

static void connection_end(struct ws_agent *a)
{
    struct ws_server *s = a->server;
    struct ws_agent **at = &s->agents;
    int code = a->peer.close_code ? a->peer.close_code : NO_STATUS;

    while (*at && *at != a) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = a->next;
        s->nagents--;
    }
    s->ops.closed(s->ops.ctx, a->welcomed ? a : NULL, a->id, code, a->peer.close_why);
    peer_free(&a->peer);
    free(a);
}

static void established(struct ws_agent *a, struct lws *wsi)
{
    tls_agent_of(lws_get_ssl(wsi), a->id);
    lws_set_timer_usecs(wsi, (lws_usec_t)WIRE_HELLO_MS * 1000);
    if (!a->id[0]) {
        peer_close(&a->peer, WIRE_CLOSE_NOT_ENROLLED, wire_close_reason(WIRE_CLOSE_NOT_ENROLLED));
    } else if (a->server->ops.revoked(a->server->ops.ctx, a->id)) {
        peer_close(&a->peer, WIRE_CLOSE_REVOKED, wire_close_reason(WIRE_CLOSE_REVOKED));
    }
}

static void supersede(struct ws_agent *mine)
{
    for (struct ws_agent *a = mine->server->agents; a; a = a->next) {
        if (a != mine && a->welcomed && strcmp(a->id, mine->id) == 0) {
            ws_agent_close(a, WIRE_CLOSE_SUPERSEDED);
        }
    }
}

static void welcome(struct ws_agent *a)
{
    struct eid random = peer_random_id();
    struct wire_welcome w = {.version = span_str(a->server->version),
                             .features = SPAN_LIT("events"),
                             .session = span_of((const char *)random.b, WIRE_SESSION_LEN),
                             .max_message = WIRE_MESSAGE_MAX,
                             .window = WIRE_WINDOW,
                             .ping_ms = WIRE_PING_MS};
    AUTO_BUF b = {0};

    buf_init(&b, 4096);
    wire_put_welcome(&b, &w);
    session_open(&a->peer.session, random.b);
    a->welcomed = true;
    peer_send(&a->peer, WIRE_WELCOME, NULL, buf_span(&b));
}

static void on_hello(struct ws_agent *a, const struct wire_msg *m)
{
    struct wire_hello h;
    struct err err = ERR_INIT;

    if (wire_get_hello(m->body, &h, &err)) {
        peer_close(&a->peer, WIRE_CLOSE_MALFORMED, err.msg);
        return;
    }
    if (!span_eq_str(h.agent, a->id)) {
        peer_close(&a->peer, WIRE_CLOSE_IDENTITY, wire_close_reason(WIRE_CLOSE_IDENTITY));
        return;
    }
    supersede(a);
    lws_set_timer_usecs(a->peer.wsi, LWS_SET_TIMER_USEC_CANCEL);
    welcome(a);
    if (a->server->paused) {
        lws_rx_flow_control(a->peer.wsi, 0);
    }
    a->server->ops.opened(a->server->ops.ctx, a, &h);
}

static void received(struct ws_agent *a, const void *in, size_t len)
{
    struct wire_msg m;

    if (peer_take(&a->peer, in, len, &m) != PEER_MESSAGE) {
        return;
    }
    if (m.type == WIRE_HELLO) {
        on_hello(a, &m);
    } else {
        a->server->ops.message(a->server->ops.ctx, a, &m);
    }
}

// The code the other side gave, for the audit.
static void peer_closed(struct ws_agent *a, const unsigned char *in, size_t len)
{
    if (a->peer.close_code == 0) {
        a->peer.close_code = len >= 2 ? in[0] << 8 | in[1] : NO_STATUS;
        snprintf(a->peer.close_why, sizeof(a->peer.close_why), "closed by the agent");
    }
}

static int on_ctl(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    struct ws_agent **slot = user, *a = slot ? *slot : NULL;

    switch (reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return lws_get_ssl(wsi) && SSL_get_verify_result(lws_get_ssl(wsi)) == X509_V_OK ? 0 : -1;
    case LWS_CALLBACK_ESTABLISHED:
        *slot = a = connection_new(server_of(wsi), wsi);
        if (!a) {
            log_warn("no room for another agent's connection");
            return -1;
        }
        established(a, wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        if (a) {
            received(a, in, len);
        }
        return a ? 0 : -1;
    case LWS_CALLBACK_SERVER_WRITEABLE: return a ? peer_write(&a->peer) : -1;
    case LWS_CALLBACK_TIMER:
        if (a && !a->welcomed) {
            peer_close(&a->peer, WIRE_CLOSE_TIMEOUT, wire_close_reason(WIRE_CLOSE_TIMEOUT));
        }
        return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (a) {
            peer_closed(a, in, len);
        }
        return 0;
    case LWS_CALLBACK_CLOSED:
        if (a) {
            *slot = NULL;
            connection_end(a);
        }
        return 0;
    default: return 0;
    }
}

static void load_certificates(struct ws_server *s, SSL_CTX *ctx)
{
    if (s && s->identity && ctx) {
        s->tls_err.rc = 0;
        (void)tls_apply(ctx, s->identity, true, &s->tls_err);
    }
}

// protocols[0]: everything that is not our subprotocol, and the questions asked before it is known.
static int on_nothing(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                      size_t len)
{
    char upgrade[32];

    (void)len;
    switch (reason) {
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
        load_certificates(server_of(wsi), user);
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: // `in` may be dead here: never read it
        if (lws_hdr_copy(wsi, upgrade, sizeof(upgrade), WSI_TOKEN_UPGRADE) < 1 ||
            strcasecmp(upgrade, "websocket") != 0) {
            return -1;
        }
        return 0;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_HTTP: return -1;
    default: (void)in; return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "none", .callback = on_nothing},
    {.name = WIRE_SUBPROTOCOL,
     .callback = on_ctl,
     .per_session_data_size = sizeof(struct ws_agent *),
     .rx_buffer_size = 4096},
    {.name = NULL},
};

// ---- the server

int ws_server_new(struct wsloop *l, const struct tls_identity *id, const struct ws_server_ops *ops,
                  const char *version, struct ws_server **ret, struct err *err)
{
    struct ws_server *s = calloc(1, sizeof(*s));
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .vhost_name = "gate",
        .protocols = protocols,
        .alpn = "http/1.1",
        .timeout_secs = 10,
        .options = LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX |
                   LWS_SERVER_OPTION_REQUIRE_VALID_OPENSSL_CLIENT_CERT |
                   LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS | LWS_SERVER_OPTION_VALIDATE_UTF8,
        .user = s,
    };

    if (!s) {
        return err_set(err, E_SYSTEM, "ws.memory", "no memory for the server");
    }
    *s = (struct ws_server){.loop = l, .ops = *ops, .version = version, .identity = id};
    s->tls_err.rc = E_STATE; // until the callback has loaded them
    s->listen_fd = -1;
    s->vhost = lws_create_vhost(wsloop_context(l), &info);
    s->identity = NULL;
    if (!s->vhost || s->tls_err.rc) {
        if (s->tls_err.rc != E_STATE && s->tls_err.rc) {
            *err = s->tls_err;
        } else {
            (void)err_set(err, E_SYSTEM, "ws.vhost", "the server could not be made");
        }
        free(s);
        return err->rc;
    }
    *ret = s;
    return 0;
}

void ws_server_free(struct ws_server *s)
{
    if (s) {
        wsfd_remove(s->listening);
        lws_vhost_destroy(s->vhost);
        while (s->agents) { // what lws closes later must not come back here
            struct ws_agent *a = s->agents;

            s->agents = a->next;
            if (a->peer.wsi) {
                struct ws_agent **slot = lws_wsi_user(a->peer.wsi);

                if (slot) {
                    *slot = NULL;
                }
            }
            peer_free(&a->peer);
            free(a);
        }
        free(s);
    }
}

static void on_accept(void *ctx, unsigned events)
{
    struct ws_server *s = ctx;

    for (int i = 0; (events & WSLOOP_READ) && i < ACCEPT_AT_ONCE; i++) {
        int fd = accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            return;
        }
        (void)lws_adopt_socket_vhost(s->vhost, fd); // closes it when it cannot
    }
}

int ws_server_listen(struct ws_server *s, int fd)
{
    s->listen_fd = fd;
    s->listening = wsfd_add(s->loop, fd, on_accept, s);
    return s->listening ? 0 : E_SYSTEM;
}

struct ws_agent *ws_server_find(struct ws_server *s, const char *agent)
{
    for (struct ws_agent *a = s->agents; a; a = a->next) {
        if (a->welcomed && a->peer.close_code == 0 && strcmp(a->id, agent) == 0) {
            return a;
        }
    }
    return NULL;
}

const char *ws_agent_id(const struct ws_agent *a)
{
    return a->id;
}

void ws_agent_send(struct ws_agent *a, enum wire_type type, const struct eid *id, struct span body)
{
    peer_send(&a->peer, type, id, body);
}

bool ws_agent_may_send(const struct ws_agent *a)
{
    return session_may_send(&a->peer.session) && !peer_full(&a->peer);
}

void ws_agent_close(struct ws_agent *a, enum wire_close code)
{
    peer_close(&a->peer, (int)code, wire_close_reason(code));
}

void ws_server_each(struct ws_server *s, void (*fn)(void *ctx, struct ws_agent *a), void *ctx)
{
    for (struct ws_agent *a = s->agents, *next; a; a = next) {
        next = a->next;
        if (a->welcomed && a->peer.close_code == 0) {
            fn(ctx, a);
        }
    }
}

void ws_server_pause(struct ws_server *s, bool pause)
{
    if (pause == s->paused) {
        return;
    }
    s->paused = pause;
    for (struct ws_agent *a = s->agents; a; a = a->next) {
        if (a->peer.wsi && a->peer.close_code == 0) {
            (void)lws_rx_flow_control(a->peer.wsi, !pause);
        }
    }
}
