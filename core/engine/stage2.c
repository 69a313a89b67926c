// stage2.c - the watermark, and what it lets through.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/stage2.h"

#include <stdlib.h>

#include "core/engine/alert.h"
#include "core/engine/context.h"
#include "core/engine/correlate.h"
#include "core/engine/incident.h"

enum { FIRED_MAX = 32 };

static utime_t watermark_now(const struct engine *e)
{
    const struct table *tab = &e->tab[TAB_SOURCE];
    utime_t least = e->now - 2 * UTIME_SECOND;
    bool any = false, heard = false;

    for (const struct row_source *s = table_first(tab); s; s = table_next(tab, s)) {
        heard = heard || s->newest != UTIME_NONE;
        if (s->newest == UTIME_NONE || e->now - s->received > IDLE_S * UTIME_SECOND) {
            continue;
        }
        if (!any || s->newest - s->lateness < least) {
            least = s->newest - s->lateness;
        }
        any = true;
    }
    // Before anything was heard there is none: who begins with a file that lies there for hours wants
    // its records in their order, and not all of them late.
    return heard ? least : UTIME_NONE;
}

// One alert that stage two itself makes: an ask that came true, or a correlation.
static void make_and_take(struct engine *e, const struct obs *o, const struct scene *s,
                          const struct rule *r, struct buf *out)
{
    struct reason why = {
        .rule = r, .severity = r->severity, .axes = r->axes, .matched = span_str(r->description)};
    struct made m;

    if (alert_make(e, o, s, &why, &m, out)) {
        incident_take(e, o, s, &why, &m, out);
    }
}

static void correlate(struct engine *e, const struct obs *o, const struct scene *s,
                      const struct hit *h, struct buf *out)
{
    struct corr_fired fired[FIRED_MAX];
    size_t n = corr_feed(&e->tab[TAB_CORR], e->set->rules, h, o->time, fired, FIRED_MAX,
                         &e->count.dropped_keys);

    for (size_t i = 0; i < n; i++) {
        make_and_take(e, o, s, fired[i].rule, out);
    }
}

// A carried name may be a field that only the engine knows; its values live in `text`.
static void fill_carry(const struct rule *r, const struct obs *o, struct hit *h,
                       const struct context_ops *ops, char text[HIT_CARRY_MAX][TEXT_ID])
{
    for (uint8_t i = 0; i < h->ncarry && i < r->ncarry; i++) {
        int c = ctx_of(span_str(r->carry[i]));

        if (c >= 0) {
            text_set(text[i], TEXT_ID, ops->get(ops->ctx, (enum ctx)c, o).s);
            h->carry[i] = span_str(text[i]);
        }
    }
}

static void take_hit(struct engine *e, const struct obs *o, const struct scene *s,
                     const struct hit *known, const struct context_ops *ops, struct buf *out)
{
    const struct rule *r = ruleset_rule(e->set->rules, known->rule);
    char text[HIT_CARRY_MAX][TEXT_ID];
    struct hit full = *known, *h = &full;

    if (!r) {
        return;
    }
    if (h->verdict == VERDICT_ASK) {
        e->count.matcher_asks++;
        if (rule_finish(r, h, o, ops) != VERDICT_YES) {
            return;
        }
        if (r->alerts) {
            make_and_take(e, o, s, r, out);
        }
    }
    fill_carry(r, o, h, ops, text);
    correlate(e, o, s, h, out);
}

// What stage one made of it; the reason is found again by the group's rule.
static void take_made(struct engine *e, const struct obs *o, const struct scene *s,
                      const struct made *m, struct buf *out)
{
    const struct row_group *g = alert_group(e, m->group);
    const struct rule *r = g ? alert_rule(e, g) : NULL;

    if (g) {
        struct reason why = {
            .rule = r, .severity = r ? r->severity : g->severity, .axes = r ? r->axes : g->axes};

        incident_take(e, o, s, &why, m, out);
    }
}

static void take_pending(struct engine *e, const struct pending_item *p, struct res_item *it,
                         struct buf *out)
{
    struct scene s;
    struct context_view view = {.e = e, .scene = &s};
    struct context_ops ops = context_ops_of(&view);

    if (!pending_obs(p, it)) {
        e->broken = true;
        return;
    }
    s = scene_of(e, &it->obs);
    context_apply(e, &it->obs, &s);
    for (uint32_t i = 0; i < p->nmade; i++) {
        take_made(e, &it->obs, &s, &p->made[i], out);
    }
    for (uint32_t i = 0; i < it->obs.nhits; i++) {
        take_hit(e, &it->obs, &s, &it->obs.hit[i], &ops, out);
    }
}

static void drain_to(struct engine *e, utime_t watermark, struct buf *out)
{
    struct res_item *it = malloc(sizeof(*it));
    struct pending_item *p;

    if (!it) {
        e->broken = true;
        return;
    }
    while (!e->broken && (p = pending_pop(&e->pending, watermark)) != NULL) {
        take_pending(e, p, it, out);
        free(p);
    }
    free(it);
}

void stage2_run(struct engine *e, struct buf *out)
{
    utime_t w = watermark_now(e);

    if (w == UTIME_NONE) {
        return; // nothing waits either
    }
    if (e->watermark == UTIME_NONE || w > e->watermark) {
        e->watermark = w;
    }
    drain_to(e, e->watermark, out);
}

void stage2_drain(struct engine *e, struct buf *out)
{
    drain_to(e, INT64_MAX, out);
}
