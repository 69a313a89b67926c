// runs.c - carrying out approved plans.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/runs.h"

#include "core/engine/commands.h"
#include "core/engine/incident.h"
#include "core/engine/live_of.h"
#include "core/engine/plans.h"
#include "incident_fsm.h"
#include "plan_fsm.h"
#include "run_fsm.h"

struct row_run *runs_get(struct engine *e, uint64_t number)
{
    return table_get(&e->tab[TAB_RUN], &number);
}

static void tell(struct engine *e, const struct row_run *r, const char *what, struct span who,
                 struct span why, struct buf *out)
{
    const struct row_incident *inc = incident_get(e, r->incident);
    char text[400];

    if (inc) {
        (void)snprintf(text, sizeof(text), "run %llu %s%s%s" SPAN_FMT,
                       (unsigned long long)r->number, r->dry ? "(dry) " : "", what,
                       why.n ? ": " : "", SPAN_ARG(span_sub(why, 0, 240)));
        incident_timeline(e, inc, e->now, "run", who, span_str(text), NULL, out);
    }
}

static void step_row(struct engine *e, const struct row_run *r, const struct plan *p, int step,
                     const char *state, struct span text, bool over, struct buf *out)
{
    const struct plan_step *s = &p->step[step];
    const struct plan_command *c = s->ncommands ? &p->command[s->first_command] : NULL;
    bool newest = step == r->began_step;
    char name[TEXT_TITLE], said[RUN_TEXT_MAX];

    text_set(name, sizeof(name), span_str(s->name[0] ? s->name : cacao_kind_name(s->kind)));
    text_set(said, sizeof(said), text);
    effect_put_step(out, &(struct effect_step){.run_id = r->id,
                                               .n = (uint32_t)step,
                                               .area = span_str(r->area),
                                               .step_id = span_str(s->id),
                                               .name = span_str(name),
                                               .kind = span_str(cacao_kind_name(s->kind)),
                                               .target = span_str(c ? c->target : ""),
                                               .state = span_str(state),
                                               .text = span_str(said),
                                               .before = span_str(newest ? r->before : ""),
                                               .after = span_str(newest ? r->after : ""),
                                               .started = newest ? r->began : e->now,
                                               .ended = over ? e->now : UTIME_NONE});
}

static const struct {
    enum run_verb verb;
    uint8_t event;
    const char *word;
} endings[] = {
    {RUN_ASK, RUN_ON_WAIT, "waits for a person"}, {RUN_IN_DOUBT, RUN_ON_DOUBT, "is indeterminate"},
    {RUN_FINISH, RUN_ON_FINISH, "is finished"},   {RUN_FAIL, RUN_ON_FAIL, "has failed"},
    {RUN_ABORTED, RUN_ON_ABORT, "was aborted"},
};

static void rest(struct engine *e, struct row_run *r, const struct plan *p, const struct run_do *d,
                 struct buf *out)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (endings[i].verb != d->verb) {
            continue;
        }
        (void)fsm_step(&run_fsm, &r->state, endings[i].event, NULL);
        TEXT_SET(r->reason, span_str(d->text));
        if (d->step >= 0 && (d->verb == RUN_ASK || d->verb == RUN_IN_DOUBT)) {
            step_row(e, r, p, d->step, "waiting", span_str(d->text), false, out);
        }
        tell(e, r, endings[i].word, SPAN_LIT("fabsoc"), span_str(d->text), out);
    }
    if (d->verb == RUN_FINISH || d->verb == RUN_FAIL || d->verb == RUN_ABORTED) {
        r->ended = e->now;
        r->wake = UTIME_NONE;
    }
}

// A real run that is finished has contained what it was for.
static void contained(struct engine *e, const struct row_run *r, struct buf *out)
{
    struct row_incident *inc = incident_get(e, r->incident);

    if (inc && !r->dry && r->state == RUN_IS_FINISHED &&
        (inc->state == INCIDENT_IS_NEW || inc->state == INCIDENT_IS_TRIAGE)) {
        (void)incident_move(e, inc, INCIDENT_ON_CONTAIN, span_str(r->started_by),
                            SPAN_LIT("a playbook run is finished"), out, NULL);
    }
}

static void drive(struct engine *e, struct row_run *r, const struct plan *p, struct run_event ev,
                  struct buf *out)
{
    char held[RUN_TEXT_MAX];

    for (int guard = 0; guard < 2 * RUN_ENTERED_MAX; guard++) {
        struct live live;
        const char *target = run_target(p, &r->rs);
        bool known = live_of(e, fab_find(e->set->fab, span_str(target)), &live);
        struct run_do d = run_next(p, &r->rs, &ev, known ? &live : NULL);

        if (d.left != PLAN_NO_STEP) {
            step_row(e, r, p, d.left, d.left_ok ? "done" : "failed", ev.text, true, out);
        }
        ev = (struct run_event){.kind = RUN_GO};
        if (d.verb == RUN_STEP) {
            r->began_step = d.step;
            r->began = e->now;
            r->before[0] = r->after[0] = '\0';
            step_row(e, r, p, d.step, "entered", span_str(d.text), false, out);
            if (d.delay_ms && !r->dry) {
                r->wake = e->now + (utime_t)d.delay_ms * 1000;
                break;
            }
        } else if (d.verb == RUN_COMMAND && !r->dry) {
            if (!command_allowed(e, p->command[d.command].agent, held, sizeof(held))) {
                ev = (struct run_event){RUN_HELD, span_str(held)};
                continue;
            }
            if (command_issue(e, r, p, &d)) {
                break;
            }
            ev = (struct run_event){RUN_FAILED, SPAN_LIT("the command is too long")};
        } else if (d.verb == RUN_COMMAND) {
            step_row(e, r, p, d.step, "would", span_str(p->step[d.step].dry_run), false, out);
        } else {
            rest(e, r, p, &d, out);
            break;
        }
    }
    MARK(e, RUN, r);
    contained(e, r, out);
}

static struct plan *plan_of(struct engine *e, const struct row_run *r)
{
    const struct row_plan *row = table_get(&e->tab[TAB_PLAN], &r->plan);
    struct plan *p = NULL;

    if (row && plan_parse(span_of(row->document, row->document_len), &p, NULL) == 0 &&
        digest_eq(&p->hash, &row->hash)) {
        return p;
    }
    plan_free(p);
    return NULL;
}

void runs_event(struct engine *e, struct row_run *r, enum run_event_kind kind, struct span text,
                struct buf *out)
{
    struct plan *p = plan_of(e, r);

    if (!p) {
        (void)fsm_step(&run_fsm, &r->state, RUN_ON_FAIL, NULL);
        TEXT_SET(r->reason, SPAN_LIT("the plan is not what was approved"));
        r->ended = e->now;
        MARK(e, RUN, r);
        return;
    }
    drive(e, r, p, (struct run_event){.kind = kind, .text = text}, out);
    plan_free(p);
}

// ---- persons

static struct row_run *open_run(struct engine *e, const struct row_plan *plan,
                                const struct intent *in, bool dry, struct buf *out)
{
    uint64_t number = ++e->count.run;
    struct row_run *r = table_put(&e->tab[TAB_RUN], &number);

    if (!r) {
        e->broken = true;
        return NULL;
    }
    r->id = engine_id(e);
    r->plan = plan->number;
    r->plan_id = plan->id;
    r->incident = plan->incident;
    r->incident_id = plan->incident_id;
    r->dry = r->rs.dry = dry;
    r->started = e->now;
    r->ended = r->wake = UTIME_NONE;
    TEXT_SET(r->area, span_str(plan->area));
    TEXT_SET(r->started_by, in->person);
    tell(e, r, "started", in->person, SPAN_NONE, out);
    MARK(e, RUN, r);
    return r;
}

int run_start(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_plan *p;
    struct row_run *r;
    int rc = plans_find(e, in->number, &p, err);

    rc = rc ? rc : plans_same_hash(p, in->nargs ? in->arg[0] : SPAN_NONE, err);
    if (rc == 0 && p->expires < e->now) {
        return err_set(err, E_STATE, "plan.expired", "the approval is older than policy allows");
    }
    rc = rc ? rc : fsm_step(&plan_fsm, &p->state, PLAN_ON_START, err);
    if (rc) {
        return rc;
    }
    MARK(e, PLAN, p);
    r = open_run(e, p, in, false, out);
    if (r) {
        runs_event(e, r, RUN_GO, SPAN_NONE, out);
    }
    return 0;
}

int run_dry(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_plan *p;
    struct row_run *r;
    int rc = plans_find(e, in->number, &p, err);

    if (rc) {
        return rc;
    }
    r = open_run(e, p, in, true, out);
    if (r) {
        runs_event(e, r, RUN_GO, SPAN_NONE, out);
    }
    return 0;
}

static int find_run(struct engine *e, const struct intent *in, struct row_run **ret,
                    struct err *err)
{
    *ret = in->number ? runs_get(e, in->number) : NULL;
    return *ret ? 0
                : err_set(err, E_STATE, "run.unknown", "there is no run " SPAN_FMT,
                          SPAN_ARG(in->subject));
}

int run_abort(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_run *r;
    uint8_t state;
    int rc = find_run(e, in, &r, err);

    if (rc) {
        return rc;
    }
    state = r->state;
    rc = fsm_step(&run_fsm, &state, RUN_ON_ABORT, err);
    if (rc == 0) {
        runs_event(e, r, RUN_ABORT, in->nargs ? in->arg[0] : SPAN_NONE, out);
    }
    return rc;
}

// After a question: go on. After a doubt the reason begins with "done" or "not done".
int run_resume(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct span why = in->nargs ? in->arg[0] : SPAN_NONE;
    enum run_event_kind kind = RUN_RESUME;
    struct row_run *r;
    bool doubt;
    int rc = find_run(e, in, &r, err);

    if (rc) {
        return rc;
    }
    doubt = r->state == RUN_IS_INDETERMINATE;
    if (doubt && span_starts(why, SPAN_LIT("not done"))) {
        kind = RUN_TOLD_NOT_DONE;
    } else if (doubt && span_starts(why, SPAN_LIT("done"))) {
        kind = RUN_TOLD_DONE;
    } else if (doubt) {
        return err_set(err, E_STATE, "run.told",
                       "say what happened: the reason begins with \"done\" or \"not done\"");
    }
    rc = fsm_step(&run_fsm, &r->state, RUN_ON_RESUME, err);
    if (rc == 0) {
        tell(e, r, "goes on", in->person, why, out);
        runs_event(e, r, kind, why, out);
    }
    return rc;
}

void runs_tick(struct engine *e, struct buf *out)
{
    const struct table *tab = &e->tab[TAB_RUN];

    for (struct row_run *r = table_first(tab); r; r = table_next(tab, r)) {
        if (r->state == RUN_IS_RUNNING && r->wake != UTIME_NONE && r->wake <= e->now) {
            r->wake = UTIME_NONE;
            runs_event(e, r, RUN_GO, SPAN_NONE, out);
        }
    }
}

void runs_emit(struct engine *e, void *row, struct buf *out)
{
    struct row_run *r = row;

    (void)e;
    r->dirty = 0;
    effect_put_run(out, &(struct effect_run){.id = r->id,
                                             .number = r->number,
                                             .plan_id = r->plan_id,
                                             .incident_id = r->incident_id,
                                             .area = span_str(r->area),
                                             .state = span_str(run_fsm.state[r->state]),
                                             .reason = span_str(r->reason),
                                             .dry = r->dry,
                                             .started_by = span_str(r->started_by),
                                             .started = r->started,
                                             .ended = r->ended,
                                             .steps = r->rs.entered,
                                             .actions = r->rs.actions,
                                             .verified = r->rs.verified,
                                             .token = r->number});
}
