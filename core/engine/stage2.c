// stage2.c - the watermark, and what it lets through.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/stage2.h"

#include <stdlib.h>

#include "core/engine/alert.h"
#include "core/engine/context.h"
#include "core/engine/incident.h"
#include "core/engine/rules.h"

// A source that reads what is days old (a file that was not followed until now) holds nobody else up: alone it is
// followed in its order, beside others its records are late.
static bool reads_the_past(const struct row_source *s)
{
    return s->received - s->newest > SOURCE_BEHIND;
}

static utime_t watermark_now(const struct engine *e)
{
    const struct table *tab = &e->tab[TAB_SOURCE];
    utime_t least = e->now - 2 * UTIME_SECOND;
    bool any = false, heard = false, fresh = false;

    for (const struct row_source *s = table_first(tab); s; s = table_next(tab, s)) {
        heard = heard || s->newest != UTIME_NONE;
        if (s->newest == UTIME_NONE || e->now - s->received > IDLE_S * UTIME_SECOND) {
            continue;
        }
        if (reads_the_past(s) && fresh) {
            continue;
        }
        if (!any || s->newest - s->lateness < least || (!fresh && !reads_the_past(s))) {
            least = s->newest - s->lateness;
        }
        any = true;
        fresh = fresh || !reads_the_past(s);
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

// ---- correlations

// What the alert of an absence will be about: the fields that say what a record is about, of the one
// that called. Bounded by CORR_WHO_MAX: the longest texts are cut.
static struct span who_of(struct engine *e, const struct obs *o)
{
    static const enum field fields[] = {
        FIELD_ASSET,     FIELD_HOST_NAME, FIELD_USER_NAME,          FIELD_SOURCE_IP,
        FIELD_ACCOUNT,   FIELD_HOST_IP,   FIELD_DESTINATION_DOMAIN, FIELD_DESTINATION_IP,
        FIELD_SESSION_ID};
    struct obs who = {.rec = o->rec,
                      .source = o->source,
                      .epoch = o->epoch,
                      .seq = o->seq,
                      .received = o->received,
                      .time = o->time,
                      .kind = o->kind};

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct span v = span_sub(obs_field(o, fields[i]), 0, TEXT_NAME - 16);

        if (v.n) {
            who.field[fields[i]] = v;
            fieldset_add(&who.mask, fields[i]);
        }
    }
    buf_clear(&e->scratch);
    result_obs(&e->scratch, &who);
    return buf_span(&e->scratch);
}

// The correlations that fire while one observation is taken are about it; absences that waited are
// about the one that called.
struct firing {
    struct engine *e;
    const struct obs *o;
    const struct scene *s;
    struct buf *out;
};

static void fired_waited(struct engine *e, const struct corr_fired *f, struct buf *out)
{
    struct res_item *it = malloc(sizeof(*it));
    struct result r = {.items = rd_of(f->who)};
    struct scene s;

    if (!it || result_next(&r, it) != 1 || it->type != RES_OBS) {
        e->broken = true;
    } else {
        it->obs.time = f->time;
        s = scene_of(e, &it->obs);
        make_and_take(e, &it->obs, &s, f->rule, out);
    }
    free(it);
}

static void fired(void *ctx, const struct corr_fired *f)
{
    const struct firing *now = ctx;

    if (f->waited) {
        fired_waited(now->e, f, now->out);
    } else {
        make_and_take(now->e, now->o, now->s, f->rule, now->out);
    }
}

void stage2_init(struct engine *e)
{
    e->corr = (struct corr){.window = &e->tab[TAB_CORR],
                            .entry = &e->tab[TAB_CORRHIT],
                            .carry = &e->tab[TAB_CORRCARRY],
                            .expect = &e->tab[TAB_EXPECT],
                            .record = &e->count.corr_record,
                            .dropped = &e->count.dropped_keys,
                            .lost = rules_lost,
                            .owner = e,
                            .rules = e->set->rules,
                            .fired = fired};
}

static void time_comes(struct engine *e, utime_t t, struct buf *out)
{
    struct firing now = {.e = e, .out = out};

    e->corr.ctx = &now;
    corr_until(&e->corr, t);
    e->broken = e->broken || e->corr.broken;
}

static void correlate(struct engine *e, const struct obs *o, const struct scene *s,
                      const struct hit *h, struct buf *out)
{
    struct firing now = {.e = e, .o = o, .s = s, .out = out};
    const uint32_t *user;

    if (ruleset_users(e->set->rules, h->rule, &user) == 0) {
        return;
    }
    e->corr.ctx = &now;
    corr_feed(&e->corr, h, o->time, who_of(e, o));
    e->broken = e->broken || e->corr.broken;
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
        bool fault = false, yes;

        if (rules_quarantined(e, r->index)) {
            return;
        }
        e->count.matcher_asks++;
        yes = rule_finish(r, h, o, ops, &fault) == VERDICT_YES;
        if (fault) {
            rules_unfinished(e, o, r, out);
        }
        if (!yes) {
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
    time_comes(e, it->obs.time, out);
    e->count.corr_record++;
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
    time_comes(e, e->watermark, out);
}

void stage2_drain(struct engine *e, struct buf *out)
{
    drain_to(e, INT64_MAX, out);
}
