// choose.c - which source a record is from.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/choose.h"

#include "core/base/attr.h"
#include "core/decode/literals.h"

struct hook { // a source that hangs at one thing; chained by index + 1
    const struct source *source;
    struct span value; // SPAN_NONE pointer: presence
    uint16_t slot;
    uint32_t next;
};

struct chooser {
    size_t nhooks, cap;
    struct hook *hook;
    uint32_t *bucket; // by hash of (mechanism, slot, value)
    uint64_t valued[MECH_COUNT][SLOTS_MAX / 64], present[MECH_COUNT][SLOTS_MAX / 64];
    struct literals *literals;
    uint32_t starred;          // applications "NAME*"
    uint32_t last[MECH_COUNT]; // sources with no conditions
};

// `pattern` has '*' for any run. On a mismatch the last star takes one byte more: no recursion.
static bool stars_hold(struct span pattern, struct span v)
{
    size_t p = 0, i = 0, star = SIZE_MAX, from = 0;

    while (i < v.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            from = i;
        } else if (p < pattern.n && pattern.p[p] == v.p[i]) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') {
        p++;
    }
    return p == pattern.n;
}

static bool want_holds(const struct want *w, struct span v)
{
    int64_t n;

    switch (w->op) {
    case WANT_IS: return span_eq(w->s, v);
    case WANT_PREFIX: return span_starts(v, w->s);
    case WANT_SUFFIX: return span_ends(v, w->s);
    case WANT_HAS: return v.n && span_find_span(v, w->s) < v.n;
    case WANT_STARS: return v.n && stars_hold(w->s, v);
    case WANT_RANGE: return span_i64(v, &n) && n >= w->low && n <= w->high;
    }
    return false;
}

static bool in_set(const struct condition *c, struct span v)
{
    for (size_t at = value_hash(v) & c->mask; c->set[at]; at = (at + 1) & c->mask) {
        if (span_eq(c->value[c->set[at] - 1].s, v)) {
            return true;
        }
    }
    return false;
}

// One value against the wanted ones: any of the plain ones and none of the refused ones.
static bool value_holds(const struct condition *c, const struct fval *v)
{
    bool plain = false, met = false;

    if (v->type == V_NULL) {
        return false;
    }
    for (size_t i = 0; i < c->nvalues; i++) {
        bool holds = want_holds(&c->value[i], v->s);

        if (c->value[i].not &&holds) {
            return false;
        }
        plain |= !c->value[i].not ;
        met |= !c->value[i].not &&holds;
    }
    return met || !plain;
}

// The commonest condition: one of the field's values is one of some texts.
static bool equals_one(const struct work *w, const struct condition *c)
{
    for (const struct okv *o = work_first(w, c->slot); o; o = work_next(w, c->slot, o)) {
        const struct span v = o->v.s;

        if (o->v.type == V_NULL) {
            continue;
        }
        if (c->set && in_set(c, v)) {
            return true;
        }
        for (size_t i = 0; !c->set && i < c->nvalues; i++) {
            if (span_eq(c->value[i].s, v)) {
                return true;
            }
        }
    }
    return false;
}

bool condition_holds(const struct work *w, const struct condition *c)
{
    const struct okv *o;

    if (c->equals) {
        return equals_one(w, c);
    }
    o = work_first(w, c->slot);
    if (!o || c->absent) {
        return c->absent ? !o || o->v.type == V_NULL || o->v.s.n == 0 : c->refusals;
    }
    if (value_holds(c, &o->v)) {
        return true;
    }
    while (!c->refusals && (o = work_next(w, c->slot, o))) {
        if (value_holds(c, &o->v)) {
            return true;
        }
    }
    return false;
}

bool conditions_hold(const struct work *w, const struct condition *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!condition_holds(w, &c[i])) {
            return false;
        }
    }
    return true;
}

// ---- making the index

static size_t weight(const struct source *s)
{
    return s->nmatch + (s->napps > 0) + (s->nliterals > 0);
}

static size_t bucket_of(const struct chooser *c, enum mechanism m, uint16_t slot, struct span v)
{
    uint64_t tail = v.n > 8 ? template_head(span_sub(v, v.n - 8, 8)) : v.n;
    uint64_t h = (template_head(v) ^ (uint64_t)m << 32 ^ slot ^ (v.p ? 0x10000 : 0)) *
                 UINT64_C(0x9e3779b97f4a7c15);

    h = (h ^ h >> 32 ^ tail) * UINT64_C(0xe9846af9b1a615d);
    return (size_t)(h >> 32) & (c->cap - 1);
}

static void hang(struct chooser *c, uint32_t *at, const struct source *s, uint16_t slot,
                 struct span value)
{
    c->hook[c->nhooks] = (struct hook){.source = s, .slot = slot, .value = value, .next = *at};
    *at = (uint32_t)++c->nhooks;
}

static bool exact(const struct condition *c)
{
    return c->equals && c->slot >= SLOT_PSEUDO;
}

// How good a condition tells a source: a value is best, then presence of what few ask for.
static size_t goodness(const struct condition *c, const uint16_t *asked)
{
    return c->absent || c->refusals || c->slot < SLOT_PSEUDO ? 0
           : exact(c)                                        ? (size_t)1000000 - c->nvalues
                                                             : (size_t)10000 - asked[c->slot];
}

static bool hang_by_field(struct chooser *c, const struct source *s, const uint16_t *asked)
{
    const struct condition *best = NULL;
    enum mechanism m = s->mechanism;

    for (size_t i = 0; i < s->nmatch; i++) {
        if (goodness(&s->match[i], asked) > (best ? goodness(best, asked) : 0)) {
            best = &s->match[i];
        }
    }
    if (!best) {
        return false;
    }
    if (!exact(best)) {
        c->present[m][best->slot / 64] |= (uint64_t)1 << best->slot % 64;
        hang(c, &c->bucket[bucket_of(c, m, best->slot, SPAN_NONE)], s, best->slot, SPAN_NONE);
        return true;
    }
    c->valued[m][best->slot / 64] |= (uint64_t)1 << best->slot % 64;
    for (size_t i = 0; i < best->nvalues; i++) {
        struct span v = best->value[i].s;

        hang(c, &c->bucket[bucket_of(c, m, best->slot, v)], s, best->slot, v);
    }
    return true;
}

static bool starred(struct span app)
{
    return app.n && app.p[app.n - 1] == '*';
}

static void hang_by_text(struct chooser *c, const struct source *s)
{
    for (size_t i = 0; i < s->napps; i++) {
        if (starred(s->app[i])) {
            hang(c, &c->starred, s, SLOT_APP, span_sub(s->app[i], 0, s->app[i].n - 1));
        } else {
            c->valued[MECH_SYSLOG][0] |= (uint64_t)1 << SLOT_APP;
            hang(c, &c->bucket[bucket_of(c, MECH_SYSLOG, SLOT_APP, s->app[i])], s, SLOT_APP,
                 s->app[i]);
        }
    }
    for (size_t i = 0; s->napps == 0 && i < s->nliterals; i++) {
        literals_add(c->literals, &s->literal[i], s);
    }
}

static size_t count_hooks(const struct sourceset *s, uint16_t *asked)
{
    size_t n = 1;

    for (size_t i = 0; i < s->n; i++) {
        const struct source *so = &s->source[i];

        n += 1 + so->napps + so->nliterals;
        for (size_t k = 0; k < so->nmatch; k++) {
            asked[so->match[k].slot]++;
            n += so->match[k].nvalues;
        }
    }
    return n;
}

static size_t count_literals(const struct sourceset *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        n += s->source[i].nliterals;
    }
    return n;
}

struct chooser *chooser_new(struct sourceset *s)
{
    struct chooser *c = arena_alloc(&s->arena, sizeof(*c));
    uint16_t *asked = arena_array(&s->arena, SLOTS_MAX, sizeof(*asked));
    size_t n = c && asked ? count_hooks(s, asked) : 0;

    if (!n) {
        return NULL;
    }
    for (c->cap = 64; c->cap < 2 * n;) {
        c->cap *= 2;
    }
    c->hook = arena_array(&s->arena, n, sizeof(*c->hook));
    c->bucket = arena_array(&s->arena, c->cap, sizeof(*c->bucket));
    c->literals = literals_new(&s->arena, count_literals(s));
    if (!c->hook || !c->bucket || !c->literals) {
        return NULL;
    }
    for (size_t i = s->n; i-- > 0;) { // so that chains are in order of names
        const struct source *so = &s->source[i];

        if (!so->automatic) {
            continue;
        }
        if (so->mechanism == MECH_SYSLOG && (so->napps || so->nliterals)) {
            hang_by_text(c, so);
        } else if (!hang_by_field(c, so, asked)) {
            hang(c, &c->last[so->mechanism], so, 0, SPAN_NONE);
        }
    }
    return c;
}

// ---- using it

struct choice_of {
    const struct work *w;
    const struct source *best;
    size_t weight;
    struct choice_trace *trace;
};

// As conditions_hold(), told to the trace.
static bool all_hold(struct choice_of *c, const struct condition *of, size_t n)
{
    struct choice_trace *t = c->trace;

    for (size_t i = 0; i < n; i++) {
        bool held = condition_holds(c->w, &of[i]);

        if (t->n == CHOICE_CONDITIONS) {
            t->untold = true;
        } else {
            t->asked[t->n].condition = &of[i];
            t->asked[t->n++].held = held;
        }
        if (!held) {
            return false;
        }
    }
    return true;
}

static bool app_holds(const struct source *s, struct span app)
{
    for (size_t i = 0; i < s->napps; i++) {
        if (starred(s->app[i]) ? span_starts(app, span_sub(s->app[i], 0, s->app[i].n - 1))
                               : span_eq(s->app[i], app)) {
            return true;
        }
    }
    return s->napps == 0;
}

// Where literals are looked for: the record up to so many bytes of its text. The header belongs to it,
// for what looks like one ("2026-11-20 02:00:00 MULTI: new connection") may be text.
static struct span reach_of(const struct work *w)
{
    struct span text = w->pseudo[SLOT_TEXT].v.s, record = w->pseudo[SLOT_RECORD].v.s;
    size_t lead = text.n && text.p >= record.p && text.p <= record.p + record.n
                      ? (size_t)(text.p - record.p)
                      : 0;

    if (text.n == 0 || lead > LITERAL_REACH) {
        return text.n ? span_sub(text, 0, LITERAL_REACH) : span_sub(record, 0, LITERAL_REACH);
    }
    return lead ? span_sub(record, 0, lead + LITERAL_REACH) : span_sub(text, 0, LITERAL_REACH);
}

static bool literal_holds(const struct source *s, const struct work *w)
{
    struct span reach = s->nliterals ? reach_of(w) : SPAN_NONE;

    for (size_t i = 0; i < s->nliterals; i++) {
        struct span l = s->literal[i].s;

        if (s->literal[i].starts ? span_starts(w->pseudo[SLOT_TEXT].v.s, l) || span_starts(reach, l)
                                 : reach.n && span_find_span(reach, l) < reach.n) {
            return true;
        }
    }
    return s->nliterals == 0;
}

// `met`: one of its literals is known to hold.
static void ask(struct choice_of *c, const struct source *s, bool met)
{
    size_t w = weight(s);

    if (c->best && (w < c->weight || (w == c->weight && s >= c->best))) {
        return;
    }
    c->trace->untold |= s->nliterals > 0;
    // text hangs at its application, so that one holds already
    if ((s->mechanism == MECH_SYSLOG || app_holds(s, c->w->pseudo[SLOT_APP].v.s)) &&
        (met || literal_holds(s, c->w)) && all_hold(c, s->match, s->nmatch)) {
        c->best = s;
        c->weight = w;
    }
}

static void ask_bucket(struct choice_of *c, const struct chooser *h, enum mechanism m,
                       uint16_t slot, struct span v)
{
    for (uint32_t i = h->bucket[bucket_of(h, m, slot, v)]; i; i = h->hook[i - 1].next) {
        const struct hook *k = &h->hook[i - 1];

        if (k->source->mechanism == m && k->slot == slot && !k->value.p == !v.p &&
            span_eq(k->value, v)) {
            ask(c, k->source, false);
        }
    }
}

static void ask_chain(struct choice_of *c, const struct chooser *h, uint32_t first)
{
    for (uint32_t i = first; i; i = h->hook[i - 1].next) {
        ask(c, h->hook[i - 1].source, false);
    }
}

static void ask_starred(struct choice_of *c, const struct chooser *h, struct span app)
{
    for (uint32_t i = h->starred; i; i = h->hook[i - 1].next) {
        if (span_starts(app, h->hook[i - 1].value)) {
            ask(c, h->hook[i - 1].source, false);
        }
    }
}

static void ask_fields(struct choice_of *c, const struct chooser *h, enum mechanism m)
{
    const struct work *w = c->w;

    for (size_t i = 0; i < w->fields.ntouched; i++) {
        uint32_t id = w->fields.touched[i];
        uint16_t slot = (uint16_t)id;

        if (id >= SLOTS_MAX) {
            continue; // a name that only others want
        }
        if (!((h->present[m][slot / 64] | h->valued[m][slot / 64]) >> slot % 64 & 1)) {
            continue;
        }
        if (h->present[m][slot / 64] >> slot % 64 & 1) {
            ask_bucket(c, h, m, slot, SPAN_NONE);
        }
        if (h->valued[m][slot / 64] >> slot % 64 & 1) {
            for (const struct okv *k = work_first(w, slot); k; k = work_next(w, slot, k)) {
                ask_bucket(c, h, m, slot, k->v.s.p ? k->v.s : SPAN_LIT(""));
            }
        }
    }
}

static void ask_met(void *ctx, const struct source *s)
{
    ask(ctx, s, true);
}

static void ask_text(struct choice_of *c, const struct chooser *h)
{
    struct span text = span_sub(c->w->pseudo[SLOT_TEXT].v.s, 0, LITERAL_REACH);

    c->trace->untold = true;
    literals_find(h->literals, reach_of(c->w), text, ask_met, c);
}

bool choose_by_value(const struct sourceset *s, enum mechanism m, uint32_t slot)
{
    return slot < SLOTS_MAX && s->chooser->valued[m][slot / 64] >> slot % 64 & 1;
}

const struct source *choose_source(const struct work *w, const struct sourceset *s,
                                   enum mechanism m, struct choice_trace *ret)
{
    const struct chooser *h = s->chooser;
    struct choice_trace trace;
    struct choice_of c = {.w = w, .trace = ret ? ret : &trace};

    c.trace->untold = false;
    c.trace->n = 0;

    ask_fields(&c, h, m);
    if (m == MECH_SYSLOG) {
        struct span app = w->pseudo[SLOT_APP].v.s;

        if (app.n) {
            ask_bucket(&c, h, m, SLOT_APP, app);
            ask_starred(&c, h, app);
        }
        if (!c.best) {
            ask_text(&c, h);
        }
    }
    if (!c.best) {
        ask_chain(&c, h, h->last[m]);
    }
    return c.best;
}
