// context.c - applying context events to the tables.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/context.h"

#include <string.h>

#include "core/base/attr.h"
#include "core/engine/facts.h"
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

struct key128 context_recipe_key(const struct obs *o)
{
    struct span parts[] = {obs_field(o, FIELD_RECIPE), obs_field(o, FIELD_RECIPE_DIGEST)};

    return name_key_of('p', parts, 2);
}

struct key128 context_recipe_any_key(const struct obs *o)
{
    return key1('n', obs_field(o, FIELD_RECIPE));
}

// The revision, and that the recipe has an approved one at all.
static void recipe_approved(struct engine *e, const struct obs *o)
{
    struct key128 key[] = {context_recipe_key(o), context_recipe_any_key(o)};

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
