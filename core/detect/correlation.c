// correlation.c - correlation documents: read, then bound to the rules they refer to.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/set.h"

static int read_type(struct entry *e, const struct ynode *map, struct err *err)
{
    static const struct {
        const char *name, *why; // why it is refused, NULL when it is not
        enum corr_type type;
    } types[] = {
        {"event_count", NULL, CORR_EVENT_COUNT},
        {"value_count", NULL, CORR_VALUE_COUNT},
        {"temporal", NULL, CORR_TEMPORAL},
        {"temporal_ordered", NULL, CORR_TEMPORAL_ORDERED},
        {"value_sum", "sums are not computed yet", 0},
        {"value_avg", "averages are not computed yet", 0},
        {"value_percentile", "percentiles are not computed yet", 0},
        {"absence", "what does not come is a clock of the engine, not yet of a rule", 0},
    };
    struct span s;
    int rc = y_need_text(e->docs, map, "type", &s, err);

    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(types); i++) {
        if (!span_eq_str(s, types[i].name)) {
            continue;
        }
        e->corr.type = types[i].type;
        return types[i].why
                   ? y_fault(e->docs, y_get(map, "type"), err, "sigma.type",
                             "the correlation type %s is refused: %s", types[i].name, types[i].why)
                   : 0;
    }
    return rc ? rc
              : y_fault(e->docs, y_get(map, "type"), err, "sigma.type",
                        "\"" SPAN_FMT "\" is no type of correlation", SPAN_ARG(s));
}

static int read_timespan(struct entry *e, const struct ynode *map, struct err *err)
{
    struct span s = SPAN_NONE;
    int rc = y_need_text(e->docs, map, "timespan", &s, err);
    char last = s.n ? s.p[s.n - 1] : '\0';
    bool unit = s.n > 1 && strchr("smhd", last) && s.p[s.n - 2] >= '0' && s.p[s.n - 2] <= '9';

    if (rc) {
        return rc;
    }
    if (!unit || s.n > 10 || !utime_duration(s, &e->corr.timespan)) {
        return y_fault(e->docs, y_get(map, "timespan"), err, "sigma.timespan",
                       "the time span is a number and one of s, m, h, d, such as 15m");
    }
    return 0;
}

static int read_group(struct entry *e, const struct ynode *map, struct err *err)
{
    const struct ynode *n = y_get(map, "group-by");

    if (y_is_null(n)) {
        return 0; // one group for all
    }
    if (n->type != Y_LIST || n->n > CORR_GROUP_MAX) {
        return y_fault(e->docs, n, err, "sigma.group",
                       "\"group-by\" must be a list of at most %d fields", CORR_GROUP_MAX);
    }
    for (size_t i = 0; i < n->n; i++) {
        if (y_text(n->item[i]).n == 0) {
            return y_fault(e->docs, n->item[i], err, "sigma.group", "a group field has no name");
        }
        for (size_t k = 0; k < i; k++) {
            if (span_eq(n->item[k]->text, n->item[i]->text)) {
                return y_fault(e->docs, n->item[i], err, "sigma.group",
                               "a group field is named twice");
            }
        }
        e->corr.group_name[i] = n->item[i]->text.p;
    }
    e->corr.ngroup = (uint32_t)n->n;
    return 0;
}

static int read_bound(struct entry *e, const struct ynode *cond, size_t i, struct err *err)
{
    static const char *const ops[] = {"gte", "gt", "lte", "lt", "eq", "neq"}; // as enum cmp
    int64_t v;

    for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
        if (!span_eq_str(cond->key[i], ops[k])) {
            continue;
        }
        if (!y_int(cond->item[i], &v) || v < 0) {
            return y_fault(e->docs, cond->item[i], err, "sigma.condition",
                           "\"%s\" takes a number of 0 or more", ops[k]);
        }
        if (v > CORR_COUNT_MAX) {
            return y_fault(e->docs, cond->item[i], err, "sigma.condition",
                           "a window counts to %d at most", CORR_COUNT_MAX);
        }
        if (e->corr.nconds == CORR_CONDS_MAX) {
            return y_fault(e->docs, cond, err, "sigma.condition",
                           "a condition has at most %d bounds", CORR_CONDS_MAX);
        }
        e->corr.cond[e->corr.nconds].op = (enum cmp)k;
        e->corr.cond[e->corr.nconds++].n = (uint64_t)v;
        return 0;
    }
    return y_fault(e->docs, cond, err, "sigma.condition",
                   "\"" SPAN_FMT "\" is not known in a correlation's condition",
                   SPAN_ARG(cond->key[i]));
}

static int read_condition(struct entry *e, const struct ynode *map, struct err *err)
{
    const struct ynode *cond = y_get(map, "condition"), *field = y_get(cond, "field");
    bool temporal = e->corr.type == CORR_TEMPORAL || e->corr.type == CORR_TEMPORAL_ORDERED;

    if (!cond && temporal) {
        return 0;
    }
    if (!cond || cond->type != Y_MAP) {
        return y_fault(e->docs, cond ? cond : map, err, "sigma.condition",
                       cond ? "a condition over rule names is not part of Sigma 2.1"
                            : "the condition is missing");
    }
    for (size_t i = 0; i < cond->n; i++) {
        int rc = span_eq_str(cond->key[i], "field") ? 0 : read_bound(e, cond, i, err);

        if (rc) {
            return rc;
        }
    }
    if (e->corr.nconds == 0) {
        return y_fault(e->docs, cond, err, "sigma.condition", "the condition has no bound");
    }
    if (e->corr.type == CORR_VALUE_COUNT && (!field || field->type != Y_SCALAR || !field->text.n)) {
        return y_fault(e->docs, field ? field : cond, err, "sigma.condition",
                       "value_count counts the values of exactly one \"field\"");
    }
    if (e->corr.type != CORR_VALUE_COUNT && field) {
        return y_fault(e->docs, field, err, "sigma.condition", "only value_count has a field");
    }
    return 0;
}

static int read_generate(struct entry *e, const struct ynode *map, struct err *err)
{
    const struct ynode *n = y_get(map, "generate");

    n = n ? n : y_get(e->root, "generate");
    if (n && !y_bool(n, &e->generate)) {
        return y_fault(e->docs, n, err, "sigma.generate", "\"generate\" is true or false");
    }
    return 0;
}

int correlation_read(struct ruleset *s, struct entry *e, struct err *err)
{
    static const char *const known[] = {"type",      "rules",   "group-by", "timespan",
                                        "condition", "aliases", "generate", NULL};
    struct ynode *map = NULL, *list = NULL;
    int rc = y_need(e->docs, e->root, "correlation", Y_MAP, &map, err);

    (void)s;
    if (rc == 0 && (y_get(e->root, "detection") || y_get(e->root, "logsource"))) {
        rc = y_fault(e->docs, map, err, "sigma.document",
                     "a document is a rule or a correlation, not both");
    }
    rc = rc ? rc : y_only(e->docs, map, known, err);
    rc = rc ? rc : read_type(e, map, err);
    rc = rc ? rc : y_need(e->docs, map, "rules", Y_LIST, &list, err);
    if (rc == 0 && (list->n == 0 || list->n > CORR_REFS_MAX)) {
        rc = y_fault(e->docs, list, err, "sigma.rules", "a correlation refers to 1 to %d rules",
                     CORR_REFS_MAX);
    }
    rc = rc ? rc : read_group(e, map, err);
    rc = rc ? rc : read_timespan(e, map, err);
    rc = rc ? rc : read_condition(e, map, err);
    return rc ? rc : read_generate(e, map, err);
}

static int bind_refs(struct ruleset *s, struct entry *e, const struct ynode *list, struct err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        struct span name = y_text(list->item[i]);
        struct entry *r = name.n ? set_find(s, name) : NULL;

        if (!r) {
            return y_fault(e->docs, list->item[i], err, "sigma.reference",
                           "there is no rule \"" SPAN_FMT "\", or it was refused", SPAN_ARG(name));
        }
        if (r->filter) {
            return y_fault(e->docs, list->item[i], err, "sigma.reference",
                           "a correlation cannot refer to a filter");
        }
        if (r->rule.kind != RULE_EVENT) {
            return y_fault(e->docs, list->item[i], err, "sigma.chain",
                           "correlations over correlations are not honoured yet");
        }
        for (size_t k = 0; k < i; k++) {
            if (e->ref[k] == r) {
                return y_fault(e->docs, list->item[i], err, "sigma.rules",
                               "the rule \"" SPAN_FMT "\" is named twice", SPAN_ARG(name));
            }
        }
        e->ref[i] = r;
    }
    e->corr.nrefs = (uint32_t)list->n;
    return 0;
}

// The field of rule `r` that stands for `field`: its alias, or the name itself.
static int alias_of(struct entry *e, const struct ynode *list, size_t ref, struct span field,
                    struct span *ret, struct err *err)
{
    const struct ynode *aliases = y_get(y_get(e->root, "correlation"), "aliases"), *map = NULL;
    struct span name = y_text(list->item[ref]);

    *ret = field;
    for (size_t i = 0; aliases && aliases->type == Y_MAP && i < aliases->n; i++) {
        map = span_eq(aliases->key[i], field) ? aliases->item[i] : map;
    }
    if (!map) {
        return 0;
    }
    for (size_t i = 0; map->type == Y_MAP && i < map->n; i++) {
        bool mine = span_eq(map->key[i], name) || span_eq_str(map->key[i], e->ref[ref]->name) ||
                    span_eq_str(map->key[i], e->ref[ref]->rule.id);

        if (mine && y_text(map->item[i]).n) {
            *ret = map->item[i]->text;
            return 0;
        }
    }
    return y_fault(e->docs, map, err, "sigma.alias",
                   "the alias \"" SPAN_FMT "\" has no field for the rule \"" SPAN_FMT "\"",
                   SPAN_ARG(field), SPAN_ARG(name));
}

// The place of `field` among what hits of `r` carry; added when it is new. -1: no room.
static int carry_of(struct ruleset *s, struct entry *r, struct span field)
{
    for (uint8_t i = 0; i < r->rule.ncarry; i++) {
        if (span_eq_str(field, r->rule.carry[i])) {
            return i;
        }
    }
    if (r->rule.ncarry == HIT_CARRY_MAX) {
        return -1;
    }
    r->rule.carry[r->rule.ncarry] = arena_str(&s->arena, field);
    r->carry_name[r->rule.ncarry] = ctx_of(field) >= 0 ? NAME_NONE : names_intern(&s->names, field);
    return r->rule.ncarry++;
}

static int bind_field(struct ruleset *s, struct entry *e, const struct ynode *list, size_t ref,
                      struct span field, uint8_t *ret, struct err *err)
{
    struct span name;
    int rc = alias_of(e, list, ref, field, &name, err), at;

    if (rc) {
        return rc;
    }
    at = carry_of(s, e->ref[ref], name);
    if (at < 0) {
        return y_fault(e->docs, list->item[ref], err, "sigma.group",
                       "the correlations over this rule need more than %d of its fields",
                       HIT_CARRY_MAX);
    }
    *ret = (uint8_t)at;
    return 0;
}

static int check_aliases(struct entry *e, const struct ynode *map, struct err *err)
{
    const struct ynode *aliases = y_get(map, "aliases");

    if (y_is_null(aliases)) {
        return 0;
    }
    if (aliases->type != Y_MAP) {
        return y_fault(e->docs, aliases, err, "sigma.alias", "\"aliases\" must be a map");
    }
    for (size_t i = 0; i < aliases->n; i++) {
        if (aliases->item[i]->type != Y_MAP) {
            return y_fault(e->docs, aliases->item[i], err, "sigma.alias",
                           "an alias is a map of rule name to field");
        }
    }
    return 0;
}

int correlation_bind(struct ruleset *s, struct entry *e, struct err *err)
{
    const struct ynode *map = y_get(e->root, "correlation"), *list = y_get(map, "rules");
    struct span counted = y_text(y_get(y_get(map, "condition"), "field"));
    int rc = check_aliases(e, map, err);

    rc = rc ? rc : bind_refs(s, e, list, err);
    for (size_t r = 0; rc == 0 && r < e->corr.nrefs; r++) {
        for (uint32_t g = 0; rc == 0 && g < e->corr.ngroup; g++) {
            rc = bind_field(s, e, list, r, span_str(e->corr.group_name[g]), &e->corr.group[r][g],
                            err);
        }
        if (rc == 0 && counted.n) {
            rc = bind_field(s, e, list, r, counted, &e->corr.value[r], err);
        }
    }
    for (size_t r = 0; rc == 0 && r < e->corr.nrefs; r++) {
        e->ref[r]->used = true;
        e->ref[r]->wanted |= e->generate;
    }
    e->rule.correlation = &e->corr;
    return rc;
}
