// correlate.c - windows and conditions of correlations.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/correlate.h"

#include "core/engine/state.h"

void corr_table_init(struct table *tab)
{
    table_init(tab, "corr", sizeof(struct key128), sizeof(struct row_corr), 20000);
}

static bool compare(enum cmp op, uint64_t have, uint64_t want)
{
    switch (op) {
    case CMP_GTE: return have >= want;
    case CMP_GT: return have > want;
    case CMP_LTE: return have <= want;
    case CMP_LT: return have < want;
    case CMP_EQ: return have == want;
    case CMP_NEQ: return have != want;
    }
    return false;
}

static bool holds(const struct correlation *c, uint64_t have, uint64_t otherwise)
{
    for (uint32_t i = 0; i < c->nconds; i++) {
        if (!compare(c->cond[i].op, have, c->cond[i].n)) {
            return false;
        }
    }
    return c->nconds ? true : have >= otherwise;
}

// Forgets what has left the window, then remembers this hit (a counted value only once).
static uint32_t ring_add(struct row_corr *w, utime_t t, utime_t span, uint64_t value, bool distinct)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < w->n; i++) {
        if (t - w->ring[i].time <= span && !(distinct && w->ring[i].value == value)) {
            w->ring[n++] = w->ring[i];
        }
    }
    if (n == CORR_RING) {
        memmove(w->ring, w->ring + 1, (CORR_RING - 1) * sizeof(w->ring[0]));
        n--;
    }
    w->ring[n].time = t;
    w->ring[n].value = value;
    w->n = n + 1;
    return w->n;
}

static bool temporal(const struct correlation *c, struct row_corr *w, uint32_t ref, utime_t t)
{
    uint64_t seen = 0;

    w->seen[ref] = t;
    for (uint32_t r = 0; r < c->nrefs; r++) {
        seen += w->seen[r] != UTIME_NONE && t - w->seen[r] <= c->timespan;
    }
    return holds(c, seen, c->nrefs);
}

// seen[r] = first time of the newest chain that has reached step r.
static bool ordered(const struct correlation *c, struct row_corr *w, uint32_t ref, utime_t t)
{
    if (ref == 0) {
        w->seen[0] = t;
    } else if (w->seen[ref - 1] != UTIME_NONE && t - w->seen[ref - 1] <= c->timespan) {
        w->seen[ref] = w->seen[ref - 1];
    } else {
        return false;
    }
    return ref + 1 == c->nrefs;
}

static struct row_corr *window_of(struct table *tab, const struct rule *r, const struct hit *h,
                                  uint32_t ref)
{
    const struct correlation *c = r->correlation;
    struct span parts[CORR_GROUP_MAX + 1] = {span_str(r->id)};
    struct key128 key;
    struct row_corr *w;

    for (uint32_t g = 0; g < c->ngroup; g++) {
        uint8_t at = c->group[ref][g];

        if (at >= h->ncarry || h->carry[at].n == 0) {
            return NULL;
        }
        parts[g + 1] = h->carry[at];
    }
    key = key_of('k', parts, c->ngroup + 1);
    w = table_put(tab, &key);
    if (w && w->last == 0) { // new
        w->rule = r->index;
        w->fired = UTIME_NONE;
        for (uint32_t i = 0; i < CORR_REFS_MAX; i++) {
            w->seen[i] = UTIME_NONE;
        }
    }
    return w;
}

static bool feed_ref(const struct correlation *c, struct row_corr *w, const struct hit *h,
                     uint32_t ref, utime_t t)
{
    struct key128 value;
    uint8_t at;

    switch (c->type) {
    case CORR_EVENT_COUNT: return holds(c, ring_add(w, t, c->timespan, 0, false), 1);
    case CORR_VALUE_COUNT:
        at = c->value[ref];
        if (at >= h->ncarry || h->carry[at].n == 0) {
            return false;
        }
        value = key_of('v', &h->carry[at], 1);
        return holds(c, ring_add(w, t, c->timespan, value.h[0], true), 1);
    case CORR_TEMPORAL: return temporal(c, w, ref, t);
    case CORR_TEMPORAL_ORDERED: return ordered(c, w, ref, t);
    }
    return false;
}

static bool feed(struct table *tab, const struct rule *r, const struct hit *h, utime_t t,
                 uint64_t *dropped)
{
    const struct correlation *c = r->correlation;
    bool fires = false;

    // From the last reference to the first, so that one hit never serves two steps of a chain.
    for (uint32_t ref = c->nrefs; ref-- > 0;) {
        struct row_corr *w;

        if (c->ref[ref] != h->rule) {
            continue;
        }
        w = window_of(tab, r, h, ref);
        if (!w) {
            (*dropped)++;
            continue;
        }
        w->last = t;
        if (feed_ref(c, w, h, ref, t) && (w->fired == UTIME_NONE || t - w->fired > c->timespan)) {
            w->fired = t;
            fires = true;
        }
    }
    return fires;
}

size_t corr_feed(struct table *tab, const struct ruleset *rules, const struct hit *h, utime_t t,
                 struct corr_fired *fired, size_t max, uint64_t *dropped)
{
    const uint32_t *user;
    size_t users = ruleset_users(rules, h->rule, &user), n = 0;

    for (size_t i = 0; i < users; i++) {
        const struct rule *r = ruleset_rule(rules, user[i]);

        if (r && r->correlation && feed(tab, r, h, t, dropped) && n < max) {
            fired[n++].rule = r;
        }
    }
    return n;
}

void corr_rewind(struct table *tab, const struct ruleset *rules, utime_t t)
{
    struct row_corr *w = table_first(tab);

    while (w) {
        struct row_corr *next = table_next(tab, w);
        const struct rule *r = ruleset_rule(rules, w->rule);

        if (!r || !r->correlation || w->last - t > r->correlation->timespan) {
            table_del(tab, w);
        }
        w = next;
    }
}

void corr_expire(struct table *tab, const struct ruleset *rules, utime_t t)
{
    struct row_corr *w = table_first(tab);

    while (w) {
        struct row_corr *next = table_next(tab, w);
        const struct rule *r = ruleset_rule(rules, w->rule);

        if (!r || !r->correlation || t - w->last > r->correlation->timespan) {
            table_del(tab, w);
            tab->expired++;
        }
        w = next;
    }
}
