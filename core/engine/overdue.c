// overdue.c - the engine's own alerts, and forgetting.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/overdue.h"

#include "command_fsm.h"
#include "core/engine/clock.h"
#include "core/engine/facts.h"
#include "core/engine/incident.h"
#include "group_fsm.h"
#include "incident_fsm.h"
#include "plan_fsm.h"

static void own_alert(struct engine *e, struct obs *o, const struct reason *why, struct buf *out)
{
    struct scene s = scene_of(e, o);
    struct made m;

    if (alert_make(e, o, &s, why, &m, out)) {
        incident_take(e, o, &s, why, &m, out);
    }
}

static void set_field(struct obs *o, enum field f, struct span v)
{
    if (v.n) {
        o->field[f] = v;
        fieldset_add(&o->mask, f);
    }
}

// ---- sessions

static const struct row_window *window_of(const struct engine *e, const char *ticket)
{
    struct span id = span_str(ticket);
    struct key128 key = name_key_of('w', &id, 1);

    return id.n ? table_get(&e->tab[TAB_WINDOW], &key) : NULL;
}

// The end of the tool's windows that held one after the other from `t` on; UTIME_NONE when none was
// open at `t` or one of them has no end. Each round finds a later end, so there are at most as many as
// windows.
static utime_t end_by_tool(const struct engine *e, int asset, utime_t t)
{
    const struct table *tab = &e->tab[TAB_WINDOW];
    utime_t end = UTIME_NONE;
    bool more = asset != FAB_NONE;

    while (more) {
        more = false;
        for (const struct row_window *w = table_first(tab); w; w = table_next(tab, w)) {
            utime_t at = end == UTIME_NONE ? t : end;

            if (w->asset_index != asset || w->from > at) {
                continue;
            }
            if (w->to == UTIME_NONE) {
                return UTIME_NONE;
            }
            if (w->to >= at && w->to > end) {
                end = w->to;
                more = true;
            }
        }
    }
    return end;
}

// When what allows the session ends: the end of its ticket's window, without one of the windows of its
// tool in which it began; its own limit when that is earlier. UTIME_NONE: nothing limits it.
static utime_t allowed_until(const struct engine *e, const struct row_session *s)
{
    const struct row_window *w = window_of(e, s->ticket);
    utime_t end = w ? w->to : end_by_tool(e, s->asset_index, s->started);

    if (s->allowed_until == UTIME_NONE) {
        return end;
    }
    return end != UTIME_NONE && end < s->allowed_until ? end : s->allowed_until;
}

static void overrun(struct engine *e, struct row_session *s, utime_t until, struct buf *out)
{
    char matched[160], t[TIME_TEXT];
    struct obs o = {.source = (uint16_t)s->source, .time = e->now, .kind = KIND_OTHER};
    struct row_session copy = *s; // the table may move while the alert is made

    s->overrun = 1;
    s->allowed_until = until; // what people see: the end that was passed
    MARK(e, SESSION, s);
    (void)snprintf(matched, sizeof(matched), "session %s of %s is alive; it was allowed until %s",
                   copy.id, copy.person, utime_text(until, t));
    set_field(&o, FIELD_ASSET, span_str(copy.asset));
    set_field(&o, FIELD_USER_NAME, span_str(copy.person));
    set_field(&o, FIELD_VENDOR, span_str(copy.vendor));
    set_field(&o, FIELD_SESSION_ID, span_str(copy.id));
    set_field(&o, FIELD_ACCOUNT, span_str(copy.account));
    set_field(&o, FIELD_SOURCE_IP, span_str(copy.ip));
    own_alert(e, &o,
              &(struct reason){.id = SPAN_LIT("fabsoc.session.overrun"),
                               .title = SPAN_LIT("Brokered session outlives its window"),
                               .severity = 75,
                               .axes = {1, 1, 0},
                               .matched = span_str(matched)},
              out);
}

void overdue_sessions(struct engine *e, struct buf *out)
{
    struct table *tab = &e->tab[TAB_SESSION];
    struct row_session *s = table_first(tab);

    if (e->now < e->next_session) {
        return;
    }
    e->next_session = INT64_MAX;
    while (s) {
        struct row_session *next = table_next(tab, s);
        utime_t until = s->ended == UTIME_NONE && !s->overrun ? allowed_until(e, s) : UTIME_NONE;

        if (until != UTIME_NONE) {
            utime_t late = until + OVERRUN_GRACE_S * UTIME_SECOND;

            if (late <= e->now) {
                overrun(e, s, until, out);
            } else if (late < e->next_session) {
                e->next_session = late;
            }
        }
        s = next;
    }
}

// ---- sources

static void silent(struct engine *e, struct row_source *src, struct buf *out)
{
    char matched[160];
    struct obs o = {.source = (uint16_t)src->number, .time = e->now, .kind = KIND_OTHER};
    char name[TEXT_ID];

    src->silent = 1;
    MARK(e, SOURCE, src);
    memcpy(name, src->name, sizeof(name));
    (void)snprintf(matched, sizeof(matched), "nothing heard for %lld s; the limit is %lld s",
                   (long long)((e->now - src->received) / UTIME_SECOND),
                   (long long)(src->silence / UTIME_SECOND));
    set_field(&o, FIELD_ASSET, span_str(name));
    own_alert(e, &o,
              &(struct reason){.id = SPAN_LIT("fabsoc.source.silent"),
                               .title = SPAN_LIT("A source has fallen silent"),
                               .severity = 60,
                               .matched = span_str(matched)},
              out);
}

void overdue_sources(struct engine *e, struct buf *out)
{
    struct table *tab = &e->tab[TAB_SOURCE];

    // After a recording nothing speaks any more; that is no silence of theirs.
    if (e->recording_over || e->now < e->next_silence) {
        return;
    }
    e->next_silence = INT64_MAX;
    for (struct row_source *s = table_first(tab); s; s = table_next(tab, s)) {
        utime_t due = s->received + s->silence;

        if (s->silence <= 0 || s->silent) {
            continue;
        }
        if (due < e->now) {
            silent(e, s, out);
        } else if (due < e->next_silence) {
            e->next_silence = due + 1;
        }
    }
}

// ---- rules

static void in_quarantine(struct engine *e, struct row_rule *r, struct buf *out)
{
    const struct rule *rule = ruleset_rule(e->set->rules, r->rule);
    struct obs o = {.time = e->now, .kind = KIND_OTHER};
    char matched[TEXT_WHY];

    r->untold = 0;
    memcpy(matched, r->why, sizeof(matched));
    set_field(&o, FIELD_ASSET, span_str(rule->title));
    own_alert(e, &o,
              &(struct reason){.id = SPAN_LIT("fabsoc.rule.quarantine"),
                               .title = SPAN_LIT("A rule is in quarantine and sees nothing"),
                               .severity = 75,
                               .matched = span_str(matched)},
              out);
}

void overdue_rules(struct engine *e, struct buf *out)
{
    const struct table *tab = &e->tab[TAB_RULE];

    if (e->quarantined == 0) {
        return;
    }
    for (struct row_rule *r = table_first(tab); r; r = table_next(tab, r)) {
        if (r->untold) {
            in_quarantine(e, r, out);
        }
    }
}

// ---- forgetting

// Each table keeps the least recently used row first, so expiry stops at the first fresh one where
// use follows time; tables whose rows are finished by an event are walked.
#define SWEEP(e, TAB, type, over)                                                                  \
    do {                                                                                           \
        struct table *tab = &(e)->tab[TAB_##TAB];                                                  \
        struct row_##type *r = table_first(tab);                                                   \
        while (r) {                                                                                \
            struct row_##type *next = table_next(tab, r);                                          \
            if (over) {                                                                            \
                table_del(tab, r);                                                                 \
                tab->expired++;                                                                    \
            }                                                                                      \
            r = next;                                                                              \
        }                                                                                          \
    } while (0)

static bool ended_before(utime_t t, utime_t limit)
{
    return t != UTIME_NONE && t < limit;
}

static void say_tables(struct engine *e, struct buf *out)
{
    for (int t = 0; t < TAB_COUNT; t++) {
        const struct table *tab = &e->tab[t];

        effect_put_table(out, &(struct effect_table){.name = span_str(tab->name),
                                                     .rows = tab->count,
                                                     .bound = tab->bound,
                                                     .evicted = tab->evicted,
                                                     .expired = tab->expired});
    }
}

void overdue_rows(struct engine *e, struct buf *out)
{
    utime_t day = e->now - UTIME_DAY;
    utime_t horizon = e->now - e->set->policy->incident_horizon;
    utime_t per = e->set->policy->commands_per; // command_allowed() counts them so long
    utime_t long_ago = e->now - FACT_DAYS * UTIME_DAY, year_ago = e->now - SEEN_DAYS * UTIME_DAY;
    utime_t grouping = e->now - e->set->policy->group_horizon;

    if (e->now < e->next_sweep) {
        return;
    }
    e->next_sweep = e->now + UTIME_MINUTE;
    corr_expire(&e->corr, e->watermark);
    SWEEP(e, FOLD, fold, r->last < grouping);
    SWEEP(e, TWIN, twin, r->last < day);
    SWEEP(e, JOIN, join, r->last < horizon);
    SWEEP(e, ENTITY, entity, r->last < horizon && r->last < day);
    SWEEP(e, GROUP, group, r->last < day && (r->state == GROUP_IS_CLOSED || r->expected));
    SWEEP(e, SPREAD, spread,
          r->n == 0 || e->now - r->ring[r->n - 1].time > e->set->policy->spread_window);
    SWEEP(e, CLOCK, clock, ended_before(r->met, day));
    // What is part of another stays with it, so that it can go along if that is merged in turn.
    SWEEP(e, INCIDENT, incident,
          r->state == INCIDENT_IS_CLOSED && ended_before(r->closed, day) &&
              !incident_get(e, r->merged));
    SWEEP(e, SESSION, session, ended_before(r->ended, day));
    SWEEP(e, CHECKOUT, checkout, ended_before(r->until, day));
    SWEEP(e, GRANT, grant, ended_before(r->to, day));
    SWEEP(e, WINDOW, window, ended_before(r->to, day));
    SWEEP(e, REQUEST, request, r->created < day);
    SWEEP(e, FACT, fact, r->at < long_ago);
    SWEEP(e, SEEN, seen, r->last < year_ago);
    SWEEP(e, FLOW, flow, r->last < long_ago);
    SWEEP(e, USUAL, usual, r->from < long_ago);
    SWEEP(e, PLAN, plan, plan_fsm.final[r->state] && r->planned < day);
    SWEEP(e, RUN, run, ended_before(r->ended, day));
    SWEEP(e, COMMAND, command,
          command_fsm.final[r->state] && r->changed < day && r->issued < e->now - per);
    say_tables(e, out);
}
