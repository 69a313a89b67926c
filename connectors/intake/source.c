// source.c - what all sources share; UDP and standard input.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/intake/source.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/log.h"

enum { DATAGRAMS_AT_ONCE = 64 };

void source_pool_init(struct source_pool *p, struct loop *loop, struct gather *g)
{
    *p = (struct source_pool){.loop = loop, .gather = g};
    for (size_t i = 0; i < INTAKE_CONNS_MAX; i++) {
        p->conn[i].fd = -1;
    }
}

void source_pool_close(struct source_pool *p)
{
    for (size_t i = 0; i < INTAKE_CONNS_MAX; i++) {
        if (p->conn[i].fd >= 0) {
            loop_remove(p->loop, p->conn[i].fd);
            close(p->conn[i].fd);
            framer_free(p->conn[i].framer);
            free(p->conn[i].bytes);
            p->conn[i].fd = -1;
        }
    }
}

enum frame_rc source_take(struct source *s, struct framer *f, uint64_t inode)
{
    while (!gather_stopped(s->pool->gather)) {
        struct frame frame;
        enum frame_rc rc = framer_next(f, &frame);

        if (rc == FRAME_BROKEN && frame.skipped) {
            (void)gather_skipped(s->pool->gather, s->number, frame.skipped, SKIP_FRAMING);
        }
        if (rc != FRAME_ONE) {
            return rc;
        }
        s->taken++;
        (void)gather_frame(s->pool->gather, s->number, &frame, inode, inode ? frame.end_offset : 0);
    }
    return FRAME_ONE;
}

enum frame_kind source_framing(const struct source *s)
{
    return s->conf->json ? FRAME_JSON : s->conf->xml ? FRAME_XML : FRAME_LINES;
}

void source_pause(struct source *s)
{
    s->paused = true;
    loop_pause(s->pool->loop, s->fd);
}

// ---- UDP: RFC 5426, one record a datagram

static void count_shed(struct source *s, struct msghdr *m)
{
    for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
        if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SO_RXQ_OVFL) {
            uint32_t total;

            memcpy(&total, CMSG_DATA(h), sizeof(total));
            if (total != s->shed_seen) {
                (void)gather_skipped(s->pool->gather, s->number, (uint32_t)(total - s->shed_seen),
                                     SKIP_SHED);
                s->shed_seen = total;
            }
        }
    }
}

static void on_datagrams(void *ctx, int fd, unsigned events)
{
    struct source *s = ctx;

    (void)events;
    for (unsigned i = 0; i < DATAGRAMS_AT_ONCE; i++) {
        struct iovec iov = {s->bytes, READ_MAX};
        char control[CMSG_SPACE(sizeof(uint32_t))];
        struct msghdr m = {.msg_iov = &iov,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof(control)};
        ssize_t n;

        if (gather_stopped(s->pool->gather)) {
            source_pause(s);
            return;
        }
        n = recvmsg(fd, &m, MSG_DONTWAIT);
        if (n < 0) {
            return;
        }
        count_shed(s, &m);
        framer_feed(s->framer, span_of(s->bytes, (size_t)n));
        (void)source_take(s, s->framer, 0);
    }
}

int source_start_udp(struct source *s, struct err *err)
{
    int on = 1;

    s->framer = framer_new(FRAME_DATAGRAM);
    if (!s->framer || setsockopt(s->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) < 0 ||
        loop_add(s->pool->loop, s->fd, LOOP_READ, on_datagrams, s) < 0) {
        return err_sys(err, errno, "intake.udp", "source %s could not be started", s->conf->listen);
    }
    return 0;
}

// ---- standard input: lines

static void on_stdin(void *ctx, int fd, unsigned events)
{
    struct source *s = ctx;
    ssize_t n;

    (void)events;
    if (gather_stopped(s->pool->gather)) {
        source_pause(s);
        return;
    }
    n = read(fd, s->bytes, READ_MAX);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n > 0) {
        framer_feed(s->framer, span_of(s->bytes, (size_t)n));
    } else {
        framer_finish(s->framer);
        loop_remove(s->pool->loop, fd);
        log_info("standard input has ended");
    }
    if (source_take(s, s->framer, 0) == FRAME_ONE) {
        source_pause(s);
    }
}

int source_start_stdin(struct source *s, struct err *err)
{
    s->framer = framer_new(source_framing(s));
    if (!s->framer || loop_add(s->pool->loop, s->fd, LOOP_READ, on_stdin, s) < 0) {
        return err_set(err, E_LIMIT, "intake.stdin", "standard input could not be read");
    }
    return 0;
}

// ---- all

int source_start(struct source *s, struct source_pool *pool, const struct intake_source_conf *conf,
                 uint16_t number, int fd, struct err *err)
{
    *s = (struct source){.conf = conf, .pool = pool, .number = number, .fd = fd, .dir = -1};
    s->bytes = malloc(READ_MAX);
    if (!s->bytes) {
        return err_set(err, E_LIMIT, "intake.memory", "no memory for a source");
    }
    switch (conf->input) {
    case INPUT_UDP: return source_start_udp(s, err);
    case INPUT_TCP: return source_start_tcp(s, err);
    case INPUT_FOLLOW: return source_start_follow(s, err);
    case INPUT_STDIN: return source_start_stdin(s, err);
    default: return err_set(err, E_INPUT, "intake.input", "a feed belongs to a recording");
    }
}

void source_resume(struct source *s)
{
    if (s->conf->input == INPUT_TCP) {
        source_resume_tcp(s);
    } else if (s->conf->input == INPUT_FOLLOW) {
        source_resume_follow(s);
    }
    if (s->paused && source_take(s, s->framer, 0) != FRAME_ONE) {
        s->paused = false;
        loop_want(s->pool->loop, s->fd, LOOP_READ);
    }
}

void source_close(struct source *s)
{
    if (s->conf && s->conf->input == INPUT_TCP) {
        source_close_tcp(s);
    }
    if (s->fd >= 0) {
        loop_remove(s->pool->loop, s->fd);
        close(s->fd);
    }
    if (s->dir >= 0) {
        close(s->dir);
    }
    loop_cancel(s->pool->loop, s->timer);
    framer_free(s->framer);
    free(s->bytes);
    *s = (struct source){.fd = -1, .dir = -1};
}
