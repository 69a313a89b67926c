// gate.c - frames between agents, intake and engine.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/gate.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/act/proof.h"
#include "connectors/os/logsink.h"
#include "connectors/os/messages.h"
#include "connectors/os/sandbox.h"
#include "connectors/role/config.h"
#include "connectors/role/wslink.h"
#include "connectors/ws/server.h"
#include "core/base/log.h"
#include "core/model/effect.h"

#define GATE_VERSION "fabsoc-gate 0.1"

enum { REVOKED_MAX = 4096 };

struct gate {
    struct wsloop *loop;
    struct wslink control, engine, intake;
    struct ws_server *server;
    struct tls_identity identity;
    struct role_config config;
    const struct ynode *revoked; // list, in config
    int listen_fd;
    bool ended;
};

// ---- to the engine

static void mind_pressure(struct gate *g)
{
    bool stop = !link_up(&g->engine.link) || !link_up(&g->intake.link) ||
                link_full(&g->engine.link) || link_full(&g->intake.link);

    if (g->server) {
        ws_server_pause(g->server, stop);
    }
}

static void tell_engine(struct gate *g, const struct input_control *c)
{
    AUTO_BUF b = {0};

    if (!link_up(&g->engine.link)) {
        return; // a new engine is told everything by announce()
    }
    buf_init(&b, LINK_BODY_MAX);
    input_put_control(&b, c);
    if (!buf_ok(&b) || link_send(&g->engine.link, MSG_CONTROL, buf_span(&b))) {
        log_error("a control frame was not queued for the engine");
    }
    wslink_push(&g->engine);
    mind_pressure(g);
}

static void tell(struct gate *g, const char *agent, const char *kind, int code, const char *text)
{
    char digits[16] = "";
    struct input_control c = {.agent = span_str(agent),
                              .kind = span_str(kind),
                              .code = span_str(digits),
                              .text = span_str(text)};

    if (code) {
        snprintf(digits, sizeof(digits), "%d", code);
        c.code = span_str(digits);
    }
    tell_engine(g, &c);
}

// A new engine knows nothing of who is here: one hello each, without the version that it was told at the
// session's begin, and the agents say their reports again.
static void announce_one(void *ctx, struct ws_agent *a)
{
    struct wire_resync r = {.counter = 0};
    AUTO_BUF b = {0};

    tell(ctx, ws_agent_id(a), "hello", 0, "");
    buf_init(&b, 64);
    wire_put_resync(&b, &r);
    ws_agent_send(a, WIRE_RESYNC, NULL, buf_span(&b));
}

static void announce(struct gate *g)
{
    tell(g, "", "reset", 0, "");
    if (g->server) {
        ws_server_each(g->server, announce_one, g);
    }
}

// ---- from agents

static void on_opened(void *ctx, struct ws_agent *a, const struct wire_hello *h)
{
    char boot[2 * sizeof(h->boot.b) + 1], text[256];
    struct input_control c = {.agent = span_str(ws_agent_id(a)),
                              .kind = SPAN_LIT("hello"),
                              .counter = h->counter,
                              .proof = span_of((const char *)h->allowed.b, SHA256_LEN)};

    hex_put(span_of((const char *)h->boot.b, sizeof(h->boot.b)), boot);
    snprintf(text, sizeof(text), "%.*s boot %s", (int)(h->version.n < 100 ? h->version.n : 100),
             h->version.p ? h->version.p : "", boot);
    c.text = span_str(text);
    tell_engine(ctx, &c);
}

static void on_closed(void *ctx, struct ws_agent *a, const char *agent, int code, const char *why)
{
    struct gate *g = ctx;

    log_line(a ? LOG_INFO : LOG_WARN, a ? "a session ended" : "a connection was rejected", "agent",
             agent, "why", why, NULL);
    // A superseded session's agent is here: only its older connection went.
    if (code == WIRE_CLOSE_SUPERSEDED) {
        tell(g, agent, "rejected", code, why);
    } else {
        tell(g, agent, a ? "lost" : "rejected", code, why);
    }
}

static bool on_revoked(void *ctx, const char *agent)
{
    const struct gate *g = ctx;

    for (size_t i = 0; g->revoked && i < g->revoked->n; i++) {
        if (span_eq_str(y_text(g->revoked->item[i]), agent)) {
            return true;
        }
    }
    return false;
}

static void on_report(struct gate *g, struct ws_agent *a, struct span body)
{
    struct wire_report w;
    struct command_report r;
    struct err err = ERR_INIT;
    struct input_control c = {.agent = span_str(ws_agent_id(a))};
    AUTO_BUF proof = {0};

    if (wire_get_report(body, &w, &err) || report_get(w.bytes, &r, &err)) {
        ws_agent_close(a, WIRE_CLOSE_MALFORMED);
        return;
    }
    if (!span_eq_str(r.agent, ws_agent_id(a))) {
        ws_agent_close(a, WIRE_CLOSE_IDENTITY);
        return;
    }
    buf_init(&proof, PROOF_MAX);
    proof_put(&proof, w.bytes, w.signature);
    c.kind = r.state;
    c.command = r.id;
    c.counter = r.counter;
    c.code = r.code;
    c.text = r.text;
    c.proof = buf_span(&proof);
    if (!buf_ok(&proof)) {
        ws_agent_close(a, WIRE_CLOSE_MALFORMED);
        return;
    }
    tell_engine(g, &c);
}

static void on_events(struct gate *g, struct ws_agent *a, struct span body)
{
    static struct wire_events e; // 4 KiB of spans; one thread
    struct err err = ERR_INIT;

    if (wire_get_events(body, &e, &err) || e.first == 0) {
        ws_agent_close(a, WIRE_CLOSE_MALFORMED);
        return;
    }
    for (size_t i = 0; i < e.record.n; i++) {
        struct buf *b = link_begin(&g->intake.link, MSG_AGENT_EVENTS);

        buf_blob(b, span_str(ws_agent_id(a)));
        buf_u64(b, e.epoch);
        buf_u64(b, e.first + i);
        buf_blob(b, e.record.item[i]);
        if (link_end(&g->intake.link)) {
            break; // not taken, so never acknowledged: the agent sends it again
        }
    }
    wslink_push(&g->intake);
    mind_pressure(g);
}

static void acknowledge(struct ws_agent *a)
{
    struct wire_ack k = {.taken = 0};
    AUTO_BUF b = {0};

    buf_init(&b, 64);
    wire_put_ack(&b, &k);
    ws_agent_send(a, WIRE_ACK, NULL, buf_span(&b));
}

static void on_message(void *ctx, struct ws_agent *a, const struct wire_msg *m)
{
    if (m->type == WIRE_REPORT) {
        on_report(ctx, a, m->body);
        acknowledge(a); // at once: what is acknowledged is not said again
    } else if (m->type == WIRE_EVENTS) {
        on_events(ctx, a, m->body);
    }
}

// ---- from engine and intake

static void on_engine(void *ctx, uint8_t type, struct span body)
{
    struct gate *g = ctx;
    struct rd r = rd_of(body);
    struct span agent = rd_blob(&r), id = rd_bytes(&r, 16);
    struct wire_command c = {.bytes = rd_blob(&r), .signature = rd_blob(&r)};
    struct ws_agent *a;
    struct eid eid;
    char name[TLS_AGENT_MAX + 1];
    AUTO_BUF b = {0};

    if (type != MSG_SEND || !rd_done(&r) || agent.n > TLS_AGENT_MAX) {
        log_error("the engine sent a message of no known form");
        return;
    }
    memcpy(name, agent.p ? agent.p : "", agent.n);
    name[agent.n] = '\0';
    memcpy(eid.b, id.p, sizeof(eid.b));
    a = g->server ? ws_server_find(g->server, name) : NULL;
    if (!a) {
        struct input_control in = {.agent = agent, .kind = SPAN_LIT("undelivered"), .command = eid};

        tell_engine(g, &in);
        return;
    }
    buf_init(&b, WIRE_BODY_MAX);
    wire_put_command(&b, &c);
    if (buf_ok(&b)) {
        ws_agent_send(a, WIRE_COMMAND, &eid, buf_span(&b));
    }
}

static void on_intake(void *ctx, uint8_t type, struct span body)
{
    struct gate *g = ctx;
    struct rd r = rd_of(body);
    struct span agent = rd_blob(&r);
    struct wire_events_ack k = {.epoch = rd_u64(&r), .seq = rd_u64(&r)};
    char name[TLS_AGENT_MAX + 1];
    struct ws_agent *a;
    AUTO_BUF b = {0};

    if (type != MSG_AGENT_ACK || !rd_done(&r) || agent.n > TLS_AGENT_MAX) {
        log_error("intake sent a message of no known form");
        return;
    }
    memcpy(name, agent.p ? agent.p : "", agent.n);
    name[agent.n] = '\0';
    a = g->server ? ws_server_find(g->server, name) : NULL;
    if (a) {
        buf_init(&b, 64);
        wire_put_events_ack(&b, &k);
        ws_agent_send(a, WIRE_EVENTS_ACK, NULL, buf_span(&b));
    }
}

static void on_drained(void *ctx)
{
    mind_pressure(ctx);
}

static void on_peer_broken(void *ctx)
{
    mind_pressure(ctx); // the supervisor says the rest: CTL_LOST, then CTL_PEER
}

// ---- the supervisor

static void fault(struct gate *g, const struct err *err)
{
    char text[2400];

    err_text(err, text, sizeof(text));
    log_error("%s", text);
    (void)link_send(&g->control.link, CTL_FAULT, span_str(text));
    wslink_push(&g->control);
    wsloop_stop(g->loop, 2);
}

static int start(struct gate *g, struct span body, struct err *err)
{
    static const struct ws_server_ops ops = {on_opened, on_message, on_closed, on_revoked, NULL};
    struct ws_server_ops mine = ops;
    struct sandbox sandbox = {.groups = SANDBOX_NET, .max_files = 4096};
    int rc = role_config_load(&g->config, "gate", body, err);

    if (rc) {
        return rc;
    }
    g->revoked = y_get(g->config.own, "revoked");
    if (g->revoked && (g->revoked->type != Y_LIST || g->revoked->n > REVOKED_MAX)) {
        return y_fault(&g->config.docs, g->revoked, err, "gate.revoked",
                       "a list of at most %d agents", REVOKED_MAX);
    }
    if (g->listen_fd < 0 || !g->identity.ca.len || !g->identity.certificate.len ||
        !g->identity.key.len) {
        return err_set(err, E_INPUT, "gate.credentials",
                       "socket, ca, certificate and key are needed");
    }
    mine.ctx = g;
    rc = ws_server_new(g->loop, &g->identity, &mine, GATE_VERSION, &g->server, err);
    tls_identity_wipe(&g->identity);
    if (rc) {
        return rc;
    }
    mind_pressure(g);
    if (ws_server_listen(g->server, g->listen_fd)) {
        return err_set(err, E_SYSTEM, "gate.listen", "the socket cannot be listened at");
    }
    rc = sandbox_enter(&sandbox, err);
    if (rc == 0) {
        (void)link_send(&g->control.link, CTL_READY, SPAN_NONE);
        wslink_push(&g->control);
    }
    return rc;
}

static void take_credential(struct gate *g, struct span name, int fd)
{
    static const char *const names[] = {"ca", "certificate", "key"};
    struct buf *to[] = {&g->identity.ca, &g->identity.certificate, &g->identity.key};
    char chunk[4096];
    ssize_t n;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_eq_str(name, names[i])) {
            buf_init(to[i], TLS_PEM_MAX);
            while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
                buf_put(to[i], chunk, (size_t)n);
            }
        }
    }
    explicit_bzero(chunk, sizeof(chunk));
    close(fd);
}

static void on_fd(struct gate *g, struct span body)
{
    struct rd r = rd_of(body);
    uint8_t what = rd_u8(&r);
    int fd;

    (void)rd_u8(&r); // index
    fd = link_take_fd(&g->control.link);
    if (fd < 0 || !rd_ok(&r)) {
        log_warn("the supervisor announced a descriptor that did not come");
    } else if (what == FD_CREDENTIAL) {
        take_credential(g, rd_bytes(&r, r.n), fd);
    } else if (what == FD_SOCKET_TCP && g->listen_fd < 0) {
        (void)fcntl(fd, F_SETFL, O_NONBLOCK); // accept() goes on until there is nothing
        g->listen_fd = fd;
    } else {
        close(fd);
    }
}

static void on_peer(struct gate *g, struct span body, bool lost)
{
    struct rd r = rd_of(body);
    uint8_t role = rd_u8(&r);
    int fd = lost ? -1 : link_take_fd(&g->control.link);
    struct wslink *w = role == ROLE_ENGINE ? &g->engine : role == ROLE_INTAKE ? &g->intake : NULL;

    if (!w || (!lost && fd < 0)) {
        log_warn("the supervisor announced a peer that cannot be");
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    wslink_close(w);
    if (!lost && wslink_open(w, g->loop, fd)) {
        log_error("a link could not be watched");
    }
    if (!lost && w == &g->engine) {
        announce(g);
    }
    mind_pressure(g);
}

static void on_control(void *ctx, uint8_t type, struct span body)
{
    struct gate *g = ctx;
    struct err err = ERR_INIT;

    switch (type) {
    case CTL_START:
        if (start(g, body, &err)) {
            fault(g, &err);
        }
        break;
    case CTL_PEER: on_peer(g, body, false); break;
    case CTL_LOST: on_peer(g, body, true); break;
    case CTL_FD: on_fd(g, body); break;
    case CTL_STOP:
        (void)link_send(&g->control.link, CTL_BYE, SPAN_NONE);
        wslink_push(&g->control);
        wsloop_stop(g->loop, 0);
        break;
    default: log_warn("control message %u is not known", type); break;
    }
}

static void on_control_broken(void *ctx)
{
    struct gate *g = ctx;

    log_error("the supervisor is gone");
    wsloop_stop(g->loop, 2);
}

int role_gate_run(void)
{
    static const struct wslink_ops control = {on_control, NULL, on_control_broken};
    static const struct wslink_ops engine = {on_engine, on_drained, on_peer_broken};
    static const struct wslink_ops intake = {on_intake, on_drained, on_peer_broken};
    struct gate *g = calloc(1, sizeof(*g));
    struct err err = ERR_INIT;
    int flags = fcntl(CONTROL_FD, F_GETFL), rc = 2;

    logsink_open("gate");
    (void)signal(SIGPIPE, SIG_IGN);
    if (!g || flags < 0 || fcntl(CONTROL_FD, F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC) < 0 || wsloop_new(&g->loop, &err)) {
        log_error("the gate cannot start: %s", err.msg[0] ? err.msg : "no control link");
        free(g);
        return rc;
    }
    g->listen_fd = -1;
    wslink_init(&g->control, &control, g);
    wslink_init(&g->engine, &engine, g);
    wslink_init(&g->intake, &intake, g);
    if (wslink_open(&g->control, g->loop, CONTROL_FD) == 0) {
        rc = wsloop_run(g->loop);
    }
    g->server = (ws_server_free(g->server), NULL);
    wslink_close(&g->engine);
    wslink_close(&g->intake);
    wslink_close(&g->control);
    wsloop_free(g->loop);
    role_config_free(&g->config);
    free(g);
    return rc < 0 ? 2 : rc;
}
