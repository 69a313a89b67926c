// matcher.c - the rules of a set against one event.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/detect/prefilter.h"
#include "core/detect/values.h"

struct matcher {
    const struct ruleset *s;
    struct value_cache values;
    struct regex_scratch *regex;
    struct prefilter_memo *memo;
    struct leaf_tools tools;
    struct called called;
    uint64_t overflow, unasked;
    uint32_t *rule_faults; // by rule, since matcher_forgive()
    uint32_t *faulted;     // rules that were at fault on this event
    size_t nfaulted;
};

struct matcher *matcher_new(const struct ruleset *s, const struct wants *want)
{
    struct matcher *m = calloc(1, sizeof(*m));

    if (!m) {
        return NULL;
    }
    m->s = s;
    m->regex = regex_scratch_new();
    m->memo = prefilter_memo_new(s->prefilter, &m->values);
    m->rule_faults = calloc(s->nrules + 1, sizeof(*m->rule_faults));
    m->faulted = calloc(s->nrules + 1, sizeof(*m->faulted));
    if (!value_cache_init(&m->values, s, want) || !called_init(&m->called, s->nrules) ||
        !m->regex || !m->memo || !m->rule_faults || !m->faulted) {
        matcher_free(m);
        return NULL;
    }
    m->tools = (struct leaf_tools){.scratch = &m->values.scratch,
                                   .regex = m->regex,
                                   .field = value_cache_get,
                                   .ctx = &m->values,
                                   .faults = &m->values.faults};
    return m;
}

void matcher_free(struct matcher *m)
{
    if (m) {
        value_cache_free(&m->values);
        called_free(&m->called);
        regex_scratch_free(m->regex);
        prefilter_memo_free(m->memo);
        free(m->rule_faults);
        free(m->faulted);
        free(m);
    }
}

void matcher_steady(struct matcher *m, steady_text *steady, const void *ctx)
{
    prefilter_memo_steady(m->memo, steady, ctx);
}

static void begin(struct matcher *m, const struct event *ev)
{
    value_cache_begin(&m->values, ev);
    m->nfaulted = 0;
}

struct
try {
    struct matcher *m;
    const struct program *p;
};

static enum tri try_leaf(void *ctx, uint32_t index)
{
    const struct try *t = ctx;
    const struct leaf *l = &t->p->leaf[index];

    if (l->name == NAME_CONTEXT) {
        return TRI_UNKNOWN;
    }
    return leaf_eval(l, value_cache_get(&t->m->values, l->name), &t->m->tools);
}

static void fill_known(struct try *t, struct hit *h)
{
    for (uint32_t i = 0; i < t->p->nleaves; i++) {
        enum tri r = try_leaf(t, i);

        h->known |= (uint64_t)(r != TRI_UNKNOWN) << i;
        h->truth |= (uint64_t)(r == TRI_YES) << i;
    }
}

static void fill_carry(struct matcher *m, const struct entry *e, struct hit *h)
{
    h->ncarry = e->rule.ncarry;
    for (uint8_t i = 0; i < h->ncarry; i++) {
        struct values v = {0};

        h->carry[i] = SPAN_NONE;
        if (e->carry_name[i] != NAME_NONE) {
            v = value_cache_get(&m->values, e->carry_name[i]);
        }
        for (size_t k = 0; k < v.n && h->carry[i].n == 0; k++) {
            h->carry[i] = v.at[k].v.type == V_NULL ? SPAN_NONE : v.at[k].v.s;
        }
    }
}

// An expression passed its match limit, or there was no memory: the rule may have said nothing where it
// should have spoken.
static void at_fault(struct matcher *m, uint32_t rule)
{
    m->rule_faults[rule]++;
    m->faulted[m->nfaulted++] = rule;
}

// A hit, or false. A rule in quarantine says nothing; that was said when it went there.
static bool try_rule(struct matcher *m, const struct entry *e, struct hit *h)
{
    struct try t = {m, &e->program};
    struct leaf_env env = {try_leaf, &t};
    uint64_t before = m->values.faults;
    enum tri r;

    if (m->rule_faults[e->rule.index] >= RULE_FAULTS_MAX) {
        return false;
    }
    r = node_eval(e->program.root, &env);
    if (m->values.faults != before) {
        at_fault(m, e->rule.index);
    }
    if (r == TRI_NO || (r == TRI_UNKNOWN && !e->rule.needs_context)) {
        return false;
    }
    *h = (struct hit){.rule = e->rule.index, .verdict = r == TRI_YES ? VERDICT_YES : VERDICT_ASK};
    if (r == TRI_UNKNOWN) {
        fill_known(&t, h);
    }
    fill_carry(m, e, h);
    return true;
}

size_t matcher_run(struct matcher *m, const struct event *ev, struct hit *out, size_t max)
{
    uint64_t faults = m->values.faults;
    size_t n = 0;
    uint32_t rule;

    begin(m, ev);
    m->unasked += !prefilter_run(m->memo, ev, &m->tools, &m->called) || m->values.faults != faults;
    while (called_next(&m->called, &rule)) {
        struct hit h;

        if (!try_rule(m, m->s->rule[rule], &h)) {
            continue;
        }
        if (n < max) {
            out[n++] = h;
        } else {
            m->overflow++;
        }
    }
    return n;
}

// The first test, and of its values the first, that hold.
static void find_test(struct matcher *m, const struct leaf *l, struct leaf_said *out)
{
    struct values all = value_cache_get(&m->values, l->name);

    for (uint32_t i = 0; i < l->ntests; i++) {
        struct leaf one = {.name = l->name, .ntests = 1, .test = &l->test[i]};

        if (leaf_eval(&one, all, &m->tools) != TRI_YES) {
            continue;
        }
        out->test = i;
        for (size_t k = 0; k < all.n; k++) {
            if (leaf_eval(&one, (struct values){&all.at[k], 1}, &m->tools) == TRI_YES) {
                out->value = all.at[k].v;
                return;
            }
        }
        return;
    }
}

void matcher_explain(struct matcher *m, const struct event *ev, const struct rule *r,
                     struct leaf_said *out)
{
    struct try t = {m, r->program};

    begin(m, ev);
    for (uint32_t i = 0; i < r->program->nleaves; i++) {
        enum tri answer = try_leaf(&t, i);

        out[i] = (struct leaf_said){.answer = answer == TRI_YES       ? SAID_YES
                                              : answer == TRI_UNKNOWN ? SAID_UNKNOWN
                                                                      : SAID_NO};
        if (answer == TRI_YES) {
            find_test(m, &r->program->leaf[i], &out[i]);
        }
    }
}

size_t matcher_faulted(const struct matcher *m, const uint32_t **ret)
{
    *ret = m->faulted;
    return m->nfaulted;
}

uint32_t matcher_rule_faults(const struct matcher *m, uint32_t rule)
{
    return m->rule_faults[rule];
}

void matcher_quarantine(struct matcher *m, uint32_t rule)
{
    if (rule < m->s->nrules) {
        m->rule_faults[rule] = RULE_FAULTS_MAX;
    }
}

void matcher_forgive(struct matcher *m)
{
    memset(m->rule_faults, 0, (m->s->nrules + 1) * sizeof(*m->rule_faults));
}

uint64_t matcher_unasked(const struct matcher *m)
{
    return m->unasked;
}

uint64_t matcher_overflow(const struct matcher *m)
{
    return m->overflow;
}

uint64_t matcher_faults(const struct matcher *m)
{
    return m->values.faults;
}
