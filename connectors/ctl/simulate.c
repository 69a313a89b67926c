// simulate.c - a playbook walked through without agents: one object per step entered.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "connectors/ctl/ctl.h"
#include "connectors/ctl/playbook.h"
#include "core/base/jsonw.h"
#include "core/play/run.h"

enum { STEP_MAX = 4 << 20 };

struct simulation {
    const struct plan *p;
    struct run_state rs;
    struct live live;
    int fail;                // step whose action fails, or PLAN_NO_STEP
    char text[RUN_TEXT_MAX]; // what was said in the step in hand
    struct buf line;
};

// Live values come as --var too: what a tool would say of itself at that moment.
static bool set_live(struct live *l, struct span name, struct span value)
{
    enum live_flag flag = span_eq_str(value, "true") ? LIVE_YES : LIVE_NO;
    uint64_t n = 0;
    bool number = span_u64(value, &n) && n <= UINT32_MAX;
    bool truth = flag == LIVE_YES || span_eq_str(value, "false");

    if (span_eq_str(name, "__tool_state__")) {
        l->state = e10_of(value);
        return l->state != E10_UNKNOWN;
    }
    if (span_eq_str(name, "__lots_in_process__") || span_eq_str(name, "__lots_queued__")) {
        l->lots_known = true;
        *(span_eq_str(name, "__lots_queued__") ? &l->lots_queued : &l->lots_in_process) =
            (uint32_t)n;
        return number;
    }
    if (span_eq_str(name, "__qtime_left__")) {
        l->qtime_known = true;
        l->qtime_left = (utime_t)n * UTIME_SECOND;
        return number;
    }
    if (span_eq_str(name, "__pm_open__") || span_eq_str(name, "__session_open__")) {
        *(span_eq_str(name, "__pm_open__") ? &l->pm_open : &l->session_open) = flag;
        return truth;
    }
    return false;
}

static bool is_live(struct span name)
{
    char unused[LIVE_VALUE_MAX];

    return name.n > 4 && live_get(NULL, span_sub(name, 2, name.n - 4), unused) >= 0;
}

// The pairs that bind variables; those of live values go to `live`. E_USAGE when one fits nowhere.
static int sort_vars(const struct cacao *c, const struct playbook_vars *vars,
                     struct plan_pair scope[PLAYBOOK_VARS_MAX], size_t *n, struct live *live,
                     struct err *err)
{
    *n = 0;
    for (size_t i = 0; i < vars->n; i++) {
        const struct plan_pair *p = &vars->pair[i];

        if (is_live(p->name)) {
            if (!set_live(live, p->name, p->value)) {
                return err_set(err, E_USAGE, "simulate.var",
                               "\"" SPAN_FMT "\" is no value of " SPAN_FMT, SPAN_ARG(p->value),
                               SPAN_ARG(p->name));
            }
        } else if (cacao_var_of(c, p->name) < 0) {
            return err_set(err, E_USAGE, "simulate.var", "the playbook has no variable " SPAN_FMT,
                           SPAN_ARG(p->name));
        } else {
            scope[(*n)++] = *p;
        }
    }
    return 0;
}

static int step_of(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->nsteps; i++) {
        if (strcmp(p->step[i].id, name) == 0 || strcmp(p->step[i].name, name) == 0) {
            return (int)i;
        }
    }
    return PLAN_NO_STEP;
}

static void put_commands(struct jsonw *w, const struct plan *p, const struct plan_step *s)
{
    jsonw_key(w, SPAN_LIT("commands"));
    jsonw_open(w, '[');
    for (size_t i = 0; i < s->ncommands; i++) {
        const struct plan_command *c = &p->command[(size_t)s->first_command + i];

        jsonw_open(w, '{');
        jsonw_kstr(w, "actuator", span_str(c->actuator));
        jsonw_kstr(w, "agent", span_str(c->agent));
        jsonw_kstr(w, "target", span_str(c->target));
        jsonw_key(w, SPAN_LIT("params"));
        jsonw_raw(w, span_str(c->params));
        jsonw_close(w, '}');
    }
    jsonw_close(w, ']');
}

// The step that was left, with how; `over` = state of the run when it ends here.
static void put_step(struct simulation *m, int step, bool ok, const char *over)
{
    const struct plan_step *s = &m->p->step[step];
    struct jsonw w = jsonw_of(&m->line);

    jsonw_open(&w, '{');
    jsonw_kstr(&w, "step", span_str(s->id));
    jsonw_kstr(&w, "kind", span_str(cacao_kind_name(s->kind)));
    jsonw_kstr(&w, "name", span_str(s->name));
    if (s->ncommands) {
        put_commands(&w, m->p, s);
    }
    if (*s->manual) {
        jsonw_kstr(&w, "manual", span_str(s->manual));
    }
    jsonw_kbool(&w, "ok", ok);
    jsonw_kstr(&w, "text", span_str(m->text));
    if (over) {
        jsonw_kstr(&w, "run", span_str(over));
    }
    jsonw_close(&w, '}');
    buf_u8(&m->line, '\n');
    (void)fwrite(m->line.p, 1, m->line.len, stdout);
    buf_clear(&m->line);
    m->text[0] = '\0';
}

// The next event: what the world would answer if every act succeeded but those of the failing step.
static struct run_event answer(struct simulation *m, const struct run_do *d)
{
    bool fails = d->step == m->fail;

    // A manual step is asked for only outside a dry run; its refusal is the failure.
    m->rs.dry = !(fails && d->verb == RUN_STEP && *m->p->step[d->step].manual);
    if (d->verb == RUN_COMMAND && fails) {
        return (struct run_event){RUN_FAILED, SPAN_LIT("made to fail by --fail")};
    }
    return (struct run_event){d->verb == RUN_ASK ? RUN_DECLINE : RUN_GO, SPAN_NONE};
}

static void walk(struct simulation *m)
{
    struct run_event ev = {RUN_GO, SPAN_NONE};
    struct run_do d;

    do {
        bool over;

        d = run_next(m->p, &m->rs, &ev, &m->live);
        over = d.verb == RUN_FINISH || d.verb == RUN_FAIL || d.verb == RUN_ABORTED;
        if (d.text[0]) {
            memcpy(m->text, d.text, sizeof(m->text));
        }
        if (d.left != PLAN_NO_STEP) {
            put_step(m, d.left, d.left_ok, over ? run_state_after(d.verb) : NULL);
        }
        ev = answer(m, &d);
    } while (d.verb == RUN_STEP || d.verb == RUN_COMMAND || d.verb == RUN_ASK);
}

int playbook_simulate(const struct cacao *c, const struct playbook_vars *vars, const char *fail)
{
    struct simulation m = {.live = LIVE_NOTHING_KNOWN, .fail = PLAN_NO_STEP};
    struct plan_pair scope[PLAYBOOK_VARS_MAX];
    struct err err = ERR_INIT;
    struct plan *p = NULL;
    size_t n;
    int rc = sort_vars(c, vars, scope, &n, &m.live, &err);

    rc = rc < 0 ? rc : plan_simulated(c, scope, n, &p, &err);
    if (rc == 0 && fail) {
        m.fail = step_of(p, fail);
        rc = m.fail == PLAN_NO_STEP || p->step[m.fail].kind != CACAO_ACTION
                 ? err_set(&err, E_USAGE, "simulate.fail", "no action step has the id or name %s",
                           fail)
                 : 0;
    }
    if (rc == 0) {
        m.p = p;
        m.rs.dry = 1;
        buf_init(&m.line, STEP_MAX);
        walk(&m);
        buf_free(&m.line);
    }
    plan_free(p);
    return rc < 0 ? ctl_fail(&err) : CTL_DONE;
}
