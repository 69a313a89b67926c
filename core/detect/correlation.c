// correlation.c - correlation documents: what they say of themselves.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/set.h"

const char *corr_type_name(enum corr_type t)
{
    static const char *const types[CORR_TYPES] = {
        [CORR_EVENT_COUNT] = "event_count",
        [CORR_VALUE_COUNT] = "value_count",
        [CORR_VALUE_SUM] = "value_sum",
        [CORR_VALUE_AVG] = "value_avg",
        [CORR_VALUE_PERCENTILE] = "value_percentile",
        [CORR_TEMPORAL] = "temporal",
        [CORR_TEMPORAL_ORDERED] = "temporal_ordered",
        [CORR_ABSENCE] = "absence",
    };

    return types[t];
}

static int read_type(struct entry *e, const struct ynode *map, struct err *err)
{
    struct span s;
    int rc = y_need_text(e->docs, map, "type", &s, err);

    for (int i = 0; rc == 0 && i < CORR_TYPES; i++) {
        if (span_eq_str(s, corr_type_name((enum corr_type)i))) {
            e->corr.type = (enum corr_type)i;
            return 0;
        }
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

// Ours: what is expected, and where; other types have neither.
static int read_absence(struct entry *e, const struct ynode *map, struct err *err)
{
    static const char *const words[] = {"after", "before", "around"}; // as enum corr_when
    static const char *const ours[] = {"expect", "when"};
    const struct ynode *when = y_get(map, "when");
    struct ynode *list = NULL;
    int rc;

    for (size_t i = 0; e->corr.type != CORR_ABSENCE && i < ARRAY_LEN(ours); i++) {
        if (y_get(map, ours[i])) {
            return y_fault(e->docs, y_get(map, ours[i]), err, "sigma.absence",
                           "only the type absence has \"%s\"", ours[i]);
        }
    }
    if (e->corr.type != CORR_ABSENCE) {
        return 0;
    }
    rc = y_need(e->docs, map, "expect", Y_LIST, &list, err);
    if (rc) {
        return rc;
    }
    if (list->n == 0 || list->n + y_get(map, "rules")->n > CORR_REFS_MAX) {
        return y_fault(e->docs, list, err, "sigma.rules",
                       "an absence refers to at least one expected rule and %d rules in all",
                       CORR_REFS_MAX);
    }
    for (size_t i = 0; !y_is_null(when) && i <= ARRAY_LEN(words); i++) {
        if (i == ARRAY_LEN(words)) {
            return y_fault(e->docs, when, err, "sigma.absence",
                           "\"when\" is after, before or around");
        }
        if (span_eq_str(y_text(when), words[i])) {
            e->corr.when = (enum corr_when)i;
            break;
        }
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
    static const char *const known[] = {"type",    "rules",    "group-by", "timespan", "condition",
                                        "aliases", "generate", "expect",   "when",     NULL};
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
    rc = rc ? rc : read_absence(e, map, err);
    rc = rc ? rc : read_group(e, map, err);
    rc = rc ? rc : read_timespan(e, map, err);
    rc = rc ? rc : correlation_condition(e, map, err);
    return rc ? rc : read_generate(e, map, err);
}
