// engine.c - the engine role: links around the shell.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "connectors/os/control.h"
#include "connectors/os/files.h"
#include "connectors/os/logsink.h"
#include "connectors/os/sandbox.h"
#include "connectors/pg/store_pg.h"
#include "connectors/role/config.h"
#include "connectors/role/engine_keys.h"
#include "connectors/role/engine_reload.h"
#include "connectors/role/engine_sets.h"
#include "connectors/role/engine_shell.h"
#include "connectors/role/engine_watch.h"
#include "core/base/log.h"

enum { AGENT_KEYS = 1024, AGENT_NAME = 64 };

struct engine_role {
    struct loop *loop;
    struct control control;
    struct role_config config;
    struct engine_sets sets;
    struct store *store;
    struct shell *shell;
    struct link intake, gate, detect[DETECTS_MAX];
    struct watch watch[DETECTS_MAX];
    bool tail_known, own_death[DETECTS_MAX], faulted;
    struct reload reload;
    struct killers killers; // from the recorded inputs, and found since
    struct engine_keys keys;
    struct buf scratch;
};

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

static void fail(struct engine_role *r, const struct err *err)
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

// ---- sending

static void want(struct engine_role *r, struct link *l)
{
    if (link_up(l)) {
        loop_want(r->loop, l->fd, LOOP_READ | (link_pending(l) ? LOOP_WRITE : 0u));
    }
}

static void tell(struct engine_role *r, struct link *l, uint8_t type, struct span body)
{
    if (link_up(l) && link_send(l, type, body) == 0) {
        (void)link_flush(l);
        want(r, l);
    }
}

static void ask_detect(struct engine_role *r, unsigned k)
{
    if (r->tail_known && link_up(&r->detect[k]) && link_up(&r->intake)) {
        uint64_t block = shell_wants(r->shell, k);

        killers_forget(&r->killers, shell_next_block(r->shell));
        buf_clear(&r->scratch);
        watch_from(&r->watch[k], &r->killers, k, r->config.detects, block, &r->scratch);
        tell(r, &r->intake, MSG_FROM, buf_span(&r->scratch));
    }
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
    struct engine_role *r = ctx;

    buf_clear(&r->scratch);
    buf_u32(&r->scratch, pos.epoch);
    buf_u64(&r->scratch, pos.block);
    tell(r, &r->intake, MSG_COMMITTED, buf_span(&r->scratch));
}

static void hook_send(void *ctx, const struct effect_send *cmd)
{
    struct engine_role *r = ctx;

    buf_clear(&r->scratch);
    buf_blob(&r->scratch, cmd->agent);
    buf_put(&r->scratch, cmd->id.b, sizeof(cmd->id.b));
    buf_blob(&r->scratch, cmd->bytes);
    buf_blob(&r->scratch, cmd->signature);
    tell(r, &r->gate, MSG_SEND, buf_span(&r->scratch));
}

static void hook_release(void *ctx, uint32_t epoch, uint64_t block)
{
    struct engine_role *r = ctx;

    buf_clear(&r->scratch);
    buf_u32(&r->scratch, epoch);
    buf_u64(&r->scratch, block);
    tell(r, &r->intake, MSG_RELEASE, buf_span(&r->scratch));
}

static utime_t hook_wall(void *ctx)
{
    (void)ctx;
    return utime_of_ns(clock_wall());
}

// ---- receiving

static void on_tail(struct engine_role *r, struct span body)
{
    struct rd in = rd_of(body);
    uint32_t epoch = rd_u32(&in);
    uint64_t first = rd_u64(&in), last = rd_u64(&in);
    struct err err = ERR_INIT;

    if (!rd_ok(&in)) {
        (void)err_set(&err, E_INPUT, "engine.tail", "intake sent a tail that is none");
        fail(r, &err);
        return;
    }
    if (shell_tail(r->shell, epoch, first, last, &err)) {
        fail(r, &err);
        return;
    }
    r->tail_known = true;
    reload_tail(&r->reload, last);
    hook_committed(r, shell_committed(r->shell)); // recordings wait for it
    for (unsigned k = 0; k < r->config.detects; k++) {
        ask_detect(r, k);
    }
}

static void on_intake(struct engine_role *r, uint8_t type, struct span body)
{
    if (type == MSG_TAIL) {
        on_tail(r, body);
    }
}

static void on_detect(struct engine_role *r, unsigned k, uint8_t type, struct span body)
{
    struct err err = ERR_INIT;

    if (type == MSG_RESULT) {
        uint64_t block = shell_wants(r->shell, k);

        if (shell_result(r->shell, k, body, &err)) {
            fail(r, &err);
        } else if (shell_wants(r->shell, k) != block) {
            watch_answered(&r->watch[k], block);
        }
    } else if (type == MSG_AT) {
        struct rd in = rd_of(body);
        uint64_t block = rd_u64(&in);

        watch_at(&r->watch[k], block, rd_u32(&in));
    }
}

static void notice(struct engine_role *r, struct span kind, struct span text)
{
    struct input_notice n = {.kind = kind, .text = text};

    buf_clear(&r->scratch);
    input_put_notice(&r->scratch, &n);
    (void)shell_input(r->shell, buf_span(&r->scratch));
}

static void on_gate(struct engine_role *r, uint8_t type, struct span body)
{
    struct input in;
    struct err err = ERR_INIT;

    if (type != MSG_CONTROL || input_get(body, &in) || in.kind != INPUT_CONTROL) {
        return;
    }
    if (engine_keys_believe(&r->keys, &in.control, &err)) {
        (void)shell_input(r->shell, body);
    } else {
        char text[1400];

        log_line(LOG_WARN, "a report was not believed", "why", err_text(&err, text, sizeof(text)),
                 NULL);
        notice(r, SPAN_LIT("report-refused"), span_str(text));
    }
}

static void drop_link(struct engine_role *r, struct link *l)
{
    if (link_up(l)) {
        loop_remove(r->loop, l->fd);
        link_close(l);
    }
}

// What cannot be taken now stays with its sender.
static bool may_read(const struct engine_role *r, enum role peer, unsigned k)
{
    return peer == ROLE_DETECT ? !shell_full(r->shell, k)
           : peer == ROLE_GATE ? shell_input_room(r->shell)
                               : true;
}

static void take_messages(struct engine_role *r, struct link *l, enum role peer, unsigned k)
{
    uint8_t type;
    struct span body;

    while (!r->faulted && link_up(l) && may_read(r, peer, k) && link_next(l, &type, &body) == 1) {
        switch (peer) {
        case ROLE_INTAKE: on_intake(r, type, body); break;
        case ROLE_DETECT: on_detect(r, k, type, body); break;
        default: on_gate(r, type, body); break;
        }
    }
}

static struct link *link_of(struct engine_role *r, enum role peer, unsigned index)
{
    switch (peer) {
    case ROLE_INTAKE: return &r->intake;
    case ROLE_GATE: return &r->gate;
    case ROLE_DETECT: return index < r->config.detects ? &r->detect[index] : NULL;
    default: return NULL;
    }
}

static void on_link(struct engine_role *r, int fd, unsigned events)
{
    struct link *all[DETECTS_MAX + 2] = {&r->intake, &r->gate};

    for (unsigned k = 0; k < r->config.detects; k++) {
        all[k + 2] = &r->detect[k];
    }
    for (unsigned i = 0; i < r->config.detects + 2; i++) {
        struct link *l = all[i];

        if (!link_up(l) || l->fd != fd) {
            continue;
        }
        if (events & LOOP_WRITE && link_flush(l) < 0) {
            drop_link(r, l);
            return;
        }
        if (events & (LOOP_READ | LOOP_HANGUP)) {
            enum role peer = i == 0 ? ROLE_INTAKE : i == 1 ? ROLE_GATE : ROLE_DETECT;
            unsigned index = i < 2 ? 0 : i - 2;

            if (may_read(r, peer, index) && link_fill(l) < 0) {
                drop_link(r, l); // the supervisor makes a new one
                return;
            }
            take_messages(r, l, peer, index);
        }
        want(r, l);
        return;
    }
}

static void on_event(void *ctx, int fd, unsigned events)
{
    on_link(ctx, fd, events);
}

// ---- the loop's hook: all the work

// What lay in the link's buffer because there was no room. True: there is room again for more.
static bool take_waiting(struct engine_role *r, struct link *l, enum role peer, unsigned k)
{
    bool full = !may_read(r, peer, k);

    take_messages(r, l, peer, k);
    if (link_up(l)) {
        loop_want(r->loop, l->fd,
                  (may_read(r, peer, k) ? (unsigned)LOOP_READ : 0u) |
                      (link_pending(l) ? LOOP_WRITE : 0u));
    }
    return full && may_read(r, peer, k);
}

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
        tell(r, &r->intake, MSG_RELOAD,
             span_of((const char *)r->reload.wanted.b, sizeof(r->reload.wanted.b)));
        reload_asked(&r->reload);
        return;
    }
    reload_refused(&r->reload, &in_force);
    err_text(&err, text, sizeof(text));
    log_line(LOG_ERROR, "a set is refused: the one before stays in force", "why", text, NULL);
    notice(r, SPAN_LIT("set-refused"), span_str(text));
}

static bool before_wait(void *ctx)
{
    struct engine_role *r = ctx;
    struct err err = ERR_INIT;
    bool more = false;
    int rc;

    if (!r->shell || r->faulted) {
        return false;
    }
    rc = shell_work(r->shell, &err);
    if (rc) {
        fail(r, &err);
        return false;
    }
    look_for_reload(r);
    // A notification may have been read along with the answer to a statement of ours: then it lies in
    // libpq's queue and the socket will not wake us for it.
    if (r->store->ops->news(r->store)) {
        shell_news(r->shell);
    }
    for (unsigned k = 0; k < r->config.detects; k++) {
        more = take_waiting(r, &r->detect[k], ROLE_DETECT, k) || more;
    }
    return take_waiting(r, &r->gate, ROLE_GATE, 0) || more;
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
            rc = loop_add(r->loop, l->fd, LOOP_READ, on_event, r);
        }
    }
    control_ready(&r->control);
    return rc;
}

static void peer(void *ctx, enum role role, unsigned index, int fd)
{
    struct engine_role *r = ctx;
    // Before the start the number of detects is not known yet.
    struct link *l = r->shell                                     ? link_of(r, role, index)
                     : role == ROLE_DETECT && index < DETECTS_MAX ? &r->detect[index]
                     : role == ROLE_INTAKE                        ? &r->intake
                     : role == ROLE_GATE                          ? &r->gate
                                                                  : NULL;

    if (!l) {
        close(fd);
        return;
    }
    if (r->shell) {
        drop_link(r, l);
    }
    link_init(l, fd);
    if (r->shell && loop_add(r->loop, fd, LOOP_READ, on_event, r) == 0 && role == ROLE_DETECT) {
        ask_detect(r, index);
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
        fail(r, &err);
        return;
    }
    verdict_text(&v, text, sizeof(text));
    log_line(LOG_ERROR, "a record kills detect and is dead-lettered", "what", text, NULL);
    notice(r, SPAN_LIT("killer"), span_str(text));
}

// Without the gate no agent can be reached; a new gate says who is there.
static void gate_lost(struct engine_role *r)
{
    struct input_control c = {.kind = SPAN_LIT("reset")};

    buf_clear(&r->scratch);
    input_put_control(&r->scratch, &c);
    (void)shell_input(r->shell, buf_span(&r->scratch));
}

// What detect had answered and named before it died still counts, and its death is of what follows.
static void take_last_words(struct engine_role *r, struct link *l, unsigned k)
{
    while (link_up(l) && may_read(r, ROLE_DETECT, k)) {
        size_t before = l->in.len - l->in_at;
        int rc = link_fill(l);
        bool more = l->in.len - l->in_at != before;

        take_messages(r, l, ROLE_DETECT, k);
        if (rc < 0 || !more) {
            break;
        }
    }
}

static void lost(void *ctx, enum role role, unsigned index)
{
    struct engine_role *r = ctx;
    struct link *l = r->shell ? link_of(r, role, index) : NULL;

    if (!l) {
        return;
    }
    if (role == ROLE_DETECT) {
        take_last_words(r, l, index);
        if (watch_died(&r->watch[index], shell_wants(r->shell, index), r->own_death[index])) {
            tell_killer(r, index);
        }
        r->own_death[index] = false;
    } else if (role == ROLE_INTAKE) {
        r->tail_known = false;
    } else if (role == ROLE_GATE) {
        gate_lost(r);
    }
    drop_link(r, l);
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
