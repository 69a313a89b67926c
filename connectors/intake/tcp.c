// tcp.c - syslog over TCP: RFC 6587, both framings; one framer a connection.
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connectors/intake/source.h"
#include "core/base/log.h"

enum { SKIPS_AT_ONCE = 128 };
#define CONN_IDLE_NS 10000000000

static void drop_conn(struct conn *c)
{
    loop_remove(c->source->pool->loop, c->fd);
    loop_want(c->source->pool->loop, c->source->fd,
              LOOP_READ); // there is a place for those who wait
    close(c->fd);
    framer_free(c->framer);
    free(c->bytes);
    *c = (struct conn){.fd = -1};
}

// Counts what the peer of a broken connection has sent and nobody will read. Bounded: it may send on.
static void skip_rest(struct conn *c)
{
    uint64_t rest = 0;

    for (unsigned i = 0; i < SKIPS_AT_ONCE; i++) {
        ssize_t n = recv(c->fd, c->bytes, READ_MAX, MSG_DONTWAIT);

        if (n <= 0) {
            break;
        }
        rest += (uint64_t)n;
    }
    if (rest) {
        (void)gather_skipped(c->source->pool->gather, c->source->number, rest, SKIP_FRAMING);
    }
}

// Takes what the connection holds; closes it when its framing is broken. False when it was stopped.
static bool take(struct conn *c)
{
    struct source *s = c->source;
    uint64_t before = s->taken;
    enum frame_rc rc = source_take(s, c->framer, 0);

    if (s->taken != before) {
        c->heard = clock_mono();
    }
    switch (rc) {
    case FRAME_NONE: return true;
    case FRAME_ONE: loop_pause(s->pool->loop, c->fd); return false;
    default:
        skip_rest(c);
        log_line(LOG_WARN, "a connection was closed: its octet count cannot be read", "source",
                 s->conf->listen, NULL);
        drop_conn(c);
        return false;
    }
}

static void end_conn(struct conn *c)
{
    framer_finish(c->framer);
    if (take(c)) {
        drop_conn(c);
    }
}

static void on_bytes(void *ctx, int fd, unsigned events)
{
    struct conn *c = ctx;
    ssize_t n;

    (void)events;
    if (gather_stopped(c->source->pool->gather)) {
        loop_pause(c->source->pool->loop, fd); // also one that its peer has reset
        return;
    }
    n = recv(fd, c->bytes, READ_MAX, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        end_conn(c);
        return;
    }
    framer_feed(c->framer, span_of(c->bytes, (size_t)n));
    (void)take(c);
}

// A free place, or that of the connection that has been silent longest and long enough.
static struct conn *place_for(struct source_pool *p)
{
    struct conn *oldest = &p->conn[0];

    for (size_t i = 0; i < INTAKE_CONNS_MAX; i++) {
        if (p->conn[i].fd < 0) {
            return &p->conn[i];
        }
        if (p->conn[i].heard < oldest->heard) {
            oldest = &p->conn[i];
        }
    }
    if (clock_mono() - oldest->heard < CONN_IDLE_NS) {
        return NULL;
    }
    log_line(LOG_WARN, "too many connections: the one without a record for longest is closed",
             NULL);
    end_conn(oldest);
    return oldest->fd < 0 ? oldest : NULL;
}

static void on_timer(void *ctx)
{
    struct source *s = ctx;

    s->timer = 0;
    loop_want(s->pool->loop, s->fd, LOOP_READ);
}

static void on_connection(void *ctx, int fd, unsigned events)
{
    struct source *s = ctx;
    struct conn *c = place_for(s->pool);
    int got;

    (void)events;
    if (!c) { // new ones wait in the listener's queue
        loop_want(s->pool->loop, fd, 0);
        if (s->timer == 0) {
            s->timer = loop_timer(s->pool->loop, clock_mono() + CONN_IDLE_NS / 10, on_timer, s);
        }
        return;
    }
    got = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (got < 0) {
        return;
    }
    *c = (struct conn){.fd = got,
                       .source = s,
                       .framer = framer_new(FRAME_SYSLOG),
                       .bytes = malloc(READ_MAX),
                       .heard = clock_mono()};
    if (!c->framer || !c->bytes || loop_add(s->pool->loop, got, LOOP_READ, on_bytes, c) < 0) {
        log_line(LOG_ERROR, "a connection could not be kept", NULL);
        drop_conn(c);
    }
}

int source_start_tcp(struct source *s, struct err *err)
{
    if (loop_add(s->pool->loop, s->fd, LOOP_READ, on_connection, s) < 0) {
        return err_set(err, E_LIMIT, "intake.tcp", "source %s could not be started",
                       s->conf->listen);
    }
    return 0;
}

void source_resume_tcp(struct source *s)
{
    for (size_t i = 0; i < INTAKE_CONNS_MAX; i++) {
        struct conn *c = &s->pool->conn[i];

        if (c->fd >= 0 && c->source == s && take(c)) {
            loop_want(s->pool->loop, c->fd, LOOP_READ);
        }
    }
}

void source_close_tcp(struct source *s)
{
    for (size_t i = 0; i < INTAKE_CONNS_MAX; i++) {
        if (s->pool->conn[i].fd >= 0 && s->pool->conn[i].source == s) {
            drop_conn(&s->pool->conn[i]);
        }
    }
}
