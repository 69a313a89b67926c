// exec.c - commands from the net half to the executor, its reports back.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/exec.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/act/confine.h"
#include "connectors/act/executor.h"
#include "connectors/act/halves.h"
#include "connectors/os/link.h"
#include "connectors/os/logsink.h"
#include "connectors/os/loop.h"
#include "connectors/os/sandbox.h"
#include "core/base/log.h"
#include "core/base/rd.h"

struct exec {
    struct loop *loop;
    struct link link;
    struct executor x;
};

static utime_t wall(void *ctx)
{
    (void)ctx;
    return utime_of_ns(clock_wall());
}

static void flush(struct exec *e)
{
    int rc = link_flush(&e->link);

    loop_want(e->loop, e->link.fd, rc == 1 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

static void on_say(void *ctx, struct span report, struct span signature)
{
    struct exec *e = ctx;
    struct buf *b = link_begin(&e->link, HALF_REPORT);

    buf_blob(b, report);
    buf_blob(b, signature);
    if (link_end(&e->link)) {
        log_warn("a report waits in the journal: the net half does not take it");
    }
    flush(e); // at once: what comes next may take its time
}

static void say_status(struct exec *e)
{
    struct memory *m = &e->x.memory;
    struct buf *b = link_begin(&e->link, HALF_STATUS);
    uint32_t n = 0;
    size_t at;

    buf_u64(b, m->counter);
    buf_put(b, e->x.conf->allowed.b, SHA256_LEN);
    at = b->len;
    buf_u32(b, 0);
    for (size_t i = 0; i < memory_held(m) && n < HALF_AGAIN; i++) {
        const struct memory_command *mc = memory_at(m, i);

        if (!act_state_ended(mc->state)) {
            buf_put(b, mc->id.b, sizeof(mc->id.b));
            n++;
        }
    }
    buf_patch_u32(b, at, n);
    (void)link_end(&e->link);
    flush(e);
}

// At most the last HALF_AGAIN commands: the others ended long ago.
static void resync(struct exec *e, uint64_t counter)
{
    size_t held = memory_held(&e->x.memory);

    if (held > HALF_AGAIN) {
        uint64_t least = memory_at(&e->x.memory, held - HALF_AGAIN)->counter - 1;

        counter = counter > least ? counter : least;
    }
    executor_resync(&e->x, counter);
}

static void on_message(struct exec *e, uint8_t type, struct span body)
{
    struct rd r = rd_of(body);

    if (type == HALF_COMMAND) {
        struct span bytes = rd_blob(&r), signature = rd_blob(&r);

        if (rd_done(&r)) {
            executor_take(&e->x, bytes, signature);
            say_status(e);
        }
    } else if (type == HALF_RESYNC) {
        uint64_t counter = rd_u64(&r);

        if (rd_done(&r)) {
            resync(e, counter);
        }
    }
}

static void on_link(void *ctx, int fd, unsigned events)
{
    struct exec *e = ctx;
    int filled = events & (LOOP_READ | LOOP_HANGUP) ? link_fill(&e->link) : 0, got;
    uint8_t type;
    struct span body;

    while ((got = link_next(&e->link, &type, &body)) > 0 && !e->x.fatal.rc) {
        on_message(e, type, body);
    }
    if (e->x.fatal.rc) {
        char text[2400];

        log_error("%s", err_text(&e->x.fatal, text, sizeof(text)));
        loop_stop(e->loop, 2);
    } else if (got < 0 || filled < 0) {
        loop_remove(e->loop, fd);
        loop_stop(e->loop, 0);
    } else {
        flush(e);
    }
}

static int begin(struct exec *e, const struct agentconf *conf, struct err *err)
{
    struct executor_ports ports = {.now = wall, .say = on_say, .ctx = e};
    int rc = executor_open(&e->x, conf, ports, err);

    if (rc == 0 && conf->exec_uid > 0) {
        rc = sandbox_drop((uid_t)conf->exec_uid, (gid_t)conf->exec_uid, err);
    }
    rc = rc ? rc : confine_enter(err);
    if (rc == 0 && loop_add(e->loop, e->link.fd, LOOP_READ, on_link, e)) {
        rc = err_set(err, E_SYSTEM, "exec.loop", "the link cannot be watched");
    }
    return rc;
}

int role_exec_run(const struct agentconf *conf, int fd)
{
    struct exec *e = calloc(1, sizeof(*e));
    struct err err = ERR_INIT;
    int rc = 2;

    logsink_open("exec");
    (void)signal(SIGPIPE, SIG_IGN);
    if (!e || !(e->loop = loop_new())) {
        free(e);
        return rc;
    }
    link_init(&e->link, fd);
    if (begin(e, conf, &err)) {
        err_print(stderr, &err);
    } else {
        executor_recover(&e->x);
        say_status(e);
        resync(e, 0);
        rc = loop_run(e->loop);
    }
    link_close(&e->link);
    executor_close(&e->x);
    loop_free(e->loop);
    free(e);
    return rc;
}
