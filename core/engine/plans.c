// plans.c - binding playbooks to incidents, and collecting approvals.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/plans.h"

#include "core/base/attr.h"
#include "core/engine/coverage.h"
#include "core/engine/incident.h"
#include "core/engine/live_of.h"
#include "plan_fsm.h"

int plans_find(struct engine *e, uint64_t number, struct row_plan **ret, struct err *err)
{
    *ret = number ? table_get(&e->tab[TAB_PLAN], &number) : NULL;
    return *ret ? 0
                : err_set(err, E_STATE, "plan.unknown", "there is no plan %llu",
                          (unsigned long long)number);
}

int plans_same_hash(const struct row_plan *p, struct span hex, struct err *err)
{
    struct digest d;

    if (!digest_from_hex(hex, &d) || !digest_eq(&d, &p->hash)) {
        return err_set(err, E_STATE, "plan.hash", "this is not the plan that was seen");
    }
    return 0;
}

// ---- proposing

struct scope {
    struct plan_pair pair[12];
    size_t n;
};

static void bind(struct scope *s, const char *name, struct span value)
{
    if (value.n && s->n < ARRAY_LEN(s->pair)) {
        s->pair[s->n++] = (struct plan_pair){span_str(name), value};
    }
}

// The newest open session on the incident's asset, else the newest of its sessions.
static const struct row_session *session_of(const struct engine *e, const struct row_incident *inc)
{
    const struct table *tab = &e->tab[TAB_SESSION];
    const struct row_session *best = NULL;

    for (const struct row_session *s = table_first(tab); s; s = table_next(tab, s)) {
        bool here = inc->asset_index != FAB_NONE && s->asset_index == inc->asset_index;
        bool better =
            !best || (s->ended == UTIME_NONE) > (best->ended == UTIME_NONE) ||
            ((s->ended == UTIME_NONE) == (best->ended == UTIME_NONE) && s->started > best->started);

        if (here && better) {
            best = s;
        }
    }
    return best;
}

// A stranger's address among the incident's entities, and the asset it belongs to when known.
static const struct row_entity *address_of(const struct engine *e, const struct row_incident *inc)
{
    const struct table *tab = &e->tab[TAB_ENTITY];
    const struct row_entity *best = NULL;

    for (const struct row_entity *n = table_first(tab); n; n = table_next(tab, n)) {
        if (n->incident == inc->number && n->kind == ENTITY_ADDRESS &&
            (!best || n->alerts > best->alerts)) {
            best = n;
        }
    }
    return best;
}

static const char *port_of(const struct engine *e, int asset)
{
    return asset == FAB_NONE ? NULL : fab_asset(e->set->fab, asset)->port;
}

static struct scope scope_of(const struct engine *e, const struct row_incident *inc)
{
    const struct row_session *s = session_of(e, inc);
    const struct row_entity *addr = address_of(e, inc);
    const struct fab_asset *a =
        inc->asset_index == FAB_NONE ? NULL : fab_asset(e->set->fab, inc->asset_index);
    // The port to be cut is the visitor's where one is known, else the asset's own.
    const char *port = addr ? port_of(e, fab_find(e->set->fab, span_str(addr->value))) : NULL;
    struct scope sc = {.n = 0};

    port = port ? port : port_of(e, inc->asset_index);
    bind(&sc, "__asset__", span_str(inc->asset));
    if (s) {
        bind(&sc, "__session__", span_str(s->id));
        bind(&sc, "__account__", span_str(s->account));
        bind(&sc, "__person__", span_str(s->person));
    }
    if (addr) {
        bind(&sc, "__source_ip__", span_str(addr->value));
    }
    bind(&sc, "__switch_port__", span_str(port));
    bind(&sc, "__pam_agent__", span_str(a ? a->pam : NULL));
    if (port) { // the switch is an asset too; its agent carries its name
        struct span rest = span_str(port);

        bind(&sc, "__net_agent__", span_cut(&rest, '/'));
    }
    return sc;
}

static const struct cacao *playbook_in(const struct engine_set *set, struct span id)
{
    for (size_t i = 0; i < set->nplaybooks; i++) {
        if (span_eq_str(id, set->playbook[i]->id)) {
            return set->playbook[i];
        }
    }
    return NULL;
}

// A rule that is cut off could never be satisfied, and one with more functions than the row has places
// for approvals neither.
static int keep_rule(struct row_plan *row, const struct plan *p, struct err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < p->nfunctions && n < sizeof(row->rule); i++) {
        n += (size_t)snprintf(row->rule + n, sizeof(row->rule) - n, "%s%s", i ? " AND " : "",
                              p->function[i]);
    }
    return n < sizeof(row->rule) && p->nfunctions <= ARRAY_LEN(row->approval)
               ? 0
               : err_set(err, E_STATE, "plan.rule",
                         "the approval rule asks for too many functions");
}

static int keep(struct engine *e, struct row_plan *row, const struct plan *p, struct err *err)
{
    AUTO_BUF impact;
    struct plan_env env = live_env(e);
    int rc;

    buf_init(&impact, sizeof(row->impact));
    rc = plan_impact(p, &env, &impact);
    if (rc || !buf_ok(&impact)) {
        buf_clear(&impact);
        buf_str(&impact, "{}");
    }
    if (p->document.n > sizeof(row->document)) {
        return err_set(err, E_STATE, "plan.size", "the plan is longer than %zu bytes",
                       sizeof(row->document));
    }
    memcpy(row->document, p->document.p, p->document.n);
    row->document_len = (uint32_t)p->document.n;
    memcpy(row->impact, impact.p, impact.len);
    row->impact_len = (uint32_t)impact.len;
    row->hash = p->hash;
    row->hazard = (uint8_t)p->hazard;
    TEXT_SET(row->playbook_id, span_str(p->playbook_id));
    TEXT_SET(row->name, span_str(p->playbook_name));
    return keep_rule(row, p, err);
}

static void tell(struct engine *e, const struct row_plan *p, const char *what, struct span who,
                 struct span why, struct buf *out)
{
    const struct row_incident *inc = incident_get(e, p->incident);
    char text[400];

    if (inc) {
        (void)snprintf(text, sizeof(text), "plan %llu (%s) %s%s" SPAN_FMT,
                       (unsigned long long)p->number, p->name, what, why.n ? ": " : "",
                       SPAN_ARG(span_sub(why, 0, 200)));
        incident_timeline(e, inc, e->now, "plan", who, span_str(text), NULL, out);
    }
}

int plan_propose(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_incident *inc = in->number ? incident_get(e, in->number) : NULL;
    const struct cacao *pb = playbook_in(e->set, in->nargs ? in->arg[0] : SPAN_NONE);
    struct plan_env env = live_env(e);
    struct row_plan *row;
    struct plan *p;
    struct scope sc;
    char id[37];
    uint64_t number = e->count.plan + 1;
    int rc;

    if (!inc) {
        return err_set(err, E_STATE, "incident.unknown", "there is no incident " SPAN_FMT,
                       SPAN_ARG(in->subject));
    }
    if (!pb) {
        return err_set(err, E_STATE, "playbook.unknown", "no such playbook is in force");
    }
    sc = scope_of(e, inc);
    eid_text(&inc->id, id);
    rc = plan_build(pb, id, sc.pair, sc.n, &env, &p, err);
    if (rc) {
        return E_STATE;
    }
    row = table_put(&e->tab[TAB_PLAN], &number);
    rc = row ? keep(e, row, p, err) : E_SYSTEM;
    if (rc) {
        if (row) {
            table_del(&e->tab[TAB_PLAN], row);
        }
        plan_free(p);
        return E_STATE;
    }
    e->count.plan = number;
    row->id = engine_id(e);
    row->incident = inc->number;
    row->incident_id = inc->id;
    row->planned = e->now;
    row->expires = e->now + e->set->policy->plan_expire;
    row->state = p->nfunctions ? PLAN_IS_PLANNED : PLAN_IS_APPROVED; // nothing to ask anybody
    TEXT_SET(row->area, span_str(inc->area));
    TEXT_SET(row->planned_by, in->person);
    plan_free(p);
    tell(e, row, "proposed", in->person, span_str(row->rule), out);
    MARK(e, PLAN, row);
    return 0;
}

// ---- approving

static bool holds(struct span functions, struct span f)
{
    while (functions.n) {
        if (span_eq(span_trim(span_cut(&functions, ',')), f)) {
            return true;
        }
    }
    return false;
}

static bool said_yes(const struct row_plan *p, struct span function)
{
    for (uint8_t i = 0; i < p->napprovals; i++) {
        if (span_eq_str(function, p->approval[i].function)) {
            return true;
        }
    }
    return false;
}

// Next function of the rule ("a AND b"); empty at the end.
static struct span next_function(struct span *rule)
{
    size_t at = span_find_span(*rule, SPAN_LIT(" AND "));
    struct span f = span_sub(*rule, 0, at);

    *rule = span_sub(*rule, at + 5, rule->n);
    return f;
}

static bool complete(const struct row_plan *p)
{
    struct span rule = span_str(p->rule);

    while (rule.n) {
        if (!said_yes(p, next_function(&rule))) {
            return false;
        }
    }
    return true;
}

static int may_approve(const struct engine *e, const struct row_plan *p, const struct intent *in,
                       struct span *ret_function, struct err *err)
{
    struct span rule = span_str(p->rule);

    if (p->expires != UTIME_NONE && p->expires < e->now) {
        return err_set(err, E_STATE, "plan.expired", "the plan has expired");
    }
    if (span_eq_str(in->person, p->planned_by)) {
        return err_set(err, E_STATE, "approve.self", "nobody approves a plan of his own");
    }
    for (uint8_t i = 0; i < p->napprovals; i++) {
        if (span_eq_str(in->person, p->approval[i].person)) {
            return err_set(err, E_STATE, "approve.twice",
                           "one person counts for one function of a plan");
        }
    }
    // The database has chosen a function already and kept the approval under it; without one, the first
    // of the rule that he holds and nobody has spoken for.
    while (rule.n) {
        struct span f = next_function(&rule);

        if (!said_yes(p, f) && (in->nargs > 1 ? span_eq(in->arg[1], f) : holds(in->functions, f))) {
            *ret_function = f;
            return 0;
        }
    }
    return err_set(err, E_STATE, "plan.function", "no function of " SPAN_FMT " is asked for: %s",
                   SPAN_ARG(in->person), p->rule);
}

int plan_approve(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_plan *p;
    struct span function = SPAN_NONE;
    int rc = plans_find(e, in->number, &p, err);

    rc = rc ? rc : plans_same_hash(p, in->nargs ? in->arg[0] : SPAN_NONE, err);
    if (rc == 0 && p->state != PLAN_IS_PLANNED) {
        uint8_t state = p->state;

        return fsm_step(&plan_fsm, &state, PLAN_ON_APPROVE, err);
    }
    rc = rc ? rc : may_approve(e, p, in, &function, err);
    if (rc) {
        return rc;
    }
    TEXT_SET(p->approval[p->napprovals].person, in->person);
    TEXT_SET(p->approval[p->napprovals].function, function);
    p->napprovals++;
    tell(e, p, "approved as", in->person, function, out);
    if (complete(p)) {
        (void)fsm_step(&plan_fsm, &p->state, PLAN_ON_APPROVE, NULL);
        p->expires = e->now + e->set->policy->approval_expire;
    }
    MARK(e, PLAN, p);
    return 0;
}

int plan_refuse(struct engine *e, const struct intent *in, struct buf *out, struct err *err)
{
    struct row_plan *p;
    int rc = plans_find(e, in->number, &p, err);

    rc = rc ? rc : fsm_step(&plan_fsm, &p->state, PLAN_ON_REFUSE, err);
    if (rc == 0) {
        tell(e, p, "refused", in->person, in->nargs ? in->arg[0] : SPAN_NONE, out);
        MARK(e, PLAN, p);
    }
    return rc;
}

void plans_tick(struct engine *e)
{
    const struct table *tab = &e->tab[TAB_PLAN];

    for (struct row_plan *p = table_first(tab); p; p = table_next(tab, p)) {
        if ((p->state == PLAN_IS_PLANNED || p->state == PLAN_IS_APPROVED) && p->expires < e->now) {
            (void)fsm_step(&plan_fsm, &p->state, PLAN_ON_EXPIRE, NULL);
            MARK(e, PLAN, p);
        }
    }
}

void plans_emit(struct engine *e, void *row, struct buf *out)
{
    struct row_plan *p = row;

    (void)e;
    p->dirty = 0;
    effect_put_plan(out, &(struct effect_plan){.id = p->id,
                                               .number = p->number,
                                               .incident_id = p->incident_id,
                                               .area = span_str(p->area),
                                               .playbook_id = span_str(p->playbook_id),
                                               .playbook_name = span_str(p->name),
                                               .document = span_of(p->document, p->document_len),
                                               .hash = p->hash,
                                               .approval_rule = span_str(p->rule),
                                               .impact = span_of(p->impact, p->impact_len),
                                               .hazard = p->hazard,
                                               .state = span_str(plan_fsm.state[p->state]),
                                               .planned_by = span_str(p->planned_by),
                                               .planned = p->planned,
                                               .expires = p->expires});
}

static void put_playbook(const struct cacao *pb, bool current, struct buf *out)
{
    char name[TEXT_TITLE], description[512];

    text_set(name, sizeof(name), span_str(pb->name));
    text_set(description, sizeof(description), span_str(pb->description));
    effect_put_playbook(out, &(struct effect_playbook){.id = span_str(pb->id),
                                                       .name = span_str(name),
                                                       .description = span_str(description),
                                                       .digest = pb->digest,
                                                       .current = current});
}

void plans_withdraw(const struct engine *e, const struct engine_set *next, struct buf *out)
{
    for (size_t i = 0; i < e->set->nplaybooks; i++) {
        const struct cacao *pb = e->set->playbook[i];

        if (!playbook_in(next, span_str(pb->id))) {
            put_playbook(pb, false, out);
        }
    }
}

void plans_announce(struct engine *e, struct buf *out)
{
    if (digest_eq(&e->announced, &e->set->digest)) {
        return;
    }
    e->announced = e->set->digest;
    for (size_t i = 0; i < e->set->nplaybooks; i++) {
        put_playbook(e->set->playbook[i], true, out);
    }
    coverage_announce(e, out);
}
