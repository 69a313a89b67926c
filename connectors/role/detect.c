// detect.c - the detect role: announcements in, results out.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/detect.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/journal/journal.h"
#include "connectors/os/control.h"
#include "connectors/os/logsink.h"
#include "connectors/os/sandbox.h"
#include "connectors/role/announce.h"
#include "connectors/role/block_run.h"
#include "connectors/role/intake.h"
#include "connectors/role/set_load.h"
#include "core/base/log.h"
#include "core/base/rd.h"
#include "core/model/fab.h"

enum { COMPILED_MAX = 2 }; // the set in force and the one before

struct compiled {
    struct digest digest;
    struct set set; // the documents' texts, for what points into them
    struct sourceset *sources;
    struct ruleset *rules;
    struct block_run *run;
};

struct announced {
    uint64_t number;
    struct journal_place place;
    uint8_t flags;
    size_t nskip;
    uint32_t skip[SKIPS_MAX];
};

struct detect {
    struct loop *loop;
    struct control control;
    struct role_config config;
    struct link intake, engine;
    struct journal_reader reader;
    int dir_sets, dir_journal;
    struct compiled compiled[COMPILED_MAX]; // newest use first
    struct buf block, result;
    bool started,
        stale; // stale: until a block says BLOCK_RESTART announcements are of a dead engine
    struct announced *held; // announced, but farther ahead than the engine allows; NULL: none
    struct announced next;
    uint64_t ahead; // the last block that may be worked on; told by each engine anew
    struct quarantine quarantine;
};

// ---- sets

static void say_fault(void *ctx, const struct err *err)
{
    char text[2400];

    (void)ctx;
    log_line(LOG_WARN, "a document of the set was refused", "why",
             err_text(err, text, sizeof(text)), NULL);
}

static void free_compiled(struct compiled *c)
{
    block_run_free(c->run);
    ruleset_free(c->rules);
    sourceset_free(c->sources);
    set_free(&c->set);
    *c = (struct compiled){.run = NULL};
}

static int compile(struct detect *d, const struct digest *digest, struct compiled *ret,
                   struct err *err)
{
    struct faults faults = {.say = say_fault};
    struct fab *fab;
    int rc;

    *ret = (struct compiled){.digest = *digest};
    rc = set_load(d->dir_sets, digest, &ret->set, err);
    if (rc < 0) {
        return rc;
    }
    ret->sources =
        sourceset_load(ret->set.part[SET_SOURCES].file, ret->set.part[SET_SOURCES].n, &faults);
    fab = fab_load(ret->set.part[SET_FAB].file, ret->set.part[SET_FAB].n, &faults);
    ret->rules =
        ruleset_load_for(fab, ret->set.part[SET_RULES].file, ret->set.part[SET_RULES].n, &faults);
    fab_free(fab);
    ret->run = ret->sources && ret->rules ? block_run_new(ret->sources, ret->rules) : NULL;
    if (!ret->run) {
        free_compiled(ret);
        return err_set(err, E_LIMIT, "detect.memory", "no memory for the set");
    }
    log_line(LOG_INFO, "a set is in use", NULL);
    return 0;
}

static int compiled_for(struct detect *d, const struct digest *digest, struct compiled **ret,
                        struct err *err)
{
    struct compiled fresh;
    int rc;

    for (size_t i = 0; i < COMPILED_MAX; i++) {
        if (d->compiled[i].run && digest_eq(&d->compiled[i].digest, digest)) {
            *ret = &d->compiled[i];
            return 0;
        }
    }
    rc = compile(d, digest, &fresh, err);
    if (rc == 0) {
        free_compiled(&d->compiled[COMPILED_MAX - 1]);
        d->compiled[1] = d->compiled[0];
        d->compiled[0] = fresh;
        *ret = &d->compiled[0];
    }
    return rc;
}

// ---- blocks

struct job {
    struct detect *detect;
    uint64_t number;
};

// Careful mode: the engine must know the record before it can kill this process.
static void say_at(void *ctx, uint32_t rec)
{
    struct job *job = ctx;
    struct link *l = &job->detect->engine;
    struct buf *b = link_begin(l, MSG_AT);

    buf_u64(b, job->number);
    buf_u32(b, rec);
    (void)link_end(l);
    while (link_flush(l) == 1) {
        struct pollfd p = {.fd = l->fd, .events = POLLOUT};

        if (poll(&p, 1, -1) < 0) {
            return;
        }
    }
}

static bool read_announced(struct span body, struct announced *ret)
{
    struct rd r = rd_of(body);
    uint32_t nskip;

    (void)rd_u32(&r);
    ret->number = rd_u64(&r);
    ret->place.segment = rd_u64(&r);
    ret->place.offset = rd_u64(&r);
    ret->place.length = rd_u32(&r);
    ret->flags = rd_u8(&r);
    nskip = rd_u32(&r);
    ret->nskip = nskip <= SKIPS_MAX ? nskip : 0;
    for (size_t i = 0; i < ret->nskip; i++) {
        ret->skip[i] = rd_u32(&r);
    }
    return rd_done(&r) && nskip <= SKIPS_MAX;
}

static int answer(struct detect *d, const struct announced *a, struct err *err)
{
    struct job job = {d, a->number};
    struct compiled *c = NULL;
    struct block block;
    int rc = journal_read(&d->reader, &a->place, &d->block, err);

    rc = rc < 0 ? rc : block_open(buf_span(&d->block), &block, err);
    if (rc == 0 && block.number != a->number) {
        rc = err_set(err, E_INPUT, "detect.block", "block %llu lies where block %llu should",
                     (unsigned long long)block.number, (unsigned long long)a->number);
    }
    rc = rc < 0 ? rc : compiled_for(d, &block.set, &c, err);
    if (rc == 0) {
        block_run_quarantine(c->run, &d->quarantine);
    }
    rc = rc < 0 ? rc
                : block_run(c->run, buf_span(&d->block), a->skip, a->nskip,
                            a->flags & BLOCK_CAREFUL ? say_at : NULL, &job, &d->result, err);
    return rc < 0 ? rc : link_send(&d->engine, MSG_RESULT, buf_span(&d->result));
}

static void drop(struct detect *d, struct link *l)
{
    if (link_up(l)) {
        loop_remove(d->loop, l->fd);
    }
    link_close(l);
}

// Reads announcements only while the engine has taken the last result, and the last block was worked on.
static void want_links(struct detect *d)
{
    bool pending = link_pending(&d->engine);

    if (link_up(&d->engine)) {
        loop_want(d->loop, d->engine.fd, LOOP_READ | (pending ? LOOP_WRITE : 0u));
    }
    if (link_up(&d->intake)) {
        loop_want(d->loop, d->intake.fd,
                  d->started && link_up(&d->engine) && !pending && !d->held ? LOOP_READ : 0);
    }
}

// How far ahead, and which rules not to ask there.
static bool take_ahead(struct detect *d, uint8_t type, struct span body)
{
    struct rd r = rd_of(body);

    d->ahead = rd_u64(&r);
    return type == MSG_AHEAD && quarantine_get(&r, &d->quarantine) && rd_done(&r);
}

// False: none is here.
static bool take_announced(struct detect *d, struct err *err)
{
    uint8_t type;
    struct span body;
    int got = link_next(&d->intake, &type, &body);

    if (got <= 0) {
        return false;
    }
    if (type != MSG_BLOCK || !read_announced(body, &d->next)) {
        (void)err_set(err, E_INPUT, "detect.message", "an announcement makes no sense");
        return false;
    }
    if (d->next.flags & BLOCK_RESTART) {
        control_pump(&d->control); // a dead engine's link must go before its successor's block
        d->stale = false;
    }
    d->held = d->stale ? NULL : &d->next;
    return true;
}

// One announcement. False: none is here or may be worked on, or the process is to end.
static bool next_block(struct detect *d)
{
    const struct announced *a;
    struct err err = ERR_INIT;

    if (!d->held && !take_announced(d, &err)) {
        if (err.rc) {
            control_fault(&d->control, &err);
        }
        return false;
    }
    a = d->held;
    if (!a) {
        return true; // of a dead engine
    }
    if (!link_up(&d->engine) || a->number > d->ahead) {
        return false;
    }
    d->held = NULL;
    if (answer(d, a, &err) < 0) {
        control_fault(&d->control, &err);
        return false;
    }
    return true;
}

static bool before_wait(void *ctx)
{
    struct detect *d = ctx;
    bool busy = false;

    if (d->started && link_up(&d->engine) && !link_pending(&d->engine)) {
        busy = next_block(d);
        if (link_up(&d->engine)) {
            (void)link_flush(&d->engine);
        }
    }
    want_links(d);
    return busy && !link_pending(&d->engine);
}

static void on_intake(void *ctx, int fd, unsigned events)
{
    struct detect *d = ctx;

    (void)fd;
    if (events & (LOOP_READ | LOOP_HANGUP)) {
        if (link_fill(&d->intake) < 0) {
            drop(d, &d->intake);
        }
    }
}

// The next engine asks again for what it needs, and says anew how far ahead.
static void drop_engine(struct detect *d)
{
    drop(d, &d->engine);
    d->held = NULL;
    d->ahead = 0;
    d->quarantine.n = 0;
}

static void lose_engine(struct detect *d)
{
    drop_engine(d);
    d->stale = true;
}

static void on_engine(void *ctx, int fd, unsigned events)
{
    struct detect *d = ctx;
    struct err err = ERR_INIT;
    uint8_t type;
    struct span body;

    (void)fd;
    if ((events & LOOP_HANGUP) || link_flush(&d->engine) < 0 ||
        (events & LOOP_READ && link_fill(&d->engine) < 0)) {
        lose_engine(d);
        return;
    }
    while (link_next(&d->engine, &type, &body) == 1) {
        if (!take_ahead(d, type, body)) {
            (void)err_set(&err, E_INPUT, "detect.message", "the engine's word makes no sense");
            control_fault(&d->control, &err);
            return;
        }
    }
}

// ---- control

static int on_start(void *ctx, struct span config, struct err *err)
{
    struct detect *d = ctx;
    struct compiled *c;
    int reads[2] = {d->dir_sets, d->dir_journal};
    struct sandbox s = {
        .groups = SANDBOX_OPEN | SANDBOX_JIT, .read_dirs = reads, .nread = 2, .max_memory = 0};
    int rc = role_config_load(&d->config, "detect", config, err);

    if (rc == 0 && (d->dir_sets < 0 || d->dir_journal < 0)) {
        rc = err_set(err, E_STATE, "detect.start", "journal or sets did not come");
    }
    if (rc == 0 && !digest_is_zero(&d->config.set)) {
        rc = compiled_for(d, &d->config.set, &c, err); // the likely one, before anything waits
    }
    rc = rc < 0 ? rc : sandbox_enter(&s, err);
    if (rc == 0) {
        journal_reader_init(&d->reader, d->dir_journal);
        d->started = true;
        control_ready(&d->control);
    }
    return rc;
}

static void on_peer(void *ctx, enum role role, unsigned index, int fd)
{
    struct detect *d = ctx;

    (void)index;
    if (role == ROLE_INTAKE) {
        drop(d, &d->intake);
        link_init(&d->intake, fd);
        (void)loop_add(d->loop, fd, 0, on_intake, d);
    } else if (role == ROLE_ENGINE) {
        drop_engine(d);
        link_init(&d->engine, fd);
        (void)loop_add(d->loop, fd, 0, on_engine, d);
    } else {
        close(fd);
    }
}

static void on_lost(void *ctx, enum role role, unsigned index)
{
    struct detect *d = ctx;

    (void)index;
    if (role == ROLE_INTAKE) {
        drop(d, &d->intake);
    } else if (role == ROLE_ENGINE) {
        lose_engine(d);
    }
}

static void on_fd(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd)
{
    struct detect *d = ctx;

    (void)index;
    (void)name;
    if (what == FD_JOURNAL_DIR) {
        d->dir_journal = fd;
    } else if (what == FD_SET_DIR) {
        d->dir_sets = fd;
    } else {
        close(fd);
    }
}

static void on_stop(void *ctx)
{
    struct detect *d = ctx;

    control_bye(&d->control);
}

static const struct control_ops ops = {
    .start = on_start,
    .peer = on_peer,
    .lost = on_lost,
    .fd = on_fd,
    .stop = on_stop,
};

static void close_all(struct detect *d)
{
    drop(d, &d->intake);
    drop(d, &d->engine);
    journal_reader_close(&d->reader);
    for (size_t i = 0; i < COMPILED_MAX; i++) {
        free_compiled(&d->compiled[i]);
    }
    buf_free(&d->block);
    buf_free(&d->result);
    control_close(&d->control);
    role_config_free(&d->config);
}

int role_detect_run(void)
{
    struct detect *d = calloc(1, sizeof(*d));
    int rc;

    logsink_open("detect");
    if (!d || !(d->loop = loop_new())) {
        free(d);
        return 70;
    }
    d->dir_sets = d->dir_journal = d->reader.fd = -1;
    link_init(&d->intake, -1);
    link_init(&d->engine, -1);
    buf_init(&d->block, BLOCK_MAX);
    buf_init(&d->result, RESULT_MAX);
    loop_before(d->loop, before_wait, d);
    rc = control_open(&d->control, d->loop, &ops, d) < 0 ? 70 : loop_run(d->loop);
    close_all(d);
    loop_free(d->loop);
    free(d);
    return rc < 0 ? 70 : rc;
}
