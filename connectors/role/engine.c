// engine.c - the engine role: its start, its loop, and what the supervisor says.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "connectors/os/logsink.h"
#include "connectors/os/sandbox.h"
#include "connectors/pg/store_pg.h"
#include "connectors/role/engine_role.h"
#include "core/base/log.h"

// A database that is away comes back: the engine ends without calling it a fault of its own and is
// started again, with growing pauses, for as long as it takes. Everything else needs a person.
static bool is_away(const struct err *err)
{
    char text[2400];

    if (strcmp(err->code, "pg.lost") == 0) {
        log_line(LOG_ERROR, "the database is away", "why", err_text(err, text, sizeof(text)), NULL);
        return true;
    }
    return false;
}

void engine_role_fail(struct engine_role *r, const struct err *err)
{
    if (r->faulted) {
        return;
    }
    r->faulted = true;
    if (is_away(err)) {
        loop_stop(r->loop, EX_TEMPFAIL);
    } else {
        control_fault(&r->control, err);
    }
}

static void say_fault(void *ctx, const struct err *err)
{
    char text[2400];

    (void)ctx;
    log_line(LOG_WARN, "a document of the set was refused", "why",
             err_text(err, text, sizeof(text)), NULL);
}

void engine_role_notice(struct engine_role *r, struct span kind, struct span text)
{
    struct input_notice n = {.kind = kind, .text = text};

    buf_clear(&r->scratch);
    input_put_notice(&r->scratch, &n);
    (void)shell_input(r->shell, buf_span(&r->scratch));
}

// ---- hooks of the shell

static const struct engine_set *hook_set(void *ctx, const struct digest *digest, struct err *err)
{
    struct engine_role *r = ctx;
    struct faults faults = {.say = say_fault};

    return engine_sets_get(&r->sets, digest, &faults, err);
}

static void hook_committed(void *ctx, struct pos pos)
{
    engine_tell_committed(ctx, pos);
}

static void hook_send(void *ctx, const struct effect_send *cmd)
{
    struct engine_role *r = ctx;

    buf_clear(&r->scratch);
    buf_blob(&r->scratch, cmd->agent);
    buf_put(&r->scratch, cmd->id.b, sizeof(cmd->id.b));
    buf_blob(&r->scratch, cmd->bytes);
    buf_blob(&r->scratch, cmd->signature);
    engine_tell(r, &r->gate, MSG_SEND, buf_span(&r->scratch));
}

static void hook_release(void *ctx, uint32_t epoch, uint64_t block)
{
    struct engine_role *r = ctx;

    buf_clear(&r->scratch);
    buf_u32(&r->scratch, epoch);
    buf_u64(&r->scratch, block);
    engine_tell(r, &r->intake, MSG_RELEASE, buf_span(&r->scratch));
}

static utime_t hook_wall(void *ctx)
{
    (void)ctx;
    return utime_of_ns(clock_wall());
}

// ---- the loop's hook: all the work

// A set that cannot be used must not come into the journal: it is loaded before intake is asked.
static void look_for_reload(struct engine_role *r)
{
    struct digest in_force;
    struct err err = ERR_INIT;
    char text[2400];

    if (!r->tail_known || !shell_live(r->shell) || !link_up(&r->intake)) {
        return;
    }
    in_force = engine_wanted_set(shell_engine(r->shell));
    if (!reload_due(&r->reload, &in_force, shell_next_block(r->shell) - 1)) {
        return;
    }
    if (hook_set(r, &r->reload.wanted, &err)) {
        engine_tell(r, &r->intake, MSG_RELOAD,
                    span_of((const char *)r->reload.wanted.b, sizeof(r->reload.wanted.b)));
        reload_asked(&r->reload);
        return;
    }
    reload_refused(&r->reload, &in_force);
    err_text(&err, text, sizeof(text));
    log_line(LOG_ERROR, "a set is refused: the one before stays in force", "why", text, NULL);
    engine_role_notice(r, SPAN_LIT("set-refused"), span_str(text));
}

static bool before_wait(void *ctx)
{
    struct engine_role *r = ctx;
    struct err err = ERR_INIT;
    int rc;

    if (!r->shell || r->faulted) {
        return false;
    }
    rc = shell_work(r->shell, &err);
    if (rc) {
        engine_role_fail(r, &err);
        return false;
    }
    engine_tell_ahead(r);
    look_for_reload(r);
    // A notification may have been read along with the answer to a statement of ours: then it lies in
    // libpq's queue and the socket will not wake us for it.
    if (r->store->ops->news(r->store)) {
        shell_news(r->shell);
    }
    return engine_links_waiting(r);
}

static void on_store(void *ctx, int fd, unsigned events)
{
    struct engine_role *r = ctx;

    (void)fd;
    (void)events;
    if (r->store->ops->news(r->store)) {
        shell_news(r->shell);
    }
}

// ---- control

static void know_killer(void *ctx, const struct input *in)
{
    struct engine_role *r = ctx;
    struct verdict_killer v;

    if (in->kind == INPUT_NOTICE && span_eq_str(in->notice.kind, "killer") &&
        verdict_parse(in->notice.text, &v) && v.block >= shell_next_block(r->shell) &&
        !killers_add(&r->killers, &v)) {
        log_line(LOG_WARN, "a killer of detect is forgotten: it will be found again", NULL);
    }
}

static int start(void *ctx, struct span config, struct err *err)
{
    struct engine_role *r = ctx;
    struct shell_hooks hooks = {hook_set, hook_committed, hook_send, hook_release, hook_wall, r};
    struct sandbox box = {.groups = SANDBOX_OPEN | SANDBOX_NET | SANDBOX_JIT,
                          .read_dirs = &r->sets.dir, // sets to come
                          .nread = 1};
    struct span conninfo;
    int rc = role_config_load(&r->config, "engine", config, err);

    if (rc == 0) {
        rc = y_need_text(&r->config.docs, r->config.own, "conninfo", &conninfo, err);
    }
    rc = rc ? rc
            : store_pg_open(engine_keys_conninfo(&r->keys, &r->config.arena, conninfo), &r->store,
                            err);
    rc = rc ? rc : shell_open(r->store, &hooks, r->config.detects, &r->config.set, &r->shell, err);
    if (rc && is_away(err)) {
        exit(EX_TEMPFAIL); // nothing was begun
    }
    rc = rc ? rc : sandbox_enter(&box, err);
    if (rc) {
        return rc;
    }
    r->reload.wanted = r->config.set;
    shell_recorded(r->shell, know_killer, r);
    if (r->store->ops->fd(r->store) >= 0) {
        rc = loop_add(r->loop, r->store->ops->fd(r->store), LOOP_READ, on_store, r);
    }
    for (int i = 0; rc == 0 && i < (int)r->config.detects + 2; i++) {
        struct link *l = i == 0 ? &r->intake : i == 1 ? &r->gate : &r->detect[i - 2];

        if (link_up(l)) {
            rc = engine_link_watch(r, l);
        }
    }
    control_ready(&r->control);
    return rc;
}

static void peer(void *ctx, enum role role, unsigned index, int fd)
{
    struct engine_role *r = ctx;
    // Before the start the number of detects is not known yet.
    struct link *l = r->shell                                     ? engine_link_of(r, role, index)
                     : role == ROLE_DETECT && index < DETECTS_MAX ? &r->detect[index]
                     : role == ROLE_INTAKE                        ? &r->intake
                     : role == ROLE_GATE                          ? &r->gate
                                                                  : NULL;

    if (!l) {
        close(fd);
        return;
    }
    if (r->shell) {
        engine_link_drop(r, l);
    }
    link_init(l, fd);
    if (r->shell && engine_link_watch(r, l) == 0 && role == ROLE_DETECT) {
        r->ahead[index] = 0;
        engine_tell_ahead(r);
        engine_ask_detect(r, index);
    }
}

static void tell_killer(struct engine_role *r, unsigned k)
{
    struct verdict_killer v = {r->watch[k].block, r->watch[k].at};
    struct err err = ERR_INIT;
    char text[96];

    killers_forget(&r->killers, shell_next_block(r->shell));
    if (!killers_add(&r->killers, &v)) {
        (void)err_set(&err, E_LIMIT, "engine.killers",
                      "detect died on more than %d records that wait to be processed", KILLERS_MAX);
        engine_role_fail(r, &err);
        return;
    }
    verdict_text(&v, text, sizeof(text));
    log_line(LOG_ERROR, "a record kills detect and is dead-lettered", "what", text, NULL);
    engine_role_notice(r, SPAN_LIT("killer"), span_str(text));
}

// Without the gate no agent can be reached; a new gate says who is there.
static void gate_lost(struct engine_role *r)
{
    struct input_control c = {.kind = SPAN_LIT("reset")};

    buf_clear(&r->scratch);
    input_put_control(&r->scratch, &c);
    (void)shell_input(r->shell, buf_span(&r->scratch));
}

static void lost(void *ctx, enum role role, unsigned index)
{
    struct engine_role *r = ctx;
    struct link *l = r->shell ? engine_link_of(r, role, index) : NULL;

    if (!l) {
        return;
    }
    if (role == ROLE_DETECT) {
        engine_last_words(r, index);
        if (watch_died(&r->watch[index], shell_wants(r->shell, index), r->own_death[index])) {
            tell_killer(r, index);
        }
        r->own_death[index] = false;
    } else if (role == ROLE_INTAKE) {
        r->tail_known = false;
    } else if (role == ROLE_GATE) {
        gate_lost(r);
    }
    engine_link_drop(r, l);
}

static void take_fd(void *ctx, enum ctl_fd what, unsigned index, struct span name, int fd)
{
    struct engine_role *r = ctx;
    struct buf text;
    char chunk[4096];
    ssize_t n;

    (void)index;
    if (what == FD_SET_DIR) {
        r->sets.dir = fd;
        return;
    }
    if (what == FD_CREDENTIAL) {
        buf_init(&text, 64 * 1024);
        while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
            buf_put(&text, chunk, (size_t)n);
        }
        engine_keys_take(&r->keys, name, buf_span(&text));
        // The id goes into every command the engine writes.
        memcpy(r->sets.key_id, r->keys.command_id, sizeof(r->sets.key_id));
        explicit_bzero(text.p, text.len);
        buf_free(&text);
    }
    close(fd);
}

static void on_notice(void *ctx, struct span kind, struct span text)
{
    struct engine_role *r = ctx;
    unsigned k = 0, own = 0;
    char words[128];

    (void)snprintf(words, sizeof(words), SPAN_FMT, SPAN_ARG(span_sub(text, 0, 120)));
    if (span_eq_str(kind, "detect-died") && sscanf(words, "k=%u own=%u", &k, &own) == 2 &&
        k < DETECTS_MAX) {
        r->own_death[k] = own != 0;
    } else if (span_eq_str(kind, "reload")) {
        (void)digest_from_hex(text, &r->reload.wanted);
        return;
    }
    log_line(LOG_WARN, "notice of the supervisor", "text", words, NULL);
}

static void stop(void *ctx)
{
    struct engine_role *r = ctx;

    control_bye(&r->control);
}

int role_engine_run(void)
{
    static const struct control_ops ops = {start, peer, lost, take_fd, on_notice, stop};
    struct engine_role *r = calloc(1, sizeof(*r));
    int rc;

    (void)signal(SIGPIPE, SIG_IGN); // a peer that died is seen by its link
    logsink_open("engine");
    if (!r || engine_keys_init(&r->keys) || (r->loop = loop_new()) == NULL) {
        return 2;
    }
    r->sets.dir = -1;
    r->intake.fd = r->gate.fd = -1;
    for (unsigned k = 0; k < DETECTS_MAX; k++) {
        r->detect[k].fd = -1;
    }
    buf_init(&r->scratch, 1 << 20);
    loop_before(r->loop, before_wait, r);
    rc = control_open(&r->control, r->loop, &ops, r) ? 2 : loop_run(r->loop);
    shell_close(r->shell);
    if (r->store) {
        r->store->ops->close(r->store);
    }
    engine_sets_free(&r->sets);
    role_config_free(&r->config);
    engine_keys_free(&r->keys);
    return rc;
}
