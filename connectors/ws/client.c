// client.c - callbacks of libwebsockets to the one session with the gate.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ws/client.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/log.h"

#define BACKOFF_FIRST UTIME_SECOND
#define BACKOFF_MAX   (60 * UTIME_SECOND)

struct ws_client {
    struct wsloop *loop;
    struct ws_client_ops ops;
    struct ws_gate gate;
    struct lws_vhost *vhost;
    SSL_CTX *ssl;
    struct peer peer;
    bool connected; // past the upgrade: `peer` is in use
    struct lws *trying;
    utime_t ceiling; // of the next pause
    struct wsloop_timer again;
};

static void dial(void *ctx);

// Full jitter: anything between nothing and the ceiling, so that a thousand agents do not come back
// in one second (the ceiling doubles with every failure).
static void later(struct ws_client *c, int code, const char *why)
{
    uint32_t r = 0;
    utime_t pause;

    (void)RAND_bytes((unsigned char *)&r, sizeof(r));
    pause = (utime_t)((double)c->ceiling * r / UINT32_MAX) + UTIME_SECOND / 20;
    c->ceiling = c->ceiling * 2 > BACKOFF_MAX ? BACKOFF_MAX : c->ceiling * 2;
    c->trying = NULL;
    wsloop_timer_set(c->loop, &c->again, pause);
    c->ops.closed(c->ops.ctx, code, why, pause);
}

static void greet(struct ws_client *c)
{
    static const struct wire_hello none;
    struct wire_hello h = none;
    AUTO_BUF b = {0};

    c->ops.greet(c->ops.ctx, &h);
    buf_init(&b, WIRE_BODY_MAX);
    wire_put_hello(&b, &h);
    peer_send(&c->peer, WIRE_HELLO, NULL, buf_span(&b));
}

static void received(struct ws_client *c, const void *in, size_t len)
{
    struct wire_msg m;
    struct wire_welcome w;
    struct err err = ERR_INIT;
    enum peer_event got = peer_take(&c->peer, in, len, &m);

    if (got != PEER_MESSAGE) {
        if (got == PEER_MORE && c->peer.session.state == SESSION_OPEN) {
            c->ops.progress(c->ops.ctx);
        }
        return;
    }
    if (m.type != WIRE_WELCOME) {
        c->ops.message(c->ops.ctx, &m);
    } else if (wire_get_welcome(m.body, &w, &err)) {
        peer_close(&c->peer, WIRE_CLOSE_MALFORMED, err.msg);
    } else {
        c->ceiling = BACKOFF_FIRST;
        c->ops.opened(c->ops.ctx, &w);
    }
}

static void ended(struct ws_client *c)
{
    int code = c->peer.close_code ? c->peer.close_code : 1006;
    char why[PEER_WHY_MAX];

    snprintf(why, sizeof(why), "%s", c->peer.close_why);
    c->connected = false;
    peer_free(&c->peer);
    later(c, code, why);
}

static void gate_closed(struct ws_client *c, const unsigned char *in, size_t len)
{
    if (c->peer.close_code == 0) {
        c->peer.close_code = len >= 2 ? in[0] << 8 | in[1] : 1006;
        snprintf(c->peer.close_why, sizeof(c->peer.close_why), "%.*s", len > 2 ? (int)(len - 2) : 0,
                 len > 2 ? (const char *)in + 2 : "");
    }
}

static int on_ctl(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    struct ws_client *c = lws_get_opaque_user_data(wsi);

    (void)user;
    if (!c) {
        return 0;
    }
    switch (reason) {
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: later(c, 0, in ? in : "no connection"); return 0;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        if (peer_init(&c->peer, wsi, WIRE_FROM_AGENT)) {
            return -1;
        }
        c->connected = true;
        greet(c);
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE: received(c, in, len); return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return c->connected ? peer_write(&c->peer) : 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (c->connected) {
            gate_closed(c, in, len);
        }
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        if (c->connected) {
            ended(c);
        }
        return 0;
    default: return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = WIRE_SUBPROTOCOL, .callback = on_ctl, .rx_buffer_size = 4096},
    {.name = NULL},
};

int ws_client_new(struct wsloop *l, const struct tls_identity *id, const struct ws_gate *gate,
                  const struct ws_client_ops *ops, struct ws_client **ret, struct err *err)
{
    struct ws_client *c = calloc(1, sizeof(*c));
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .vhost_name = "agent",
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS,
        .alpn = "http/1.1",
    };

    if (!c) {
        return err_set(err, E_SYSTEM, "ws.memory", "no memory for the client");
    }
    *c = (struct ws_client){.loop = l, .ops = *ops, .gate = *gate, .ceiling = BACKOFF_FIRST};
    c->again.on = dial;
    c->again.ctx = c;
    c->ssl = SSL_CTX_new(TLS_client_method());
    if (!c->ssl || tls_apply(c->ssl, id, false, err)) {
        SSL_CTX_free(c->ssl);
        free(c);
        return err->rc ? err->rc : err_set(err, E_SYSTEM, "tls.context", "no TLS context");
    }
    info.provided_client_ssl_ctx = c->ssl;
    c->vhost = lws_create_vhost(wsloop_context(l), &info);
    // A vhost made after its context has no client TLS until it is asked for by name.
    if (!c->vhost || lws_init_vhost_client_ssl(&info, c->vhost)) {
        SSL_CTX_free(c->ssl);
        free(c);
        return err_set(err, E_SYSTEM, "ws.vhost", "the client could not be made");
    }
    *ret = c;
    return 0;
}

void ws_client_free(struct ws_client *c)
{
    if (c) {
        wsloop_timer_clear(c->loop, &c->again);
        if (c->trying) {
            lws_set_opaque_user_data(c->trying, NULL);
        }
        if (c->connected) {
            lws_set_opaque_user_data(c->peer.wsi, NULL);
            peer_free(&c->peer);
        }
        lws_vhost_destroy(c->vhost);
        SSL_CTX_free(c->ssl);
        free(c);
    }
}

static void dial(void *ctx)
{
    struct ws_client *c = ctx;
    struct lws_client_connect_info i = {
        .context = wsloop_context(c->loop),
        .vhost = c->vhost,
        .address = c->gate.address,
        .port = c->gate.port,
        .ssl_connection = LCCSCF_USE_SSL,
        .path = "/",
        .host = c->gate.host,
        .protocol = WIRE_SUBPROTOCOL,
        .local_protocol_name = WIRE_SUBPROTOCOL,
        .alpn = "http/1.1",
        .opaque_user_data = c,
        .pwsi = &c->trying,
    };

    // A failure that is known at once has been told by CLIENT_CONNECTION_ERROR already.
    (void)lws_client_connect_via_info(&i);
}

void ws_client_start(struct ws_client *c)
{
    wsloop_timer_set(c->loop, &c->again, 1);
}

uint64_t ws_client_sent(const struct ws_client *c)
{
    return c->peer.session.sent;
}
uint64_t ws_client_acked(const struct ws_client *c)
{
    return c->peer.session.acked;
}

bool ws_client_may_send(const struct ws_client *c)
{
    return c->connected && session_may_send(&c->peer.session) && !peer_full(&c->peer);
}

bool ws_client_send(struct ws_client *c, enum wire_type type, const struct eid *id,
                    struct span body)
{
    if (!ws_client_may_send(c)) {
        return false;
    }
    peer_send(&c->peer, type, id, body);
    return c->peer.close_code == 0;
}
