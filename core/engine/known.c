// known.c - what rules ask beyond sessions, windows, tools and lots.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/known.h"

#include <stdio.h>

#include "core/engine/facts.h"
#include "core/engine/party.h"
#include "core/engine/usual.h"
#include "core/model/fab_addr.h"
#include "incident_fsm.h"

enum {
    MUTUAL_S = 7 * 24 * 3600, // two persons who approve each other within so long
    FATIGUE_S = 3600,         // requests are counted so far back
    ROTATION_S = 24 * 3600,
    JOB_S = 120,
    DISPATCH_S = 3600,
    SCAN_DUE_S = 4 * 3600,
    SCAN_WITHIN_S = 7 * 24 * 3600, // work longer ago is no longer held against a tool
};

static const struct fval absent = {V_ABSENT, {NULL, 0}, 0};

static struct fval of_bool(bool v)
{
    return (struct fval){V_BOOL, v ? SPAN_LIT("true") : SPAN_LIT("false"), v};
}

static struct fval of_text(struct span s)
{
    return s.n ? (struct fval){V_STR, s, 0} : absent;
}

static struct fval of_int(struct context_view *v, int64_t i)
{
    int n = snprintf(v->text, sizeof(v->text), "%lld", (long long)i);

    return (struct fval){V_INT, span_of(v->text, (size_t)n), i};
}

static struct fval since(struct context_view *v, utime_t then, utime_t now)
{
    return then == UTIME_NONE ? absent : of_int(v, (now - then) / UTIME_SECOND);
}

// ---- requests and approvals

static struct fval ticket(const struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = name_key_of('w', &s->ticket, 1);
    const struct row_window *w = s->ticket.n ? table_get(&e->tab[TAB_WINDOW], &key) : NULL;

    if (!s->ticket.n) {
        return absent;
    }
    return of_text(!w                                       ? SPAN_LIT("unknown")
                   : o->time < w->from                      ? SPAN_LIT("early")
                   : w->to != UTIME_NONE && o->time > w->to ? SPAN_LIT("over")
                                                            : SPAN_LIT("open"));
}

static struct span approver_of(const struct obs *o, const struct scene *s)
{
    struct span a = obs_field(o, FIELD_APPROVER);

    return a.n ? a : s->actor;
}

// Who asked: by the record where it names an approver beside the person, else by the request.
static struct span asked_by(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_request *r = request_get(e, obs_field(o, FIELD_REQUEST_ID));

    if (r && r->person[0]) {
        return span_str(r->person);
    }
    return obs_field(o, FIELD_APPROVER).n ? s->actor : SPAN_NONE;
}

static struct fval approval(const struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span by = approver_of(o, s), of = asked_by(e, o, s);
    const struct row_seen *back = seen_get(e, SEEN_APPROVAL, of, by);

    if (!by.n || !of.n) {
        return absent;
    }
    if (span_eq_nocase(by, of)) {
        return of_text(SPAN_LIT("self"));
    }
    return of_text(back && o->time - back->last <= MUTUAL_S * UTIME_SECOND ? SPAN_LIT("mutual")
                                                                           : SPAN_LIT("other"));
}

static uint32_t requests(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_REQUEST];
    struct span who = asked_by(e, o, s);
    uint32_t n = 0;

    who = who.n ? who : s->actor;
    for (const struct row_request *r = table_first(tab); r; r = table_next(tab, r)) {
        n += r->created <= o->time && o->time - r->created <= FATIGUE_S * UTIME_SECOND &&
             span_eq_nocase(span_str(r->person), who);
    }
    return n;
}

static bool request_open(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_request *own = request_get(e, obs_field(o, FIELD_REQUEST_ID));
    const struct table *tab = &e->tab[TAB_REQUEST];

    if (own) {
        return own->approved != UTIME_NONE;
    }
    for (const struct row_request *r = table_first(tab); r; r = table_next(tab, r)) {
        if (r->approved != UTIME_NONE && r->approved <= o->time &&
            span_eq_nocase(span_str(r->person), s->actor) &&
            (r->asset_index == FAB_NONE || r->asset_index == s->asset)) {
            return true;
        }
    }
    return false;
}

// ---- sessions

static bool alive(const struct row_session *r, utime_t t)
{
    return r->started <= t && (r->ended == UTIME_NONE || t <= r->ended);
}

static bool elsewhere(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_SESSION];

    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        bool same = (s->person.n && span_eq_nocase(span_str(r->person), s->person)) ||
                    (s->account.n && span_eq_nocase(span_str(r->account), s->account));

        if (same && alive(r, o->time) && s->ip.n && r->ip[0] && !span_eq(span_str(r->ip), s->ip) &&
            !span_eq(span_str(r->id), s->session)) {
            return true;
        }
    }
    return false;
}

static uint32_t vendor_sessions(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_SESSION];
    uint32_t n = 0;

    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        n += s->vendor.n && alive(r, o->time) && span_eq_nocase(span_str(r->vendor), s->vendor);
    }
    return n;
}

static bool open_on(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_SESSION];

    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        if (alive(r, o->time) && span_eq_nocase(span_str(r->asset), s->name)) {
            return true;
        }
    }
    return false;
}

static struct fval session_ago(struct context_view *v, const struct obs *o, bool open_counts)
{
    const struct row_fact *ended = fact_get(v->e, FACT_SESSION, v->scene->name, SPAN_NONE);

    if (open_on(v->e, o, v->scene)) {
        return open_counts ? of_int(v, 0) : absent;
    }
    return ended ? since(v, ended->at, o->time) : absent;
}

static struct fval session_state(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_session *row = context_session(e, s->session);

    return row ? of_text(alive(row, o->time) ? SPAN_LIT("open") : SPAN_LIT("ended")) : absent;
}

static struct fval unrecorded(struct context_view *v, const struct obs *o)
{
    const struct row_fact *r = fact_get(v->e, FACT_RECORDING, v->scene->session, SPAN_NONE);

    return r && strcmp(r->text, "off") == 0 ? since(v, r->at, o->time) : absent;
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
        return absent;
    }
    for (size_t i = 0; i < a->nports; i++) {
        if (a->port_declared[i] == port) {
            return of_bool(true);
        }
    }
    return of_bool(false);
}

static bool holds(const struct roster *r, struct span person, const char *function)
{
    for (size_t i = 0; i < roster_person_count(r); i++) {
        const struct roster_person *p = roster_person(r, i);

        for (size_t k = 0; k < p->nfunctions; k++) {
            if (span_eq_nocase(person, span_str(p->id)) && strcmp(p->function[k], function) == 0) {
                return true;
            }
        }
    }
    return false;
}

// ---- persons, accounts, vendors

static struct fval unused(struct context_view *v, const struct obs *o, const struct scene *s)
{
    const struct row_seen *u = seen_get(v->e, SEEN_USE, s->actor, SPAN_NONE);

    return u && u->before != UTIME_NONE ? of_int(v, (o->time - u->before) / UTIME_DAY) : absent;
}

static struct fval contract(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_party *p = party_of_person(e, s->person);

    p = p && p->told != UTIME_NONE ? p : party_of_vendor(e, s->vendor);
    if (!p || p->told == UTIME_NONE) {
        return absent;
    }
    return of_text(p->end != UTIME_NONE && o->time > p->end ? SPAN_LIT("ended")
                                                            : SPAN_LIT("in_force"));
}

// Before this record, which may be a use itself.
static struct fval vendor_used(struct context_view *v, const struct obs *o)
{
    const struct row_party *p = party_of_vendor(v->e, v->scene->vendor);
    utime_t t = !p ? UTIME_NONE : p->used == o->time ? p->used_before : p->used;

    return t == UTIME_NONE ? absent : of_int(v, (o->time - t) / UTIME_DAY);
}

static bool flagged(const struct engine *e, const struct scene *s)
{
    const struct row_party *p = party_of_vendor(e, s->vendor);

    return p && p->flagged;
}

static struct fval rotation(const struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span account = s->account.n ? s->account : s->actor;
    const struct row_fact *r = fact_get(e, FACT_ROTATION, account, s->name);

    return r && o->time - r->at <= ROTATION_S * UTIME_SECOND ? of_text(span_str(r->text)) : absent;
}

static struct fval first_time(const struct engine *e, enum seen how, struct span who,
                              struct span what)
{
    const struct row_seen *r = seen_get(e, how, who, what);

    return r ? of_bool(r->before == UTIME_NONE) : absent;
}

// ---- tools and devices

static struct fval scanned(struct context_view *v, const struct obs *o)
{
    const struct row_fact *r = fact_get(v->e, FACT_SCAN, fact_device(o, v->scene), SPAN_NONE);

    return r && strcmp(r->text, "clean") == 0 ? since(v, r->at, o->time) : absent;
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
        return absent;
    }
    return of_int(v, (tool->qtime_end - o->time) / UTIME_SECOND);
}

static struct fval tool_state_age(struct context_view *v, const struct obs *o)
{
    const struct row_tool *tool = context_tool(v->e, v->scene->asset);

    return tool && tool->state[0] ? since(v, tool->since, o->time) : absent;
}

static struct fval counted(struct context_view *v, enum ctx field, const struct obs *o)
{
    const struct row_usual *row = usual_get(v->e, o, v->scene);

    if (!row || (field != CTX_COUNTED && !usual_known(row))) {
        return absent;
    }
    return of_int(v, field == CTX_COUNTED         ? row->n
                     : field == CTX_COUNT_PERCENT ? usual_percent(row, row->n)
                                                  : usual_percent(row, row->last));
}

static struct fval text_of(const struct row_fact *r)
{
    return r ? of_text(span_str(r->text)) : absent;
}

static struct fval about_persons(struct context_view *v, enum ctx field, const struct obs *o)
{
    const struct engine *e = v->e;
    const struct scene *s = v->scene;
    const struct row_request *r = request_get(e, obs_field(o, FIELD_REQUEST_ID));
    const struct row_fact *f;

    switch (field) {
    case CTX_TICKET: return ticket(e, o, s);
    case CTX_APPROVAL: return approval(e, o, s);
    case CTX_REQUEST: return of_bool(request_open(e, o, s));
    case CTX_REQUESTS: return of_int(v, requests(e, o, s));
    case CTX_APPROVED_IN: return r ? since(v, r->created, o->time) : absent;
    case CTX_ELSEWHERE: return of_bool(elsewhere(e, o, s));
    case CTX_BADGE: return text_of(fact_get(e, FACT_BADGE, s->actor, SPAN_NONE));
    case CTX_UNUSED: return unused(v, o, s);
    case CTX_CONTRACT: return contract(e, o, s);
    case CTX_FLAGGED: return of_bool(flagged(e, s));
    case CTX_VENDOR: return of_text(s->vendor);
    case CTX_VENDOR_USED: return vendor_used(v, o);
    case CTX_VENDOR_SESSIONS: return of_int(v, vendor_sessions(e, o, s));
    case CTX_ROTATION: return rotation(e, o, s);
    case CTX_TARGET_NEW: return first_time(e, SEEN_TARGET, s->person, s->name);
    case CTX_SOURCE_NEW: return first_time(e, SEEN_ADDRESS, s->person, s->ip);
    case CTX_IDENTITY_CHANGED:
        f = fact_get(e, FACT_IDENTITY, s->actor, SPAN_NONE);
        return f ? since(v, f->at, o->time) : absent;
    case CTX_QUALITY: return of_bool(holds(e->set->roster, s->actor, "quality"));
    default: return absent;
    }
}

static struct fval flow_age(struct context_view *v, const struct obs *o)
{
    const struct row_flow *r = flow_get(v->e, o, v->scene);

    return r ? since(v, r->first, o->time) : absent;
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
        return from ? of_text(span_str(from->kind)) : absent;
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
        return f ? since(v, f->before, o->time) : absent;
    case CTX_PROTECTION_OFF:
        f = fact_get(e, FACT_PROTECTION, s->name, SPAN_NONE);
        return f && strcmp(f->text, "off") == 0 ? since(v, f->at, o->time) : absent;
    case CTX_PORT_DECLARED: return port_declared(fab, o, s);
    case CTX_JOB: return of_bool(job(e, o, s));
    case CTX_DISPATCHED: return dispatched(e, o);
    case CTX_QTIME_LEFT: return qtime_left(v, o);
    case CTX_AREA: return of_text(s->area);
    case CTX_SESSION_STATE: return session_state(e, o, s);
    case CTX_HOST_NEW: return first_time(e, SEEN_HOST, fact_device(o, s), SPAN_NONE);
    case CTX_TOOL_STATE_AGE: return tool_state_age(v, o);
    case CTX_COUNTED:
    case CTX_COUNT_PERCENT:
    case CTX_COUNT_BEFORE: return counted(v, field, o);
    default: return about_persons(v, field, o);
    }
}
