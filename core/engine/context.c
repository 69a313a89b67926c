// context.c - applying context events to the tables.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/context.h"

#include <string.h>

#include "core/base/attr.h"
#include "core/engine/facts.h"
#include "core/engine/known.h"
#include "core/engine/party.h"
#include "core/engine/tiering.h"
#include "core/engine/usual.h"

enum { CHECKOUT_S = 12 * 3600 }; // a shift

static utime_t time_field(const struct obs *o, enum field f)
{
    utime_t t;

    return utime_iso(obs_field(o, f), 0, &t, NULL) ? t : UTIME_NONE;
}

static struct key128 key1(char tag, struct span a)
{
    return name_key_of(tag, &a, 1);
}

static struct key128 key2(char tag, struct span a, struct span b)
{
    struct span parts[] = {a, b};

    return name_key_of(tag, parts, 2);
}

// ---- sessions, checkouts, grants

static void session_start(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = key1('s', s->session);
    struct row_session *row = s->session.n ? table_put(&e->tab[TAB_SESSION], &key) : NULL;

    if (!row) {
        return;
    }
    row->source = o->source;
    row->asset_index = s->asset;
    row->started = o->time;
    row->ended = UTIME_NONE;
    row->allowed_until = time_field(o, FIELD_WINDOW_END);
    row->overrun = 0;
    TEXT_SET(row->id, s->session);
    TEXT_SET(row->person, obs_field(o, FIELD_USER_NAME));
    TEXT_SET(row->account, s->account);
    TEXT_SET(row->vendor, s->vendor);
    TEXT_SET(row->asset, s->name);
    TEXT_SET(row->area, s->area);
    TEXT_SET(row->ip, s->ip);
    TEXT_SET(row->ticket, s->ticket);
    TEXT_SET(row->state, SPAN_LIT("open"));
    e->next_session = e->now; // look again at the next tick
    MARK(e, SESSION, row);
}

static void session_stop(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = key1('s', s->session);
    struct row_session *row = table_get(&e->tab[TAB_SESSION], &key);

    if (row && row->ended == UTIME_NONE) {
        row->ended = o->time;
        TEXT_SET(row->state,
                 o->kind == KIND_SESSION_TERMINATE ? SPAN_LIT("terminated") : SPAN_LIT("ended"));
        MARK(e, SESSION, row);
    }
}

static void checkout(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span account = s->account.n ? s->account : s->actor;
    struct key128 key = key2('c', account, s->name);
    struct row_checkout *row = o->kind == KIND_CHECKOUT ? table_put(&e->tab[TAB_CHECKOUT], &key)
                                                        : table_get(&e->tab[TAB_CHECKOUT], &key);

    if (row && o->kind == KIND_CHECKOUT) {
        row->since = o->time;
        row->until = time_field(o, FIELD_WINDOW_END);
        // One whose end nobody says, in a vault that hears of no return, would stay open for ever.
        row->until = row->until == UTIME_NONE ? o->time + CHECKOUT_S * UTIME_SECOND : row->until;
    } else if (row) {
        row->until = o->time;
    }
}

static void grant(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span request = obs_field(o, FIELD_REQUEST_ID);
    struct key128 key = request.n ? key1('r', request) : key2('g', s->actor, s->name);
    struct row_grant *row = o->kind == KIND_GRANT_ADDED ? table_put(&e->tab[TAB_GRANT], &key)
                                                        : table_get(&e->tab[TAB_GRANT], &key);
    utime_t from = time_field(o, FIELD_WINDOW_START);

    if (row && o->kind == KIND_GRANT_ADDED) {
        row->asset_index = s->asset;
        row->from = from == UTIME_NONE ? o->time : from;
        row->to = time_field(o, FIELD_WINDOW_END);
        TEXT_SET(row->person, s->actor);
    } else if (row) {
        row->to = o->time;
    }
    e->next_session = e->now;
}

// ---- windows, tools, lots, recipes

static void set_if(char *to, size_t size, struct span value)
{
    if (value.n) {
        text_set(to, size, value);
    }
}

static void pm_window(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct key128 key = key1('w', s->ticket);
    struct row_window *row = s->ticket.n ? table_put(&e->tab[TAB_WINDOW], &key) : NULL;
    struct span state = obs_field(o, FIELD_EVENT_ACTION);
    utime_t from = time_field(o, FIELD_WINDOW_START), to = time_field(o, FIELD_WINDOW_END);

    if (!row) {
        return;
    }
    if (row->id[0] == '\0') {
        row->from = o->time;
        row->to = UTIME_NONE;
        row->asset_index = FAB_NONE;
        TEXT_SET(row->id, s->ticket);
    }
    if (s->name.n) { // what a change does not say stays
        row->asset_index = s->asset;
        TEXT_SET(row->asset, s->name);
        TEXT_SET(row->area, s->area);
    }
    set_if(row->person, sizeof(row->person), obs_field(o, FIELD_USER_NAME));
    set_if(row->vendor, sizeof(row->vendor), s->vendor);
    set_if(row->actions, sizeof(row->actions), obs_field(o, FIELD_ACTIONS));
    row->from = from != UTIME_NONE ? from : row->from;
    row->to = to != UTIME_NONE ? to : row->to;
    if (span_eq_nocase(state, SPAN_LIT("closed")) || span_eq_nocase(state, SPAN_LIT("cancelled"))) {
        row->to = row->to == UTIME_NONE || o->time < row->to ? o->time : row->to; // never longer
    }
    TEXT_SET(row->state, state.n ? state : SPAN_LIT("approved"));
    e->next_session = e->now;
    MARK(e, WINDOW, row);
}

const struct row_session *context_session(const struct engine *e, struct span id)
{
    struct key128 key = key1('s', id);

    return id.n ? table_get(&e->tab[TAB_SESSION], &key) : NULL;
}

const struct row_tool *context_tool(const struct engine *e, int asset)
{
    uint32_t key = (uint32_t)asset;

    return asset == FAB_NONE ? NULL : table_get(&e->tab[TAB_TOOL], &key);
}

struct row_tool *context_tool_put(struct engine *e, int asset)
{
    uint32_t key = (uint32_t)asset;
    struct row_tool *row = asset == FAB_NONE ? NULL : table_get(&e->tab[TAB_TOOL], &key);

    if (!row && asset != FAB_NONE && (row = table_put(&e->tab[TAB_TOOL], &key)) != NULL) {
        row->tier = (uint8_t)fab_asset(e->set->fab, asset)->tier;
        row->since = row->qtime_end = UTIME_NONE;
    }
    return row;
}

static void mark_tool(struct engine *e, struct row_tool *row)
{
    tiering_tool(e, row);
    MARK(e, TOOL, row);
}

static void tool_state(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct row_tool *row = context_tool_put(e, s->asset);

    if (row) {
        if (!span_eq(span_str(row->state), obs_field(o, FIELD_TOOL_STATE))) {
            row->since = o->time; // telling the same state again begins nothing
        }
        TEXT_SET(row->state, obs_field(o, FIELD_TOOL_STATE));
        mark_tool(e, row);
    }
}

static void lot_leave(struct engine *e, const struct row_lot *lot)
{
    struct row_tool *tool = lot->id[0] ? context_tool_put(e, lot->asset_index) : NULL;

    if (tool) {
        uint32_t *n = lot->in_process ? &tool->in_process : &tool->queued;

        *n -= *n > 0;
        tool->qtime_end = tool->in_process + tool->queued ? tool->qtime_end : UTIME_NONE;
        mark_tool(e, tool);
    }
}

static void lot(struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span id = obs_field(o, FIELD_LOT_ID), state = obs_field(o, FIELD_LOT_STATE);
    struct key128 key = key1('l', id);
    struct row_lot *row = id.n ? table_put(&e->tab[TAB_LOT], &key) : NULL;
    struct row_tool *tool;
    uint64_t wafers = 0;

    if (!row) {
        return;
    }
    lot_leave(e, row);
    if (span_eq_str(state, "moved_out")) {
        table_del(&e->tab[TAB_LOT], row);
        return;
    }
    (void)span_u64(obs_field(o, FIELD_LOT_WAFERS), &wafers);
    TEXT_SET(row->id, id);
    row->asset_index = s->asset;
    row->wafers = (uint32_t)wafers;
    row->in_process = span_eq_str(state, "in_process");
    row->qtime_end = time_field(o, FIELD_QTIME_END);
    tool = context_tool_put(e, s->asset);
    if (tool) {
        *(row->in_process ? &tool->in_process : &tool->queued) += 1;
        if (row->qtime_end != UTIME_NONE &&
            (tool->qtime_end == UTIME_NONE || tool->qtime_end < o->time ||
             row->qtime_end < tool->qtime_end)) {
            tool->qtime_end = row->qtime_end;
        }
        mark_tool(e, tool);
    }
}

static struct key128 recipe_key(const struct obs *o)
{
    struct span parts[] = {obs_field(o, FIELD_RECIPE), obs_field(o, FIELD_RECIPE_DIGEST)};

    return name_key_of('p', parts, 2);
}

static struct key128 recipe_any_key(const struct obs *o)
{
    return key1('n', obs_field(o, FIELD_RECIPE));
}

// The revision, and that the recipe has an approved one at all.
static void recipe_approved(struct engine *e, const struct obs *o)
{
    struct key128 key[] = {recipe_key(o), recipe_any_key(o)};

    for (size_t i = 0; i < ARRAY_LEN(key); i++) {
        struct row_recipe *row = table_put(&e->tab[TAB_RECIPE], &key[i]);

        if (row) {
            row->approved = o->time;
        }
    }
}

void context_apply(struct engine *e, const struct obs *o, const struct scene *s)
{
    switch (o->kind) {
    case KIND_SESSION_START: session_start(e, o, s); break;
    case KIND_SESSION_STOP:
    case KIND_SESSION_TERMINATE: session_stop(e, o, s); break;
    case KIND_CHECKOUT:
    case KIND_CHECKIN: checkout(e, o, s); break;
    case KIND_GRANT_ADDED:
    case KIND_GRANT_REMOVED: grant(e, o, s); break;
    case KIND_PM_WINDOW: pm_window(e, o, s); break;
    case KIND_TOOL_STATE: tool_state(e, o, s); break;
    case KIND_LOT: lot(e, o, s); break;
    case KIND_RECIPE_APPROVED: recipe_approved(e, o); break;
    default: break;
    }
    facts_apply(e, o, s);
    party_apply(e, o, s);
    usual_apply(e, o, s);
}

// ---- answers

bool context_pm_open(const struct engine *e, int asset, utime_t t)
{
    const struct table *tab = &e->tab[TAB_WINDOW];

    for (const struct row_window *w = table_first(tab); w; w = table_next(tab, w)) {
        if (asset != FAB_NONE && w->asset_index == asset && w->from <= t &&
            (w->to == UTIME_NONE || t <= w->to)) {
            return true;
        }
    }
    return false;
}

// What people write into a window's list of actions, and the kinds that are meant.
static const struct {
    const char *word, *kind;
} action_words[] = {
    {"login", "logon"},
    {"login", "session.start"},
    {"login", "credential.checkout"},
    {"session", "logon"},
    {"session", "command"},
    {"transfer", "session.file_in"},
    {"transfer", "session.file_out"},
    {"update", "host.firmware"},
    {"update", "host.inventory"},
    {"update", "host.restart"},
    {"scan", "scan.record"},
    {"constant", "tool.setup"},
    {"calibrate", "tool.setup"},
    {"calibrate", "tool.command"},
};

// A word of the list allows a kind: the kind itself, its first or last part ("session", "restart"), a
// word of the table, or everything.
static bool word_allows(struct span w, struct span kind)
{
    struct span last = kind, first = span_cut(&last, '.');

    if (span_eq_nocase(w, kind) || span_eq_nocase(w, first) || span_eq_nocase(w, last) ||
        span_eq_str(w, "*")) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(action_words); i++) {
        if (span_eq_nocase(w, span_str(action_words[i].word)) &&
            span_eq_str(kind, action_words[i].kind)) {
            return true;
        }
    }
    return false;
}

static bool list_allows(const char *list, struct span kind)
{
    struct span rest = span_str(list);

    while (rest.n) {
        if (word_allows(span_cut(&rest, ' '), kind)) {
            return true;
        }
    }
    return false;
}

// Whom the window names. What a machine says of itself (a restart, its build) names nobody: it is the
// window's only where its list of actions says so. So is a recipe write, whoever makes it: an empty list
// allows work on a tool, not another process.
static bool window_names(const struct row_window *w, const struct scene *s, struct span kind)
{
    bool person = s->person.n && span_eq_nocase(s->person, span_str(w->person));
    bool vendor = s->vendor.n && span_eq_nocase(s->vendor, span_str(w->vendor));
    bool nobody = !s->person.n && !s->vendor.n;
    bool named = list_allows(w->actions, kind);

    if (nobody || span_starts(kind, SPAN_LIT("recipe."))) {
        return named && (nobody || person || vendor);
    }
    return (person || vendor) && (w->actions[0] == '\0' || named);
}

const struct row_window *context_pm_window(const struct engine *e, const struct scene *s,
                                           struct span kind, utime_t t)
{
    const struct table *tab = &e->tab[TAB_WINDOW];

    for (const struct row_window *w = table_first(tab); w; w = table_next(tab, w)) {
        if (s->asset != FAB_NONE && w->asset_index == s->asset && w->from <= t &&
            (w->to == UTIME_NONE || t <= w->to) && window_names(w, s, kind)) {
            return w;
        }
    }
    return NULL;
}

static bool checkout_open(const struct engine *e, const struct obs *o, const struct scene *s)
{
    struct span account = s->account.n ? s->account : s->actor;
    struct key128 key = key2('c', account, s->name);
    const struct row_checkout *c = table_get(&e->tab[TAB_CHECKOUT], &key);
    const struct table *tab = &e->tab[TAB_SESSION];

    if (c && c->since <= o->time && (c->until == UTIME_NONE || o->time <= c->until)) {
        return true;
    }
    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        if (r->asset_index == s->asset && s->asset != FAB_NONE && r->started <= o->time &&
            (r->ended == UTIME_NONE || o->time <= r->ended) &&
            span_eq_nocase(span_str(r->account), account)) {
            return true;
        }
    }
    return false;
}

static bool session_open(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_SESSION];

    for (const struct row_session *r = table_first(tab); r; r = table_next(tab, r)) {
        if (r->asset_index == s->asset && s->asset != FAB_NONE && r->started <= o->time &&
            (r->ended == UTIME_NONE || o->time <= r->ended)) {
            return true;
        }
    }
    return false;
}

static bool grant_open(const struct engine *e, const struct obs *o, const struct scene *s)
{
    const struct table *tab = &e->tab[TAB_GRANT];

    for (const struct row_grant *g = table_first(tab); g; g = table_next(tab, g)) {
        if (g->asset_index == s->asset && s->asset != FAB_NONE && g->from <= o->time &&
            (g->to == UTIME_NONE || o->time <= g->to) &&
            span_eq_nocase(span_str(g->person), s->actor)) {
            return true;
        }
    }
    return false;
}

static struct fval of_bool(bool v)
{
    return (struct fval){V_BOOL, v ? SPAN_LIT("true") : SPAN_LIT("false"), v};
}

static struct fval of_text(struct span s)
{
    return s.n ? (struct fval){V_STR, s, 0} : (struct fval){V_ABSENT, SPAN_NONE, 0};
}

static struct fval of_asset(const struct context_view *v, enum ctx field)
{
    const struct fab_asset *a;

    if (v->scene->asset == FAB_NONE) {
        return of_text(SPAN_NONE);
    }
    a = fab_asset(v->e->set->fab, v->scene->asset);
    return of_text(span_str(field == CTX_ASSET        ? a->id
                            : field == CTX_ASSET_KIND ? a->kind
                                                      : tier_name(a->tier)));
}

// Whose word it is on a link between tool and host: what the tool itself sends goes to the other end.
static bool host_listed(const struct engine *e, const struct obs *o, const struct scene *s)
{
    bool own = s->ip.n && fab_find(e->set->fab, s->ip) == s->asset;
    struct span to = own ? obs_field(o, FIELD_DESTINATION_IP) : SPAN_NONE;

    return fab_host_listed(e->set->fab, s->asset, to.n ? to : s->ip);
}

static struct fval get(void *ctx, enum ctx field, const struct obs *o)
{
    struct context_view *v = ctx;
    const struct engine *e = v->e;
    const struct scene *s = v->scene;
    const struct row_tool *tool = context_tool(e, s->asset);
    struct key128 key;
    int source;

    switch (field) {
    case CTX_CHECKOUT_OPEN: return of_bool(checkout_open(e, o, s));
    case CTX_PRIVILEGED:
        return of_bool(fab_account_listed(e->set->fab, s->asset, obs_field(o, FIELD_USER_NAME)));
    case CTX_SESSION_OPEN: return of_bool(session_open(e, o, s));
    case CTX_GRANT_OPEN: return of_bool(grant_open(e, o, s));
    case CTX_PM_OPEN: return of_bool(context_pm_open(e, s->asset, o->time));
    case CTX_PM_COVERS:
        return of_bool(context_pm_window(e, s, span_str(kind_name(o->kind)), o->time) != NULL);
    case CTX_TOOL_STATE: return of_text(tool ? span_str(tool->state) : SPAN_NONE);
    case CTX_LOTS_IN_PROCESS: {
        int n = snprintf(v->text, sizeof(v->text), "%u", tool ? tool->in_process : 0);

        return (struct fval){V_INT, span_of(v->text, (size_t)n), tool ? tool->in_process : 0};
    }
    case CTX_RECIPE_APPROVED:
        key = recipe_key(o);
        return of_bool(table_get(&e->tab[TAB_RECIPE], &key) != NULL);
    case CTX_RECIPE_KNOWN:
        key = recipe_any_key(o);
        return of_bool(table_get(&e->tab[TAB_RECIPE], &key) != NULL);
    case CTX_ASSET:
    case CTX_ASSET_TIER:
    case CTX_ASSET_KIND: return of_asset(v, field);
    case CTX_SOURCE_ASSET:
        source = s->ip.n ? fab_find(e->set->fab, s->ip) : FAB_NONE;
        return of_text(source == FAB_NONE ? SPAN_NONE
                                          : span_str(fab_asset(e->set->fab, source)->id));
    case CTX_HOST_LISTED: return of_bool(s->asset != FAB_NONE && host_listed(e, o, s));
    default: return known_get(v, field, o);
    }
}

struct context_ops context_ops_of(struct context_view *v)
{
    return (struct context_ops){get, v};
}
