// context_answer.c - what rules ask of sessions, checkouts, grants, windows, tools and lots.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/attr.h"
#include "core/engine/answer.h"
#include "core/engine/known.h"

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
    struct span parts[] = {account, s->name};
    struct key128 key = name_key_of('c', parts, 2);
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
        key = context_recipe_key(o);
        return of_bool(table_get(&e->tab[TAB_RECIPE], &key) != NULL);
    case CTX_RECIPE_KNOWN:
        key = context_recipe_any_key(o);
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
