// run.c - one decision of a playbook run.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/run.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"
#include "core/play/cond.h"

struct turn {
    const struct plan *p;
    struct run_state *rs;
    const struct live *live;
    struct run_do out;
};

static void ATTR_PRINTF(2, 3) say(struct turn *t, const char *fmt, ...)
{
    char raw[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    // cut at a character's border: the text goes into the database
    utf8_sanitise_str(span_str(raw), t->out.text, sizeof(t->out.text));
}

static const struct plan_step *step_at(const struct turn *t)
{
    return &t->p->step[t->rs->step];
}

// A name for people: the step's, else its id.
static const char *step_name(const struct plan_step *s)
{
    return *s->name ? s->name : s->id;
}

// ---- ends and ways

static void end_run(struct turn *t, enum run_verb verb)
{
    t->rs->phase = RUN_PHASE_OVER;
    t->out.verb = verb;
}

static void enter(struct turn *t, int step)
{
    struct run_state *rs = t->rs;

    if (rs->entered >= RUN_ENTERED_MAX) {
        say(t, "more than %d steps were entered", RUN_ENTERED_MAX);
        end_run(t, RUN_FAIL);
        return;
    }
    rs->entered++;
    rs->step = (int16_t)step;
    rs->issued = 0;
    rs->phase = RUN_PHASE_STEP;
    t->out.verb = RUN_STEP;
    t->out.step = step;
    t->out.delay_ms = step_at(t)->delay_ms;
}

// The last step is done: how did it go?
static void end_of_way(struct turn *t)
{
    const struct run_state *rs = t->rs;

    if (rs->failing) {
        say(t, "the step \"%s\" failed", step_name(&t->p->step[rs->failed_step]));
        end_run(t, RUN_FAIL);
    } else if (!rs->dry && rs->verified < rs->actions) {
        say(t, "done: %u of %u actions verified, the others on a person's word",
            (unsigned)rs->verified, (unsigned)rs->actions);
        end_run(t, RUN_FINISH);
    } else {
        say(t,
            rs->dry ? "dry run done: %u actions would be taken" : "done: all %u actions verified",
            (unsigned)rs->actions);
        end_run(t, RUN_FINISH);
    }
}

static int way_on(const struct plan_step *s)
{
    return s->on_success != PLAN_NO_STEP ? s->on_success : s->on_completion;
}

static void leave_well(struct turn *t)
{
    int next = way_on(step_at(t));

    t->out.left = t->rs->step;
    t->out.left_ok = true;
    if (next == PLAN_NO_STEP) {
        end_of_way(t);
    } else {
        enter(t, next);
    }
}

static void leave_badly(struct turn *t)
{
    struct run_state *rs = t->rs;
    int next = step_at(t)->on_failure;

    t->out.left = rs->step;
    t->out.left_ok = false;
    if (!rs->failing) {
        rs->failing = 1;
        rs->failed_step = rs->step;
    }
    if (next == PLAN_NO_STEP && t->p->exception != PLAN_NO_STEP && !rs->excepted) {
        rs->excepted = 1;
        rs->depth = 0; // an exception leaves every branch
        next = t->p->exception;
    }
    if (next == PLAN_NO_STEP) {
        end_of_way(t);
    } else {
        enter(t, next);
    }
}

// ---- if steps

struct names {
    const struct plan *p;
    const struct run_state *rs;
    const struct live *live;
};

static int look(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    const struct names *n = ctx;
    char value[LIVE_VALUE_MAX];
    int got;

    out[0] = '\0';
    for (size_t i = 0; i < n->p->nvars; i++) {
        const struct plan_var *v = &n->p->var[i];

        if (!span_eq_str(name, v->name)) {
            continue;
        }
        if (!v->live) {
            snprintf(out, COND_VALUE_MAX, "%s", n->rs->value[i]);
            return v->known || n->rs->value[i][0];
        }
        got = live_get(n->live, span_sub(name, 2, name.n - 4), value);
        snprintf(out, COND_VALUE_MAX, "%s", value);
        return got;
    }
    return -1;
}

static void take_branch(struct turn *t, int step)
{
    struct run_state *rs = t->rs;

    if (step == PLAN_NO_STEP) {
        leave_well(t); // no branch for this answer
        return;
    }
    if (way_on(step_at(t)) != PLAN_NO_STEP) {
        if (rs->depth >= RUN_NEST_MAX) {
            say(t, "more than %d branches are open", RUN_NEST_MAX);
            end_run(t, RUN_FAIL);
            return;
        }
        rs->back[rs->depth++] = rs->step;
    }
    t->out.left = rs->step;
    t->out.left_ok = true;
    enter(t, step);
}

static void decide(struct turn *t)
{
    struct names names = {t->p, t->rs, t->live};
    const struct plan_step *s = step_at(t);
    struct err err = ERR_INIT;

    switch (cond_eval(span_str(s->condition), COND_STIX, look, &names, NULL, &err)) {
    case COND_TRUE:
        say(t, "true: %s", s->condition);
        take_branch(t, s->on_true);
        break;
    case COND_FALSE:
        say(t, "false: %s", s->condition);
        take_branch(t, s->on_false);
        break;
    default: say(t, "the condition cannot be decided: %s", err.msg); leave_badly(t);
    }
}

static void reach_end(struct turn *t)
{
    struct run_state *rs = t->rs;
    int next;

    t->out.left = rs->step;
    t->out.left_ok = !rs->failing;
    while (rs->depth > 0) {
        next = way_on(&t->p->step[rs->back[--rs->depth]]);
        if (next != PLAN_NO_STEP && next != rs->step) {
            enter(t, next);
            return;
        }
    }
    end_of_way(t);
}

// ---- actions

static void ask(struct turn *t, bool manual)
{
    t->rs->phase = RUN_PHASE_ASKED;
    t->rs->manual = manual;
    t->out.verb = RUN_ASK;
}

static void issue(struct turn *t)
{
    const struct plan_step *s = step_at(t);
    struct run_state *rs = t->rs;
    char why[RUN_TEXT_MAX] = "";
    bool inside = plan_limits_hold(t->p, rs->step, t->live, why, sizeof(why));

    if (!inside && !rs->dry) {
        say(t, "%s", why);
        ask(t, false);
        return;
    }
    t->out.verb = RUN_COMMAND;
    t->out.command = s->first_command + rs->issued;
    t->out.timeout_ms =
        s->timeout_ms ? s->timeout_ms : t->p->command[t->out.command].max_runtime_ms;
    say(t, "%s%s%s%s", rs->dry ? "would: " : "", *s->dry_run ? s->dry_run : step_name(s),
        inside ? "" : "; it would ask first: ", inside ? "" : why);
    rs->issued++;
    rs->actions++;
    rs->phase = RUN_PHASE_COMMAND;
}

static void act(struct turn *t)
{
    const struct plan_step *s = step_at(t);

    if (*s->manual && t->rs->dry) {
        say(t, "would ask: %s", s->manual);
        leave_well(t);
    } else if (*s->manual) {
        say(t, "%s", s->manual);
        ask(t, true);
    } else if (t->rs->issued < s->ncommands) {
        issue(t);
    } else {
        leave_well(t);
    }
}

static void go_on(struct turn *t)
{
    switch (step_at(t)->kind) {
    case CACAO_START: leave_well(t); break;
    case CACAO_END: reach_end(t); break;
    case CACAO_IF: decide(t); break;
    default: act(t);
    }
}

// The step's result variable gets the text of the last report.
static void keep_result(struct turn *t, struct span text)
{
    const char *name = step_at(t)->out_var;

    for (size_t i = 0; *name && text.n && i < t->p->nvars; i++) {
        if (strcmp(name, t->p->var[i].name) == 0) {
            utf8_sanitise_str(text, t->rs->value[i], PLAN_VALUE_MAX);
        }
    }
}

// A command was answered. `done`: it happened; `verified`: and the probe saw it.
static void answered(struct turn *t, bool done, bool verified, struct span text)
{
    struct run_state *rs = t->rs;

    rs->phase = RUN_PHASE_STEP;
    rs->verified += verified;
    if (done) {
        keep_result(t, text);
    }
    if (rs->aborting) {
        t->out.left = rs->step;
        t->out.left_ok = done;
        say(t, "a person stopped the run; the command on its way %s",
            done ? "was carried out" : "failed");
        end_run(t, RUN_ABORTED);
    } else if (!done) {
        say(t, SPAN_FMT, SPAN_ARG(span_sub(text, 0, RUN_TEXT_MAX)));
        leave_badly(t);
    } else {
        act(t);
    }
}

static void held(struct turn *t, struct span why)
{
    if (!t->rs->dry) {
        t->rs->issued--;
        t->rs->actions--;
        say(t, SPAN_FMT, SPAN_ARG(span_sub(why, 0, RUN_TEXT_MAX)));
        ask(t, false);
    }
}

static void doubt(struct turn *t)
{
    t->rs->phase = RUN_PHASE_DOUBT;
    t->out.verb = RUN_IN_DOUBT;
    say(t, "the command may have been carried out; nobody repeats it until a person has looked");
}

// ---- events by phase

static void in_command(struct turn *t, const struct run_event *ev)
{
    switch (ev->kind) {
    case RUN_GO:
        if (t->rs->dry) {
            answered(t, true, false, SPAN_NONE);
        }
        break;
    case RUN_VERIFIED: answered(t, true, true, ev->text); break;
    case RUN_FAILED: answered(t, false, false, ev->text); break;
    case RUN_UNSURE: doubt(t); break;
    case RUN_HELD: held(t, ev->text); break;
    default: break;
    }
}

static void in_doubt(struct turn *t, const struct run_event *ev)
{
    if (ev->kind == RUN_VERIFIED || ev->kind == RUN_TOLD_DONE) { // a late report settles it too
        answered(t, true, ev->kind == RUN_VERIFIED, ev->text);
    } else if (ev->kind == RUN_FAILED || ev->kind == RUN_TOLD_NOT_DONE) {
        answered(t, false, false, ev->text);
    }
}

static void in_question(struct turn *t, const struct run_event *ev)
{
    if (ev->kind == RUN_RESUME && t->rs->manual) {
        keep_result(t, ev->text);
        leave_well(t);
    } else if (ev->kind == RUN_RESUME) {
        issue(t);
    } else if (ev->kind == RUN_DECLINE && t->rs->manual) {
        say(t, "a person said that it could not be done");
        leave_badly(t);
    } else if (ev->kind == RUN_DECLINE) {
        t->out.left = t->rs->step;
        say(t, "a person decided not to go on");
        end_run(t, RUN_FAIL);
    }
}

static void begin(struct turn *t)
{
    for (size_t i = 0; i < t->p->nvars; i++) {
        snprintf(t->rs->value[i], PLAN_VALUE_MAX, "%s", t->p->var[i].value);
    }
    enter(t, t->p->start);
}

static void abort_run(struct turn *t)
{
    if (t->rs->phase == RUN_PHASE_COMMAND && !t->rs->dry) {
        t->rs->aborting = 1;
        say(t, "the run stops when the command on its way is answered");
        return;
    }
    t->out.left = t->rs->phase == RUN_PHASE_NEW ? PLAN_NO_STEP : t->rs->step;
    say(t, "a person stopped the run");
    end_run(t, RUN_ABORTED);
}

struct run_do run_next(const struct plan *p, struct run_state *rs, const struct run_event *ev,
                       const struct live *live)
{
    struct turn t = {
        .p = p,
        .rs = rs,
        .live = live,
        .out = {.verb = RUN_WAIT, .step = rs->step, .left = PLAN_NO_STEP},
    };

    if (rs->phase == RUN_PHASE_OVER) {
        return t.out;
    }
    if (ev->kind == RUN_ABORT) {
        abort_run(&t);
    } else if (rs->phase == RUN_PHASE_COMMAND) {
        in_command(&t, ev);
    } else if (rs->phase == RUN_PHASE_DOUBT) {
        in_doubt(&t, ev);
    } else if (rs->phase == RUN_PHASE_ASKED) {
        in_question(&t, ev);
    } else if (ev->kind == RUN_GO && rs->phase == RUN_PHASE_NEW) {
        begin(&t);
    } else if (ev->kind == RUN_GO) {
        go_on(&t);
    }
    t.out.step = rs->step;
    return t.out;
}

const char *run_target(const struct plan *p, const struct run_state *rs)
{
    const struct plan_step *s = &p->step[rs->step];
    size_t command = (size_t)s->first_command + rs->issued;

    if (rs->phase == RUN_PHASE_NEW || rs->issued >= s->ncommands || command >= p->ncommands) {
        return p->asset;
    }
    return p->command[command].target;
}

const char *run_state_after(enum run_verb verb)
{
    switch (verb) {
    case RUN_ASK: return "waiting";
    case RUN_IN_DOUBT: return "indeterminate";
    case RUN_FINISH: return "finished";
    case RUN_FAIL: return "failed";
    case RUN_ABORTED: return "aborted";
    default: return "running";
    }
}
