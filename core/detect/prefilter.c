// prefilter.c - rules by log source and cover.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/prefilter.h"

#include <math.h>
#include <stdio.h>

#include "core/base/hash.h"
#include "core/detect/cover.h"

struct key {
    struct key *next;
    uint32_t group, rule;
    struct cover_key k;
};

struct probe { // a field that some cover of the group asks
    enum cover_kind kind;
    uint32_t name;
};

struct group {             // rules of one log source
    uint32_t ls[LS_COUNT]; // words of the prefilter; NAME_NONE matches anything
    struct probe *probe;
    size_t nprobes, cprobes;
    uint32_t *always; // rules without a cover
    size_t nalways, calways;
};

struct prefilter {
    const struct ruleset *s;
    struct names words; // of log sources, lower case
    struct group *group;
    size_t ngroups, cgroups;
    struct key **bucket;
    size_t nbuckets;
};

static uint64_t key_hash(uint32_t group, enum cover_kind kind, uint32_t name, struct span text)
{
    return hash64((uint64_t)group << 33 ^ (uint64_t)name << 1 ^ (uint64_t)kind, text);
}

static uint32_t word_of(struct prefilter *p, struct arena *a, struct span word)
{
    char *low;

    if (word.n == 0) {
        return NAME_NONE;
    }
    low = arena_str(a, word);
    if (!arena_ok(a)) {
        return NAME_NONE;
    }
    fold_ascii(low, word);
    return names_intern(&p->words, span_of(low, word.n));
}

static struct group *group_of(struct prefilter *p, struct arena *a, const struct entry *e)
{
    uint32_t ls[LS_COUNT];

    for (int i = 0; i < LS_COUNT; i++) {
        ls[i] = word_of(p, a, e->logsource[i]);
    }
    for (size_t i = 0; i < p->ngroups; i++) {
        if (memcmp(p->group[i].ls, ls, sizeof(ls)) == 0) {
            return &p->group[i];
        }
    }
    p->group = arena_grow(a, p->group, p->ngroups, &p->cgroups, sizeof(*p->group));
    if (!p->group) {
        return NULL;
    }
    memset(&p->group[p->ngroups], 0, sizeof(*p->group));
    memcpy(p->group[p->ngroups].ls, ls, sizeof(ls));
    return &p->group[p->ngroups++];
}

static bool add_probe(struct arena *a, struct group *g, const struct cover_key *k)
{
    for (size_t i = 0; i < g->nprobes; i++) {
        if (g->probe[i].kind == k->kind && g->probe[i].name == k->name) {
            return true;
        }
    }
    g->probe = arena_grow(a, g->probe, g->nprobes, &g->cprobes, sizeof(*g->probe));
    if (!g->probe) {
        return false;
    }
    g->probe[g->nprobes++] = (struct probe){k->kind, k->name};
    return true;
}

static bool add_key(struct prefilter *p, struct arena *a, struct group *g, uint32_t rule,
                    const struct cover_key *k)
{
    uint32_t group = (uint32_t)(g - p->group);
    struct key *key = arena_alloc(a, sizeof(*key));
    struct key **at;

    if (!key || !add_probe(a, g, k)) {
        return false;
    }
    *key = (struct key){.group = group, .rule = rule, .k = *k};
    at = &p->bucket[key_hash(group, k->kind, k->name, k->text) & (p->nbuckets - 1)];
    key->next = *at;
    *at = key;
    return true;
}

static bool add_rule(struct prefilter *p, struct ruleset *s, struct entry *e,
                     struct cover_key keys[COVER_MAX])
{
    struct arena *a = &s->arena;
    struct group *g = group_of(p, a, e);
    size_t n = cover_of(a, &e->program, keys);
    bool ok = g != NULL;

    for (size_t i = 0; ok && i < n; i++) {
        ok = add_key(p, a, g, e->rule.index, &keys[i]);
    }
    if (ok && n == 0) {
        g->always = arena_grow(a, g->always, g->nalways, &g->calways, sizeof(*g->always));
        ok = g->always != NULL;
        if (ok) {
            g->always[g->nalways++] = e->rule.index;
        }
    }
    return ok;
}

struct prefilter *prefilter_new(struct ruleset *s)
{
    struct prefilter *p = arena_alloc(&s->arena, sizeof(*p));
    struct cover_key *keys = arena_array(&s->arena, COVER_MAX, sizeof(*keys));

    if (!p || !keys) {
        return NULL;
    }
    p->s = s;
    p->words.a = &s->arena;
    p->nbuckets = 1024;
    while (p->nbuckets < 4 * s->nrules) {
        p->nbuckets *= 2;
    }
    p->bucket = arena_array(&s->arena, p->nbuckets, sizeof(struct key *));
    for (size_t i = 0; i < s->nrules; i++) {
        struct entry *e = s->rule[i];

        if (!p->bucket || (e->rule.kind == RULE_EVENT && !add_rule(p, s, e, keys))) {
            return NULL;
        }
    }
    return p;
}

static void set_bit(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << i % 64;
}

static void look_up(const struct prefilter *p, uint32_t group, const struct probe *q,
                    struct span text, uint64_t *bits)
{
    uint64_t h = key_hash(group, q->kind, q->name, text);

    for (const struct key *k = p->bucket[h & (p->nbuckets - 1)]; k; k = k->next) {
        if (k->group == group && k->k.kind == q->kind && k->k.name == q->name &&
            span_eq(k->k.text, text)) {
            set_bit(bits, k->rule);
        }
    }
}

static void probe_value(const struct prefilter *p, uint32_t group, const struct probe *q,
                        struct value *v, const struct leaf_tools *t, uint64_t *bits)
{
    struct span text = value_low(v, t);
    struct number n;
    char whole[32];

    if (q->kind == COVER_TAIL) {
        if (cover_tail(text, &text)) {
            look_up(p, group, q, text, bits);
        }
        return;
    }
    look_up(p, group, q, text, bits);
    // 4625.0 of an event equals 4625 of a rule.
    if (v->v.type == V_FLOAT && number_read(v->v.s, &n) && fabs(n.d) < 1e18 &&
        n.d == (double)(int64_t)n.d) {
        int len = snprintf(whole, sizeof(whole), "%lld", (long long)n.d);

        look_up(p, group, q, span_of(whole, (size_t)len), bits);
    }
}

static void run_group(const struct prefilter *p, uint32_t group, const struct leaf_tools *t,
                      uint64_t *bits)
{
    const struct group *g = &p->group[group];

    for (size_t i = 0; i < g->nalways; i++) {
        set_bit(bits, g->always[i]);
    }
    for (size_t i = 0; i < g->nprobes; i++) {
        struct values v = t->field(t->ctx, g->probe[i].name);

        for (size_t k = 0; k < v.n; k++) {
            if (v.at[k].v.type != V_NULL) {
                probe_value(p, group, &g->probe[i], &v.at[k], t, bits);
            }
        }
    }
}

void prefilter_run(const struct prefilter *p, const struct event *ev, const struct leaf_tools *t,
                   uint64_t *bits)
{
    uint32_t ls[LS_COUNT];
    char low[128];

    for (int i = 0; i < LS_COUNT; i++) {
        struct span word = span_sub(ev->logsource[i], 0, sizeof(low));

        fold_ascii(low, word);
        ls[i] = names_find(&p->words, span_of(low, word.n));
    }
    for (uint32_t g = 0; g < p->ngroups; g++) {
        const uint32_t *want = p->group[g].ls;
        bool fits = true;

        for (int i = 0; i < LS_COUNT; i++) {
            fits = fits && (want[i] == NAME_NONE || want[i] == ls[i]);
        }
        if (fits) {
            run_group(p, g, t, bits);
        }
    }
}
