// scan_corr.c - hits in order of event time through the windows of the correlations.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "connectors/ctl/scan.h"

static void mark_wanted(struct scan_corr *c)
{
    for (uint32_t i = 0; i < ruleset_count(c->rules); i++) {
        const uint32_t *user;
        size_t n = ruleset_users(c->rules, i, &user);

        for (size_t k = 0; k < n; k++) {
            c->wanted[i] |= !c->context[user[k]];
        }
    }
}

// What fires while one record is fed, or while time goes on behind the last (k = NULL).
struct firing {
    const struct scan_corr *c;
    const struct scan_kept *k;
    struct scan_out *out;
    struct err *err;
    int rc;
};

static void fired(void *ctx, const struct corr_fired *f)
{
    struct firing *now = ctx;
    struct scan_place at;

    if (now->rc || now->c->context[f->rule->index]) {
        return;
    }
    if (f->waited) {
        memcpy(&at, f->who.p, sizeof(at));
    } else {
        at = now->k->at;
    }
    at.time = f->time;
    now->rc = scan_out_correlation(now->out, f->rule, &at, f->value, now->err);
}

static void lost(void *owner, uint32_t rule, enum corr_lost what)
{
    struct scan_corr *c = owner;

    c->lost_by[rule][what]++;
}

int scan_corr_init(struct scan_corr *c, const struct ruleset *rules, const bool *context,
                   struct err *err)
{
    *c = (struct scan_corr){
        .rules = rules, .context = context, .newest = UTIME_NONE, .latest = UTIME_NONE};
    arena_init(&c->arena, SCAN_KEPT_MAX);
    corr_tables_init(&c->tables);
    c->wanted = calloc(ruleset_count(rules) + 1, sizeof(*c->wanted));
    c->lost_by = calloc(ruleset_count(rules) + 1, sizeof(*c->lost_by));
    c->corr = (struct corr){.window = &c->tables.window,
                            .entry = &c->tables.entry,
                            .carry = &c->tables.carry,
                            .expect = &c->tables.expect,
                            .record = &c->record,
                            .dropped = &c->dropped,
                            .lost = lost,
                            .owner = c,
                            .rules = rules,
                            .fired = fired};
    if (!c->wanted || !c->lost_by) {
        return err_set(err, E_SYSTEM, "scan.memory", "no memory for the correlations");
    }
    mark_wanted(c);
    return 0;
}

void scan_corr_free(struct scan_corr *c)
{
    corr_free(&c->corr);
    corr_tables_free(&c->tables);
    free(c->lost_by);
    arena_free(&c->arena);
    free(c->wanted);
    free(c->kept);
}

int scan_corr_keep(struct scan_corr *c, const struct hit *h, const struct scan_place *at,
                   struct err *err)
{
    struct scan_kept *k;

    if (!c->wanted[h->rule]) {
        return 0;
    }
    if (c->nkept == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 1024;
        void *p =
            cap * sizeof(*k) <= SCAN_KEPT_MAX ? reallocarray(c->kept, cap, sizeof(*c->kept)) : NULL;

        if (!p) {
            return err_set(err, E_LIMIT, "scan.hits", "what correlations count is too much");
        }
        c->kept = p;
        c->cap = cap;
    }
    k = &c->kept[c->nkept];
    *k = (struct scan_kept){.at = *at, .rec = c->rec, .rule = h->rule, .ncarry = h->ncarry};
    k->carry = arena_array(&c->arena, h->ncarry + 1u, sizeof(*k->carry));
    for (uint8_t i = 0; k->carry && i < h->ncarry; i++) {
        k->carry[i] = arena_span(&c->arena, h->carry[i]);
    }
    if (!arena_ok(&c->arena)) {
        return err_set(err, E_LIMIT, "scan.hits", "what correlations count is too much");
    }
    c->nkept++;
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct scan_kept *x = a, *y = b;

#define CMP(m) ((x->m > y->m) - (x->m < y->m))
    int c = CMP(at.time);

    c = c ? c : CMP(at.file_index);
    c = c ? c : CMP(at.seq);
    return c ? c : CMP(rule);
#undef CMP
}

static void feed(struct scan_corr *c, const struct scan_kept *k, bool same)
{
    struct hit h = {.rule = k->rule, .verdict = VERDICT_YES, .ncarry = k->ncarry};
    const struct table *w = c->corr.window;

    memcpy(h.carry, k->carry, k->ncarry * sizeof(*k->carry));
    // Windows that are over make room before any is evicted; not at each hit of a full table.
    if (w->count > w->bound / 2 && ++c->since > w->bound / 4) {
        corr_expire(&c->corr, k->at.time);
        c->since = 0;
    }
    if (!same) {
        corr_record(&c->corr, k->at.time);
    }
    corr_feed(&c->corr, &h, k->at.time, span_of((const char *)&k->at, sizeof(k->at)));
}

_Static_assert(sizeof(struct scan_place) <= CORR_WHO_MAX,
               "an absence names the record that called");

int scan_corr_end(struct scan_corr *c, struct scan_out *o, struct err *err)
{
    struct firing now = {.c = c, .out = o, .err = err};

    c->corr.ctx = &now;
    if (c->nkept) {
        qsort(c->kept, c->nkept, sizeof(*c->kept), by_time);
        if (c->newest != UTIME_NONE && c->kept[0].at.time < c->newest) {
            corr_rewind(&c->corr, c->kept[0].at.time);
        }
        c->newest = c->kept[c->nkept - 1].at.time;
    }
    for (size_t i = 0; i < c->nkept && now.rc == 0; i++) {
        const struct scan_kept *before = i ? now.k : NULL;

        now.k = &c->kept[i];
        feed(c, now.k,
             before && before->at.file_index == now.k->at.file_index &&
                 before->at.seq == now.k->at.seq);
    }
    if (c->latest != UTIME_NONE && now.rc == 0) {
        corr_until(&c->corr, c->latest);
    }
    c->latest = UTIME_NONE;
    scan_corr_forget(c);
    return now.rc           ? now.rc
           : c->corr.broken ? err_set(err, E_LIMIT, "scan.memory", "no memory for the windows")
                            : 0;
}

void scan_corr_forget(struct scan_corr *c)
{
    c->nkept = 0;
    arena_reset(&c->arena);
}

int scan_corr_merge(struct scan_corr *c, const struct scan_corr *from, const struct scan_faults *f,
                    uint64_t first, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < from->nkept && rc == 0; i++) {
        const struct scan_kept *k = &from->kept[i];
        struct hit h = {.rule = k->rule, .verdict = VERDICT_YES, .ncarry = k->ncarry};

        if (scan_faults_speaks(f, k->rule, first + k->rec)) {
            memcpy(h.carry, k->carry, k->ncarry * sizeof(*k->carry));
            rc = scan_corr_keep(c, &h, &k->at, err);
        }
    }
    return rc;
}
