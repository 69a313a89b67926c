// tiering.c - production-impact tiers of incidents and groups.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/tiering.h"

#include "core/engine/clock.h"
#include "core/engine/incident.h"
#include "core/engine/live_of.h"
#include "core/play/hazard.h"
#include "group_fsm.h"

void tiering_spread(struct engine *e, const struct row_group *g, int asset, utime_t t)
{
    struct span id = span_str(g->rule_id);
    struct key128 key = key_of('x', &id, 1);
    struct row_spread *row;
    uint32_t n = 0;

    if (asset == FAB_NONE || (row = table_put(&e->tab[TAB_SPREAD], &key)) == NULL) {
        return;
    }
    for (uint32_t i = 0; i < row->n; i++) {
        if (row->ring[i].asset != asset && t - row->ring[i].time <= e->set->policy->spread_window) {
            row->ring[n++] = row->ring[i];
        }
    }
    if (n == SPREAD_RING) {
        memmove(row->ring, row->ring + 1, (SPREAD_RING - 1) * sizeof(row->ring[0]));
        n--;
    }
    memset(&row->ring[n], 0, sizeof(row->ring[n]));
    row->ring[n].asset = asset;
    row->ring[n].time = t;
    row->n = n + 1;
}

static uint32_t spread_of(const struct engine *e, struct span rule_id)
{
    struct key128 key = key_of('x', &rule_id, 1);
    const struct row_spread *row = table_get(&e->tab[TAB_SPREAD], &key);

    return row ? row->n : 0;
}

enum tier tiering_hazard(const struct engine *e, int asset, enum tier base, char *why, size_t size)
{
    const struct fab_asset *a = asset == FAB_NONE ? NULL : fab_asset(e->set->fab, asset);
    struct live live;
    bool known = live_of(e, asset, &live);
    struct hazard h = hazard_of(e->set->fab, a, base, known ? &live : NULL, e->set->policy);

    (void)snprintf(why, size, "%s", h.why);
    return h.tier;
}

void tiering_tool(struct engine *e, struct row_tool *t)
{
    char why[HAZARD_WHY_MAX];
    enum tier base = fab_asset(e->set->fab, (int)t->asset)->tier;
    enum tier is = tiering_hazard(e, (int)t->asset, base, why, sizeof(why));

    if (t->tier != is) {
        t->tier = (uint8_t)is;
        MARK(e, TOOL, t);
    }
}

static uint32_t bits(uint8_t v)
{
    return (uint32_t)__builtin_popcount(v);
}

// The order of attention inside a tier, and the review line: severity, breadth, witnesses.
static uint64_t score_of(const struct row_incident *inc)
{
    static const uint8_t weight[TIER_COUNT] = {60, 50, 40, 20, 0};
    uint64_t groups = inc->groups > 10 ? 10 : inc->groups;

    return weight[tier_clocked((enum tier)inc->tier, inc->axes)] + inc->severity / 2u +
           10u * (bits(inc->kinds) - (inc->kinds != 0)) + 2u * groups;
}

static void say_tier(struct engine *e, struct row_incident *inc, enum tier before, struct buf *out)
{
    char text[TEXT_WHY + 32];

    if (inc->tier != before) {
        (void)snprintf(text, sizeof(text), "%s -> %s: %s", tier_name(before),
                       tier_name((enum tier)inc->tier), inc->why);
        incident_timeline(e, inc, e->now, "tier", SPAN_LIT("fabsoc"), span_str(text), NULL, out);
    }
}

void tiering_incident(struct engine *e, struct row_incident *inc, const struct scene *s,
                      const struct rule *rule, struct buf *out)
{
    enum tier before = (enum tier)inc->tier, hazard, now;
    char production[HAZARD_WHY_MAX], why[TEXT_WHY + HAZARD_WHY_MAX];
    bool spread;

    if (s->base < inc->base_tier) { // a graver asset joins: the incident is about that one now
        inc->base_tier = (uint8_t)s->base;
        inc->asset_index = s->asset;
        TEXT_SET(inc->asset, s->name);
        if (!span_eq_str(s->area, inc->area)) {
            TEXT_SET(inc->area, s->area);
            incident_moved(e, inc);
        }
    }
    inc->rule_step = inc->rule_step || (rule && rule->tier_steps > 0);
    inc->forced = inc->forced || (rule && rule->force_t1);
    hazard = tiering_hazard(e, inc->asset_index, (enum tier)inc->base_tier, production,
                            sizeof(production));
    spread = rule && spread_of(e, span_str(rule->id)) >= e->set->policy->spread_assets;
    now = tier_raise(hazard, (int)spread + (int)inc->rule_step);
    if (inc->forced && now > T1) {
        now = T1;
    }
    inc->hazard = (uint8_t)hazard;
    inc->tier = (uint8_t)tier_graver(now, before);
    (void)snprintf(
        why, sizeof(why), "%s%s%s%s%s%s", production, spread ? "; same sign on several assets" : "",
        inc->rule_step ? "; its rule says one step graver" : "",
        inc->forced ? "; its rule says T1" : "", inc->axes.q >= 2 ? "; quality at stake" : "",
        inc->axes.c >= 2 ? "; confidentiality at stake" : "");
    if (inc->tier != before || inc->why[0] == '\0' || now <= before) {
        TEXT_SET(inc->why, span_str(why));
    }
    say_tier(e, inc, before, out);
    inc->score = score_of(inc);
    inc->review = inc->review || inc->score >= e->set->policy->review_score;
    clock_set(e, inc);
    MARK(e, INCIDENT, inc);
}

void tiering_group(struct engine *e, struct row_group *g, const struct row_incident *inc)
{
    enum tier was = tier_clocked((enum tier)g->tier, g->axes), is;

    // What is grave by itself takes the incident's tier; chatter that merely joined keeps its own.
    if (inc && inc->tier < g->tier && g->severity >= OPEN_SEVERITY) {
        g->tier = inc->tier;
    }
    TEXT_SET(g->why, span_str(inc ? inc->why : "base tier of its asset"));
    is = tier_clocked((enum tier)g->tier, g->axes);
    if (is < was) { // clocks are re-based when a tier rises, never when it falls
        g->ack_due = policy_due(e->set->policy, is, PHASE_ACK, e->now);
        if (g->state == GROUP_IS_ACKNOWLEDGED || g->state == GROUP_IS_SHELVED) {
            (void)fsm_step(&group_fsm, &g->state, GROUP_ON_WORSEN, NULL);
            g->acked = UTIME_NONE;
        }
    }
}
