// merge.c - the older incident takes what the younger has.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/merge.h"

#include <stdlib.h>

#include "core/engine/clock.h"
#include "core/engine/incident.h"
#include "incident_fsm.h"

#define EACH(e, TAB, type, row)                                                                    \
    for (struct row_##type *row = table_first(&(e)->tab[TAB_##TAB]); row;                          \
         row = table_next(&(e)->tab[TAB_##TAB], row))

static utime_t earlier(utime_t a, utime_t b)
{
    return a == UTIME_NONE || (b != UTIME_NONE && b < a) ? b : a;
}

static void take_figures(struct row_incident *into, const struct row_incident *from)
{
    into->alerts += from->alerts;
    into->groups += from->groups;
    into->kinds |= from->kinds;
    into->axes = axes_max(into->axes, from->axes);
    into->severity = from->severity > into->severity ? from->severity : into->severity;
    into->first = earlier(into->first, from->first);
    into->last = from->last > into->last ? from->last : into->last;
    into->rule_step |= from->rule_step;
    into->forced |= from->forced;
    into->review |= from->review;
    into->tier = (uint8_t)tier_graver((enum tier)into->tier, (enum tier)from->tier);
}

// The incident is about the gravest asset among its alerts.
static void take_asset(struct engine *e, struct row_incident *into, const struct row_incident *from)
{
    if (from->base_tier < into->base_tier) {
        into->base_tier = from->base_tier;
        into->asset_index = from->asset_index;
        memcpy(into->asset, from->asset, sizeof(into->asset));
        if (strcmp(into->area, from->area) != 0) {
            memcpy(into->area, from->area, sizeof(into->area));
            incident_moved(e, into);
        }
    }
    if (into->owner[0] == '\0') {
        memcpy(into->owner, from->owner, sizeof(into->owner));
    }
    if (into->call[0] == '\0') {
        memcpy(into->call, from->call, sizeof(into->call));
    }
}

static void take_rows(struct engine *e, const struct row_incident *into,
                      const struct row_incident *from)
{
    EACH(e, GROUP, group, g)
    {
        if (g->incident == from->number) {
            g->incident = into->number;
            g->incident_id = into->id;
            MARK(e, GROUP, g);
        }
    }
    EACH(e, JOIN, join, j)
    {
        j->incident = j->incident == from->number ? into->number : j->incident;
    }
    EACH(e, PLAN, plan, p)
    {
        if (p->incident == from->number) {
            p->incident = into->number;
            p->incident_id = into->id;
            MARK(e, PLAN, p);
        }
    }
    EACH(e, RUN, run, r)
    {
        if (r->incident == from->number) {
            r->incident = into->number;
            r->incident_id = into->id;
            MARK(e, RUN, r);
        }
    }
    EACH(e, INCIDENT, incident, i)
    {
        if (i->merged == from->number) {
            i->merged = into->number;
            i->merged_id = into->id;
            MARK(e, INCIDENT, i);
        }
    }
}

static void take_entity(struct engine *e, const struct row_incident *into,
                        const struct row_entity *its)
{
    struct key128 key = incident_entity_key(into->number, its->kind, span_str(its->value));
    struct row_entity *mine = table_put(&e->tab[TAB_ENTITY], &key);

    if (!mine) {
        e->broken = true;
        return;
    }
    if (mine->alerts == 0) {
        mine->incident = into->number;
        mine->kind = its->kind;
        mine->first = mine->last = UTIME_NONE;
        memcpy(mine->value, its->value, sizeof(mine->value));
    }
    mine->alerts += its->alerts;
    mine->first = earlier(mine->first, its->first);
    mine->last = its->last > mine->last ? its->last : mine->last;
    MARK(e, ENTITY, mine);
}

// The younger's rows stay as they are; the older one's count both. A copy, since the table moves.
static void take_entities(struct engine *e, const struct row_incident *into,
                          const struct row_incident *from)
{
    struct row_entity *copy = NULL;
    size_t n = 0, i = 0;

    EACH(e, ENTITY, entity, r)
    {
        n += r->incident == from->number;
    }
    if (n && (copy = malloc(n * sizeof(*copy))) == NULL) {
        e->broken = true;
        return;
    }
    EACH(e, ENTITY, entity, r)
    {
        if (r->incident == from->number) {
            memcpy(&copy[i++], r, sizeof(*r));
        }
    }
    for (i = 0; i < n; i++) {
        take_entity(e, into, &copy[i]);
    }
    free(copy);
}

static void tell(struct engine *e, const struct row_incident *into, const struct row_incident *from,
                 enum tier was, const struct eid *alert, struct buf *out)
{
    char text[TEXT_TITLE + TEXT_ID + 64];

    (void)snprintf(text, sizeof(text), "I-%llu is part of this: %s on %s",
                   (unsigned long long)from->number, from->title, from->asset);
    incident_timeline(e, into, e->now, "merged", SPAN_LIT("fabsoc"), span_str(text), alert, out);
    if (into->tier != was) {
        (void)snprintf(text, sizeof(text), "%s -> %s: as I-%llu", tier_name(was),
                       tier_name((enum tier)into->tier), (unsigned long long)from->number);
        incident_timeline(e, into, e->now, "tier", SPAN_LIT("fabsoc"), span_str(text), NULL, out);
    }
}

void merge_incidents(struct engine *e, struct row_incident *into, struct row_incident *from,
                     const struct eid *alert, struct buf *out)
{
    enum tier was = (enum tier)into->tier;
    char text[48];

    take_figures(into, from);
    take_asset(e, into, from);
    take_rows(e, into, from);
    take_entities(e, into, from);
    clock_merge(e, into, from);
    from->merged = into->number;
    from->merged_id = into->id;
    (void)snprintf(text, sizeof(text), "it is part of I-%llu", (unsigned long long)into->number);
    (void)incident_move(e, from, INCIDENT_ON_MERGE, SPAN_LIT("fabsoc"), span_str(text), out, NULL);
    tell(e, into, from, was, alert, out);
    MARK(e, INCIDENT, into);
}
