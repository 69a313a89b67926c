// clock.c - deadlines of incidents, and what they call for.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/clock.h"

#include "core/engine/incident.h"
#include "core/engine/overdue.h"
#include "core/engine/tiering.h"
#include "group_fsm.h"
#include "incident_fsm.h"

static struct row_clock *clock_of(struct engine *e, uint64_t incident, enum phase p, bool make)
{
    struct row_clock key = {0};

    key.key.incident = incident;
    key.key.phase = p;
    return make ? table_put(&e->tab[TAB_CLOCK], &key.key) : table_get(&e->tab[TAB_CLOCK], &key.key);
}

const char *clock_call(const struct engine *e, const struct row_clock *c)
{
    const struct row_incident *inc = table_get(&e->tab[TAB_INCIDENT], &c->key.incident);

    return inc && inc->call[0] ? inc->call : e->set->policy->clock[c->tier].call;
}

const struct roster_duty *clock_duty(const struct engine *e, const struct row_clock *c, utime_t t)
{
    const struct row_incident *inc = table_get(&e->tab[TAB_INCIDENT], &c->key.incident);
    const char *call = clock_call(e, c);

    return inc ? roster_who(e->set->roster, span_str(call ? call : ""), span_str(inc->area), t)
               : NULL;
}

static void sooner(utime_t *next, utime_t t)
{
    if (t != UTIME_NONE && t < *next) {
        *next = t;
    }
}

static void say(struct engine *e, struct row_clock *c)
{
    c->told = e->now;
    MARK(e, CLOCK, c);
}

void clock_set(struct engine *e, struct row_incident *inc)
{
    enum tier t = tier_clocked((enum tier)inc->tier, inc->axes);

    if (t >= inc->clock_tier) {
        return;
    }
    inc->clock_tier = (uint8_t)t;
    for (int p = 0; p < PHASE_COUNT; p++) {
        utime_t due = policy_due(e->set->policy, t, (enum phase)p, e->now);
        struct row_clock *c =
            due == UTIME_NONE ? NULL : clock_of(e, inc->number, (enum phase)p, true);

        if (due == UTIME_NONE) {
            continue;
        }
        if (!c) {
            e->broken = true;
            return;
        }
        if (c->started == 0) {
            c->started = e->now;
            c->due = due;
            c->met = UTIME_NONE;
        } else if (c->met == UTIME_NONE) {
            c->due = due < c->due ? due : c->due;
        }
        c->tier = (uint8_t)t;
        sooner(&e->next_clock, c->due);
        say(e, c);
    }
    clock_on_state(e, inc);
}

static bool met_by(enum phase p, uint8_t state)
{
    switch (p) {
    case PHASE_ACK: return state != INCIDENT_IS_NEW;
    case PHASE_TRIAGE:
    case PHASE_DECIDE: return state != INCIDENT_IS_NEW && state != INCIDENT_IS_TRIAGE;
    case PHASE_CONTAIN:
        return state == INCIDENT_IS_ERADICATE || state == INCIDENT_IS_RECOVER ||
               state == INCIDENT_IS_CLOSED;
    default: return false;
    }
}

void clock_restart(struct engine *e, const struct row_incident *inc)
{
    enum tier t = tier_clocked((enum tier)inc->tier, inc->axes);

    for (int p = 0; p < PHASE_COUNT; p++) {
        utime_t due = policy_due(e->set->policy, t, (enum phase)p, e->now);
        struct row_clock *c = met_by((enum phase)p, inc->state) || due == UTIME_NONE
                                  ? NULL
                                  : clock_of(e, inc->number, (enum phase)p, false);

        if (c) {
            c->started = e->now;
            c->due = due;
            c->met = UTIME_NONE;
            c->breached = 0;
            sooner(&e->next_clock, c->due);
            say(e, c);
        }
    }
}

void clock_on_state(struct engine *e, const struct row_incident *inc)
{
    for (int p = 0; p < PHASE_COUNT; p++) {
        struct row_clock *c = clock_of(e, inc->number, (enum phase)p, false);

        if (c && c->met == UTIME_NONE && met_by((enum phase)p, inc->state)) {
            c->met = e->now;
            say(e, c);
        }
    }
}

void clock_merge(struct engine *e, const struct row_incident *into, const struct row_incident *from)
{
    for (int p = 0; p < PHASE_COUNT; p++) {
        struct row_clock *mine = clock_of(e, into->number, (enum phase)p, false);
        const struct row_clock *its = clock_of(e, from->number, (enum phase)p, false);

        if (mine && its && mine->met == UTIME_NONE && its->met == UTIME_NONE &&
            its->due < mine->due) {
            mine->due = its->due;
            sooner(&e->next_clock, mine->due);
            say(e, mine);
        }
    }
}

static void breaches(struct engine *e, struct buf *out)
{
    const struct table *tab = &e->tab[TAB_CLOCK];

    if (e->now < e->next_clock) {
        return;
    }
    e->next_clock = INT64_MAX;
    for (struct row_clock *c = table_first(tab); c; c = table_next(tab, c)) {
        struct row_incident *inc;
        char text[96];

        if (c->met != UTIME_NONE || c->breached) {
            continue;
        }
        if (c->due > e->now) {
            sooner(&e->next_clock, c->due);
            continue;
        }
        c->breached = 1;
        say(e, c);
        inc = incident_get(e, c->key.incident);
        if (inc) {
            (void)snprintf(text, sizeof(text), "%s is late: it was due by the %s clock",
                           phase_name((enum phase)c->key.phase), tier_name((enum tier)c->tier));
            incident_timeline(e, inc, e->now, "clock", SPAN_LIT("fabsoc"), span_str(text), NULL,
                              out);
        }
    }
}

static void wake_shelved(struct engine *e)
{
    const struct table *tab = &e->tab[TAB_GROUP];

    if (e->now < e->next_shelf) {
        return;
    }
    e->next_shelf = INT64_MAX;
    for (struct row_group *g = table_first(tab); g; g = table_next(tab, g)) {
        if (g->state != GROUP_IS_SHELVED) {
            continue;
        }
        if (g->shelved_until <= e->now) {
            (void)fsm_step(&group_fsm, &g->state, GROUP_ON_WAKE, NULL);
            g->shelved_until = UTIME_NONE;
            MARK(e, GROUP, g);
        } else {
            sooner(&e->next_shelf, g->shelved_until);
        }
    }
}

// Whom an open clock names, and what production makes of a tool, change with time alone: looked at once
// a minute, so that rows say what holds now.
static void refresh(struct engine *e)
{
    const struct table *clocks = &e->tab[TAB_CLOCK], *tools = &e->tab[TAB_TOOL];

    for (struct row_clock *c = table_first(clocks); c; c = table_next(clocks, c)) {
        if (c->met == UTIME_NONE && clock_duty(e, c, c->told) != clock_duty(e, c, e->now)) {
            say(e, c);
        }
    }
    for (struct row_tool *t = table_first(tools); t; t = table_next(tools, t)) {
        tiering_tool(e, t);
    }
}

void clock_tick(struct engine *e, struct buf *out)
{
    bool minute = e->now >= e->next_sweep;

    overdue_sessions(e, out);
    overdue_sources(e, out);
    overdue_rules(e, out);
    breaches(e, out);
    wake_shelved(e);
    overdue_rows(e, out);
    if (minute) {
        refresh(e);
    }
}
