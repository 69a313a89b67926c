// corr_absence.c - rows that wait for their deadline, and a heap over them.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/corr_absence.h"

#include <stdlib.h>

struct corr_due {
    utime_t at;
    uint64_t record; // that called
    uint32_t rule;
    struct key128 key;
};

// ---- the heap: rows are looked at in order of (deadline, call); one that is answered stays in it until
// its time and finds no row then

static bool sooner(const struct corr_due *a, const struct corr_due *b)
{
    if (a->at != b->at) {
        return a->at < b->at;
    }
    if (a->record != b->record) {
        return a->record < b->record;
    }
    return a->rule != b->rule ? a->rule < b->rule : memcmp(&a->key, &b->key, sizeof(a->key)) < 0;
}

static void sift_up(struct corr *c, size_t i)
{
    struct corr_due d = c->due[i];

    for (; i && sooner(&d, &c->due[(i - 1) / 2]); i = (i - 1) / 2) {
        c->due[i] = c->due[(i - 1) / 2];
    }
    c->due[i] = d;
}

static void due_push(struct corr *c, const struct row_expect *x)
{
    if (c->ndue == c->cap_due) {
        size_t cap = c->cap_due ? c->cap_due * 2 : 64;
        struct corr_due *p = realloc(c->due, cap * sizeof(*p));

        if (!p) {
            c->broken = true;
            return;
        }
        c->due = p;
        c->cap_due = cap;
    }
    c->due[c->ndue] = (struct corr_due){x->deadline, x->record, x->rule, x->key};
    sift_up(c, c->ndue++);
}

static struct corr_due due_pop(struct corr *c)
{
    struct corr_due top = c->due[0], last = c->due[--c->ndue];
    size_t i = 0;

    while (2 * i + 1 < c->ndue) {
        size_t child = 2 * i + 1;

        child += child + 1 < c->ndue && sooner(&c->due[child + 1], &c->due[child]);
        if (!sooner(&c->due[child], &last)) {
            break;
        }
        c->due[i] = c->due[child];
        i = child;
    }
    c->due[i] = last;
    return top;
}

void corr_restore(struct corr *c)
{
    c->ndue = 0;
    for (const struct row_expect *x = table_first(c->expect); x; x = table_next(c->expect, x)) {
        due_push(c, x);
    }
}

// ---- calls and answers

// The group values as people will read them, cut where there is no more room.
static void put_values(struct row_expect *x, const struct rule *r, const struct hit *h,
                       uint32_t ref)
{
    const struct correlation *c = r->correlation;
    size_t at = 0;

    for (uint32_t g = 0; g < c->ngroup; g++) {
        struct span v = h->carry[c->group[ref][g]];
        size_t room = sizeof(x->values) - at, n = v.n < room ? v.n : room;

        memcpy(x->values + at, v.p, n);
        x->nvalue[g] = (uint16_t)n;
        at += n;
    }
}

static void call(struct corr *c, const struct rule *r, const struct row_corr *w,
                 const struct hit *h, uint32_t ref, utime_t t, struct span who)
{
    struct row_expect *x = table_get(c->expect, &w->key);

    // One that waits is sooner; one that would be over within the quiet time says nothing.
    if (x || (w->fired != UTIME_NONE && t <= w->fired)) {
        return;
    }
    if (c->expect->count >= c->expect->bound) {
        struct row_expect *oldest = table_first(c->expect);

        corr_say_lost(c, oldest->rule, CORR_LOST_EXPECT);
        table_del(c->expect, oldest);
        c->expect->evicted++;
    }
    x = table_put(c->expect, &w->key);
    if (!x) {
        c->broken = true;
        return;
    }
    x->rule = r->index;
    x->record = *c->record;
    x->asked = t;
    x->deadline = t + r->correlation->timespan;
    x->nwho = (uint32_t)(who.n < sizeof(x->who) ? who.n : sizeof(x->who));
    if (x->nwho) {
        memcpy(x->who, who.p, x->nwho);
    }
    put_values(x, r, h, ref);
    if (c->ndue > 2 * (size_t)c->expect->count + 64) {
        corr_restore(c); // forgets those that were answered
    } else {
        due_push(c, x);
    }
}

static void answer(struct corr *c, const struct correlation *k, struct row_corr *w, utime_t t)
{
    struct row_expect *x = table_get(c->expect, &w->key);
    utime_t from = !x ? 0 : k->when == CORR_AROUND ? x->asked - k->timespan : x->asked;

    w->seen[0] = w->seen[0] == UTIME_NONE || t > w->seen[0] ? t : w->seen[0];
    if (x && t >= from) {
        table_del(c->expect, x);
    }
}

bool absence_take(struct corr *c, const struct rule *r, struct row_corr *w, const struct hit *h,
                  uint32_t ref, utime_t t, struct span who)
{
    const struct correlation *k = r->correlation;
    bool came = w->seen[0] != UTIME_NONE && t - w->seen[0] <= k->timespan;

    if (ref >= k->nasks) {
        answer(c, k, w, t);
        return false;
    }
    if (k->when == CORR_BEFORE) {
        return !came;
    }
    if (k->when == CORR_AFTER || !came) {
        call(c, r, w, h, ref, t, who);
    }
    return false;
}

// ---- deadlines

static void over(struct corr *c, const struct row_expect *x)
{
    const struct rule *r = ruleset_rule(c->rules, x->rule);
    struct row_corr *w = table_get(c->window, &x->key);
    struct corr_fired f = {.rule = r, .time = x->deadline, .waited = true};
    size_t at = 0;

    if (!r || !r->correlation || !w) {
        return;
    }
    f.who = span_of(x->who, x->nwho);
    for (uint32_t g = 0; g < r->correlation->ngroup; g++) {
        f.value[g] = span_of(x->values + at, x->nvalue[g]);
        at += x->nvalue[g];
    }
    w->last = x->deadline > w->last ? x->deadline : w->last;
    c->waiting = true;
    corr_result(c, r, w, &f, NULL, 0, f.who);
    c->waiting = false;
}

void corr_until(struct corr *c, utime_t t)
{
    while (c->ndue && c->due[0].at < t) {
        struct corr_due d = due_pop(c);
        struct row_expect *x = table_get(c->expect, &d.key);

        if (x && x->deadline == d.at && x->record == d.record) {
            struct row_expect copy = *x; // the table moves while results are fed

            table_del(c->expect, x);
            over(c, &copy);
        }
    }
}
