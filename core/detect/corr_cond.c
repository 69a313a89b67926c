// corr_cond.c - conditions of correlations: bounds, and Sigma 2.2's conditions over rule names.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/set.h"

static bool temporal(const struct entry *e)
{
    return e->corr.type == CORR_TEMPORAL || e->corr.type == CORR_TEMPORAL_ORDERED;
}

static bool counts(const struct entry *e)
{
    return e->corr.type == CORR_EVENT_COUNT || e->corr.type == CORR_VALUE_COUNT || temporal(e);
}

static int read_bound(struct entry *e, const struct ynode *cond, size_t i, struct err *err)
{
    static const char *const ops[] = {"gte", "gt", "lte", "lt", "eq", "neq"}; // as enum cmp
    int64_t v;

    for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
        if (!span_eq_str(cond->key[i], ops[k])) {
            continue;
        }
        if (!y_int(cond->item[i], &v) || (counts(e) && v < 0)) {
            return y_fault(e->docs, cond->item[i], err, "sigma.condition",
                           "\"%s\" takes a whole number%s", ops[k],
                           counts(e) ? " of 0 or more" : "");
        }
        if (counts(e) && v > CORR_COUNT_MAX) {
            return y_fault(e->docs, cond->item[i], err, "sigma.condition",
                           "a window counts to %d at most", CORR_COUNT_MAX);
        }
        if (e->corr.nconds == CORR_CONDS_MAX) {
            return y_fault(e->docs, cond, err, "sigma.condition",
                           "a condition has at most %d bounds", CORR_CONDS_MAX);
        }
        e->corr.cond[e->corr.nconds].op = (enum cmp)k;
        e->corr.cond[e->corr.nconds++].n = v;
        return 0;
    }
    return y_fault(e->docs, cond, err, "sigma.condition",
                   "\"" SPAN_FMT "\" is not known in a correlation's condition",
                   SPAN_ARG(cond->key[i]));
}

// One field, or for value_count several: then tuples are counted.
static int read_field(struct entry *e, const struct ynode *cond, struct err *err)
{
    const struct ynode *field = y_get(cond, "field");
    bool list = field && field->type == Y_LIST && e->corr.type == CORR_VALUE_COUNT;
    size_t n = !field ? 0 : list ? field->n : 1;

    if (e->corr.type == CORR_EVENT_COUNT || temporal(e)) {
        return field ? y_fault(e->docs, field, err, "sigma.condition",
                               "only the value types have a field")
                     : 0;
    }
    if (n == 0 || n > CORR_FIELDS_MAX) {
        return y_fault(e->docs, field ? field : cond, err, "sigma.condition",
                       "the values of a \"field\" are looked at; value_count takes up to %d",
                       CORR_FIELDS_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        if (y_text(list ? field->item[i] : field).n == 0) {
            return y_fault(e->docs, field, err, "sigma.condition",
                           "the \"field\" is the name of a field%s",
                           e->corr.type == CORR_VALUE_COUNT ? ", or a list of names" : "");
        }
    }
    e->corr.nvalues = (uint32_t)n;
    return 0;
}

static int read_percentile(struct entry *e, const struct ynode *n, struct err *err)
{
    int64_t v;

    if (e->corr.type != CORR_VALUE_PERCENTILE) {
        return y_fault(e->docs, n, err, "sigma.condition",
                       "only value_percentile has a \"percentile\"");
    }
    if (!y_int(n, &v) || v < 0 || v > 100) {
        return y_fault(e->docs, n, err, "sigma.condition",
                       "the \"percentile\" is a whole number from 0 to 100");
    }
    e->corr.percentile = (int)v;
    return 0;
}

// How many of the newest events (value_count: values) of a window decide the condition. Only the
// comparison "n or more, or fewer" needs no more than n; to tell n from n + 1 takes one more.
static uint32_t keep_of(const struct correlation *c)
{
    int64_t most = 1;

    switch (c->type) {
    case CORR_EVENT_COUNT:
    case CORR_VALUE_COUNT:
        for (uint32_t i = 0; i < c->nconds; i++) {
            bool at = c->cond[i].op == CMP_GTE || c->cond[i].op == CMP_LT;
            int64_t n = c->cond[i].n + !at;

            most = n > most ? n : most;
        }
        return (uint32_t)most;
    case CORR_VALUE_SUM:
    case CORR_VALUE_AVG: return CORR_VALUES_MAX;
    case CORR_VALUE_PERCENTILE: return CORR_SORTED_MAX;
    default: return 0;
    }
}

// temporal_ordered follows one chain through all rules; a condition may only say the same in numbers.
static int check_ordered(struct entry *e, const struct ynode *map, const struct ynode *cond,
                         struct err *err)
{
    size_t n = y_get(map, "rules")->n;

    for (uint32_t i = 0; e->corr.type == CORR_TEMPORAL_ORDERED && i < e->corr.nconds; i++) {
        int64_t least = e->corr.cond[i].n + (e->corr.cond[i].op == CMP_GT);
        bool lower = e->corr.cond[i].op == CMP_GTE || e->corr.cond[i].op == CMP_GT ||
                     e->corr.cond[i].op == CMP_EQ;

        if (!lower || least != (int64_t)n) {
            return y_fault(e->docs, cond, err, "sigma.condition",
                           "temporal_ordered asks for all %zu rules in their order; a part of them "
                           "is a correlation of its own",
                           n);
        }
    }
    return 0;
}

// A text: over rule names, from Sigma 2.2 on; read when the names are known.
static int check_text(struct entry *e, const struct ynode *cond, struct err *err)
{
    struct span version = y_text(y_get(e->root, "sigma-version"));

    if (!temporal(e)) {
        return y_fault(e->docs, cond, err, "sigma.condition", "the condition must be a map");
    }
    if (!span_eq_str(version, "2.2") && !span_eq_str(version, "2.2.0")) {
        return y_fault(e->docs, cond, err, "sigma.condition",
                       "a condition over rule names is not part of Sigma 2.1; say "
                       "\"sigma-version: 2.2\" in the document to use the draft's");
    }
    if (e->corr.type == CORR_TEMPORAL_ORDERED) {
        return y_fault(e->docs, cond, err, "sigma.condition",
                       "a condition over rule names says nothing of their order");
    }
    return 0;
}

static int read_map(struct entry *e, const struct ynode *map, const struct ynode *cond,
                    struct err *err)
{
    int rc = 0;

    e->corr.percentile = -1;
    for (size_t i = 0; i < cond->n && rc == 0; i++) {
        if (span_eq_str(cond->key[i], "percentile")) {
            rc = read_percentile(e, cond->item[i], err);
        } else if (!span_eq_str(cond->key[i], "field")) {
            rc = read_bound(e, cond, i, err);
        }
    }
    if (rc == 0 && e->corr.nconds == 0) {
        rc = y_fault(e->docs, cond, err, "sigma.condition", "the condition has no bound");
    }
    rc = rc ? rc : read_field(e, cond, err);
    rc = rc ? rc : check_ordered(e, map, cond, err);
    e->corr.keep = keep_of(&e->corr);
    return rc;
}

int correlation_condition(struct entry *e, const struct ynode *map, struct err *err)
{
    const struct ynode *cond = y_get(map, "condition");

    if (e->corr.type == CORR_ABSENCE) {
        return cond ? y_fault(e->docs, cond, err, "sigma.condition",
                              "an absence has no condition: it asks whether nothing came")
                    : 0;
    }
    if (!cond && temporal(e)) {
        return 0;
    }
    if (cond && cond->type == Y_SCALAR && cond->text.n) {
        return check_text(e, cond, err);
    }
    if (!cond || cond->type != Y_MAP) {
        return y_fault(e->docs, cond ? cond : map, err, "sigma.condition",
                       cond ? "the condition must be a map" : "the condition is missing");
    }
    return read_map(e, map, cond, err);
}

static enum tri was_seen(void *ctx, uint32_t index)
{
    return *(const uint32_t *)ctx >> index & 1 ? TRI_YES : TRI_NO;
}

bool correlation_expr(const struct correlation *c, uint32_t seen)
{
    return node_eval(c->expr, &(struct leaf_env){was_seen, &seen}) == TRI_YES;
}
