// prefilter.c - rules by log source, field and cover.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/prefilter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/ends.h"
#include "core/detect/lane.h"

struct group {             // rules of one log source
    uint32_t ls[LS_COUNT]; // words of the prefilter; NAME_NONE matches anything
    struct lane *lane;
    size_t nlanes;
    uint32_t *always; // rules without a cover
    size_t nalways, calways;
};

struct prefilter {
    struct names words; // of log sources, lower case
    struct group *group;
    size_t ngroups, cgroups;
    uint32_t *rule; // what the keys call, see struct lane_key
};

// ---- building

struct want_key { // one key of one rule; sorted, equal keys stand together
    uint32_t group, rule;
    struct cover_key k;
};

struct wants {
    struct want_key *v;
    size_t n, cap;
};

// Words of log sources have no case, and a blank is '_'.
static void fold_word(char *out, struct span word)
{
    fold_ascii(out, word);
    for (size_t i = 0; i < word.n; i++) {
        out[i] = out[i] == ' ' ? '_' : out[i];
    }
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
    fold_word(low, word);
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

static bool add_rule(struct prefilter *p, struct ruleset *s, struct arena *tmp, struct entry *e,
                     struct wants *w)
{
    struct group *g = group_of(p, &s->arena, e);
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
        w->v[w->n++] = (struct want_key){(uint32_t)(g - p->group), e->rule.index, key[i]};
    }
    return true;
}

static int by_key(const struct want_key *x, const struct want_key *y)
{
#define CMP(m) ((x->m > y->m) - (x->m < y->m))
    int c = CMP(group);

    c = c ? c : CMP(k.name);
    c = c ? c : CMP(k.kind);
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
static bool make_lane(struct prefilter *p, struct arena *a, const struct wants *w, size_t from,
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

static bool make_lanes(struct prefilter *p, struct arena *a, const struct wants *w)
{
    size_t *cap = arena_array(a, p->ngroups + 1, sizeof(*cap));

    p->rule = arena_array(a, w->n + 1, sizeof(*p->rule));
    for (size_t i = 0, to; cap && p->rule && i < w->n; i = to) {
        uint32_t at = w->v[i].group;
        struct group *g = &p->group[at];

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
    struct wants w = {0};
    struct arena tmp;
    bool ok = p != NULL;

    arena_init(&tmp, (size_t)1 << 30);
    if (ok) {
        p->words.a = &s->arena;
    }
    for (size_t i = 0; ok && i < s->nrules; i++) {
        ok = s->rule[i]->rule.kind != RULE_EVENT || add_rule(p, s, &tmp, s->rule[i], &w);
    }
    if (ok && w.n) {
        qsort(w.v, w.n, sizeof(*w.v), by_all);
    }
    ok = ok && make_lanes(p, &s->arena, &w);
    arena_free(&tmp);
    return ok ? p : NULL;
}

// ---- log sources

enum { MEMO_ENTRIES = 256, MEMO_TEXT = 96 };

struct memo_entry {
    bool used;
    uint8_t n[LS_COUNT];
    struct ends ends[LS_COUNT];
    char text[MEMO_TEXT]; // the three words as they came
    uint64_t *groups;     // one bit a group
};

struct prefilter_memo {
    size_t nwords;
    uint64_t *bits, *spare; // of the entries, and for a log source too long for one
    uint64_t *all;          // of an event of several log sources
    struct memo_entry entry[MEMO_ENTRIES];
};

struct prefilter_memo *prefilter_memo_new(const struct prefilter *p)
{
    struct prefilter_memo *m = calloc(1, sizeof(*m));

    if (!m) {
        return NULL;
    }
    m->nwords = p->ngroups / 64 + 1;
    m->bits = calloc((MEMO_ENTRIES + 2) * m->nwords, sizeof(*m->bits));
    if (!m->bits) {
        free(m);
        return NULL;
    }
    for (size_t i = 0; i < MEMO_ENTRIES; i++) {
        m->entry[i].groups = m->bits + i * m->nwords;
    }
    m->spare = m->bits + MEMO_ENTRIES * m->nwords;
    m->all = m->spare + m->nwords;
    return m;
}

void prefilter_memo_free(struct prefilter_memo *m)
{
    if (m) {
        free(m->bits);
        free(m);
    }
}

static void select_groups(const struct prefilter *p, const struct span logsource[LS_COUNT],
                          uint64_t *groups)
{
    uint32_t ls[LS_COUNT];
    char low[128];

    memset(groups, 0, (p->ngroups / 64 + 1) * sizeof(*groups));
    for (int i = 0; i < LS_COUNT; i++) {
        struct span word = span_sub(logsource[i], 0, sizeof(low));

        fold_word(low, word);
        ls[i] = names_find(&p->words, span_of(low, word.n));
    }
    for (size_t g = 0; g < p->ngroups; g++) {
        const uint32_t *want = p->group[g].ls;
        bool fits = true;

        for (int i = 0; i < LS_COUNT; i++) {
            fits = fits && (want[i] == NAME_NONE || want[i] == ls[i]);
        }
        groups[g / 64] |= (uint64_t)fits << g % 64;
    }
}

static bool remembered(const struct memo_entry *e, const struct span s[LS_COUNT],
                       const struct ends ends[LS_COUNT])
{
    const char *text = e->text;
    bool same = e->used;

    for (int i = 0; same && i < LS_COUNT; i++) {
        same = e->n[i] == s[i].n && e->ends[i].head == ends[i].head &&
               e->ends[i].tail == ends[i].tail && ends_between_eq(text, s[i]);
        text += s[i].n;
    }
    return same;
}

static void remember(struct memo_entry *e, const struct span s[LS_COUNT],
                     const struct ends ends[LS_COUNT])
{
    char *text = e->text;

    e->used = true;
    for (int i = 0; i < LS_COUNT; i++) {
        e->n[i] = (uint8_t)s[i].n;
        e->ends[i] = ends[i];
        if (s[i].n) {
            memcpy(text, s[i].p, s[i].n);
        }
        text += s[i].n;
    }
}

static const uint64_t *groups_of(const struct prefilter *p, struct prefilter_memo *m,
                                 const struct span s[LS_COUNT])
{
    struct ends ends[LS_COUNT];
    uint64_t h = 0;
    struct memo_entry *e;

    if (s[0].n + s[1].n + s[2].n > MEMO_TEXT) {
        select_groups(p, s, m->spare);
        return m->spare;
    }
    for (int i = 0; i < LS_COUNT; i++) {
        ends[i] = ends_of(s[i]);
        h = ends_hash(ends[i], s[i].n, (uint32_t)h);
    }
    e = &m->entry[h % MEMO_ENTRIES];
    if (!remembered(e, s, ends)) {
        remember(e, s, ends);
        select_groups(p, s, e->groups);
    }
    return e->groups;
}

// The groups of all its log sources: each is asked once.
static const uint64_t *all_groups(const struct prefilter *p, struct prefilter_memo *m,
                                  const struct event *ev)
{
    const uint64_t *g = groups_of(p, m, ev->logsource);

    if (ev->nalso == 0) {
        return g;
    }
    memcpy(m->all, g, m->nwords * sizeof(*g));
    for (size_t i = 0; i < ev->nalso; i++) {
        g = groups_of(p, m, ev->also[i]);
        for (size_t w = 0; w < m->nwords; w++) {
            m->all[w] |= g[w];
        }
    }
    return m->all;
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

void prefilter_run(const struct prefilter *p, struct prefilter_memo *m, const struct event *ev,
                   const struct leaf_tools *t, struct called *c)
{
    const uint64_t *groups = all_groups(p, m, ev);
    struct run r = {p, c};

    for (size_t w = 0; w < m->nwords; w++) {
        for (uint64_t b = groups[w]; b; b &= b - 1) {
            const struct group *g = &p->group[w * 64 + (size_t)__builtin_ctzll(b)];

            for (size_t i = 0; i < g->nalways; i++) {
                called_add(c, g->always[i]);
            }
            for (size_t i = 0; i < g->nlanes; i++) {
                run_lane(&g->lane[i], t, &r);
            }
        }
    }
}
