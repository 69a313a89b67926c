// intent.c - verbs on groups and incidents.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/intent.h"

#include "core/base/attr.h"
#include "core/engine/incident.h"
#include "core/engine/plans.h"
#include "core/engine/runs.h"
#include "group_fsm.h"
#include "incident_fsm.h"

static struct span arg(const struct intent *in, size_t i)
{
    return i < in->nargs ? in->arg[i] : SPAN_NONE;
}

// ---- groups

static int find_group(struct engine *e, const struct intent *in, struct row_group **ret,
                      struct err *err)
{
    *ret = in->number ? table_get(&e->tab[TAB_GROUP], &in->number) : NULL;
    return *ret ? 0
                : err_set(err, E_STATE, "group.unknown", "there is no group " SPAN_FMT,
                          SPAN_ARG(in->subject));
}

static void tell_incident(struct engine *e, const struct row_group *g, const char *kind,
                          const struct intent *in, struct span note, struct buf *out)
{
    const struct row_incident *inc = g->incident ? incident_get(e, g->incident) : NULL;
    char text[TEXT_TITLE + 300];

    if (inc) {
        (void)snprintf(text, sizeof(text), "%s%s" SPAN_FMT, g->title, note.n ? ": " : "",
                       SPAN_ARG(span_sub(note, 0, 250)));
        incident_timeline(e, inc, e->now, kind, in->person, span_str(text), NULL, out);
    }
}

static int move_group(struct engine *e, const struct intent *in, uint8_t event, const char *kind,
                      struct row_group **ret, struct buf *out, struct err *err)
{
    struct row_group *g;
    int rc = find_group(e, in, &g, err);

    rc = rc ? rc : fsm_step(&group_fsm, &g->state, event, err);
    if (rc) {
        return rc;
    }
    MARK(e, GROUP, g);
    tell_incident(e, g, kind, in, arg(in, in->nargs ? in->nargs - 1 : 0), out);
    *ret = g;
    return 0;
}

static int ack_group(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_group *g;
    struct row_incident *inc;
    int rc = move_group(e, in, GROUP_ON_ACK, "ack", &g, out, err);

    if (rc) {
        return rc;
    }
    TEXT_SET(g->owner, in->person);
    g->acked = e->now;
    inc = g->incident ? incident_get(e, g->incident) : NULL;
    if (inc && inc->state == INCIDENT_IS_NEW) { // seeing the first group is seeing the incident
        return incident_move(e, inc, INCIDENT_ON_ACK, in->person, SPAN_NONE, out, err);
    }
    return 0;
}

static int unack_group(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_group *g;
    int rc = move_group(e, in, GROUP_ON_UNACK, "unack", &g, out, err);

    if (rc == 0) {
        TEXT_SET(g->owner, SPAN_NONE);
        g->acked = UTIME_NONE;
    }
    return rc;
}

static int shelve_group(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_group *g;
    uint64_t minutes;
    int rc;

    if (!span_u64(arg(in, 0), &minutes) || minutes == 0 || minutes > 24 * 60) {
        return err_set(err, E_STATE, "shelve.time", "shelving needs 1 to 1440 minutes");
    }
    if (arg(in, 1).n == 0) {
        return err_set(err, E_STATE, "shelve.reason", "shelving needs a reason");
    }
    rc = move_group(e, in, GROUP_ON_SHELVE, "shelve", &g, out, err);
    if (rc == 0) {
        g->shelved_until = e->now + (utime_t)minutes * UTIME_MINUTE;
        e->next_shelf = g->shelved_until < e->next_shelf ? g->shelved_until : e->next_shelf;
    }
    return rc;
}

static int close_group(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_group *g;

    if (arg(in, 0).n == 0) {
        return err_set(err, E_STATE, "close.reason", "closing needs a reason");
    }
    return move_group(e, in, GROUP_ON_CLOSE, "close", &g, out, err);
}

// ---- incidents

static int find_incident(struct engine *e, const struct intent *in, struct row_incident **ret,
                         struct err *err)
{
    *ret = in->number ? incident_get(e, in->number) : NULL;
    if (*ret && (*ret)->merged) {
        return err_set(err, E_STATE, "incident.merged", "the incident is part of I-%llu",
                       (unsigned long long)(*ret)->merged);
    }
    return *ret ? 0
                : err_set(err, E_STATE, "incident.unknown", "there is no incident " SPAN_FMT,
                          SPAN_ARG(in->subject));
}

static int take_incident(struct engine *e, const struct intent *in, struct buf *out,
                         struct err *err)
{
    struct row_incident *inc;
    int rc = find_incident(e, in, &inc, err);

    if (rc) {
        return rc;
    }
    if (inc->state == INCIDENT_IS_CLOSED) {
        return err_set(err, E_STATE, "fsm.incident", "an incident that is closed cannot be taken");
    }
    TEXT_SET(inc->owner, in->person);
    MARK(e, INCIDENT, inc);
    if (inc->state == INCIDENT_IS_NEW) {
        return incident_move(e, inc, INCIDENT_ON_ACK, in->person, SPAN_NONE, out, err);
    }
    incident_timeline(e, inc, e->now, "owner", in->person, SPAN_LIT("took the incident"), NULL,
                      out);
    return 0;
}

static int move_incident(struct engine *e, const struct intent *in, struct buf *out,
                         struct err *err)
{
    struct row_incident *inc;
    int rc = find_incident(e, in, &inc, err);

    if (rc) {
        return rc;
    }
    for (size_t i = 0; i < incident_fsm.nevents; i++) {
        if (i != INCIDENT_ON_MERGE && span_eq_str(arg(in, 0), incident_fsm.event[i])) {
            return incident_move(e, inc, (uint8_t)i, in->person, arg(in, 1), out, err);
        }
    }
    return err_set(err, E_STATE, "incident.event", "an incident has no event " SPAN_FMT,
                   SPAN_ARG(arg(in, 0)));
}

static int note(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_incident *inc;
    int rc = find_incident(e, in, &inc, err);

    if (rc == 0 && arg(in, 0).n == 0) {
        return err_set(err, E_STATE, "note.empty", "a note needs a text");
    }
    if (rc == 0) {
        incident_timeline(e, inc, e->now, "note", in->person, arg(in, 0), NULL, out);
    }
    return rc;
}

static int record_call(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_incident *inc;
    char text[400];
    int rc = find_incident(e, in, &inc, err);

    if (rc == 0) {
        (void)snprintf(text, sizeof(text), "called " SPAN_FMT " (" SPAN_FMT "): " SPAN_FMT,
                       SPAN_ARG(span_sub(arg(in, 1), 0, 60)), SPAN_ARG(span_sub(arg(in, 0), 0, 20)),
                       SPAN_ARG(span_sub(arg(in, 2), 0, 250)));
        incident_timeline(e, inc, e->now, "call", in->person, span_str(text), NULL, out);
    }
    return rc;
}

static const struct verb {
    const char *name;
    int (*apply)(struct engine *e, const struct intent *in, struct buf *out, struct err *err);
} verbs[] = {
    {"ack_group", ack_group},
    {"unack_group", unack_group},
    {"shelve_group", shelve_group},
    {"close_group", close_group},
    {"take_incident", take_incident},
    {"move_incident", move_incident},
    {"note", note},
    {"record_call", record_call},
    {"plan", plan_propose},
    {"approve", plan_approve},
    {"refuse", plan_refuse},
    {"dry_run", run_dry},
    {"start_run", run_start},
    {"abort_run", run_abort},
    {"resume_run", run_resume},
};

static struct intent parse(const struct input_intent *in)
{
    struct intent p = {.id = in->intent,
                       .person = in->person,
                       .functions = in->functions,
                       .verb = in->verb,
                       .subject = in->subject};
    struct span rest = in->args;

    (void)span_u64(in->subject, &p.number);
    while (rest.n && p.nargs < INTENT_ARGS_MAX) {
        p.arg[p.nargs++] = span_cut(&rest, '\t');
    }
    return p;
}

int intent_apply(struct engine *e, const struct input_intent *in, struct buf *out, struct err *err)
{
    struct intent p = parse(in);

    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (span_eq_str(p.verb, verbs[i].name)) {
            return verbs[i].apply(e, &p, out, err);
        }
    }
    return err_set(err, E_STATE, "verb.unknown", "nothing is known to do for " SPAN_FMT,
                   SPAN_ARG(p.verb));
}
