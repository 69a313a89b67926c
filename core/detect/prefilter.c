// prefilter.c - what to ask an event, and the rules that its values call.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/prefilter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// ---- what events of some log sources are asked

struct ask { // one lane
    const struct lane *lane;
    const struct keyword_probe *keywords; // NULL: not of that name
    struct value_key key;
};

// Of all groups that fit; kept until other log sources take the place, so that an event costs what it
// has and calls. Grows to what the set needs and stays.
struct plan {
    struct ask *ask; // those of names without a number behind the others
    size_t nnumbered;
    const struct prefilter_group **always; // groups that have such rules
    size_t nasks, casks, nalways, calways;
    bool complete;
};

struct prefilter_memo {
    const struct prefilter *p;
    const struct value_cache *values;
    struct rulesource_memo *sources;
    struct plan plan[RULESOURCE_PLACES];
};

struct prefilter_memo *prefilter_memo_new(const struct prefilter *p,
                                          const struct value_cache *values)
{
    struct prefilter_memo *m = calloc(1, sizeof(*m));

    if (m) {
        m->p = p;
        m->values = values;
        m->sources = rulesource_memo_new(&p->rulesources);
    }
    if (m && !m->sources) {
        free(m);
        m = NULL;
    }
    return m;
}

void prefilter_memo_free(struct prefilter_memo *m)
{
    for (size_t i = 0; m && i < RULESOURCE_PLACES; i++) {
        free(m->plan[i].ask);
        free(m->plan[i].always);
    }
    if (m) {
        rulesource_memo_free(m->sources);
        free(m);
    }
}

void prefilter_memo_steady(struct prefilter_memo *m, steady_text *steady, const void *ctx)
{
    rulesource_memo_steady(m->sources, steady, ctx);
}

static bool have_room(void **at, size_t *cap, size_t n, size_t size)
{
    void *p;

    if (n <= *cap) {
        return true;
    }
    p = realloc(*at, n * size);
    *at = p ? p : *at;
    *cap = p ? n : *cap;
    return p != NULL;
}

static bool plan_room(struct plan *p, size_t nasks, size_t nalways)
{
    void *ask = p->ask, *always = p->always;
    bool ok = have_room(&ask, &p->casks, nasks, sizeof(*p->ask)) &&
              have_room(&always, &p->calways, nalways, sizeof(*p->always));

    p->ask = ask;
    p->always = always;
    return ok;
}

static void plan_group(struct plan *to, const struct prefilter_group *g,
                       const struct value_cache *values, bool numbered)
{
    for (size_t i = 0; i < g->nlanes; i++) {
        const struct lane *l = &g->lane[i];
        struct value_key key = value_cache_key(values, l->name);

        if ((key.id != WANTS_NONE) == numbered) {
            to->ask[to->nasks++] = (struct ask){
                .lane = l, .keywords = l->name == NAME_KEYWORD ? &g->keywords : NULL, .key = key};
        }
    }
}

static void plan_fill(const struct prefilter_memo *m, struct plan *to, bool numbered)
{
    const struct prefilter *p = m->p;

    for (size_t i = 0; i < p->ngroups; i++) {
        if (rulesource_fits(m->sources, i)) {
            plan_group(to, &p->group[i], m->values, numbered);
            if (numbered && p->group[i].nalways) {
                to->always[to->nalways++] = &p->group[i];
            }
        }
    }
}

// For the log sources that have just been given the place.
static void plan_make(const struct prefilter_memo *m, struct plan *to)
{
    const struct prefilter *p = m->p;
    size_t nasks = 0, nalways = 0;

    for (size_t i = 0; i < p->ngroups; i++) {
        if (rulesource_fits(m->sources, i)) {
            nasks += p->group[i].nlanes;
            nalways += p->group[i].nalways != 0;
        }
    }
    to->nasks = to->nalways = to->nnumbered = 0;
    to->complete = plan_room(to, nasks, nalways);
    if (to->complete) {
        plan_fill(m, to, true);
        to->nnumbered = to->nasks;
        plan_fill(m, to, false);
    }
}

static const struct plan *plan_of(struct prefilter_memo *m, const struct event *ev)
{
    bool fresh;
    size_t place = rulesource_place(m->sources, ev, &fresh);
    struct plan *plan = &m->plan[place];

    if (fresh) {
        plan_make(m, plan);
    }
    if (!plan->complete) {
        rulesource_forget(m->sources, place); // the next event tries again
    }
    return plan;
}

// ---- running

struct run {
    const struct prefilter *p;
    struct called *called;
};

static void call_rules(void *ctx, const struct lane_key *k)
{
    struct run *r = ctx;

    for (uint32_t i = 0; i < k->n; i++) {
        called_add(r->called, r->p->rule[k->first + i]);
    }
}

// 4625.0 of an event equals 4625 of a rule.
static void try_whole_float(const struct lane *l, const struct value *v, struct run *r)
{
    struct number n;
    char whole[32];

    if (v->v.type == V_FLOAT && number_read(v->v.s, &n) && fabs(n.d) < 1e18 &&
        n.d == (double)(int64_t)n.d) {
        int len = snprintf(whole, sizeof(whole), "%lld", (long long)n.d);

        lane_whole(l, span_of(whole, (size_t)len), call_rules, r);
    }
}

static void run_lane(const struct lane *l, const struct leaf_tools *t, struct run *r)
{
    struct values v = t->field(t->ctx, l->name);

    if (v.n && l->there) {
        call_rules(r, l->there);
    }
    for (size_t k = 0; k < v.n; k++) {
        if (v.at[k].v.type != V_NULL) {
            struct span low = value_low(&v.at[k], t);

            lane_run(l, low, v.at[k].ascii, call_rules, r);
            try_whole_float(l, &v.at[k], r);
        }
    }
}

bool prefilter_run(struct prefilter_memo *m, const struct event *ev, const struct leaf_tools *t,
                   struct called *c)
{
    const struct plan *plan = plan_of(m, ev);
    struct run r = {m->p, c};

    for (size_t i = 0; i < plan->nalways; i++) {
        const struct prefilter_group *g = plan->always[i];

        for (size_t k = 0; k < g->nalways; k++) {
            called_add(c, g->always[k]);
        }
    }
    for (const struct ask *a = plan->ask, *end = a + plan->nnumbered; a < end; a++) {
        if (!m->values->indexed || !value_cache_lacks(ev, a->key)) {
            run_lane(a->lane, t, &r);
        }
    }
    for (size_t i = plan->nnumbered; i < plan->nasks; i++) {
        const struct ask *a = &plan->ask[i];

        if (!a->keywords || keyword_perhaps(a->keywords, ev, t)) {
            run_lane(a->lane, t, &r);
        }
    }
    return plan->complete;
}
