// facts.c - entering facts, sightings and requests.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/facts.h"

static struct key128 fact_key(enum fact f, struct span who, struct span what)
{
    char tag = (char)f;
    struct span parts[] = {span_of(&tag, 1), who, what};

    return name_key_of('F', parts, 3);
}

static struct key128 seen_key(enum seen how, struct span who, struct span what)
{
    char tag = (char)how;
    struct span parts[] = {span_of(&tag, 1), who, what};

    return name_key_of('Z', parts, 3);
}

static struct key128 request_key(struct span id)
{
    return name_key_of('q', &id, 1);
}

const struct row_fact *fact_get(const struct engine *e, enum fact f, struct span who,
                                struct span what)
{
    struct key128 key = fact_key(f, who, what);

    return who.n ? table_get(&e->tab[TAB_FACT], &key) : NULL;
}

const struct row_seen *seen_get(const struct engine *e, enum seen how, struct span who,
                                struct span what)
{
    struct key128 key = seen_key(how, who, what);

    return who.n ? table_get(&e->tab[TAB_SEEN], &key) : NULL;
}

const struct row_request *request_get(const struct engine *e, struct span id)
{
    struct key128 key = request_key(id);

    return id.n ? table_get(&e->tab[TAB_REQUEST], &key) : NULL;
}

static struct row_fact *say(struct engine *e, enum fact f, struct span who, struct span what,
                            utime_t t, struct span text)
{
    struct key128 key = fact_key(f, who, what);
    struct row_fact *row = who.n ? table_put(&e->tab[TAB_FACT], &key) : NULL;

    if (row) {
        row->before = row->at ? row->at : UTIME_NONE; // 0: a row that was just made
        row->at = t;
        TEXT_SET(row->text, text);
    }
    e->broken = e->broken || (who.n && !row);
    return row;
}

const struct row_seen *facts_see(struct engine *e, enum seen how, struct span who, struct span what,
                                 utime_t t)
{
    struct key128 key = seen_key(how, who, what);
    struct row_seen *row = who.n ? table_put(&e->tab[TAB_SEEN], &key) : NULL;

    if (row && row->last == 0) {
        row->first = row->last = t;
        row->before = UTIME_NONE;
    } else if (row) {
        row->before = row->last;
        row->last = t;
    }
    e->broken = e->broken || (who.n && !row);
    return row;
}

// ---- flows

static struct key128 flow_key(const struct obs *o, const struct scene *s)
{
    struct span to = obs_field(o, FIELD_DESTINATION_DOMAIN);
    struct span parts[] = {s->ip, to.n ? to : obs_field(o, FIELD_DESTINATION_IP),
                           obs_field(o, FIELD_DESTINATION_PORT)};

    return name_key_of('L', parts, 3);
}

const struct row_flow *flow_get(const struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = flow_key(o, s);

    return s->ip.n ? table_get(&e->tab[TAB_FLOW], &key) : NULL;
}

static void flow(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = flow_key(o, s);
    struct row_flow *row = s->ip.n ? table_put(&e->tab[TAB_FLOW], &key) : NULL;

    if (row && row->last == 0) {
        row->first = row->last = o->time;
        row->before = UTIME_NONE;
    } else if (row) {
        row->before = row->last;
        row->last = o->time;
    }
    e->broken = e->broken || (s->ip.n && !row);
}

struct span fact_device(const struct obs *o, const struct scene *s)
{
    struct span host = obs_field(o, FIELD_HOST_NAME);

    return host.n ? host : s->name;
}

// ---- requests

// A review names the request, seldom who asked: that is known from its beginning.
static void request(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span id = obs_field(o, FIELD_REQUEST_ID);
    struct key128 key = request_key(id);
    struct row_request *row = id.n ? table_put(&e->tab[TAB_REQUEST], &key) : NULL;
    struct span approver = obs_field(o, FIELD_APPROVER);

    e->broken = e->broken || (id.n && !row);
    if (!row) {
        return;
    }
    if (row->created == 0) {
        row->created = o->time;
        row->approved = UTIME_NONE;
        row->asset_index = s->asset;
        if (o->kind == KIND_REQUEST_CREATED || approver.n) {
            TEXT_SET(row->person, s->actor);
        }
    }
    if (o->kind == KIND_REQUEST_APPROVED) {
        row->approved = o->time;
        (void)facts_see(e, SEEN_APPROVAL, approver.n ? approver : s->actor, span_str(row->person),
                        o->time);
    } else if (o->kind != KIND_REQUEST_CREATED) {
        row->approved = UTIME_NONE; // denied, expired, taken back
    }
}

// ---- sessions and uses

static void use(struct engine *e, const struct obs *o, const struct scene *s)
{
    (void)facts_see(e, SEEN_USE, s->actor, SPAN_NONE, o->time);
    if (s->account.n && !span_eq_nocase(s->account, s->actor)) {
        (void)facts_see(e, SEEN_USE, s->account, SPAN_NONE, o->time);
    }
    if (s->name.n) {
        (void)facts_see(e, SEEN_TARGET, s->person, s->name, o->time);
    }
    if (s->ip.n) {
        (void)facts_see(e, SEEN_ADDRESS, s->person, s->ip, o->time);
    }
}

// The end of a session names it, not always what it was.
static void session_end(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = name_key_of('s', &s->session, 1);
    const struct row_session *row = s->session.n ? table_get(&e->tab[TAB_SESSION], &key) : NULL;
    struct span target = row ? span_str(row->asset) : s->name;

    (void)say(e, FACT_SESSION, target, SPAN_NONE, o->time, SPAN_NONE);
    if (s->vendor.n || (row && row->vendor[0])) {
        (void)say(e, FACT_WORK, target, SPAN_NONE, o->time, s->session);
    }
}

static void window_end(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = name_key_of('w', &s->ticket, 1);
    const struct row_window *row = s->ticket.n ? table_get(&e->tab[TAB_WINDOW], &key) : NULL;

    if (row && span_eq_str(obs_field(o, FIELD_EVENT_ACTION), "closed")) {
        (void)say(e, FACT_WORK, span_str(row->asset), SPAN_NONE, o->time, s->ticket);
    }
}

static void scan(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span outcome = obs_field(o, FIELD_EVENT_OUTCOME);

    (void)say(e, FACT_SCAN, fact_device(o, s), SPAN_NONE, o->time,
              span_eq_str(outcome, "success") ? SPAN_LIT("clean") : SPAN_LIT("infected"));
}

// Whose it is: the person it was done to, where the record tells him from the one who did it. An
// identity provider says k.mori@fab.example, the target k.mori.
static void identity(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span of = obs_field(o, FIELD_DESTINATION_USER_NAME);
    struct span whole = of.n ? of : s->actor, local = whole;

    local = span_cut(&local, '@');
    (void)say(e, FACT_IDENTITY, whole, SPAN_NONE, o->time, SPAN_NONE);
    if (local.n && local.n < whole.n) {
        (void)say(e, FACT_IDENTITY, local, SPAN_NONE, o->time, SPAN_NONE);
    }
}

// What several sources tell of one restart, or a repeated record, is one restart.
static void restart(struct engine *e, const struct scene *s, utime_t t)
{
    const struct row_fact *was = fact_get(e, FACT_RESTART, s->name, SPAN_NONE);

    if (!was || t - was->at > RESTART_AGAIN_S * UTIME_SECOND) {
        (void)say(e, FACT_RESTART, s->name, SPAN_NONE, t, SPAN_NONE);
    }
}

void facts_apply(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span account = s->account.n ? s->account : s->actor;
    utime_t t = o->time;

    switch (o->kind) {
    case KIND_LOGON:
    case KIND_CHECKOUT:
    case KIND_SESSION_START: use(e, o, s); break;
    case KIND_SESSION_STOP:
    case KIND_SESSION_TERMINATE: session_end(e, o, s); break;
    case KIND_REQUEST_CREATED:
    case KIND_REQUEST_APPROVED:
    case KIND_REQUEST_DENIED:
    case KIND_REQUEST_CANCELLED:
    case KIND_REQUEST_EXPIRED: request(e, o, s); break;
    case KIND_ROTATE_OK: (void)say(e, FACT_ROTATION, account, s->name, t, SPAN_LIT("ok")); break;
    case KIND_ROTATE_FAIL:
        (void)say(e, FACT_ROTATION, account, s->name, t, SPAN_LIT("failed"));
        break;
    case KIND_RECORDING_START:
        (void)say(e, FACT_RECORDING, s->session, SPAN_NONE, t, SPAN_LIT("on"));
        break;
    case KIND_RECORDING_STOP:
    case KIND_RECORDING_GAP:
        (void)say(e, FACT_RECORDING, s->session, SPAN_NONE, t, SPAN_LIT("off"));
        break;
    case KIND_IDENTITY_CHANGE: identity(e, o, s); break;
    case KIND_BADGE_IN: (void)say(e, FACT_BADGE, s->actor, SPAN_NONE, t, SPAN_LIT("inside")); break;
    case KIND_BADGE_OUT:
        (void)say(e, FACT_BADGE, s->actor, SPAN_NONE, t, SPAN_LIT("outside"));
        break;
    case KIND_PM_WINDOW: window_end(e, o, s); break;
    case KIND_SCAN_RECORD: scan(e, o, s); break;
    case KIND_HOST_RESTART: restart(e, s, t); break;
    case KIND_HOST_JOINED: (void)facts_see(e, SEEN_HOST, fact_device(o, s), SPAN_NONE, t); break;
    case KIND_HOST_INVENTORY: {
        const struct row_fact *was = fact_get(e, FACT_BUILD, s->name, SPAN_NONE);
        char build[TEXT_ID];

        TEXT_SET(build, obs_field(o, FIELD_EVENT_CODE));
        // Only a change makes a row newer: `at` is when the build in force was first told.
        if (!was || strcmp(was->text, build) != 0) {
            (void)say(e, FACT_BUILD, s->name, SPAN_NONE, t, span_str(build));
        }
        break;
    }
    case KIND_HOST_PROTECTION_OFF:
        (void)say(e, FACT_PROTECTION, s->name, SPAN_NONE, t, SPAN_LIT("off"));
        break;
    case KIND_HOST_PROTECTION_ON:
        (void)say(e, FACT_PROTECTION, s->name, SPAN_NONE, t, SPAN_LIT("on"));
        break;
    case KIND_LOT: (void)say(e, FACT_LOT, s->name, SPAN_NONE, t, SPAN_NONE); break;
    case KIND_AMHS_DISPATCH:
        (void)say(e, FACT_DISPATCH, obs_field(o, FIELD_LOT_ID), SPAN_NONE, t, SPAN_NONE);
        break;
    case KIND_FLOW:
    case KIND_ALERT: flow(e, o, s); break;
    default: break;
    }
}
