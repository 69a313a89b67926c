// agent_net.c - between the gate and the exec half.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/agent_net.h"

#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connectors/act/halves.h"
#include "connectors/os/logsink.h"
#include "connectors/os/sandbox.h"
#include "connectors/role/wslink.h"
#include "connectors/ws/client.h"
#include "core/base/log.h"
#include "core/base/rd.h"

#define AGENT_VERSION "fabsoc-agent 0.1"

enum { REPORTS_MAX = 1024, BODY_MAX = 16 * 1024 };

struct report { // waits for its acknowledgement
    struct report *next;
    uint64_t seq; // of the message that carried it in this session, 0: not sent
    struct buf body;
};

struct net {
    const struct agentconf *conf;
    struct wsloop *loop;
    struct wslink exec;
    struct ws_client *client;
    struct eid boot;
    uint64_t counter;
    struct digest allowed;
    uint32_t nunfinished;
    struct eid unfinished[HALF_AGAIN];
    bool dialled;
    struct report *first, **last;
    size_t nreports;
};

// ---- reports

static void forget(struct net *n, struct report **at)
{
    struct report *r = *at;

    *at = r->next;
    if (n->last == &r->next) {
        n->last = at;
    }
    buf_free(&r->body);
    free(r);
    n->nreports--;
}

static void pump(struct net *n)
{
    uint64_t acked = ws_client_acked(n->client);

    while (n->first && n->first->seq && n->first->seq <= acked) {
        forget(n, &n->first);
    }
    for (struct report *r = n->first; r; r = r->next) {
        if (r->seq) {
            continue;
        }
        if (!ws_client_send(n->client, WIRE_REPORT, NULL, buf_span(&r->body))) {
            return; // goes on with on_progress() or on_opened()
        }
        r->seq = ws_client_sent(n->client);
    }
}

static void keep(struct net *n, struct span bytes, struct span signature)
{
    struct wire_report w = {.bytes = bytes, .signature = signature};
    struct report *r = calloc(1, sizeof(*r));

    if (!r) {
        return;
    }
    buf_init(&r->body, BODY_MAX);
    wire_put_report(&r->body, &w);
    if (!buf_ok(&r->body)) {
        buf_free(&r->body);
        free(r);
        return;
    }
    if (n->nreports == REPORTS_MAX) { // it stays in the exec half's journal
        log_warn("too many reports wait for the gate: the oldest is left to a resync");
        forget(n, &n->first);
    }
    *n->last = r;
    n->last = &r->next;
    n->nreports++;
    pump(n);
}

// ---- the gate

static void on_greet(void *ctx, struct wire_hello *h)
{
    struct net *n = ctx;

    h->agent = n->conf->agent;
    h->version = SPAN_LIT(AGENT_VERSION);
    h->features = SPAN_LIT("");
    h->boot = n->boot;
    h->next = 1;
    h->counter = n->counter;
    h->allowed = n->allowed;
    h->unfinished.n = n->nunfinished;
    for (uint32_t i = 0; i < n->nunfinished; i++) {
        h->unfinished.item[i] = span_of((const char *)n->unfinished[i].b, 16);
    }
}

static void on_opened(void *ctx, const struct wire_welcome *w)
{
    (void)w;
    log_info("connected to the gate");
    pump(ctx);
}

static void on_closed(void *ctx, int code, const char *why, utime_t again)
{
    struct net *n = ctx;
    char text[200];

    snprintf(text, sizeof(text), "%d %s; again in %.1f s", code, why, (double)again / 1e6);
    log_line(LOG_WARN, "not connected to the gate", "why", text, NULL);
    for (struct report *r = n->first; r; r = r->next) {
        r->seq = 0; // nobody acknowledged it: once more, the engine knows repeats
    }
}

static void on_progress(void *ctx)
{
    pump(ctx);
}

static void on_gate_message(void *ctx, const struct wire_msg *m)
{
    struct net *n = ctx;
    struct err err = ERR_INIT;
    struct wire_command c;
    struct wire_resync r;

    if (m->type == WIRE_COMMAND && wire_get_command(m->body, &c, &err) == 0) {
        struct buf *b = link_begin(&n->exec.link, HALF_COMMAND);

        buf_blob(b, c.bytes);
        buf_blob(b, c.signature);
        (void)link_end(&n->exec.link);
        wslink_push(&n->exec);
    } else if (m->type == WIRE_RESYNC && wire_get_resync(m->body, &r, &err) == 0) {
        struct buf *b = link_begin(&n->exec.link, HALF_RESYNC);

        buf_u64(b, r.counter);
        (void)link_end(&n->exec.link);
        wslink_push(&n->exec);
    } else if (err.rc) {
        log_line(LOG_WARN, "a message of the gate was not understood", "why", err.msg, NULL);
    }
    pump(n);
}

// ---- the exec half

static void on_status(struct net *n, struct span body)
{
    struct rd r = rd_of(body);
    uint64_t counter = rd_u64(&r);
    struct span allowed = rd_bytes(&r, SHA256_LEN);
    uint32_t count = rd_u32(&r);

    if (!rd_ok(&r) || count > HALF_AGAIN) {
        return;
    }
    n->counter = counter;
    memcpy(n->allowed.b, allowed.p, SHA256_LEN);
    n->nunfinished = 0;
    while (n->nunfinished < count) {
        struct span id = rd_bytes(&r, 16);

        if (!rd_ok(&r)) {
            return;
        }
        memcpy(n->unfinished[n->nunfinished++].b, id.p, 16);
    }
    if (!n->dialled) { // only now HELLO can be written
        n->dialled = true;
        ws_client_start(n->client);
    }
}

static void on_exec_message(void *ctx, uint8_t type, struct span body)
{
    struct net *n = ctx;
    struct rd r = rd_of(body);

    if (type == HALF_STATUS) {
        on_status(n, body);
    } else if (type == HALF_REPORT) {
        struct span bytes = rd_blob(&r), signature = rd_blob(&r);

        if (rd_done(&r)) {
            keep(n, bytes, signature);
        }
    }
}

static void on_exec_gone(void *ctx)
{
    struct net *n = ctx;

    log_error("the exec half is gone");
    wsloop_stop(n->loop, 2);
}

// ---- beginning

static void read_boot_id(struct eid *ret)
{
    char text[40] = "";
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, 36);

    if (fd >= 0) {
        close(fd);
    }
    if (got != 36 || !eid_parse(span_of(text, 36), ret)) {
        *ret = (struct eid){{0}};
    }
}

// Once, before the files are gone: a gate that moves needs a restart of its agents.
static int resolve(const struct agentconf *conf, char out[NI_MAXHOST], struct err *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    int rc = getaddrinfo(conf->gate_address, NULL, &hints, &list);

    if (rc == 0) {
        rc = getnameinfo(list->ai_addr, list->ai_addrlen, out, NI_MAXHOST, NULL, 0, NI_NUMERICHOST);
        freeaddrinfo(list);
    }
    return rc ? err_set(err, E_SYSTEM, "agent.gate", "%s: %s", conf->gate_address, gai_strerror(rc))
              : 0;
}

static int begin(struct net *n, int fd, struct err *err)
{
    static const struct wslink_ops exec = {on_exec_message, NULL, on_exec_gone};
    struct ws_client_ops ops = {on_greet, on_opened, on_gate_message, on_closed, on_progress, n};
    struct sandbox sandbox = {.groups = SANDBOX_NET, .max_files = 256};
    struct tls_identity id = {0};
    const struct agentconf *c = n->conf;
    static char address[NI_MAXHOST]; // lives as long as the client
    struct ws_gate gate = {address, c->gate_port, c->gate_host};
    int rc = resolve(c, address, err);

    read_boot_id(&n->boot);
    rc = rc ? rc : tls_identity_read(c->gate_ca, c->gate_certificate, c->gate_key, &id, err);
    rc = rc ? rc : wsloop_new(&n->loop, err);
    rc = rc ? rc : ws_client_new(n->loop, &id, &gate, &ops, &n->client, err);
    tls_identity_wipe(&id);
    if (rc == 0 && c->net_uid > 0) {
        rc = sandbox_drop((uid_t)c->net_uid, (gid_t)c->net_uid, err);
    }
    rc = rc ? rc : sandbox_enter(&sandbox, err);
    wslink_init(&n->exec, &exec, n);
    if (rc == 0 && wslink_open(&n->exec, n->loop, fd)) {
        rc = err_set(err, E_SYSTEM, "agent.link", "the exec half cannot be watched");
    }
    return rc;
}

int role_agent_net_run(const struct agentconf *conf, int fd)
{
    struct net *n = calloc(1, sizeof(*n));
    struct err err = ERR_INIT;
    int rc = 2;

    logsink_open("agent");
    (void)signal(SIGPIPE, SIG_IGN);
    if (!n) {
        return rc;
    }
    n->conf = conf;
    n->last = &n->first;
    if (begin(n, fd, &err)) {
        err_print(stderr, &err);
        return rc;
    }
    rc = wsloop_run(n->loop);
    while (n->first) {
        forget(n, &n->first);
    }
    wslink_close(&n->exec);
    ws_client_free(n->client);
    wsloop_free(n->loop);
    free(n);
    return rc < 0 ? 2 : rc;
}
