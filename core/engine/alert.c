// alert.c - making alerts and folding them into groups.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/alert.h"

#include <stdio.h>

#include "core/engine/twin.h"
#include "group_fsm.h"

static const uint8_t level_floor[] = {0, 25, 50, 75, 95};
static const char *const level_names[] = {"informational", "low", "medium", "high", "critical"};

static const char *level_of(uint8_t severity)
{
    size_t i = 4;

    while (i && severity < level_floor[i]) {
        i--;
    }
    return level_names[i];
}

struct row_group *alert_group(struct engine *e, uint64_t number)
{
    return table_get(&e->tab[TAB_GROUP], &number);
}

const struct rule *alert_rule(const struct engine *e, const struct row_group *g)
{
    return g->rule >= 0 ? ruleset_rule(e->set->rules, (uint32_t)g->rule) : NULL;
}

static utime_t ack_due(const struct engine *e, enum tier t, struct axes axes)
{
    return policy_due(e->set->policy, tier_clocked(t, axes), PHASE_ACK, e->now);
}

static struct row_group *open_group(struct engine *e, const struct scene *s,
                                    const struct reason *why, struct span rule_id)
{
    uint64_t number = ++e->count.group;
    struct row_group *g = table_put(&e->tab[TAB_GROUP], &number);

    if (!g) {
        return NULL;
    }
    g->id = engine_id(e);
    g->rule = why->rule ? (int32_t)why->rule->index : -1;
    g->severity = why->severity;
    g->axes = why->axes;
    g->base_tier = g->tier = (uint8_t)s->base;
    g->found = e->now;
    g->first = UTIME_NONE;
    g->last = g->acked = g->shelved_until = UTIME_NONE;
    g->ack_due = ack_due(e, s->base, why->axes);
    TEXT_SET(g->rule_id, rule_id);
    TEXT_SET(g->title, why->rule ? span_str(why->rule->title) : why->title);
    TEXT_SET(g->level, span_str(why->rule ? why->rule->level : level_of(why->severity)));
    TEXT_SET(g->asset, s->name);
    TEXT_SET(g->area, s->area);
    TEXT_SET(g->actor, s->actor);
    TEXT_SET(g->source_kind, s->kind);
    return g;
}

// The group that this alert repeats, or a new one.
static struct row_group *fold(struct engine *e, utime_t time, const struct scene *s,
                              const struct reason *why, struct span rule_id)
{
    struct span parts[] = {rule_id, s->name, s->actor};
    struct key128 key = key_of('f', parts, 3);
    struct row_fold *f = table_put(&e->tab[TAB_FOLD], &key);
    struct row_group *g = f && f->group ? alert_group(e, f->group) : NULL;

    if (!f) {
        return NULL;
    }
    if (!g || time - f->last > e->set->policy->group_horizon) {
        g = open_group(e, s, why, rule_id);
        f->group = g ? g->number : 0;
        f->last = time;
    } else {
        table_use(&e->tab[TAB_GROUP], g);
        f->last = time > f->last ? time : f->last;
    }
    return g;
}

static void put_alert(struct engine *e, const struct obs *o, const struct scene *s,
                      const struct reason *why, const struct row_group *g, struct eid id,
                      struct buf *out)
{
    char summary[256], matched[256], ip[TEXT_ID], session[TEXT_NAME];
    struct span text = obs_field(o, FIELD_RULE_NAME);

    if (text.n == 0) {
        text = obs_field(o, FIELD_PROCESS_COMMAND_LINE);
    }
    if (text.n == 0) {
        text = obs_field(o, FIELD_EVENT_ACTION);
    }
    text_set(summary, sizeof(summary), text);
    text_set(matched, sizeof(matched), why->matched);
    TEXT_SET(ip, s->ip);
    TEXT_SET(session, s->session);
    effect_put_alert(out, &(struct effect_alert){
                              .id = id,
                              .number = ++e->count.alert,
                              .group_id = g->id,
                              .rule_id = span_str(g->rule_id),
                              .rule_title = span_str(g->title),
                              .level = span_str(g->level),
                              .severity = why->severity,
                              .set_digest = e->set->digest,
                              .event_time = o->time,
                              .received = o->received ? utime_of_ns(o->received) : UTIME_NONE,
                              .found = e->now,
                              .source = o->source,
                              .seq = o->seq,
                              .epoch = e->pos.epoch,
                              .block = e->pos.block,
                              .rec = e->pos.rec,
                              .tier = (uint8_t)s->base,
                              .axis_a = why->axes.a,
                              .axis_c = why->axes.c,
                              .axis_q = why->axes.q,
                              .asset = span_str(g->asset),
                              .area = span_str(g->area),
                              .actor = span_str(g->actor),
                              .source_ip = span_str(ip),
                              .session = span_str(session),
                              .source_kind = span_str(g->source_kind),
                              .summary = span_str(summary),
                              .matched = span_str(matched),
                          });
    if (o->raw.n) {
        effect_put_raw(
            out, &(struct effect_raw){.alert_id = id, .area = span_str(g->area), .bytes = o->raw});
    }
}

bool alert_make(struct engine *e, const struct obs *o, const struct scene *s,
                const struct reason *why, struct made *ret, struct buf *out)
{
    struct span rule_id = why->rule ? span_str(why->rule->id) : why->id;
    struct row_group *g = fold(e, o->time, s, why, rule_id);

    if (!g) {
        e->broken = true;
        return false;
    }
    g->alerts++;
    g->first = g->first == UTIME_NONE || o->time < g->first ? o->time : g->first;
    g->last = g->last == UTIME_NONE || o->time > g->last ? o->time : g->last;
    g->severity = why->severity > g->severity ? why->severity : g->severity;
    if (g->state == GROUP_IS_CLOSED) { // it happens again: somebody has to look again
        (void)fsm_step(&group_fsm, &g->state, GROUP_ON_WORSEN, NULL);
        g->acked = UTIME_NONE;
        g->ack_due = ack_due(e, (enum tier)g->tier, g->axes);
    }
    MARK(e, GROUP, g);
    ret->alert = engine_id(e);
    ret->group = g->number;
    put_alert(e, o, s, why, g, ret->alert, out);
    return true;
}

// A source's own alert: its rule's number and name stand for a rule of ours.
static struct reason own_word(const struct engine *e, const struct obs *o, char *id, size_t size)
{
    uint32_t number = o->source;
    const struct row_source *src = table_get(&e->tab[TAB_SOURCE], &number);
    struct span code = obs_field(o, FIELD_RULE_ID);
    struct span name = obs_field(o, FIELD_RULE_NAME);
    uint64_t severity = 50;

    if (code.n == 0) {
        code = obs_field(o, FIELD_EVENT_CODE);
    }
    (void)span_u64(obs_field(o, FIELD_EVENT_SEVERITY), &severity);
    (void)snprintf(id, size, "%s:" SPAN_FMT, src ? src->format : "source", SPAN_ARG(code));
    return (struct reason){.id = span_str(id),
                           .title = name.n ? name : SPAN_LIT("alert of the source"),
                           .severity = severity > 100 ? 100 : (uint8_t)severity,
                           .matched = SPAN_LIT("the source says that this is an alert")};
}

void alert_observe(struct engine *e, const struct obs *o, struct buf *out)
{
    struct made made[MADE_MAX];
    struct hit rest[OBS_HITS_MAX];
    struct obs again;
    uint32_t n = 0;
    struct scene s = {0};
    bool seen = false, twin = twin_of(e, o, rest, &again.nhits);

    if (twin) { // what is left of it are rules that the first one did not meet
        uint32_t left = again.nhits;

        again = *o;
        again.hit = rest;
        again.nhits = left;
        o = &again;
    }
    for (uint32_t i = 0; i < o->nhits && n < MADE_MAX; i++) {
        const struct hit *h = &o->hit[i];
        const struct rule *r = ruleset_rule(e->set->rules, h->rule);

        if (!r || h->verdict != VERDICT_YES || !r->alerts) {
            continue;
        }
        s = seen ? s : scene_of(e, o);
        seen = true;
        n += alert_make(e, o, &s,
                        &(struct reason){.rule = r,
                                         .severity = r->severity,
                                         .axes = r->axes,
                                         .matched = span_str(r->description)},
                        &made[n], out);
    }
    if (n == 0 && !twin && o->flags & EVENT_IS_ALERT) {
        char id[TEXT_ID];
        struct reason why = own_word(e, o, id, sizeof(id));

        s = scene_of(e, o);
        n += alert_make(e, o, &s, &why, &made[n], out);
    }
    if (n || o->nhits || kind_is_context(o->kind)) {
        if (!pending_push(&e->pending, o, made, n, &e->scratch)) {
            e->broken = true;
        }
    }
}
