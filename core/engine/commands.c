// commands.c - the outbox and the agents' answers.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/commands.h"

#include "command_fsm.h"
#include "core/base/attr.h"
#include "core/engine/incident.h"
#include "core/play/command.h"
#include "run_fsm.h"

static struct row_agent *agent_row(struct engine *e, struct span id)
{
    struct key128 key = key_of('a', &id, 1);
    struct row_agent *a = table_put(&e->tab[TAB_AGENT], &key);

    if (!a) {
        e->broken = true;
    } else if (a->id[0] == '\0') {
        TEXT_SET(a->id, id);
        a->since = e->now;
    }
    return a;
}

static void move(struct engine *e, struct row_command *c, uint8_t event)
{
    (void)fsm_step(&command_fsm, &c->state, event, NULL);
    c->changed = e->now;
    MARK(e, COMMAND, c);
}

// ---- issuing

static size_t approvals_of(struct engine *e, const struct row_run *run, struct command *c)
{
    const struct row_plan *p = table_get(&e->tab[TAB_PLAN], &run->plan);
    size_t n = 0;

    for (; p && n < p->napprovals && n < COMMAND_APPROVALS_MAX; n++) {
        c->approval[n].person = span_str(p->approval[n].person);
        c->approval[n].function = span_str(p->approval[n].function);
    }
    return n;
}

static bool write_bytes(struct engine *e, const struct row_run *run, const struct plan *p,
                        const struct plan_command *pc, struct row_command *row)
{
    AUTO_BUF b;
    struct command c = {.alg = 1,
                        .key_id = e->set->key_id,
                        .agent = span_str(pc->agent),
                        .id = row->id,
                        .run = run->id,
                        .step = row->step,
                        .attempt = 1,
                        .token = run->number,
                        .counter = row->counter,
                        .not_before = e->wall - 5 * UTIME_SECOND,
                        .not_after = e->wall + e->set->policy->command_window - 5 * UTIME_SECOND,
                        .max_runtime_ms = pc->max_runtime_ms,
                        .action = span_str(pc->actuator),
                        .target = span_str(pc->target),
                        .params = span_str(pc->params),
                        .plan_hash = p->hash};

    c.napprovals = approvals_of(e, run, &c);
    buf_init(&b, sizeof(row->bytes));
    command_put(&b, &c);
    if (!buf_ok(&b)) {
        return false;
    }
    memcpy(row->bytes, b.p, b.len);
    row->length = (uint32_t)b.len;
    row->not_after = c.not_after;
    row->max_runtime_ms = pc->max_runtime_ms;
    return true;
}

// One that expired unsigned or unsent never reached the agent.
bool command_allowed(const struct engine *e, const char *agent, char *why, size_t size)
{
    const struct table *tab = &e->tab[TAB_COMMAND];
    const struct policy *p = e->set->policy;
    uint32_t n = 0;

    for (const struct row_command *c = table_first(tab); c; c = table_next(tab, c)) {
        n += c->state != COMMAND_IS_EXPIRED && c->issued > e->now - p->commands_per &&
             strcmp(c->agent, agent) == 0;
    }
    if (n >= p->commands_per_agent) {
        (void)snprintf(why, size,
                       "agent %s was given %u commands in the last %lld s; policy allows %u", agent,
                       n, (long long)(p->commands_per / UTIME_SECOND), p->commands_per_agent);
        return false;
    }
    return true;
}

bool command_issue(struct engine *e, struct row_run *run, const struct plan *p,
                   const struct run_do *d)
{
    const struct plan_command *pc = &p->command[d->command];
    struct eid id = engine_id(e);
    struct row_command *row = table_put(&e->tab[TAB_COMMAND], &id);
    struct row_agent *agent = agent_row(e, span_str(pc->agent));

    if (!row || !agent) {
        e->broken = true;
        return true;
    }
    row->run = run->number;
    row->run_id = run->id;
    row->step = (uint32_t)d->step;
    row->counter = ++agent->counter;
    row->issued = row->changed = e->now;
    TEXT_SET(row->area, span_str(run->area));
    TEXT_SET(row->agent, span_str(pc->agent));
    MARK(e, AGENT, agent);
    MARK(e, COMMAND, row);
    run->command = id;
    if (!write_bytes(e, run, p, pc, row)) {
        move(e, row, COMMAND_ON_EXPIRE);
        TEXT_SET(row->code, SPAN_LIT("command.size"));
        memset(&run->command, 0, sizeof(run->command));
        return false;
    }
    return true;
}

// ---- signature

static void send(struct engine *e, const struct row_command *c, struct buf *out)
{
    effect_put_send(out,
                    &(struct effect_send){.id = c->id,
                                          .agent = span_str(c->agent),
                                          .bytes = span_of(c->bytes, c->length),
                                          .signature = span_of(c->signature, c->signature_length),
                                          .at = e->now});
}

int command_signature(struct engine *e, const struct input_signature *in, struct buf *out,
                      struct err *err)
{
    struct row_command *c = table_get(&e->tab[TAB_COMMAND], &in->command);

    if (!c) {
        return err_set(err, E_STATE, "command.unknown", "a signature came for no command");
    }
    if (in->signature.n != sizeof(c->signature)) {
        return err_set(err, E_STATE, "command.signature", "a signature has %zu bytes, not %zu",
                       sizeof(c->signature), in->signature.n);
    }
    if (c->state != COMMAND_IS_OUTBOX) {
        return err_set(err, E_STATE, "fsm.command", "the command does not wait for a signature");
    }
    memcpy(c->signature, in->signature.p, in->signature.n);
    c->signature_length = (uint32_t)in->signature.n;
    move(e, c, COMMAND_ON_SIGN);
    move(e, c, COMMAND_ON_SEND);
    send(e, c, out);
    return 0;
}

// ---- what agents say

static const struct {
    const char *word;
    uint8_t event;
    bool over;
    enum run_event_kind tell;
} words[] = {
    {"accepted", COMMAND_ON_ACCEPT, false, RUN_GO},
    {"started", COMMAND_ON_START, false, RUN_GO},
    {"finished", COMMAND_ON_FINISH, false, RUN_GO},
    {"verified", COMMAND_ON_VERIFY, true, RUN_VERIFIED},
    {"disproved", COMMAND_ON_DISPROVE, true, RUN_FAILED},
    {"refused", COMMAND_ON_REFUSE, true, RUN_FAILED},
    {"indeterminate", COMMAND_ON_DOUBT, true, RUN_UNSURE},
};

static void tell_run(struct engine *e, const struct row_command *c, enum run_event_kind kind,
                     struct buf *out)
{
    struct row_run *run = runs_get(e, c->run);
    char text[TEXT_WHY + 48];

    if (run && eid_eq(&run->command, &c->id)) {
        (void)snprintf(text, sizeof(text), "%s%s%s", c->code, c->code[0] ? ": " : "", c->result);
        memset(&run->command, 0, sizeof(run->command));
        runs_event(e, run, kind, span_str(text), out);
    }
}

// Reports come in order, but the ones in between may be lost with a link, and the last ones are said
// again after a new link. So a report that is behind is nothing new, and one that is ahead means the
// steps before it as well. False: the life-cycle has no way there, and nothing was changed.
static bool advance(struct row_command *c, uint8_t event)
{
    static const uint8_t way[] = {COMMAND_ON_ACCEPT, COMMAND_ON_START, COMMAND_ON_FINISH};
    uint8_t state = c->state;

    for (size_t i = 0; i < ARRAY_LEN(way) && !fsm_find(&command_fsm, state, event); i++) {
        (void)fsm_step(&command_fsm, &state, way[i], NULL);
    }
    if (fsm_step(&command_fsm, &state, event, NULL)) {
        return false;
    }
    c->state = state;
    return true;
}

static bool said_before(const struct row_command *c, size_t word)
{
    static const uint8_t reached[] = {
        COMMAND_IS_ACCEPTED,  COMMAND_IS_STARTED, COMMAND_IS_FINISHED,     COMMAND_IS_VERIFIED,
        COMMAND_IS_DISPROVED, COMMAND_IS_REFUSED, COMMAND_IS_INDETERMINATE};

    return command_fsm.final[c->state] || (word < 3 && c->state >= reached[word]) ||
           c->state == reached[word];
}

// The state before the act comes with the acceptance, the state after it with the verdict: both by the
// independent probe.
static void keep_state(struct engine *e, const struct row_command *c,
                       const struct input_control *in)
{
    struct row_run *run = runs_get(e, c->run);

    if (!run || !eid_eq(&run->command, &c->id)) {
        return;
    }
    if (span_eq_str(in->kind, "accepted")) {
        TEXT_SET(run->before, in->text);
    } else if (span_eq_str(in->kind, "verified") || span_eq_str(in->kind, "disproved")) {
        TEXT_SET(run->after, in->text);
    }
}

static void keep_report(struct engine *e, struct row_command *c, const struct input_control *in)
{
    c->changed = e->now;
    TEXT_SET(c->code, in->code);
    TEXT_SET(c->result, in->text);
    c->proof_length = (uint32_t)(in->proof.n <= sizeof(c->proof) ? in->proof.n : 0);
    if (c->proof_length) {
        memcpy(c->proof, in->proof.p, c->proof_length);
    }
    MARK(e, COMMAND, c);
}

static int report(struct engine *e, const struct input_control *in, struct buf *out,
                  struct err *err)
{
    struct row_command *c = table_get(&e->tab[TAB_COMMAND], &in->command);

    if (!c || !span_eq_str(in->agent, c->agent)) {
        return err_set(err, E_STATE, "command.unknown",
                       "an agent reports on no command of its own");
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!span_eq_str(in->kind, words[i].word)) {
            continue;
        }
        if (said_before(c, i)) {
            return 0;
        }
        if (!advance(c, words[i].event)) {
            return err_set(err, E_STATE, "fsm.command", "a command %s cannot be %s",
                           command_fsm.state_text[c->state], words[i].word);
        }
        keep_report(e, c, in);
        keep_state(e, c, in);
        if (words[i].over) {
            tell_run(e, c, words[i].tell, out);
        }
        return 0;
    }
    return err_set(err, E_STATE, "control.kind", "an agent said \"" SPAN_FMT "\"",
                   SPAN_ARG(in->kind));
}

static void resend(struct engine *e, struct span agent, struct buf *out)
{
    const struct table *tab = &e->tab[TAB_COMMAND];

    for (const struct row_command *c = table_first(tab); c; c = table_next(tab, c)) {
        bool open = c->state == COMMAND_IS_SENT || c->state == COMMAND_IS_ACCEPTED ||
                    c->state == COMMAND_IS_STARTED || c->state == COMMAND_IS_FINISHED;

        if (open && span_eq_str(agent, c->agent)) {
            send(e, c, out);
        }
    }
}

static void all_down(struct engine *e)
{
    const struct table *tab = &e->tab[TAB_AGENT];

    for (struct row_agent *a = table_first(tab); a; a = table_next(tab, a)) {
        if (a->up) {
            a->up = 0;
            a->since = e->now;
            MARK(e, AGENT, a);
        }
    }
}

static int came_or_went(struct engine *e, const struct input_control *in, bool up, struct buf *out)
{
    struct row_agent *a = agent_row(e, in->agent);

    if (!a) {
        return E_SYSTEM;
    }
    a->up = up;
    a->since = e->now;
    if (up) {
        if (in->text.n) { // said at a session's begin; a session that goes on is told without it
            TEXT_SET(a->version, in->text);
        }
        // The exec half's high water counts: a restored database must not issue used counters.
        a->counter = in->counter > a->counter ? in->counter : a->counter;
        resend(e, in->agent, out);
    }
    MARK(e, AGENT, a);
    return 0;
}

static void undelivered(struct engine *e, const struct input_control *in)
{
    struct row_command *c = table_get(&e->tab[TAB_COMMAND], &in->command);

    if (c &&
        c->state == COMMAND_IS_SENT) { // it waits for the agent's next hello, or for its window
        TEXT_SET(c->code, SPAN_LIT("agent.absent"));
        MARK(e, COMMAND, c);
    }
}

int command_control(struct engine *e, const struct input_control *in, struct buf *out,
                    struct err *err)
{
    if (span_eq_str(in->kind, "reset")) {
        all_down(e);
        return 0;
    }
    if (span_eq_str(in->kind, "hello")) {
        return came_or_went(e, in, true, out);
    }
    if (span_eq_str(in->kind, "lost")) {
        return came_or_went(e, in, false, out);
    }
    if (span_eq_str(in->kind, "undelivered")) {
        undelivered(e, in);
        return 0;
    }
    if (span_eq_str(in->kind, "rejected")) {
        return err_set(err, E_STATE, "agent.rejected",
                       "a connection of \"" SPAN_FMT "\": " SPAN_FMT,
                       SPAN_ARG(span_sub(in->agent, 0, 60)), SPAN_ARG(span_sub(in->text, 0, 200)));
    }
    return report(e, in, out, err);
}

// ---- time

static bool unsent(const struct row_command *c)
{
    return c->state == COMMAND_IS_OUTBOX || c->state == COMMAND_IS_SIGNED;
}

static struct row_command *first_late(const struct engine *e)
{
    const struct table *tab = &e->tab[TAB_COMMAND];

    for (struct row_command *c = table_first(tab); c; c = table_next(tab, c)) {
        utime_t answer =
            c->not_after + (utime_t)c->max_runtime_ms * 1000 + COMMAND_ANSWER_S * UTIME_SECOND;

        if (unsent(c) ? e->wall > c->not_after
                      : e->wall > answer && fsm_find(&command_fsm, c->state, COMMAND_ON_DOUBT)) {
            return c;
        }
    }
    return NULL;
}

// One after the other from the beginning: a run that is told may issue its next command, and then the
// rows move. Each one found is over afterwards, so it ends.
void commands_wall(struct engine *e, struct buf *out)
{
    struct row_command *c;

    while (!e->broken && (c = first_late(e)) != NULL) {
        bool expired = unsent(c);

        move(e, c, expired ? COMMAND_ON_EXPIRE : COMMAND_ON_DOUBT);
        TEXT_SET(c->code, expired ? SPAN_LIT("window.expired") : SPAN_LIT("answer.late"));
        tell_run(e, c, expired ? RUN_FAILED : RUN_UNSURE, out);
    }
}

bool commands_open(const struct engine *e)
{
    const struct table *tab = &e->tab[TAB_RUN];

    for (const struct row_run *r = table_first(tab); r; r = table_next(tab, r)) {
        if (!run_fsm.final[r->state]) {
            return true;
        }
    }
    return false;
}

void commands_emit(struct engine *e, void *row, struct buf *out)
{
    struct row_command *c = row;

    (void)e;
    c->dirty = 0;
    effect_put_command(out, &(struct effect_command){.id = c->id,
                                                     .run_id = c->run_id,
                                                     .step = c->step,
                                                     .area = span_str(c->area),
                                                     .agent = span_str(c->agent),
                                                     .counter = c->counter,
                                                     .bytes = span_of(c->bytes, c->length),
                                                     .state = span_str(command_fsm.state[c->state]),
                                                     .code = span_str(c->code),
                                                     .result = span_str(c->result),
                                                     .proof = span_of(c->proof, c->proof_length),
                                                     .issued = c->issued,
                                                     .changed = c->changed});
}

void agents_emit(struct engine *e, void *row, struct buf *out)
{
    struct row_agent *a = row;

    (void)e;
    a->dirty = 0;
    effect_put_agent(out, &(struct effect_agent){.id = span_str(a->id),
                                                 .name = span_str(a->id),
                                                 .area = SPAN_LIT(""),
                                                 .state = a->up ? SPAN_LIT("up") : SPAN_LIT("down"),
                                                 .since = a->since,
                                                 .version = span_str(a->version),
                                                 .counter = a->counter});
}
