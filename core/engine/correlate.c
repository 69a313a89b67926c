// correlate.c - hits into windows, conditions, results into further correlations.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/correlate.h"

#include <stdlib.h>

#include "core/engine/corr_absence.h"
#include "core/engine/corr_window.h"

void corr_tables_init(struct corr_tables *t)
{
    static const uint32_t bounds[TAB_COUNT] = {
#define TABLE(NAME, name, bound, meaning, expiry) [TAB_##NAME] = bound,
#include "core/engine/tables.def"
#undef TABLE
    };

    table_init(&t->window, "corr", KEY_SIZE_CORR, sizeof(struct row_corr), bounds[TAB_CORR]);
    table_init(&t->entry, "corrhit", KEY_SIZE_CORRHIT, sizeof(struct row_corrhit),
               bounds[TAB_CORRHIT]);
    table_init(&t->carry, "corrcarry", KEY_SIZE_CORRCARRY, sizeof(struct row_corrcarry),
               bounds[TAB_CORRCARRY]);
    table_init(&t->expect, "expect", KEY_SIZE_EXPECT, sizeof(struct row_expect),
               bounds[TAB_EXPECT]);
}

void corr_tables_free(struct corr_tables *t)
{
    table_free(&t->window);
    table_free(&t->entry);
    table_free(&t->carry);
    table_free(&t->expect);
}

void corr_free(struct corr *c)
{
    free(c->due);
    free(c->sorted);
    c->due = NULL;
    c->sorted = NULL;
    c->ndue = c->cap_due = c->cap_sorted = 0;
}

// ---- windows

static struct span carried(const struct hit *h, uint8_t at)
{
    return at < h->ncarry ? h->carry[at] : SPAN_NONE;
}

void corr_say_lost(struct corr *c, uint32_t rule, enum corr_lost what)
{
    if (c->lost) {
        c->lost(c->owner, rule, what);
    }
}

static void drop_hit(struct corr *c, const struct rule *r)
{
    (*c->dropped)++;
    corr_say_lost(c, r->index, CORR_LOST_KEY);
}

// The row used longest ago goes, and is counted for the correlation whose it was.
static void carry_make_room(struct corr *c)
{
    struct row_corrcarry *x = table_first(c->carry);
    const struct row_corr *w = table_get(c->window, &x->key.window);

    if (w) {
        corr_say_lost(c, w->rule, CORR_LOST_CARRY);
    }
    table_del(c->carry, x);
    c->carry->evicted++;
}

static void *carry_row(struct corr *c, const struct key128 *window, uint64_t i, bool make)
{
    struct {
        struct key128 window;
        uint64_t i;
    } key = {*window, i};
    void *row = table_get(c->carry, &key);

    if (!make) {
        return row;
    }
    if (!row && c->carry->count >= c->carry->bound) {
        carry_make_room(c);
    }
    return table_put(c->carry, &key);
}

void corr_drop(struct corr *c, struct row_corr *w)
{
    void *expected = table_get(c->expect, &w->key);

    window_clear(c, w);
    for (uint64_t i = 0; i < w->ncarry; i++) {
        void *row = carry_row(c, &w->key, i, false);

        if (row) {
            table_del(c->carry, row);
        }
    }
    if (expected) {
        table_del(c->expect, expected);
    }
    table_del(c->window, w);
}

static bool group_key(const struct rule *r, const struct hit *h, uint32_t ref, struct key128 *ret)
{
    const struct correlation *c = r->correlation;
    struct span parts[CORR_GROUP_MAX + 1] = {span_str(r->id)};

    for (uint32_t g = 0; g < c->ngroup; g++) {
        parts[g + 1] = carried(h, c->group[ref][g]);
        if (parts[g + 1].n == 0) {
            return false;
        }
    }
    *ret = name_key_of('k', parts, c->ngroup + 1);
    return true;
}

static struct row_corr *window_of(struct corr *c, const struct rule *r, const struct key128 *key,
                                  utime_t t)
{
    struct row_corr *w = table_get(c->window, key);

    if (!w && c->window->count >= c->window->bound) {
        struct row_corr *oldest = table_first(c->window);

        corr_say_lost(c, oldest->rule, CORR_LOST_WINDOW);
        corr_drop(c, oldest);
        c->window->evicted++;
    }
    w = table_put(c->window, key);
    if (!w) {
        c->broken = true;
        return NULL;
    }
    if (!w->made) {
        w->made = 1;
        w->rule = r->index;
        w->ncarry = r->ncarry;
        w->fired = UTIME_NONE;
        w->last = t;
        for (uint32_t i = 0; i < CORR_REFS_MAX; i++) {
            w->seen[i] = w->before[i] = UTIME_NONE;
        }
    }
    w->last = t > w->last ? t : w->last;
    return w;
}

// What results of this correlation will carry: the newest value of each field, whichever of the
// window's events had it. A longer value is carried by its own event only.
static void remember(struct corr *c, const struct rule *r, const struct row_corr *w,
                     const struct hit *h, uint32_t ref)
{
    for (uint8_t i = 0; i < r->ncarry; i++) {
        struct span v = carried(h, r->correlation->pass[ref][i]);
        struct row_corrcarry *row;

        if (v.n == 0 || v.n > sizeof(row->text)) {
            continue;
        }
        row = carry_row(c, &w->key, i, true);
        if (!row) {
            c->broken = true;
            return;
        }
        row->time = w->last;
        row->n = (uint32_t)v.n;
        memset(row->text, 0, sizeof(row->text));
        memcpy(row->text, v.p, v.n);
    }
}

// ---- conditions

static bool compare(enum cmp op, micro_t have, micro_t want)
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

// Bounds are whole numbers; `have` is in parts of which `scale` make one.
static bool holds(const struct correlation *c, micro_t have, micro_t scale)
{
    for (uint32_t i = 0; i < c->nconds; i++) {
        if (!compare(c->cond[i].op, have, c->cond[i].n * scale)) {
            return false;
        }
    }
    return true;
}

static bool temporal(const struct correlation *c, struct row_corr *w, uint32_t ref, utime_t t)
{
    uint32_t seen = 0;

    w->seen[ref] = w->seen[ref] == UTIME_NONE || t > w->seen[ref] ? t : w->seen[ref];
    for (uint32_t r = 0; r < c->nrefs; r++) {
        if (w->seen[r] != UTIME_NONE && w->last - w->seen[r] <= c->timespan) {
            seen |= (uint32_t)1 << r;
        }
    }
    if (c->expr) {
        return correlation_expr(c, seen);
    }
    return c->nconds ? holds(c, __builtin_popcount(seen), 1)
                     : (uint32_t)__builtin_popcount(seen) == c->nrefs;
}

// seen[r] = first time of the chain that has reached step r and began last; before[r] = the same
// without the record in hand, since one record is one step only.
static bool ordered(struct corr *k, const struct correlation *c, struct row_corr *w, uint32_t ref,
                    utime_t t)
{
    utime_t start = t;

    if (ref) {
        start = w->record[ref - 1] == *k->record ? w->before[ref - 1] : w->seen[ref - 1];
        if (start == UTIME_NONE || t - start > c->timespan) {
            return false;
        }
    }
    if (w->record[ref] != *k->record) {
        w->before[ref] = w->seen[ref];
        w->record[ref] = *k->record;
    }
    w->seen[ref] = w->seen[ref] == UTIME_NONE || start > w->seen[ref] ? start : w->seen[ref];
    return ref + 1 == c->nrefs;
}

// The counted values as one; false when one of them is absent.
static bool tuple(const struct correlation *c, const struct hit *h, uint32_t ref, uint64_t *ret)
{
    struct span part[CORR_FIELDS_MAX];

    for (uint32_t i = 0; i < c->nvalues; i++) {
        part[i] = carried(h, c->value[ref][i]);
        if (part[i].n == 0) {
            return false;
        }
    }
    *ret = key_of('v', part, c->nvalues).h[0] | 1; // 0 is no id
    return true;
}

// Counting kinds: the event into its window, then the condition. False also without a value.
static bool counted(struct corr *k, const struct rule *r, struct row_corr *w, const struct hit *h,
                    uint32_t ref, utime_t t)
{
    const struct correlation *c = r->correlation;
    bool numeric = c->type == CORR_VALUE_SUM || c->type == CORR_VALUE_AVG ||
                   (c->type == CORR_VALUE_PERCENTILE && c->percentile >= 0);
    uint64_t id = 0;
    micro_t value = 0;

    if (numeric ? !micro_read(carried(h, c->value[ref][0]), &value)
                : c->type != CORR_EVENT_COUNT && !tuple(c, h, ref, &id)) {
        drop_hit(k, r);
        return false;
    }
    if (c->type == CORR_VALUE_PERCENTILE && !numeric) {
        value = id;
        id = 0;
    }
    window_prune(k, w, w->last - c->timespan);
    if (w->last - t > c->timespan) {
        return false; // too late to be part of the window
    }
    window_add(k, w, id, t, value, c->keep,
               c->type != CORR_EVENT_COUNT && c->type != CORR_VALUE_COUNT);
    switch (c->type) {
    case CORR_VALUE_SUM: return holds(c, window_sum(w), 1000000);
    case CORR_VALUE_AVG: return holds(c, window_sum(w), (micro_t)1000000 * w->n);
    case CORR_VALUE_PERCENTILE:
        return numeric ? holds(c, window_percentile(k, w, c->percentile), 100000000)
                       : holds(c, (micro_t)window_same(k, w, value) * 100, w->n);
    default: return holds(c, w->n, 1);
    }
}

// ---- results

static void feed_all(struct corr *c, const struct hit *h, utime_t t, struct span who, bool again);

void corr_result(struct corr *c, const struct rule *r, struct row_corr *w,
                 const struct corr_fired *f, const struct hit *h, uint32_t ref, struct span who)
{
    char text[HIT_CARRY_MAX][sizeof(((struct row_corrcarry *)0)->text)];
    bool again = w->fired != UTIME_NONE && w->last - w->fired <= r->correlation->timespan;
    struct hit own = {.rule = r->index, .verdict = VERDICT_YES, .ncarry = r->ncarry};
    utime_t t = w->last;

    w->fired = again ? w->fired : t;
    for (uint8_t i = 0; i < r->ncarry; i++) {
        struct row_corrcarry *row = carry_row(c, &w->key, i, false);

        own.carry[i] = h ? carried(h, r->correlation->pass[ref][i]) : SPAN_NONE;
        if (own.carry[i].n == 0 && row && t - row->time <= r->correlation->timespan) {
            memcpy(text[i], row->text, row->n); // rows move while others are made
            own.carry[i] = span_of(text[i], row->n);
        }
    }
    if (!again && r->alerts) {
        c->fired(c->ctx, f);
    }
    feed_all(c, &own, t, who, again);
}

static void complete(struct corr *c, const struct rule *r, struct row_corr *w, const struct hit *h,
                     uint32_t ref, struct span who)
{
    struct corr_fired f = {.rule = r, .time = w->last, .waited = c->waiting, .who = who};

    for (uint32_t g = 0; g < r->correlation->ngroup; g++) {
        f.value[g] = carried(h, r->correlation->group[ref][g]);
    }
    corr_result(c, r, w, &f, h, ref, who);
}

static void feed_ref(struct corr *c, const struct rule *r, const struct hit *h, uint32_t ref,
                     utime_t t, struct span who)
{
    struct key128 key;
    struct row_corr *w;
    bool held = false;

    if (!group_key(r, h, ref, &key)) {
        drop_hit(c, r);
        return;
    }
    w = window_of(c, r, &key, t);
    if (!w) {
        return;
    }
    remember(c, r, w, h, ref);
    switch (r->correlation->type) {
    case CORR_TEMPORAL: held = temporal(r->correlation, w, ref, t); break;
    case CORR_TEMPORAL_ORDERED: held = ordered(c, r->correlation, w, ref, t); break;
    case CORR_ABSENCE: held = absence_take(c, r, w, h, ref, t, who); break;
    default: held = counted(c, r, w, h, ref, t); break;
    }
    if (held) {
        complete(c, r, w, h, ref, who);
    }
}

// `again`: the result of a correlation that fired already; only who asks whether it holds wants it.
static void feed_all(struct corr *c, const struct hit *h, utime_t t, struct span who, bool again)
{
    const uint32_t *user;
    size_t users = ruleset_users(c->rules, h->rule, &user);

    for (size_t i = 0; i < users; i++) {
        const struct rule *r = ruleset_rule(c->rules, user[i]);
        const struct correlation *k = r ? r->correlation : NULL;

        if (!k || (i && user[i - 1] == user[i]) ||
            (again && k->type != CORR_TEMPORAL && k->type != CORR_TEMPORAL_ORDERED)) {
            continue;
        }
        // From the last reference to the first: what answers comes before what calls.
        for (uint32_t ref = k->nrefs; ref-- > 0;) {
            if (k->ref[ref] == h->rule) {
                feed_ref(c, r, h, ref, t, who);
            }
        }
    }
}

void corr_record(struct corr *c, utime_t t)
{
    corr_until(c, t);
    (*c->record)++;
}

void corr_feed(struct corr *c, const struct hit *h, utime_t t, struct span who)
{
    feed_all(c, h, t, who, false);
}

// ---- forgetting

static void sweep(struct corr *c, utime_t t, bool back)
{
    struct row_corr *w = table_first(c->window);

    while (w) {
        struct row_corr *next = table_next(c->window, w);
        const struct rule *r = ruleset_rule(c->rules, w->rule);
        bool waits = !back && table_get(c->expect, &w->key) != NULL;

        if (!r || !r->correlation ||
            (!waits && (back ? w->last - t : t - w->last) > r->correlation->timespan)) {
            corr_drop(c, w);
            c->window->expired += !back;
        }
        w = next;
    }
}

void corr_rewind(struct corr *c, utime_t t)
{
    sweep(c, t, true);
}

void corr_expire(struct corr *c, utime_t t)
{
    sweep(c, t, false);
}
