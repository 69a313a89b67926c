// executor.c - a command's way through the exec half.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/executor.h"

#include <fcntl.h>
#include <stdio.h>

#include "connectors/act/run.h"
#include "connectors/os/files.h"
#include "core/base/log.h"
#include "core/base/rd.h"

static int load_keys(struct executor *x, struct err *err)
{
    for (size_t i = 0; i < x->conf->nkeys; i++) {
        AUTO_BUF pem = {0};
        int rc;

        buf_init(&pem, 16 * 1024);
        rc = file_read(AT_FDCWD, x->conf->command_key[i], 16 * 1024, &pem, err);
        rc = rc ? rc : sig_key_pem(buf_span(&pem), &x->keys.key[i], err);
        if (rc) {
            err_at(err, x->conf->command_key[i], 0, 0);
            return rc;
        }
        x->keys.n++;
    }
    return key_read(x->conf->result_key, &x->result, err);
}

int executor_open(struct executor *x, const struct agentconf *conf, struct executor_ports ports,
                  struct err *err)
{
    int rc;

    *x = (struct executor){.conf = conf, .ports = ports, .log = {.fd = -1}};
    rc = load_keys(x, err);
    rc = rc ? rc : memory_init(&x->memory, err);
    return rc ? rc : actlog_open(&x->log, conf->state, &x->memory, err);
}

void executor_close(struct executor *x)
{
    actlog_close(&x->log);
    memory_free(&x->memory);
    key_free(&x->result);
}

// ---- saying

// Makes, journals (for a command that was taken) and says one report.
static void say(struct executor *x, struct memory_command *mc, const struct command_report *r)
{
    unsigned char sig[SIG_LEN];
    struct span signature = span_of((const char *)sig, SIG_LEN);
    int state = act_state_of(r->state);
    AUTO_BUF b = {0};

    if (x->fatal.rc) {
        return;
    }
    buf_init(&b, 4096);
    report_put(&b, r);
    if (!buf_ok(&b) || key_sign(&x->result, RESULT_CONTEXT, buf_span(&b), sig, &x->fatal)) {
        (void)err_set(&x->fatal, E_SYSTEM, "report.sign", "a report could not be made");
        return;
    }
    if (mc) {
        if (actlog_add(&x->log, ACTLOG_REPORT, buf_span(&b), signature, &x->fatal)) {
            return;
        }
        memory_report(mc, (enum act_state)state, buf_span(&b), signature);
    }
    x->ports.say(x->ports.ctx, buf_span(&b), signature);
}

static void say_state(struct executor *x, struct memory_command *mc, enum act_state s,
                      const char *code, struct span text)
{
    struct command_report r = {.id = mc->id,
                               .agent = x->conf->agent,
                               .counter = mc->counter,
                               .state = span_str(act_state_name[s]),
                               .code = span_str(code),
                               .text = text,
                               .at = x->ports.now(x->ports.ctx)};

    say(x, mc, &r);
}

// A refusal that leaves no trace in the journal: nothing was taken. `c` is NULL where the command's
// name is not proven to be its own.
static void refuse(struct executor *x, const struct command *c, const struct err *why)
{
    struct command_report r = {.agent = x->conf->agent,
                               .state = SPAN_LIT("refused"),
                               .code = span_str(why->code),
                               .text = span_str(why->msg),
                               .at = x->ports.now(x->ports.ctx)};

    if (c) {
        r.id = c->id;
        r.counter = c->counter;
    }
    x->refused++;
    say(x, NULL, &r);
}

static void say_again(struct executor *x, const struct memory_command *mc)
{
    struct rd r = rd_of(buf_span(&mc->reports));

    while (r.n > 0 && rd_ok(&r)) {
        struct span report = rd_blob(&r), signature = rd_blob(&r);

        if (rd_ok(&r)) {
            x->ports.say(x->ports.ctx, report, signature);
        }
    }
}

// ---- probing

enum truth { PROBE_TRUE, PROBE_FALSE, PROBE_NONE };

static enum truth probe(const struct agent_action *a, const struct act_values *v,
                        struct run_result *ret)
{
    char want[RUN_OUTPUT_MAX];
    struct err err = ERR_INIT;

    if (run_vector(&a->probe, v, a->timeout, ret, &err) || !ret->started || ret->timeout ||
        ret->exit != 0 || !run_expect(a->expect, v, want, sizeof(want))) {
        return PROBE_NONE;
    }
    return span_eq(span_of(ret->output, ret->n), span_trim(span_str(want))) ? PROBE_TRUE
                                                                            : PROBE_FALSE;
}

static struct span output_of(const struct run_result *r)
{
    return span_of(r->output, r->n);
}

static void conclude(struct executor *x, struct memory_command *mc, const struct agent_action *a,
                     const struct act_values *v)
{
    struct run_result after;

    switch (probe(a, v, &after)) {
    case PROBE_TRUE: say_state(x, mc, ACT_VERIFIED, "", output_of(&after)); break;
    case PROBE_FALSE: say_state(x, mc, ACT_DISPROVED, "probe.false", output_of(&after)); break;
    default: say_state(x, mc, ACT_INDETERMINATE, "probe.none", output_of(&after)); break;
    }
}

// ---- acting

static utime_t runtime_of(const struct agent_action *a, const struct command *c)
{
    utime_t asked = (utime_t)c->max_runtime_ms * 1000;

    return asked > 0 && asked < a->timeout ? asked : a->timeout;
}

static void act(struct executor *x, struct memory_command *mc, const struct command *c,
                const struct agent_action *a, const struct act_values *v)
{
    struct run_result r;
    struct err err = ERR_INIT;
    char code[24] = "";

    say_state(x, mc, ACT_STARTED, "", SPAN_NONE);
    if (x->fatal.rc) {
        return;
    }
    x->acts++;
    if (run_vector(&a->act, v, runtime_of(a, c), &r, &err)) {
        say_state(x, mc, ACT_FINISHED, "act.fork", span_str(err.msg));
    } else if (r.timeout) {
        // Killed in the act: it may have happened.
        if (probe(a, v, &r) != PROBE_TRUE) {
            say_state(x, mc, ACT_INDETERMINATE, "act.timeout", output_of(&r));
            return;
        }
        say_state(x, mc, ACT_FINISHED, "act.timeout", SPAN_NONE);
    } else {
        if (!r.started || r.exit) {
            snprintf(code, sizeof(code), r.started ? "exit.%d" : "act.exec", r.exit);
        }
        say_state(x, mc, ACT_FINISHED, code, output_of(&r));
    }
    if (!x->fatal.rc) {
        conclude(x, mc, a, v);
    }
}

// The state before, and whether it is the one the plan was made for.
static int check_before(const struct agent_action *a, const struct act_values *v,
                        const struct command *c, struct run_result *before, struct err *err)
{
    if (probe(a, v, before) == PROBE_NONE) {
        before->n = 0;
    }
    if (c->pre_state.n && !span_eq(output_of(before), c->pre_state)) {
        return err_set(err, E_STATE, "state.changed", "the state before is not the planned one");
    }
    return 0;
}

void executor_take(struct executor *x, struct span bytes, struct span signature)
{
    struct command c;
    struct act_values v;
    struct run_result before;
    struct err why = ERR_INIT;
    struct memory_command *mc;
    const struct agent_action *a;

    if (x->fatal.rc) {
        return;
    }
    if (check_origin(&x->keys, x->conf->agent, bytes, signature, &c, &why)) {
        refuse(x, NULL, &why);
        return;
    }
    mc = memory_find(&x->memory, &c.id);
    if (mc) {
        say_again(x, mc);
        return;
    }
    if (check_counter(&x->memory, &c, &why)) {
        refuse(x, &c, &why);
        return;
    }
    if (actlog_add(&x->log, ACTLOG_COMMAND, bytes, signature, &x->fatal)) {
        return;
    }
    // Decide before the memory moves: a command must not be measured by its own token.
    a = agentconf_action(x->conf, c.action);
    if (check_command(x->conf, &x->memory, &c, x->ports.now(x->ports.ctx), &v, &why) ||
        check_before(a, &v, &c, &before, &why)) {
        mc = memory_take(&x->memory, &c, bytes);
        x->refused++;
        say_state(x, mc, ACT_REFUSED, why.code, span_str(why.msg));
        return;
    }
    mc = memory_take(&x->memory, &c, bytes);
    say_state(x, mc, ACT_ACCEPTED, "", output_of(&before));
    if (!x->fatal.rc) {
        act(x, mc, &c, a, &v);
    }
}

// ---- after a crash

static void settle(struct executor *x, struct memory_command *mc)
{
    struct command c;
    struct act_values v;
    struct run_result r = {0};
    struct err err = ERR_INIT;
    const struct agent_action *a = NULL;
    bool known = command_get(buf_span(&mc->bytes), &c, &err) == 0 &&
                 (a = agentconf_action(x->conf, c.action)) != NULL &&
                 check_values(a, &c, &v, &err) == 0;

    switch (mc->state) {
    case ACT_RECEIVED:
    case ACT_ACCEPTED:
        say_state(x, mc, ACT_REFUSED, "agent.restarted", SPAN_LIT("it had not begun"));
        break;
    case ACT_STARTED:
        if (!known || probe(a, &v, &r) != PROBE_TRUE) {
            say_state(x, mc, ACT_INDETERMINATE, "agent.restarted", output_of(&r));
            break;
        }
        say_state(x, mc, ACT_FINISHED, "agent.restarted", SPAN_NONE);
        say_state(x, mc, ACT_VERIFIED, "", output_of(&r));
        break;
    case ACT_FINISHED:
        if (known) {
            conclude(x, mc, a, &v);
        } else {
            say_state(x, mc, ACT_INDETERMINATE, "agent.restarted", SPAN_NONE);
        }
        break;
    default: break;
    }
}

void executor_recover(struct executor *x)
{
    for (size_t i = 0; i < memory_held(&x->memory) && !x->fatal.rc; i++) {
        settle(x, memory_at(&x->memory, i));
    }
}

void executor_resync(struct executor *x, uint64_t counter)
{
    for (size_t i = 0; i < memory_held(&x->memory) && !x->fatal.rc; i++) {
        if (memory_at(&x->memory, i)->counter > counter) {
            say_again(x, memory_at(&x->memory, i));
        }
    }
}
