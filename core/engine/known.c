// known.c - what rules ask of the model, of sessions that are over, of tools and devices.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/known.h"

#include "core/engine/answer.h"
#include "core/engine/facts.h"
#include "core/engine/usual.h"
#include "core/model/fab_addr.h"
#include "incident_fsm.h"

enum {
    JOB_S = 120,
    DISPATCH_S = 3600,
    SCAN_DUE_S = 4 * 3600,
    SCAN_WITHIN_S = 7 * 24 * 3600, // work longer ago is no longer held against a tool
};

// ---- sessions

static bool open_on(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_SESSION];

    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        if (session_alive(r, o->time) && span_eq_nocase(span_str(r->asset), s->name)) {
            return true;
        }
    }
    return false;
}

static bool session_account(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_SESSION];
    struct span user = obs_field(o, FIELD_USER_NAME);

    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        if (user.n && span_eq_nocase(span_str(r->account), user) &&
            span_eq_nocase(span_str(r->asset), s->name)) {
            return true;
        }
    }
    return false;
}

static struct fval session_ago(struct context_view *v, const struct obs *o, bool open_counts)
{
    const struct row_fact *ended = fact_get(v->e, FACT_SESSION, v->scene->name, SPAN_NONE);

    if (open_on(v->e, o, v->scene)) {
        return open_counts ? of_int(v, 0) : of_nothing();
    }
    return ended ? of_since(v, ended->at, o->time) : of_nothing();
}

static struct fval session_state(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_session *row = context_session(e, s->session);

    return row ? of_text(session_alive(row, o->time) ? SPAN_LIT("open") : SPAN_LIT("ended"))
               : of_nothing();
}

static struct fval unrecorded(struct context_view *v, const struct obs *o)
{
    const struct row_fact *r = fact_get(v->e, FACT_RECORDING, v->scene->session, SPAN_NONE);

    return r && strcmp(r->text, "off") == 0 ? of_since(v, r->at, o->time) : of_nothing();
}

// One that began before: the alert of the very event has opened its own by now.
static bool incident_open(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_INCIDENT];

    for (const struct row_incident *i = table_first(tab); i; i = table_next(tab, i)) {
        if (i->state != INCIDENT_IS_CLOSED && i->merged == 0 && i->first < o->time &&
            (s->asset == FAB_NONE || i->asset_index == s->asset)) {
            return true;
        }
    }
    return false;
}

// ---- the model

static struct span zone_of_ip(const struct fab *fab, struct span ip)
{
    int a = ip.n ? fab_find(fab, ip) : FAB_NONE;
    const struct fab_bay *bay = ip.n && a == FAB_NONE ? fab_bay_of_ip(fab, ip) : NULL;

    if (!ip.n) {
        return SPAN_NONE;
    }
    if (a != FAB_NONE) {
        return span_str(fab_asset(fab, a)->zone);
    }
    return bay                   ? span_str(bay->zone)
           : fab_ip_is_place(ip) ? SPAN_LIT("external")
                                 : SPAN_NONE; // a group's or this link's own is nowhere
}

// Where the event goes: a flow's scene may be that of its source, when the other end is unknown.
static struct span zone_of_target(const struct fab *fab, const struct obs *o, const struct scene *s)
{
    struct span ip = obs_field(o, FIELD_DESTINATION_IP);

    return ip.n || s->asset == FAB_NONE ? zone_of_ip(fab, ip)
                                        : span_str(fab_asset(fab, s->asset)->zone);
}

static const struct fab_asset *source_asset(const struct fab *fab, const struct scene *s)
{
    int a = s->ip.n ? fab_find(fab, s->ip) : FAB_NONE;

    return a == FAB_NONE ? NULL : fab_asset(fab, a);
}

static bool is_broker(const struct fab *fab, const struct scene *s)
{
    const struct fab_asset *from = source_asset(fab, s);
    const struct fab_asset *to = s->asset == FAB_NONE ? NULL : fab_asset(fab, s->asset);

    return from && ((to && to->pam && fab_find(fab, span_str(to->pam)) == from->index) ||
                    strcmp(from->kind, "pam-broker") == 0);
}

static struct fval port_declared(const struct fab *fab, const struct obs *o, const struct scene *s)
{
    const struct fab_asset *a = s->asset == FAB_NONE ? NULL : fab_asset(fab, s->asset);
    uint64_t port = 0;

    if (!a || a->nports == 0 || !span_u64(obs_field(o, FIELD_DESTINATION_PORT), &port)) {
        return of_nothing();
    }
    for (size_t i = 0; i < a->nports; i++) {
        if (a->port_declared[i] == port) {
            return of_bool(true);
        }
    }
    return of_bool(false);
}

// ---- tools and devices

static struct fval scanned(struct context_view *v, const struct obs *o)
{
    const struct row_fact *r = fact_get(v->e, FACT_SCAN, fact_device(o, v->scene), SPAN_NONE);

    return r && strcmp(r->text, "clean") == 0 ? of_since(v, r->at, o->time) : of_nothing();
}

static bool scan_missing(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_fact *work = fact_get(e, FACT_WORK, s->name, SPAN_NONE);
    const struct row_fact *scan = fact_get(e, FACT_SCAN, s->name, SPAN_NONE);

    return work && o->time - work->at >= SCAN_DUE_S * UTIME_SECOND &&
           o->time - work->at <= SCAN_WITHIN_S * UTIME_SECOND && (!scan || scan->at < work->at);
}

static bool job(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_tool *tool = context_tool(e, s->asset);
    const struct row_fact *lot = fact_get(e, FACT_LOT, s->name, SPAN_NONE);

    return (tool && tool->in_process + tool->queued > 0) ||
           (lot && o->time - lot->at <= JOB_S * UTIME_SECOND);
}

static struct fval qtime_left(struct context_view *v, const struct obs *o)
{
    const struct row_tool *tool = context_tool(v->e, v->scene->asset);

    if (!tool || tool->qtime_end == UTIME_NONE || tool->qtime_end < o->time) {
        return of_nothing();
    }
    return of_int(v, (tool->qtime_end - o->time) / UTIME_SECOND);
}

static struct fval tool_state_age(struct context_view *v, const struct obs *o)
{
    const struct row_tool *tool = context_tool(v->e, v->scene->asset);

    return tool && tool->state[0] ? of_since(v, tool->since, o->time) : of_nothing();
}

static struct fval counted(struct context_view *v, enum ctx field, const struct obs *o)
{
    const struct row_usual *row = usual_get(v->e, o, v->scene);

    if (!row || (field != CTX_COUNTED && !usual_known(row))) {
        return of_nothing();
    }
    return of_int(v, field == CTX_COUNTED         ? row->n
                     : field == CTX_COUNT_PERCENT ? usual_percent(row, row->n)
                                                  : usual_percent(row, row->last));
}

static struct fval flow_age(struct context_view *v, const struct obs *o)
{
    const struct row_flow *r = flow_get(v->e, o, v->scene);

    return r ? of_since(v, r->first, o->time) : of_nothing();
}

static struct fval dispatched(const struct engine *e, const struct obs *o)
{
    const struct row_fact *f = fact_get(e, FACT_DISPATCH, obs_field(o, FIELD_LOT_ID), SPAN_NONE);

    return of_bool(f && o->time - f->at <= DISPATCH_S * UTIME_SECOND);
}

struct fval known_get(struct context_view *v, enum ctx field, const struct obs *o)
{
    const struct engine *e = v->e;
    const struct scene *s = v->scene;
    const struct fab *fab = e->set->fab;
    const struct fab_asset *from;
    const struct row_fact *f;

    switch (field) {
    case CTX_INCIDENT: return of_bool(incident_open(e, o, s));
    case CTX_ZONE: return of_text(zone_of_target(fab, o, s));
    case CTX_SOURCE_ZONE: return of_text(zone_of_ip(fab, s->ip));
    case CTX_SOURCE_KIND:
        from = source_asset(fab, s);
        return from ? of_text(span_str(from->kind)) : of_nothing();
    case CTX_TOOL: return of_bool(s->asset != FAB_NONE && fab_asset(fab, s->asset)->tool);
    case CTX_BROKER: return of_bool(is_broker(fab, s));
    case CTX_SESSION_OVER: return session_ago(v, o, false);
    case CTX_SESSION_AGO: return session_ago(v, o, true);
    case CTX_UNRECORDED: return unrecorded(v, o);
    case CTX_FLOW_AGE: return flow_age(v, o);
    case CTX_SCANNED: return scanned(v, o);
    case CTX_SCAN_MISSING: return of_bool(scan_missing(e, o, s));
    case CTX_INVENTORY_CHANGED:
        f = fact_get(e, FACT_BUILD, s->name, SPAN_NONE);
        return of_bool(f && f->before != UTIME_NONE && f->at == o->time);
    case CTX_RESTARTED:
        f = fact_get(e, FACT_RESTART, s->name, SPAN_NONE);
        return f ? of_since(v, f->before, o->time) : of_nothing();
    case CTX_PROTECTION_OFF:
        f = fact_get(e, FACT_PROTECTION, s->name, SPAN_NONE);
        return f && strcmp(f->text, "off") == 0 ? of_since(v, f->at, o->time) : of_nothing();
    case CTX_PORT_DECLARED: return port_declared(fab, o, s);
    case CTX_JOB: return of_bool(job(e, o, s));
    case CTX_DISPATCHED: return dispatched(e, o);
    case CTX_QTIME_LEFT: return qtime_left(v, o);
    case CTX_AREA: return of_text(s->area);
    case CTX_SESSION_STATE: return session_state(e, o, s);
    case CTX_SESSION_ACCOUNT: return of_bool(session_account(e, o, s));
    case CTX_TOOL_STATE_AGE: return tool_state_age(v, o);
    case CTX_COUNTED:
    case CTX_COUNT_PERCENT:
    case CTX_COUNT_BEFORE: return counted(v, field, o);
    default: return known_person(v, field, o);
    }
}
