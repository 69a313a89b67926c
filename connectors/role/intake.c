// intake.c - the intake role: start, links, time, announcing.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/intake.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/intake/recording.h"
#include "connectors/intake/source.h"
#include "connectors/os/control.h"
#include "connectors/os/files.h"
#include "connectors/os/logsink.h"
#include "connectors/os/sandbox.h"
#include "connectors/role/agents.h"
#include "connectors/role/announce.h"
#include "connectors/role/captured.h"
#include "core/base/log.h"
#include "core/base/rd.h"

enum { STORY_MAX = 1 << 20 };
#define SECOND_NS ((ntime_t)1000000000)

struct intake {
    struct loop *loop;
    struct control control;
    struct role_config config;
    struct intake_conf conf, story;
    struct journal *journal;
    struct gather gather;
    struct source_pool pool;
    struct source source[INTAKE_SOURCES_MAX];
    size_t nsources;
    struct recording *recording;
    struct announce announce;
    struct agents agents;
    struct captured captured;
    struct link engine;
    unsigned engine_generation; // counts its links
    uint64_t committed;
    bool committed_known;
    ntime_t second; // monotonic: the next tick
    bool started;
    int dir_journal, dir_story;
    int given[INTAKE_SOURCES_MAX]; // descriptors by source, -1 = none
};

static void fatal(void *ctx, const struct err *err)
{
    struct intake *in = ctx;

    control_fault(&in->control, err);
}

// ---- engine

static void send_tail(struct intake *in)
{
    struct buf *b;

    if (!in->started || !link_up(&in->engine)) {
        return;
    }
    b = link_begin(&in->engine, MSG_TAIL);
    buf_u32(b, journal_epoch(in->journal));
    buf_u64(b, journal_first(in->journal));
    buf_u64(b, journal_durable(in->journal));
    buf_u8(b, (uint8_t)in->config.detects);
    (void)link_end(&in->engine);
    (void)link_flush(&in->engine);
}

static void resume_sources(struct intake *in)
{
    for (size_t i = 0; i < in->nsources && !gather_stopped(&in->gather); i++) {
        source_resume(&in->source[i]);
    }
}

static int on_committed(struct intake *in, struct span body)
{
    struct rd r = rd_of(body);
    uint32_t epoch = rd_u32(&r);
    uint64_t number = rd_u64(&r);
    struct err err = ERR_INIT;

    if (!rd_done(&r)) {
        return E_INPUT;
    }
    if (number != 0 &&
        (epoch != journal_epoch(in->journal) || number > journal_durable(in->journal))) {
        (void)err_set(&err, E_STATE, "intake.position",
                      "the database stands at epoch %u block %llu, the journal ends at epoch %u "
                      "block %llu: they do not belong together",
                      epoch, (unsigned long long)number, journal_epoch(in->journal),
                      (unsigned long long)journal_durable(in->journal));
        control_fault(&in->control, &err);
        return 0;
    }
    in->committed = number;
    in->committed_known = true;
    if (journal_prune(in->journal, number, in->conf.keep) > 0) {
        gather_measure(&in->gather);
        resume_sources(in);
    }
    return 0;
}

static int on_reload(struct intake *in, struct span body)
{
    struct digest set;
    struct err err = ERR_INIT;

    if (body.n != sizeof(set.b)) {
        return E_INPUT;
    }
    memcpy(set.b, body.p, sizeof(set.b));
    if (journal_reload(in->journal, &set, gather_now(&in->gather), &err) < 0) {
        log_line(LOG_ERROR, "a reload could not be written", "why", err.msg, NULL);
    }
    (void)gather_commit(&in->gather);
    return 0;
}

static int on_release(struct intake *in, struct span body)
{
    struct rd r = rd_of(body);
    uint64_t block;

    (void)rd_u32(&r);
    block = rd_u64(&r);
    if (in->recording) {
        recording_release(in->recording, rd_ok(&r) ? block : 0);
    }
    return body.n == 0 || rd_done(&r) ? 0 : E_INPUT;
}

static int on_from(struct intake *in, struct span body)
{
    unsigned generation = in->engine_generation;

    // The supervisor replaced links before it told the engine: first see which ones.
    control_pump(&in->control);
    if (generation != in->engine_generation) {
        return 0; // the engine that said it is gone, and `body` with it
    }
    if (announce_from(&in->announce, body) < 0) {
        return E_INPUT;
    }
    if (!in->committed_known && announce_floor(&in->announce) > 0) {
        in->committed = announce_floor(&in->announce) - 1;
        in->committed_known = true;
    }
    return 0;
}

static int on_engine_message(struct intake *in, uint8_t type, struct span body)
{
    switch (type) {
    case MSG_FROM: return on_from(in, body);
    case MSG_COMMITTED: return on_committed(in, body);
    case MSG_RELEASE: return on_release(in, body);
    case MSG_RELOAD: return on_reload(in, body);
    default: return E_INPUT;
    }
}

static void drop_engine(struct intake *in)
{
    if (link_up(&in->engine)) {
        loop_remove(in->loop, in->engine.fd);
    }
    link_close(&in->engine);
    in->engine_generation++;
    announce_forget(&in->announce);
    in->committed_known = false;
}

static int read_engine(struct intake *in, unsigned generation)
{
    int filled = link_fill(&in->engine), got;
    uint8_t type;
    struct span body;

    while (generation == in->engine_generation &&
           (got = link_next(&in->engine, &type, &body)) != 0) {
        if (got < 0 || on_engine_message(in, type, body) < 0) {
            log_error("a message of the engine makes no sense");
            return E_INPUT;
        }
    }
    return filled;
}

static void on_engine(void *ctx, int fd, unsigned events)
{
    struct intake *in = ctx;
    unsigned generation = in->engine_generation;
    int rc = in->started && (events & (LOOP_READ | LOOP_HANGUP)) ? read_engine(in, generation) : 0;

    if (generation != in->engine_generation || !link_up(&in->engine)) {
        return; // a message from the supervisor has replaced the link meanwhile
    }
    if (rc < 0) {
        drop_engine(in);
    } else {
        loop_want(in->loop, fd, LOOP_READ | (link_flush(&in->engine) == 1 ? LOOP_WRITE : 0));
    }
}

// ---- gate

static void drop_gate(struct intake *in)
{
    if (link_up(&in->agents.link)) {
        loop_remove(in->loop, in->agents.link.fd);
    }
    link_close(&in->agents.link);
}

static void on_gate(void *ctx, int fd, unsigned events)
{
    struct intake *in = ctx;

    (void)fd;
    (void)events;
    if (agents_read(&in->agents) < 0) {
        drop_gate(in);
    } else {
        bool more = link_flush(&in->agents.link) == 1;
        bool stop = gather_stopped(&in->gather) || link_full(&in->agents.link);

        loop_want(in->loop, in->agents.link.fd, (stop ? 0 : LOOP_READ) | (more ? LOOP_WRITE : 0));
    }
}

// ---- capture

static void drop_capture(struct intake *in)
{
    if (link_up(&in->captured.link)) {
        loop_remove(in->loop, in->captured.link.fd);
    }
    link_close(&in->captured.link);
    in->captured.source = 0;
}

static void on_capture(void *ctx, int fd, unsigned events)
{
    struct intake *in = ctx;

    (void)fd;
    (void)events;
    if (captured_read(&in->captured) < 0) {
        drop_capture(in);
    } else {
        loop_want(in->loop, in->captured.link.fd, gather_stopped(&in->gather) ? 0 : LOOP_READ);
    }
}

// ---- time and durability

static void on_durable(void *ctx)
{
    struct intake *in = ctx;

    announce_run(&in->announce, in->journal);
    (void)agents_acknowledge(&in->agents);
    resume_sources(in);
}

static bool may_play(const struct intake *in)
{
    return in->recording && in->committed_known &&
           journal_last(in->journal) < in->committed + in->conf.ahead;
}

static void tick(struct intake *in)
{
    ntime_t now = clock_mono();

    if (now < in->second) {
        return;
    }
    in->second = in->second + SECOND_NS > now ? in->second + SECOND_NS : now + SECOND_NS;
    if (in->recording) {
        recording_second(in->recording);
    } else {
        (void)gather_put(&in->gather, &(struct record){.type = REC_TICK, .received = clock_wall()});
    }
}

static void on_second(void *ctx)
{
    struct intake *in = ctx;

    tick(in);
    (void)loop_timer(in->loop, in->second, on_second, in);
}

// Before each wait: the recording's next block, announcements, acknowledgements.
static bool before_wait(void *ctx)
{
    struct intake *in = ctx;
    struct err err = ERR_INIT;
    bool failed = false, busy = false;

    if (!in->started) {
        return false;
    }
    if (may_play(in)) {
        busy = recording_step(in->recording, &err, &failed) && may_play(in);
        if (failed) {
            control_fault(&in->control, &err);
            return false;
        }
    }
    if (in->agents.ndue && journal_pending(in->journal) == 0) {
        (void)agents_acknowledge(&in->agents);
    }
    announce_run(&in->announce, in->journal);
    if (link_up(&in->agents.link) && !gather_stopped(&in->gather)) {
        on_gate(in, in->agents.link.fd, 0);
    }
    if (link_up(&in->captured.link) && !gather_stopped(&in->gather)) {
        on_capture(in, in->captured.link.fd, 0);
    }
    return busy;
}

// ---- start

static int declare(struct intake *in, const struct source_decl *decl, uint16_t *ret,
                   struct err *err)
{
    struct source_decl d = *decl;

    d.number = journal_source_named(in->journal, d.name);
    *ret = journal_declare(in->journal, &d, 0);
    return *ret ? 0
                : err_set(err, E_LIMIT, "intake.source",
                          "source " SPAN_FMT " could not be declared", SPAN_ARG(d.name));
}

static int start_sources(struct intake *in, struct err *err)
{
    for (size_t i = 0; i < in->conf.n; i++) {
        uint16_t number;
        int rc = declare(in, &in->conf.source[i].decl, &number, err);

        if (rc == 0 && in->given[i] < 0) {
            rc = err_set(err, E_STATE, "intake.source", "no descriptor came for source " SPAN_FMT,
                         SPAN_ARG(in->conf.source[i].decl.name));
        }
        if (rc == 0) {
            int fd = in->given[i];

            in->given[i] = -1;
            in->nsources = i + 1;
            rc = source_start(&in->source[i], &in->pool, &in->conf.source[i], number, fd, err);
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int start_recording(struct intake *in, struct err *err)
{
    uint16_t number[INTAKE_SOURCES_MAX];
    AUTO_BUF text = {0};
    int rc;

    buf_init(&text, STORY_MAX);
    if (in->dir_story < 0) {
        return 0;
    }
    rc = file_read(in->dir_story, "story.yaml", STORY_MAX, &text, err);
    rc = rc < 0
             ? rc
             : intake_story_load(&in->config.arena, buf_span(&text), "story.yaml", &in->story, err);
    for (size_t i = 0; rc == 0 && i < in->story.n; i++) {
        rc = declare(in, &in->story.source[i].decl, &number[i], err);
    }
    return rc < 0 ? rc
                  : recording_open(in->dir_story, &in->story, number, &in->gather, &in->recording,
                                   err);
}

static int close_sandbox(struct intake *in, struct err *err)
{
    int reads[INTAKE_SOURCES_MAX + 2];
    struct sandbox s = {.groups = SANDBOX_OPEN | SANDBOX_WRITE | SANDBOX_NET,
                        .read_dirs = reads,
                        .write_dirs = &in->dir_journal,
                        .nwrite = 1};

    for (size_t i = 0; i < in->nsources; i++) {
        if (in->source[i].dir >= 0) {
            reads[s.nread++] = in->source[i].dir;
        }
    }
    if (in->dir_story >= 0) {
        reads[s.nread++] = in->dir_story;
    }
    return sandbox_enter(&s, err);
}

static int open_all(struct intake *in, struct span config, struct err *err)
{
    int rc = role_config_load(&in->config, "intake", config, err);

    rc = rc < 0 ? rc
                : intake_conf_load(&in->config.arena, &in->config.docs, in->config.own, &in->conf,
                                   err);
    if (rc == 0 && in->dir_journal < 0) {
        rc = err_set(err, E_STATE, "intake.journal", "the journal's directory did not come");
    }
    return rc < 0 ? rc : journal_open(in->dir_journal, in->conf.segment, &in->journal, err);
}

// Links that came before the start were not read until now.
static void start_links(struct intake *in)
{
    if (link_up(&in->engine)) {
        loop_want(in->loop, in->engine.fd, LOOP_READ);
    }
    if (link_up(&in->agents.link)) {
        loop_want(in->loop, in->agents.link.fd, LOOP_READ);
    }
    if (link_up(&in->captured.link)) {
        loop_want(in->loop, in->captured.link.fd, LOOP_READ);
    }
}

static int on_start(void *ctx, struct span config, struct err *err)
{
    struct intake *in = ctx;
    int rc = open_all(in, config, err);

    if (rc < 0) {
        return rc;
    }
    gather_init(&in->gather, in->loop, in->journal, in->conf.block, in->conf.gather);
    in->gather.limit = in->conf.limit;
    in->gather.durable = on_durable;
    in->gather.fatal = fatal;
    in->gather.ctx = in;
    source_pool_init(&in->pool, in->loop, &in->gather);
    in->announce.n = in->config.detects;
    if (journal_last(in->journal) == 0) {
        rc = journal_reload(in->journal, &in->config.set, 0, err);
    }
    rc = rc < 0 ? rc : start_recording(in, err);
    rc = rc < 0 ? rc : start_sources(in, err);
    rc = rc < 0 ? rc : close_sandbox(in, err);
    if (rc < 0) {
        return rc;
    }
    in->started = true;
    start_links(in);
    in->second = clock_mono();
    on_second(in);
    (void)gather_commit(&in->gather);
    send_tail(in);
    control_ready(&in->control);
    return 0;
}

// ---- control

static void on_peer(void *ctx, enum role role, unsigned index, int fd)
{
    struct intake *in = ctx;

    if (role == ROLE_ENGINE) {
        drop_engine(in);
        link_init(&in->engine, fd);
        in->engine_generation++;
        (void)loop_add(in->loop, fd, in->started ? LOOP_READ : 0, on_engine, in);
        send_tail(in);
    } else if (role == ROLE_GATE) {
        drop_gate(in);
        link_init(&in->agents.link, fd);
        (void)loop_add(in->loop, fd, in->started ? LOOP_READ : 0, on_gate, in);
    } else if (role == ROLE_CAPTURE) {
        drop_capture(in);
        link_init(&in->captured.link, fd);
        (void)loop_add(in->loop, fd, in->started ? LOOP_READ : 0, on_capture, in);
    } else if (role == ROLE_DETECT && index < DETECTS_MAX) {
        announce_link(&in->announce, index, fd);
    } else {
        close(fd);
    }
}

static void on_lost(void *ctx, enum role role, unsigned index)
{
    struct intake *in = ctx;

    if (role == ROLE_ENGINE) {
        drop_engine(in);
    } else if (role == ROLE_GATE) {
        drop_gate(in);
    } else if (role == ROLE_CAPTURE) {
        drop_capture(in);
    } else if (role == ROLE_DETECT && index < DETECTS_MAX) {
        announce_unlink(&in->announce, index);
    }
}

static void on_fd(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd)
{
    struct intake *in = ctx;

    (void)name;
    if (what == FD_JOURNAL_DIR) {
        in->dir_journal = fd;
    } else if (what == FD_FOLLOW && index == STORY_INDEX) {
        in->dir_story = fd;
    } else if (index < INTAKE_SOURCES_MAX && in->given[index] < 0) {
        in->given[index] = fd;
    } else {
        close(fd);
    }
}

static void on_stop(void *ctx)
{
    struct intake *in = ctx;

    if (in->started) {
        (void)gather_commit(&in->gather);
    }
    control_bye(&in->control);
}

static const struct control_ops ops = {
    .start = on_start,
    .peer = on_peer,
    .lost = on_lost,
    .fd = on_fd,
    .stop = on_stop,
};

static void close_all(struct intake *in)
{
    for (size_t i = 0; i < in->nsources; i++) {
        source_close(&in->source[i]);
    }
    if (in->started) {
        source_pool_close(&in->pool);
        for (unsigned k = 0; k < in->announce.n; k++) {
            announce_unlink(&in->announce, k);
        }
    }
    recording_close(in->recording);
    drop_engine(in);
    drop_gate(in);
    drop_capture(in);
    journal_close(in->journal);
    control_close(&in->control);
    role_config_free(&in->config);
}

int role_intake_run(void)
{
    struct intake *in = calloc(1, sizeof(*in));
    int rc;

    logsink_open("intake");
    if (!in || !(in->loop = loop_new())) {
        free(in);
        return 70;
    }
    in->dir_journal = in->dir_story = -1;
    for (size_t i = 0; i < INTAKE_SOURCES_MAX; i++) {
        in->given[i] = -1;
    }
    link_init(&in->engine, -1);
    announce_init(&in->announce, in->loop, DETECTS_MAX);
    agents_init(&in->agents, &in->gather);
    captured_init(&in->captured, &in->gather);
    loop_before(in->loop, before_wait, in);
    rc = control_open(&in->control, in->loop, &ops, in) < 0 ? 70 : loop_run(in->loop);
    close_all(in);
    loop_free(in->loop);
    free(in);
    return rc < 0 ? 70 : rc;
}
