// standin_engine.c - see standin_engine.h.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/standin_engine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/os/control.h"
#include "connectors/os/files.h"
#include "connectors/os/logsink.h"
#include "connectors/role/config.h"
#include "core/base/log.h"
#include "core/model/result.h"

enum { SKIPS = 64 };

struct from_detect {
    struct link link;
    unsigned died; // of its own, on the block that is expected
    bool careful, at_known;
    uint32_t at;
    size_t nskip;
    uint32_t skip[SKIPS];
};

struct standin {
    struct loop *loop;
    struct control control;
    struct role_config config;
    struct link intake;
    struct from_detect detect[DETECTS_MAX];
    int state, results;
    uint64_t committed;
    uint32_t epoch;
    bool started, tail;
    uint64_t barrier; // block, 0 = none
    utime_t barrier_time;
};

static void make_mark(const struct standin *s, const char *name)
{
    close(openat(s->state, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static void ask(struct standin *s, unsigned k)
{
    struct from_detect *d = &s->detect[k];
    uint64_t n = s->committed + 1;
    struct buf *b;

    while (n % s->config.detects != k) {
        n++;
    }
    b = link_begin(&s->intake, MSG_FROM);
    buf_u8(b, (uint8_t)k);
    buf_u64(b, n);
    buf_u8(b, d->careful);
    buf_u32(b, (uint32_t)d->nskip);
    for (size_t i = 0; i < d->nskip; i++) {
        buf_u64(b, n); // all of the block it asks from
        buf_u32(b, d->skip[i]);
    }
    (void)link_end(&s->intake);
}

static void say_position(struct standin *s, uint8_t type, uint64_t number)
{
    struct buf *b = link_begin(&s->intake, type);

    buf_u32(b, s->epoch);
    buf_u64(b, number);
    (void)link_end(&s->intake);
}

static void on_tail(struct standin *s, struct span body)
{
    struct rd r = rd_of(body);

    s->epoch = rd_u32(&r);
    s->tail = true;
    say_position(s, MSG_COMMITTED, s->committed);
    for (unsigned k = 0; k < s->config.detects; k++) {
        ask(s, k);
    }
}

static void on_items(struct standin *s, struct result *r)
{
    struct res_item *it = malloc(sizeof(*it));

    while (it && result_next(r, it) > 0) {
        if (it->type == RES_BARRIER) {
            s->barrier = r->block;
            s->barrier_time = it->tick;
        } else if (it->type == RES_TICK && s->barrier && it->tick == s->barrier_time) {
            say_position(s, MSG_RELEASE, s->barrier);
        } else if (it->type == RES_TICK && it->tick > s->barrier_time) {
            s->barrier = 0;
        } else if (it->type == RES_END) {
            make_mark(s, "done");
        } else if (it->type == RES_DEAD) {
            make_mark(s, "dead");
        }
    }
    free(it);
}

// Reads how far an earlier life came, and where its barrier stood; a torn last result is cut off.
static void take_up(struct standin *s)
{
    AUTO_BUF all;
    struct span rest;

    buf_init(&all, 256 << 20);
    if (file_read(s->state, "results", 256 << 20, &all, NULL) < 0) {
        abort();
    }
    rest = buf_span(&all);
    while (rest.n) {
        struct rd rd = rd_of(rest);
        uint32_t length = rd_u32(&rd);
        struct result r;

        if (length > rest.n || result_open(span_sub(rest, 0, length), &r) < 0) {
            break;
        }
        s->epoch = r.epoch;
        s->committed = r.block;
        on_items(s, &r);
        rest = span_sub(rest, length, rest.n);
    }
    if (ftruncate(s->results, (off_t)(all.len - rest.n)) < 0 ||
        lseek(s->results, 0, SEEK_END) < 0) {
        abort();
    }
}

static void commit(struct standin *s, struct from_detect *d, struct span bytes, struct result *r)
{
    if (file_write_all(s->results, bytes) < 0) {
        abort();
    }
    s->committed = r->block;
    s->epoch = r->epoch;
    d->died = 0;
    d->careful = d->at_known = false;
    d->nskip = 0;
    on_items(s, r);
    say_position(s, MSG_COMMITTED, s->committed);
}

static void on_at(struct from_detect *d, struct span body)
{
    struct rd r = rd_of(body);

    (void)rd_u64(&r);
    d->at = rd_u32(&r);
    d->at_known = true;
}

// Takes the result of the next block from the detect whose turn it is; older ones are dropped.
static bool take_next(struct standin *s)
{
    struct from_detect *d = &s->detect[(s->committed + 1) % s->config.detects];
    uint8_t type;
    struct span body;
    struct result r;

    if (!s->tail || !link_up(&d->link) || link_next(&d->link, &type, &body) != 1) {
        return false;
    }
    if (type == MSG_AT) {
        on_at(d, body);
    } else if (type == MSG_RESULT && result_open(body, &r) == 0 && r.block == s->committed + 1) {
        commit(s, d, body, &r);
    }
    return true;
}

static bool before_wait(void *ctx)
{
    struct standin *s = ctx;

    while (s->started && take_next(s)) {
    }
    if (s->started && link_up(&s->intake)) {
        loop_want(s->loop, s->intake.fd,
                  LOOP_READ | (link_flush(&s->intake) == 1 ? LOOP_WRITE : 0));
    }
    return false;
}

static void drop(struct standin *s, struct link *l)
{
    if (link_up(l)) {
        loop_remove(s->loop, l->fd);
    }
    link_close(l);
}

static void on_intake(void *ctx, int fd, unsigned events)
{
    struct standin *s = ctx;
    int rc = s->started && (events & (LOOP_READ | LOOP_HANGUP)) ? link_fill(&s->intake) : 0;
    uint8_t type;
    struct span body;

    (void)fd;
    while (link_next(&s->intake, &type, &body) == 1) {
        if (type == MSG_TAIL) {
            on_tail(s, body);
        }
    }
    if (rc < 0) {
        drop(s, &s->intake);
    }
}

static void on_detect(void *ctx, int fd, unsigned events)
{
    struct standin *s = ctx;

    (void)events;
    for (unsigned k = 0; k < DETECTS_MAX; k++) {
        struct link *l = &s->detect[k].link;

        if (l->fd == fd && link_fill(l) < 0) {
            loop_want(s->loop, fd, 0);
            loop_remove(s->loop, fd); // what is in the link is still taken
        }
    }
}

static int on_start(void *ctx, struct span config, struct err *err)
{
    struct standin *s = ctx;

    if (role_config_load(&s->config, "engine", config, err) < 0 || s->state < 0) {
        return E_INPUT;
    }
    s->results = openat(s->state, "results", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (s->results < 0) {
        return err_set(err, E_SYSTEM, "standin.state", "no results file");
    }
    take_up(s);
    s->started = true;
    control_ready(&s->control);
    if (link_up(&s->intake)) {
        loop_want(s->loop, s->intake.fd, LOOP_READ);
    }
    return 0;
}

// No bound, no rule in quarantine.
static void say_ahead(struct link *l)
{
    struct buf *b = link_begin(l, MSG_AHEAD);

    buf_u64(b, UINT64_MAX);
    buf_u32(b, 0);
    (void)link_end(l);
    (void)link_flush(l);
}

static void on_peer(void *ctx, enum role role, unsigned index, int fd)
{
    struct standin *s = ctx;

    if (role == ROLE_INTAKE) {
        drop(s, &s->intake);
        s->tail = false;
        link_init(&s->intake, fd);
        (void)loop_add(s->loop, fd, s->started ? LOOP_READ : 0, on_intake, s);
    } else if (role == ROLE_DETECT && index < DETECTS_MAX) {
        drop(s, &s->detect[index].link);
        link_init(&s->detect[index].link, fd);
        (void)loop_add(s->loop, fd, LOOP_READ, on_detect, s);
        say_ahead(&s->detect[index].link);
        if (s->tail) {
            ask(s, index);
        }
    } else {
        close(fd);
    }
}

static void on_lost(void *ctx, enum role role, unsigned index)
{
    struct standin *s = ctx;

    if (role == ROLE_INTAKE) {
        drop(s, &s->intake);
        s->tail = false;
    } else if (role == ROLE_DETECT && index < DETECTS_MAX) {
        while (s->started && take_next(s)) {
        }
        drop(s, &s->detect[index].link);
    }
}

static void on_notice(void *ctx, struct span kind, struct span text)
{
    struct standin *s = ctx;
    struct from_detect *d = &s->detect[(s->committed + 1) % (s->started ? s->config.detects : 1)];

    if (!s->started || !span_eq_str(kind, "detect-died") ||
        span_find_span(text, SPAN_LIT("own=1")) == text.n) {
        return;
    }
    d->died++;
    if (d->careful && d->at_known && d->nskip < SKIPS) {
        d->skip[d->nskip++] = d->at;
    }
    d->careful = d->died >= 2;
    d->at_known = false;
}

static void on_fd(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd)
{
    struct standin *s = ctx;

    (void)index;
    (void)name;
    if (what == FD_STATE_DIR) {
        s->state = fd;
    } else {
        close(fd);
    }
}

static void on_stop(void *ctx)
{
    struct standin *s = ctx;

    control_bye(&s->control);
}

int standin_engine_run(void)
{
    static const struct control_ops ops = {.start = on_start,
                                           .peer = on_peer,
                                           .lost = on_lost,
                                           .fd = on_fd,
                                           .notice = on_notice,
                                           .stop = on_stop};
    struct standin *s = calloc(1, sizeof(*s));
    int rc;

    logsink_open("engine");
    if (!s || !(s->loop = loop_new())) {
        return 70;
    }
    s->state = s->results = -1;
    link_init(&s->intake, -1);
    for (unsigned k = 0; k < DETECTS_MAX; k++) {
        link_init(&s->detect[k].link, -1);
    }
    loop_before(s->loop, before_wait, s);
    rc = control_open(&s->control, s->loop, &ops, s) < 0 ? 70 : loop_run(s->loop);
    drop(s, &s->intake);
    for (unsigned k = 0; k < DETECTS_MAX; k++) {
        drop(s, &s->detect[k].link);
    }
    control_close(&s->control);
    role_config_free(&s->config);
    loop_free(s->loop);
    free(s);
    return rc;
}
