// engine_links.c - what the engine role says to its peers, and what they say.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine_role.h"
#include "core/base/log.h"

// ---- sending

static void want(struct engine_role *r, struct link *l)
{
    if (link_up(l)) {
        loop_want(r->loop, l->fd, LOOP_READ | (link_pending(l) ? LOOP_WRITE : 0u));
    }
}

void engine_tell(struct engine_role *r, struct link *l, uint8_t type, struct span body)
{
    if (link_up(l) && link_send(l, type, body) == 0) {
        (void)link_flush(l);
        want(r, l);
    }
}

void engine_ask_detect(struct engine_role *r, unsigned k)
{
    if (r->tail_known && link_up(&r->detect[k]) && link_up(&r->intake)) {
        uint64_t block = shell_wants(r->shell, k);

        killers_forget(&r->killers, shell_next_block(r->shell));
        buf_clear(&r->scratch);
        watch_from(&r->watch[k], &r->killers, k, r->config.detects, block, &r->scratch);
        engine_tell(r, &r->intake, MSG_FROM, buf_span(&r->scratch));
    }
}

// The list changes with the blocks stepped only, and the bound with it.
void engine_tell_ahead(struct engine_role *r)
{
    uint64_t ahead = shell_next_block(r->shell) - 1 + QUARANTINE_AHEAD;
    const struct engine *e = shell_engine(r->shell);

    for (unsigned k = 0; k < r->config.detects; k++) {
        if (!link_up(&r->detect[k]) || r->ahead[k] == ahead) {
            continue;
        }
        r->quarantine.n = 0;
        if (e) {
            engine_quarantine(e, &r->quarantine);
        }
        buf_clear(&r->scratch);
        buf_u64(&r->scratch, ahead);
        quarantine_put(&r->scratch, &r->quarantine);
        engine_tell(r, &r->detect[k], MSG_AHEAD, buf_span(&r->scratch));
        r->ahead[k] = ahead;
    }
}

void engine_tell_committed(struct engine_role *r, struct pos pos)
{
    buf_clear(&r->scratch);
    buf_u32(&r->scratch, pos.epoch);
    buf_u64(&r->scratch, pos.block);
    engine_tell(r, &r->intake, MSG_COMMITTED, buf_span(&r->scratch));
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
        engine_role_fail(r, &err);
        return;
    }
    if (shell_tail(r->shell, epoch, first, last, &err)) {
        engine_role_fail(r, &err);
        return;
    }
    r->tail_known = true;
    reload_tail(&r->reload, last);
    engine_tell_committed(r, shell_committed(r->shell)); // recordings wait for it
    engine_tell_ahead(r);
    for (unsigned k = 0; k < r->config.detects; k++) {
        engine_ask_detect(r, k);
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
            engine_role_fail(r, &err);
        } else if (shell_wants(r->shell, k) != block) {
            watch_answered(&r->watch[k], block);
        }
    } else if (type == MSG_AT) {
        struct rd in = rd_of(body);
        uint64_t block = rd_u64(&in);

        watch_at(&r->watch[k], block, rd_u32(&in));
    }
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
        engine_role_notice(r, SPAN_LIT("report-refused"), span_str(text));
    }
}

void engine_link_drop(struct engine_role *r, struct link *l)
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

struct link *engine_link_of(struct engine_role *r, enum role peer, unsigned index)
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
            engine_link_drop(r, l);
            return;
        }
        if (events & (LOOP_READ | LOOP_HANGUP)) {
            enum role peer = i == 0 ? ROLE_INTAKE : i == 1 ? ROLE_GATE : ROLE_DETECT;
            unsigned index = i < 2 ? 0 : i - 2;

            if (may_read(r, peer, index) && link_fill(l) < 0) {
                engine_link_drop(r, l); // the supervisor makes a new one
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

bool engine_links_waiting(struct engine_role *r)
{
    bool more = false;

    for (unsigned k = 0; k < r->config.detects; k++) {
        more = take_waiting(r, &r->detect[k], ROLE_DETECT, k) || more;
    }
    return take_waiting(r, &r->gate, ROLE_GATE, 0) || more;
}

int engine_link_watch(struct engine_role *r, struct link *l)
{
    return loop_add(r->loop, l->fd, LOOP_READ, on_event, r);
}

void engine_last_words(struct engine_role *r, unsigned k)
{
    struct link *l = &r->detect[k];

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
