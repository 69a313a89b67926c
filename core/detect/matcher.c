// matcher.c - the rules of a set against one event.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/detect/prefilter.h"

enum { SCRATCH_MAX = 64 << 20 };

// Where the values of a name stand for the event of the round.
struct place {
    uint32_t round; // the entry is of this event when it equals the matcher's
    uint32_t start, n;
};

struct matcher {
    const struct ruleset *s;
    struct arena scratch; // folded copies, reset by event
    struct regex_scratch *regex;
    struct leaf_tools tools;
    const struct event *ev;
    uint32_t round;
    struct place *place; // by name
    uint32_t *touched;   // names of this event
    size_t ntouched;
    uint32_t *okv_name; // by original field: its name in the set
    size_t cokv;
    struct value *value; // of named fields, then of keywords
    size_t nvalues, cvalues;
    struct values keywords; // made when the first keyword leaf asks
    uint32_t keywords_round;
    uint64_t *bits;
    size_t nwords;
    uint64_t overflow, faults;
};

static struct values field_values(void *ctx, uint32_t name)
{
    const struct matcher *m = ctx;
    const struct place *p = &m->place[name];

    return p->round == m->round ? (struct values){m->value + p->start, p->n} : (struct values){0};
}

struct matcher *matcher_new(const struct ruleset *s)
{
    struct matcher *m = calloc(1, sizeof(*m));

    if (!m) {
        return NULL;
    }
    m->s = s;
    m->nwords = (s->nrules + 63) / 64;
    arena_init(&m->scratch, SCRATCH_MAX);
    m->regex = regex_scratch_new();
    m->place = calloc(s->names.n + 1, sizeof(*m->place));
    m->touched = calloc(s->names.n + 1, sizeof(*m->touched));
    m->bits = calloc(m->nwords + 1, sizeof(*m->bits));
    if (!m->regex || !m->place || !m->touched || !m->bits) {
        matcher_free(m);
        return NULL;
    }
    m->tools = (struct leaf_tools){.scratch = &m->scratch,
                                   .regex = m->regex,
                                   .field = field_values,
                                   .ctx = m,
                                   .faults = &m->faults};
    return m;
}

void matcher_free(struct matcher *m)
{
    if (m) {
        arena_free(&m->scratch);
        regex_scratch_free(m->regex);
        free(m->place);
        free(m->touched);
        free(m->okv_name);
        free(m->value);
        free(m->bits);
        free(m);
    }
}

// Room for an event larger than all before it; events of a known size allocate nothing.
static bool make_room(struct matcher *m, size_t nokv)
{
    size_t c = m->cokv ? m->cokv : 256;
    uint32_t *names;
    struct value *values;

    if (nokv <= m->cokv) {
        return true;
    }
    while (c < nokv) {
        c *= 2;
    }
    names = realloc(m->okv_name, c * sizeof(*names));
    m->okv_name = names ? names : m->okv_name;
    values = realloc(m->value, (2 * c + FIELD_COUNT + 2) * sizeof(*values));
    m->value = values ? values : m->value;
    if (!names || !values) {
        return false;
    }
    m->cokv = c;
    m->cvalues = 2 * c + FIELD_COUNT + 2;
    return true;
}

static struct place *touch(struct matcher *m, uint32_t name)
{
    struct place *p = &m->place[name];

    if (p->round != m->round) {
        *p = (struct place){.round = m->round};
        m->touched[m->ntouched++] = name;
    }
    return p;
}

static void put_lone(struct matcher *m, uint32_t name, struct fval v)
{
    struct place *p = touch(m, name);

    p->start = (uint32_t)m->nvalues;
    p->n = 1;
    m->value[m->nvalues++] = (struct value){.v = v};
}

// Original fields, grouped by name in document order. `fab.kind` is ours: a record cannot say it.
static void put_original(struct matcher *m, const struct event *ev)
{
    uint32_t at = 0;

    for (size_t i = 0; i < ev->nokv; i++) {
        uint32_t name = names_find(&m->s->names, ev->okv[i].name);

        name = name == m->s->kind_name ? NAME_NONE : name;
        m->okv_name[i] = name;
        if (name != NAME_NONE) {
            touch(m, name)->n++;
        }
    }
    for (size_t i = 0; i < m->ntouched; i++) {
        struct place *p = &m->place[m->touched[i]];

        p->start = at;
        at += p->n;
        p->n = 0;
    }
    for (size_t i = 0; i < ev->nokv; i++) {
        if (m->okv_name[i] != NAME_NONE) {
            struct place *p = &m->place[m->okv_name[i]];

            m->value[p->start + p->n++] = (struct value){.v = ev->okv[i].v};
        }
    }
    m->nvalues = at;
}

static bool resolve(struct matcher *m, const struct event *ev)
{
    const struct ruleset *s = m->s;

    if (!make_room(m, ev->nokv + 1)) {
        return false;
    }
    arena_reset(&m->scratch);
    m->ev = ev;
    m->ntouched = m->nvalues = 0;
    if (++m->round == 0) { // after 2^32 events an old mark could look new
        memset(m->place, 0, (s->names.n + 1) * sizeof(*m->place));
        m->keywords_round = 0;
        m->round = 1;
    }
    put_original(m, ev);
    for (unsigned f = fieldset_next(&ev->mask, 0); f < FIELD_COUNT;
         f = fieldset_next(&ev->mask, f + 1)) {
        if (s->core_name[f] != NAME_NONE && m->place[s->core_name[f]].round != m->round) {
            put_lone(m, s->core_name[f], ev->field[f]);
        }
    }
    if (s->kind_name != NAME_NONE) {
        put_lone(m, s->kind_name, (struct fval){V_STR, span_str(kind_name(ev->kind)), 0});
    }
    return true;
}

// The whole record, and its texts as they read without their quoting.
static struct values keyword_values(struct matcher *m)
{
    const struct event *ev = m->ev;

    if (m->keywords_round != m->round) {
        struct value *v = m->value + m->nvalues;
        size_t n = 0;

        v[n++] = (struct value){.v = {V_STR, ev->raw, 0}};
        for (size_t i = 0; i < ev->nokv; i++) {
            if (ev->okv[i].v.type == V_STR && ev->okv[i].v.s.n) {
                v[n++] = (struct value){.v = ev->okv[i].v};
            }
        }
        m->keywords = (struct values){v, n};
        m->keywords_round = m->round;
    }
    return m->keywords;
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
    return leaf_eval(l,
                     l->name == NAME_KEYWORD ? keyword_values(t->m) : field_values(t->m, l->name),
                     &t->m->tools);
}

static void fill_known(struct try *t, struct hit *h)
{
    for (uint32_t i = 0; i < t->p->nleaves; i++) {
        enum tri r = try_leaf(t, i);

        h->known |= (uint64_t)(r != TRI_UNKNOWN) << i;
        h->truth |= (uint64_t)(r == TRI_YES) << i;
    }
}

static void fill_carry(const struct matcher *m, const struct entry *e, struct hit *h)
{
    h->ncarry = e->rule.ncarry;
    for (uint8_t i = 0; i < h->ncarry; i++) {
        struct values v = {0};

        h->carry[i] = SPAN_NONE;
        if (e->carry_name[i] != NAME_NONE) {
            v = field_values((void *)(uintptr_t)m, e->carry_name[i]);
        }
        for (size_t k = 0; k < v.n && h->carry[i].n == 0; k++) {
            h->carry[i] = v.at[k].v.type == V_NULL ? SPAN_NONE : v.at[k].v.s;
        }
    }
}

// A hit, or false. A rule left open only by an expression that passed its limit is a counted fault.
static bool try_rule(struct matcher *m, const struct entry *e, struct hit *h)
{
    struct try t = {m, &e->program};
    struct leaf_env env = {try_leaf, &t};
    enum tri r = node_eval(e->program.root, &env);

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
    size_t n = 0;

    if (m->nwords == 0) {
        return 0;
    }
    if (!resolve(m, ev)) {
        m->faults++;
        return 0;
    }
    memset(m->bits, 0, m->nwords * sizeof(*m->bits));
    prefilter_run(m->s->prefilter, ev, &m->tools, m->bits);
    for (size_t w = 0; w < m->nwords; w++) {
        for (uint64_t b = m->bits[w]; b; b &= b - 1) {
            const struct entry *e = m->s->rule[w * 64 + (size_t)__builtin_ctzll(b)];
            struct hit h;

            if (!try_rule(m, e, &h)) {
                continue;
            }
            if (n < max) {
                out[n++] = h;
            } else {
                m->overflow++;
            }
        }
    }
    return n;
}

uint64_t matcher_overflow(const struct matcher *m)
{
    return m->overflow;
}

uint64_t matcher_faults(const struct matcher *m)
{
    return m->faults;
}
