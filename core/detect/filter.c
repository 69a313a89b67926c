// filter.c - Sigma filter documents: a site's exceptions, joined to the rules they name.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/set.h"

enum { FILTER_RULES_MAX = 1000, FILTERS_MAX = 8 };

// The filter speaks of the same events as the rule when what it names of a log source is the rule's.
static bool same_source(const struct entry *filter, const struct entry *rule)
{
    for (int i = 0; i < LS_COUNT; i++) {
        if (filter->logsource[i].n && !span_eq_nocase(filter->logsource[i], rule->logsource[i])) {
            return false;
        }
    }
    return true;
}

static int check_target(struct ruleset *s, struct entry *e, const struct ynode *item,
                        struct err *err)
{
    struct span name = y_text(item);
    struct entry *r = name.n ? set_find(s, name) : NULL;

    if (!r) {
        return y_fault(e->docs, item, err, "sigma.reference",
                       "there is no rule \"" SPAN_FMT "\", or it was refused", SPAN_ARG(name));
    }
    if (r->filter || r->rule.kind != RULE_EVENT) {
        return y_fault(e->docs, item, err, "sigma.filter", "a filter narrows event rules only");
    }
    if (r->nfilters == FILTERS_MAX) { // each makes the rule's tree one deeper
        return y_fault(e->docs, item, err, "sigma.filter",
                       "the rule \"" SPAN_FMT "\" has %d filters already", SPAN_ARG(name),
                       FILTERS_MAX);
    }
    if (!same_source(e, r)) {
        return y_fault(e->docs, item, err, "sigma.filter",
                       "the log source of the rule \"" SPAN_FMT "\" is not the filter's",
                       SPAN_ARG(name));
    }
    return 0;
}

int filter_apply(struct ruleset *s, struct entry *e, struct err *err)
{
    struct ynode *map = NULL, *list = NULL;
    int rc = y_need(e->docs, e->root, "filter", Y_MAP, &map, err);

    rc = rc ? rc : y_need(e->docs, map, "rules", Y_LIST, &list, err);
    if (rc == 0 && (list->n == 0 || list->n > FILTER_RULES_MAX)) {
        rc = y_fault(e->docs, list, err, "sigma.filter", "a filter names 1 to %d rules",
                     FILTER_RULES_MAX);
    }
    for (size_t i = 0; rc == 0 && i < list->n; i++) {
        rc = check_target(s, e, list->item[i], err);
    }
    for (size_t i = 0; rc == 0 && i < list->n; i++) {
        struct entry *r = set_find(s, list->item[i]->text);

        rc = detection_narrow(s, r, e->docs, map, err);
        r->nfilters += rc == 0;
    }
    return rc;
}
