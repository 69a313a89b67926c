// prefilter_build.c - the covers of a set's rules, sorted into lanes.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/prefilter.h"

#include <stdlib.h>

struct want_key {          // one key of one rule; sorted, equal keys stand together
    uint64_t field, begin; // group and name; kind and the text's first bytes: most are told by them
    uint32_t group, rule;
    struct cover_key k;
};

struct want_keys {
    struct want_key *v;
    size_t n, cap;
};

static struct prefilter_group *group_of(struct prefilter *p, struct arena *a, const struct entry *e)
{
    uint32_t at = rulesources_add(&p->rulesources, a, e->logsource);

    if (at == NAME_NONE) {
        return NULL;
    }
    if (at == p->ngroups) {
        p->group = arena_grow(a, p->group, p->ngroups, &p->cgroups, sizeof(*p->group));
        if (!p->group) {
            return NULL;
        }
        memset(&p->group[p->ngroups++], 0, sizeof(*p->group));
    }
    return &p->group[at];
}

static struct want_key want_of(uint32_t group, uint32_t rule, const struct cover_key *k)
{
    struct want_key w = {.group = group, .rule = rule, .k = *k};

    w.field = (uint64_t)group << 32 | k->name;
    w.begin = (uint64_t)k->kind << 56;
    for (size_t i = 0; i < 7 && i < k->text.n; i++) {
        w.begin |= (uint64_t)(unsigned char)k->text.p[i] << (48 - 8 * i);
    }
    return w;
}

static bool add_rule(struct prefilter *p, struct ruleset *s, struct arena *tmp, struct entry *e,
                     struct want_keys *w)
{
    struct prefilter_group *g = group_of(p, &s->arena, e);
    size_t n;
    const struct cover_key *key = cover_of(tmp, &e->program, &n);

    if (!g || !key) {
        return false;
    }
    if (n == 0) {
        g->always = arena_grow(&s->arena, g->always, g->nalways, &g->calways, sizeof(*g->always));
        if (g->always) {
            g->always[g->nalways++] = e->rule.index;
        }
        return g->always != NULL;
    }
    for (size_t i = 0; i < n; i++) {
        w->v = arena_grow(tmp, w->v, w->n, &w->cap, sizeof(*w->v));
        if (!w->v) {
            return false;
        }
        w->v[w->n++] = want_of((uint32_t)(g - p->group), e->rule.index, &key[i]);
    }
    return true;
}

static int by_key(const struct want_key *x, const struct want_key *y)
{
#define CMP(m) ((x->m > y->m) - (x->m < y->m))
    int c = CMP(field);

    c = c ? c : CMP(begin);
    return c ? c : span_cmp(x->k.text, y->k.text);
}

static int by_all(const void *a, const void *b)
{
    const struct want_key *x = a, *y = b;
    int c = by_key(x, y);

    return c ? c : CMP(rule);
#undef CMP
}

// The lane of w->v[from..to), all of one group and name.
static bool make_lane(struct prefilter *p, struct arena *a, const struct want_keys *w, size_t from,
                      size_t to, struct lane *l)
{
    *l = (struct lane){.name = w->v[from].k.name};
    l->key = arena_array(a, to - from, sizeof(*l->key));
    for (size_t i = from; l->key && i < to; i++) {
        struct lane_key *k = l->nkeys ? &l->key[l->nkeys - 1] : NULL;

        p->rule[i] = w->v[i].rule;
        if (k && i > from && by_key(&w->v[i], &w->v[i - 1]) == 0) {
            k->n++;
            continue;
        }
        l->key[l->nkeys++] = (struct lane_key){.text = arena_span(a, w->v[i].k.text),
                                               .first = (uint32_t)i,
                                               .n = 1,
                                               .kind = w->v[i].k.kind};
    }
    return l->key && lane_build(a, l);
}

static bool make_probes(struct prefilter *p, struct arena *a)
{
    bool ok = true;

    for (size_t g = 0; g < p->ngroups; g++) {
        for (size_t i = 0; ok && i < p->group[g].nlanes; i++) {
            const struct lane *l = &p->group[g].lane[i];

            ok = l->name != NAME_KEYWORD || keyword_build(a, l, &p->group[g].keywords);
        }
    }
    return ok;
}

static bool make_lanes(struct prefilter *p, struct arena *a, const struct want_keys *w)
{
    size_t *cap = arena_array(a, p->ngroups + 1, sizeof(*cap));

    p->rule = arena_array(a, w->n + 1, sizeof(*p->rule));
    for (size_t i = 0, to; cap && p->rule && i < w->n; i = to) {
        uint32_t at = w->v[i].group;
        struct prefilter_group *g = &p->group[at];

        for (to = i + 1; to < w->n && w->v[to].group == at && w->v[to].k.name == w->v[i].k.name;) {
            to++;
        }
        g->lane = arena_grow(a, g->lane, g->nlanes, &cap[at], sizeof(*g->lane));
        if (!g->lane || !make_lane(p, a, w, i, to, &g->lane[g->nlanes++])) {
            return false;
        }
    }
    return cap && p->rule;
}

struct prefilter *prefilter_new(struct ruleset *s)
{
    struct prefilter *p = arena_alloc(&s->arena, sizeof(*p));
    struct want_keys w = {0};
    struct arena tmp;
    bool ok = p != NULL;

    arena_init(&tmp, (size_t)1 << 30);
    if (ok) {
        p->rulesources.words.a = &s->arena;
    }
    for (size_t i = 0; ok && i < s->nrules; i++) {
        ok = s->rule[i]->rule.kind != RULE_EVENT || add_rule(p, s, &tmp, s->rule[i], &w);
    }
    if (ok && w.n) {
        qsort(w.v, w.n, sizeof(*w.v), by_all);
    }
    ok = ok && make_lanes(p, &s->arena, &w) && make_probes(p, &s->arena);
    arena_free(&tmp);
    return ok ? p : NULL;
}
