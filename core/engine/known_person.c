// known_person.c - what rules ask of requests and approvals, persons, accounts and vendors.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/answer.h"
#include "core/engine/facts.h"
#include "core/engine/known.h"
#include "core/engine/party.h"

enum {
    MUTUAL_S = 7 * 24 * 3600, // two persons who approve each other within so long
    FATIGUE_S = 3600,         // requests are counted so far back
    ROTATION_S = 24 * 3600,
};

// ---- requests and approvals

static struct fval ticket(const struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = name_key_of('w', &s->ticket, 1);
    const struct row_window *w = s->ticket.n ? table_get(&e->tab[TAB_WINDOW], &key) : NULL;

    if (!s->ticket.n) {
        return of_nothing();
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
        return of_nothing();
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

static bool elsewhere(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_SESSION];

    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        bool same = (s->person.n && span_eq_nocase(span_str(r->person), s->person)) ||
                    (s->account.n && span_eq_nocase(span_str(r->account), s->account));

        if (same && session_alive(r, o->time) && s->ip.n && r->ip[0] &&
            !span_eq(span_str(r->ip), s->ip) && !span_eq(span_str(r->id), s->session)) {
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
        n += s->vendor.n && session_alive(r, o->time) &&
             span_eq_nocase(span_str(r->vendor), s->vendor);
    }
    return n;
}

// ---- persons, accounts, vendors

static struct fval unused(struct context_view *v, const struct obs *o, const struct scene *s)
{
    const struct row_seen *u = seen_get(v->e, SEEN_USE, s->actor, SPAN_NONE);

    return u && u->before != UTIME_NONE ? of_int(v, (o->time - u->before) / UTIME_DAY)
                                        : of_nothing();
}

static struct fval contract(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct row_party *p = party_of_person(e, s->person);

    p = p && p->told != UTIME_NONE ? p : party_of_vendor(e, s->vendor);
    if (!p || p->told == UTIME_NONE) {
        return of_nothing();
    }
    return of_text(p->end != UTIME_NONE && o->time > p->end ? SPAN_LIT("ended")
                                                            : SPAN_LIT("in_force"));
}

// Before this record, which may be a use itself.
static struct fval vendor_used(struct context_view *v, const struct obs *o)
{
    const struct row_party *p = party_of_vendor(v->e, v->scene->vendor);
    utime_t t = !p ? UTIME_NONE : p->used == o->time ? p->used_before : p->used;

    return t == UTIME_NONE ? of_nothing() : of_int(v, (o->time - t) / UTIME_DAY);
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

    return r && o->time - r->at <= ROTATION_S * UTIME_SECOND ? of_text(span_str(r->text))
                                                             : of_nothing();
}

static struct fval first_time(const struct engine *e, enum seen how, struct span who,
                              struct span what)
{
    const struct row_seen *r = seen_get(e, how, who, what);

    return r ? of_bool(r->before == UTIME_NONE) : of_nothing();
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

static struct fval text_of(const struct row_fact *r)
{
    return r ? of_text(span_str(r->text)) : of_nothing();
}

struct fval known_person(struct context_view *v, enum ctx field, const struct obs *o)
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
    case CTX_APPROVED_IN: return r ? of_since(v, r->created, o->time) : of_nothing();
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
    case CTX_HOST_NEW: return first_time(e, SEEN_HOST, fact_device(o, s), SPAN_NONE);
    case CTX_SOURCE_NEW: return first_time(e, SEEN_ADDRESS, s->person, s->ip);
    case CTX_IDENTITY_CHANGED:
        f = fact_get(e, FACT_IDENTITY, s->actor, SPAN_NONE);
        return f ? of_since(v, f->at, o->time) : of_nothing();
    case CTX_QUALITY: return of_bool(holds(e->set->roster, s->actor, "quality"));
    default: return of_nothing();
    }
}
