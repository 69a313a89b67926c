// matcher.c - the rules of a set against one event.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "core/detect/prefilter.h"

enum { SCRATCH_MAX = 64 << 20, CORE_VALUES_MAX = 32 };

// The values of a name for the event of the round, made when they are first asked for.
struct place {
    uint32_t round; // made for this event when it equals the matcher's
    struct values v;
};

struct matcher {
    const struct ruleset *s;
    const struct wants *want;
    struct arena scratch; // values and their folded copies, reset by event
    struct regex_scratch *regex;
    struct prefilter_memo *memo;
    struct leaf_tools tools;
    const struct event *ev;
    uint32_t round;
    struct place *place;    // by name
    uint32_t *name_id;      // by name: its number in `want`
    int16_t *name_core;     // by name: the core field of that name, -1 when there is none
    struct values keywords; // made when the first keyword leaf asks
    uint32_t keywords_round;
    uint64_t *bits;
    size_t nwords;
    uint64_t overflow, faults;
    uint32_t *rule_faults; // by rule, since matcher_forgive()
    uint32_t faulted[FAULTED_MAX];
    size_t nfaulted; // rules that were at fault on this event
};

static struct values room(struct matcher *m, size_t n)
{
    struct values v = {.at = n ? arena_room(&m->scratch, n * sizeof(struct value)) : NULL};

    m->faults += n && !v.at;
    return v;
}

static void put(struct values *v, struct fval f)
{
    v->at[v->n++] = (struct value){.v = f};
}

static struct values lone(struct matcher *m, struct fval f)
{
    struct values v = room(m, 1);

    if (v.at) {
        put(&v, f);
    }
    return v;
}

static struct values numbered(struct matcher *m, uint32_t id)
{
    const struct event *ev = m->ev;
    struct values v;
    size_t n = 0;

    for (uint32_t i = ev->at[id]; i; i = ev->next[i - 1]) {
        n++;
    }
    v = room(m, n);
    for (uint32_t i = ev->at[id]; v.at && i; i = ev->next[i - 1]) {
        put(&v, ev->okv[i - 1].v);
    }
    return v;
}

static struct values named(struct matcher *m, struct span name)
{
    struct values v;
    size_t nokv, n = 0;
    const struct okv *okv = event_all(m->ev, &nokv);

    for (size_t i = 0; i < nokv; i++) {
        n += span_eq(okv[i].name, name);
    }
    v = room(m, n);
    for (size_t i = 0; v.at && i < nokv; i++) {
        if (span_eq(okv[i].name, name)) {
            put(&v, okv[i].v);
        }
    }
    return v;
}

static struct values core_values(struct matcher *m, enum field f)
{
    struct fval found[CORE_VALUES_MAX];
    size_t n = event_core(m->ev, f, found, CORE_VALUES_MAX);
    struct values v;

    n = n < CORE_VALUES_MAX ? n : CORE_VALUES_MAX;
    v = room(m, n);
    for (size_t i = 0; v.at && i < n; i++) {
        put(&v, found[i]);
    }
    return v;
}

// Original fields in document order, else the core field. `fab.kind` is ours: a record cannot say it.
static struct values find_values(struct matcher *m, uint32_t name)
{
    const struct event *ev = m->ev;
    uint32_t id = ev->want && ev->want == m->want ? m->name_id[name] : WANTS_NONE;
    int core = m->name_core[name];
    struct values v;

    if (name == m->s->kind_name) {
        return lone(m, (struct fval){V_STR, span_str(kind_name(ev->kind)), 0});
    }
    v = id != WANTS_NONE ? numbered(m, id) : named(m, m->s->names.name[name]);
    return v.n == 0 && core >= 0 ? core_values(m, (enum field)core) : v;
}

// The whole record, and its texts as they read without their quoting.
static struct values keyword_values(struct matcher *m)
{
    if (m->keywords_round != m->round) {
        size_t nokv;
        const struct okv *okv = event_all(m->ev, &nokv);
        struct values v = room(m, nokv + 1);

        if (v.at) {
            put(&v, (struct fval){V_STR, m->ev->raw, 0});
        }
        for (size_t i = 0; v.at && i < nokv; i++) {
            if (okv[i].v.type == V_STR && okv[i].v.s.n) {
                put(&v, okv[i].v);
            }
        }
        m->keywords = v;
        m->keywords_round = m->round;
    }
    return m->keywords;
}

static struct values field_values(void *ctx, uint32_t name)
{
    struct matcher *m = ctx;
    struct place *p;

    if (name == NAME_KEYWORD) {
        return keyword_values(m);
    }
    p = &m->place[name];
    if (p->round != m->round) {
        *p = (struct place){m->round, find_values(m, name)};
    }
    return p->v;
}

struct matcher *matcher_new(const struct ruleset *s, const struct wants *want)
{
    struct matcher *m = calloc(1, sizeof(*m));

    if (!m) {
        return NULL;
    }
    m->s = s;
    m->want = want;
    m->nwords = (s->nrules + 63) / 64;
    arena_init(&m->scratch, SCRATCH_MAX);
    m->regex = regex_scratch_new();
    m->memo = prefilter_memo_new(s->prefilter);
    m->place = calloc(s->names.n + 1, sizeof(*m->place));
    m->name_id = calloc(s->names.n + 1, sizeof(*m->name_id));
    m->name_core = calloc(s->names.n + 1, sizeof(*m->name_core));
    m->bits = calloc(m->nwords + 1, sizeof(*m->bits));
    m->rule_faults = calloc(s->nrules + 1, sizeof(*m->rule_faults));
    if (!m->regex || !m->memo || !m->place || !m->name_id || !m->name_core || !m->bits ||
        !m->rule_faults) {
        matcher_free(m);
        return NULL;
    }
    for (size_t i = 0; i < s->names.n; i++) {
        m->name_id[i] = want ? wants_find(want, s->names.name[i]) : WANTS_NONE;
        m->name_core[i] = (int16_t)field_of(s->names.name[i]);
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
        prefilter_memo_free(m->memo);
        free(m->place);
        free(m->name_id);
        free(m->name_core);
        free(m->bits);
        free(m->rule_faults);
        free(m);
    }
}

static void begin(struct matcher *m, const struct event *ev)
{
    arena_reset(&m->scratch);
    m->ev = ev;
    m->nfaulted = 0;
    if (++m->round == 0) { // after 2^32 events an old mark could look new
        memset(m->place, 0, (m->s->names.n + 1) * sizeof(*m->place));
        m->keywords_round = 0;
        m->round = 1;
    }
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
    return leaf_eval(l, field_values(t->m, l->name), &t->m->tools);
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

// An expression passed its match limit, or there was no memory: the rule may have said nothing where it
// should have spoken.
static void at_fault(struct matcher *m, uint32_t rule)
{
    m->rule_faults[rule]++;
    if (m->nfaulted < FAULTED_MAX) {
        m->faulted[m->nfaulted++] = rule;
    }
}

// A hit, or false. A rule in quarantine says nothing; that was said when it went there.
static bool try_rule(struct matcher *m, const struct entry *e, struct hit *h)
{
    struct try t = {m, &e->program};
    struct leaf_env env = {try_leaf, &t};
    uint64_t before = m->faults;
    enum tri r;

    if (m->rule_faults[e->rule.index] >= RULE_FAULTS_MAX) {
        return false;
    }
    r = node_eval(e->program.root, &env);
    if (m->faults != before) {
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
    size_t n = 0;

    if (m->nwords == 0) {
        return 0;
    }
    begin(m, ev);
    memset(m->bits, 0, m->nwords * sizeof(*m->bits));
    prefilter_run(m->s->prefilter, m->memo, ev, &m->tools, m->bits);
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

// The first test, and of its values the first, that hold.
static void find_test(struct matcher *m, const struct leaf *l, struct leaf_said *out)
{
    struct values all = field_values(m, l->name);

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

void matcher_forgive(struct matcher *m)
{
    memset(m->rule_faults, 0, (m->s->nrules + 1) * sizeof(*m->rule_faults));
}

uint64_t matcher_overflow(const struct matcher *m)
{
    return m->overflow;
}

uint64_t matcher_faults(const struct matcher *m)
{
    return m->faults;
}
