// twin.c - one alert that several sources say.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/twin.h"

#include "core/engine/scene.h"

static uint32_t *count_of(struct row_twin *t, uint32_t source)
{
    for (size_t i = 0; i < TWIN_SOURCES; i++) {
        if (t->by[i].n == 0 || t->by[i].source == source) {
            t->by[i].source = source;
            return &t->by[i].n;
        }
    }
    return NULL;
}

static uint32_t rule_mark(const struct engine *e, const struct hit *h)
{
    const struct rule *r = ruleset_rule(e->set->rules, h->rule);
    struct span id = span_str(r ? r->id : "");

    return (uint32_t)key_of('w', &id, 1).h[0];
}

// True when the rule had met it; remembers it else. A full list takes no more: what follows counts as met.
static bool met(struct row_twin *t, uint32_t mark)
{
    for (uint32_t i = 0; i < t->nrules; i++) {
        if (t->rule[i] == mark) {
            return true;
        }
    }
    if (t->nrules == TWIN_RULES) {
        return true;
    }
    t->rule[t->nrules++] = mark;
    return false;
}

static void count_repeat(struct engine *e, uint32_t source)
{
    struct row_source *s = table_get(&e->tab[TAB_SOURCE], &source);

    if (s) {
        s->repeated++;
        MARK(e, SOURCE, s);
    }
}

bool twin_of(struct engine *e, const struct obs *o, struct hit rest[OBS_HITS_MAX], uint32_t *ret_n)
{
    struct span part[] = {obs_field(o, FIELD_EVENT_ID), obs_field(o, FIELD_RULE_ID)};
    struct key128 key;
    struct row_twin *t;
    uint32_t *n;

    *ret_n = 0;
    if (!(o->flags & EVENT_IS_ALERT) || !(o->flags & EVENT_NAMED) || part[0].n == 0 ||
        part[1].n == 0) {
        return false;
    }
    key = key_of('w', part, 2);
    t = table_put(&e->tab[TAB_TWIN], &key);
    n = t ? count_of(t, o->source) : NULL;
    if (!n) {
        return false;
    }
    t->last = e->now;
    if (++*n > t->made) {
        t->made = *n;
        for (uint32_t i = 0; i < o->nhits; i++) {
            (void)met(t, rule_mark(e, &o->hit[i]));
        }
        return false;
    }
    for (uint32_t i = 0; i < o->nhits; i++) {
        if (!met(t, rule_mark(e, &o->hit[i]))) {
            rest[(*ret_n)++] = o->hit[i];
        }
    }
    count_repeat(e, o->source);
    return true;
}
