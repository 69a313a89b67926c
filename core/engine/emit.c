// emit.c - writing the changed rows of a block.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/emit.h"

#include "core/engine/alert.h"
#include "core/engine/clock.h"
#include "core/engine/commands.h"
#include "core/engine/incident.h"
#include "core/engine/plans.h"
#include "core/engine/rules.h"
#include "core/engine/tiering.h"
#include "group_fsm.h"
#include "incident_fsm.h"

static void emit_source(struct engine *e, void *row, struct buf *out)
{
    struct row_source *s = row;

    (void)e;
    s->dirty = 0;
    effect_put_source(out, &(struct effect_source){.number = s->number,
                                                   .name = span_str(s->name),
                                                   .format = span_str(s->format),
                                                   .kind = span_str(s->kind),
                                                   .area = span_str(s->area),
                                                   .records = s->records,
                                                   .bytes = s->bytes,
                                                   .unknown = s->unknown,
                                                   .undecoded = s->undecoded,
                                                   .clock_faults = s->clock_faults,
                                                   .oversize = s->oversize,
                                                   .skipped_bytes = s->skipped,
                                                   .shed = s->shed,
                                                   .late = s->late,
                                                   .dead = s->dead,
                                                   .asks = s->asks,
                                                   .newest = s->newest,
                                                   .received = s->received,
                                                   .silent = s->silent,
                                                   .repeated = s->repeated,
                                                   .offset_us = s->offset,
                                                   .clock_gap_us = drift_gap(&s->drift)});
}

static struct span text_or_none(const char *s)
{
    return span_str(s ? s : "");
}

static void emit_group(struct engine *e, void *row, struct buf *out)
{
    struct row_group *g = row;
    const struct rule *r = alert_rule(e, g);

    g->dirty = 0;
    effect_put_group(out,
                     &(struct effect_group){.id = g->id,
                                            .number = g->number,
                                            .rule_id = span_str(g->rule_id),
                                            .rule_title = span_str(g->title),
                                            .level = span_str(g->level),
                                            .severity = g->severity,
                                            .asset = span_str(g->asset),
                                            .area = span_str(g->area),
                                            .actor = span_str(g->actor),
                                            .source_kind = span_str(g->source_kind),
                                            .first = g->first,
                                            .last = g->last,
                                            .found = g->found,
                                            .alerts = g->alerts,
                                            .base_tier = g->base_tier,
                                            .tier = g->tier,
                                            .axis_a = g->axes.a,
                                            .axis_c = g->axes.c,
                                            .axis_q = g->axes.q,
                                            .why = span_str(g->why),
                                            .state = span_str(group_fsm.state[g->state]),
                                            .owner = span_str(g->owner),
                                            .expected = g->expected,
                                            .incident_id = g->incident_id,
                                            .ack_due = g->ack_due,
                                            .acked = g->acked,
                                            .shelved_until = g->shelved_until,
                                            .cause = text_or_none(r ? r->cause : NULL),
                                            .consequence = text_or_none(r ? r->consequence : NULL),
                                            .action = text_or_none(r ? r->action : NULL),
                                            .call_function = text_or_none(r ? r->call : NULL)});
}

// Lots on the incident's asset, those in process first by a mark; cut where the row ends.
static void lots_text(const struct engine *e, int asset, char *out, size_t size)
{
    const struct table *tab = &e->tab[TAB_LOT];
    size_t n = 0;

    out[0] = '\0';
    for (const struct row_lot *l = table_first(tab); l && asset != FAB_NONE;
         l = table_next(tab, l)) {
        if (l->asset_index == asset && n + strlen(l->id) + 12 < size) {
            n += (size_t)snprintf(out + n, size - n, "%s%s%s", n ? " " : "", l->id,
                                  l->in_process ? "(in process)" : "");
        }
    }
}

static void emit_incident(struct engine *e, void *row, struct buf *out)
{
    struct row_incident *i = row;
    const struct fab_asset *a =
        i->asset_index == FAB_NONE ? NULL : fab_asset(e->set->fab, i->asset_index);
    char kinds[48], lots[256];

    i->dirty = 0;
    lots_text(e, i->asset_index, lots, sizeof(lots));
    incident_kinds_text(i->kinds, kinds, sizeof(kinds));
    effect_put_incident(out,
                        &(struct effect_incident){.id = i->id,
                                                  .number = i->number,
                                                  .title = span_str(i->title),
                                                  .asset = span_str(i->asset),
                                                  .area = span_str(i->area),
                                                  .base_tier = i->base_tier,
                                                  .tier = i->tier,
                                                  .hazard = i->hazard,
                                                  .axis_a = i->axes.a,
                                                  .axis_c = i->axes.c,
                                                  .axis_q = i->axes.q,
                                                  .state = span_str(incident_fsm.state[i->state]),
                                                  .owner = span_str(i->owner),
                                                  .first = i->first,
                                                  .last = i->last,
                                                  .opened = i->opened,
                                                  .alerts = i->alerts,
                                                  .source_kinds = span_str(kinds),
                                                  .why = span_str(i->why),
                                                  .score = i->score,
                                                  .review = i->review,
                                                  .wph = a ? a->wph : 0,
                                                  .lots = span_str(lots),
                                                  .merged_into = i->merged_id});
}

static const char *const entity_name[] = {"asset", "person", "session", "address"};

static void emit_entity(struct engine *e, void *row, struct buf *out)
{
    struct row_entity *n = row;
    const struct row_incident *inc = incident_get(e, n->incident);

    n->dirty = 0;
    if (inc) {
        effect_put_entity(out, &(struct effect_entity){.incident_id = inc->id,
                                                       .kind = span_str(entity_name[n->kind]),
                                                       .value = span_str(n->value),
                                                       .area = span_str(inc->area),
                                                       .first = n->first,
                                                       .last = n->last,
                                                       .alerts = n->alerts});
    }
}

static void emit_clock(struct engine *e, void *row, struct buf *out)
{
    struct row_clock *c = row;
    const struct row_incident *inc = incident_get(e, c->key.incident);
    const char *call = clock_call(e, c);
    const struct roster_duty *d;
    const struct roster_person *p, *deputy;

    c->dirty = 0;
    if (!inc) {
        return;
    }
    d = clock_duty(e, c, c->told);
    p = d ? d->person : NULL;
    deputy = d ? d->deputy : NULL;
    effect_put_clock(
        out, &(struct effect_clock){.incident_id = inc->id,
                                    .phase = span_str(phase_name((enum phase)c->key.phase)),
                                    .area = span_str(inc->area),
                                    .tier = c->tier,
                                    .started = c->started,
                                    .due = c->due,
                                    .met = c->met,
                                    .breached = c->breached,
                                    .call_function = text_or_none(call),
                                    .call_name = text_or_none(p ? p->name : NULL),
                                    .call_number = text_or_none(p ? p->number : NULL),
                                    .deputy_name = text_or_none(deputy ? deputy->name : NULL),
                                    .deputy_number = text_or_none(deputy ? deputy->number : NULL)});
}

static void emit_tool(struct engine *e, void *row, struct buf *out)
{
    struct row_tool *t = row;
    const struct fab_asset *a = fab_asset(e->set->fab, (int)t->asset);

    t->dirty = 0;
    effect_put_tool(out, &(struct effect_tool){.asset = span_str(a->id),
                                               .area = text_or_none(a->area),
                                               .bay = text_or_none(a->bay),
                                               .kind = text_or_none(a->kind),
                                               .base_tier = (uint8_t)a->tier,
                                               .tier = t->tier,
                                               .state = span_str(t->state),
                                               .since = t->since,
                                               .lots_in_process = t->in_process,
                                               .lots_queued = t->queued,
                                               .qtime_end = t->qtime_end,
                                               .wph = a->wph});
}

static void emit_session(struct engine *e, void *row, struct buf *out)
{
    struct row_session *s = row;

    (void)e;
    s->dirty = 0;
    effect_put_session(out, &(struct effect_session){.id = span_str(s->id),
                                                     .person = span_str(s->person),
                                                     .account = span_str(s->account),
                                                     .vendor = span_str(s->vendor),
                                                     .asset = span_str(s->asset),
                                                     .area = span_str(s->area),
                                                     .source_ip = span_str(s->ip),
                                                     .ticket = span_str(s->ticket),
                                                     .started = s->started,
                                                     .ended = s->ended,
                                                     .allowed_until = s->allowed_until,
                                                     .state = span_str(s->state)});
}

static void emit_window(struct engine *e, void *row, struct buf *out)
{
    struct row_window *w = row;

    (void)e;
    w->dirty = 0;
    effect_put_window(out, &(struct effect_window){.id = span_str(w->id),
                                                   .asset = span_str(w->asset),
                                                   .area = span_str(w->area),
                                                   .person = span_str(w->person),
                                                   .vendor = span_str(w->vendor),
                                                   .actions = span_str(w->actions),
                                                   .opens = w->from,
                                                   .closes = w->to,
                                                   .state = span_str(w->state)});
}

static void (*const emitters[TAB_COUNT])(struct engine *, void *, struct buf *) = {
    [TAB_SOURCE] = emit_source,   [TAB_GROUP] = emit_group,      [TAB_INCIDENT] = emit_incident,
    [TAB_ENTITY] = emit_entity,   [TAB_CLOCK] = emit_clock,      [TAB_TOOL] = emit_tool,
    [TAB_SESSION] = emit_session, [TAB_WINDOW] = emit_window,    [TAB_PLAN] = plans_emit,
    [TAB_RUN] = runs_emit,        [TAB_COMMAND] = commands_emit, [TAB_AGENT] = agents_emit,
    [TAB_RULE] = rules_emit,
};

void emit_dirty(struct engine *e, struct buf *out)
{
    for (size_t i = 0; i < e->ndirty; i++) {
        const struct dirty *d = &e->dirty[i];
        void *row = table_get(&e->tab[d->table], d->key);

        if (row && emitters[d->table]) {
            emitters[d->table](e, row, out);
        }
    }
    e->ndirty = 0;
}

static uint64_t evicted(const struct engine *e)
{
    uint64_t n = e->pending.forced;

    for (int t = 0; t < TAB_COUNT; t++) {
        n += e->tab[t].evicted;
    }
    return n;
}

void emit_status(const struct engine *e, struct buf *out)
{
    effect_put_status(out, &(struct effect_status){.one = 1,
                                                   .fab_time = e->now,
                                                   .watermark = e->watermark,
                                                   .events = e->count.events,
                                                   .alerts = e->count.alert,
                                                   .groups = e->count.group,
                                                   .incidents = e->count.incident,
                                                   .late = e->count.late,
                                                   .dropped_keys = e->count.dropped_keys,
                                                   .evicted = evicted(e),
                                                   .refused = e->count.refused,
                                                   .expected = e->count.expected,
                                                   .recording_over = e->recording_over,
                                                   .barrier = span_str(e->barrier),
                                                   .set_digest = e->set->digest});
}
