// scan_corr.c - hits in order of event time through the windows of the correlations.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "connectors/ctl/scan.h"
#include "core/engine/correlate.h"

enum { FIRED_MAX = 64 };

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

int scan_corr_init(struct scan_corr *c, const struct ruleset *rules, const bool *context,
                   struct err *err)
{
    *c = (struct scan_corr){.rules = rules, .context = context, .newest = UTIME_NONE};
    arena_init(&c->arena, SCAN_KEPT_MAX);
    corr_table_init(&c->windows);
    c->wanted = calloc(ruleset_count(rules) + 1, sizeof(*c->wanted));
    if (!c->wanted) {
        return err_set(err, E_SYSTEM, "scan.memory", "no memory for the correlations");
    }
    mark_wanted(c);
    return 0;
}

void scan_corr_free(struct scan_corr *c)
{
    table_free(&c->windows);
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
    *k = (struct scan_kept){.at = *at, .rule = h->rule, .ncarry = h->ncarry};
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

static int feed(struct scan_corr *c, const struct scan_kept *k, struct scan_out *o, struct err *err)
{
    struct corr_fired fired[FIRED_MAX];
    struct hit h = {.rule = k->rule, .verdict = VERDICT_YES, .ncarry = k->ncarry};
    size_t n;
    int rc = 0;

    memcpy(h.carry, k->carry, k->ncarry * sizeof(*k->carry));
    // Windows that are over make room before any is evicted; not at each hit of a full table.
    if (c->windows.count > c->windows.bound / 2 && ++c->since > c->windows.bound / 4) {
        corr_expire(&c->windows, c->rules, k->at.time);
        c->since = 0;
    }
    n = corr_feed(&c->windows, c->rules, &h, k->at.time, fired, FIRED_MAX, &c->dropped);
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (!c->context[fired[i].rule->index]) {
            rc = scan_out_correlation(o, fired[i].rule, &k->at, &h, err);
        }
    }
    return rc;
}

int scan_corr_end(struct scan_corr *c, struct scan_out *o, struct err *err)
{
    int rc = 0;

    if (c->nkept) {
        qsort(c->kept, c->nkept, sizeof(*c->kept), by_time);
        if (c->newest != UTIME_NONE && c->kept[0].at.time < c->newest) {
            corr_rewind(&c->windows, c->rules, c->kept[0].at.time);
        }
        c->newest = c->kept[c->nkept - 1].at.time;
    }
    for (size_t i = 0; i < c->nkept && rc == 0; i++) {
        rc = feed(c, &c->kept[i], o, err);
    }
    c->nkept = 0;
    arena_reset(&c->arena);
    return rc;
}
