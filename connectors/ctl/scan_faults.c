// scan_faults.c - rules whose expressions passed their limit, counted in the order of records.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "connectors/ctl/scan.h"

int scan_faults_init(struct scan_faults *f, size_t nrules, struct err *err)
{
    *f = (struct scan_faults){.nrules = nrules};
    f->count = calloc(nrules + 1, sizeof(*f->count));
    f->last = calloc(nrules + 1, sizeof(*f->last));
    if (!f->count || !f->last) {
        return err_set(err, E_SYSTEM, "scan.memory", "no memory for the rules");
    }
    for (size_t i = 0; i < nrules; i++) {
        f->last[i] = UINT64_MAX;
    }
    return 0;
}

void scan_faults_free(struct scan_faults *f)
{
    free(f->count);
    free(f->last);
}

void scan_faults_add(struct scan_faults *f, uint32_t rule, uint64_t record)
{
    if (f->count[rule] < RULE_FAULTS_MAX && ++f->count[rule] == RULE_FAULTS_MAX) {
        f->last[rule] = record;
    }
}

bool scan_faults_speaks(const struct scan_faults *f, uint32_t rule, uint64_t record)
{
    return rule == SCAN_NO_RULE || record <= f->last[rule];
}

void scan_faults_say(const struct scan_faults *f, const struct ruleset *s)
{
    for (uint32_t i = 0; i < f->nrules; i++) {
        const struct rule *r = ruleset_rule(s, i);
        struct err err = ERR_INIT;

        if (f->count[i]) {
            err_at(&err, r->path, r->line, 1);
            (void)err_set(&err, E_LIMIT, "rule.fault",
                          "an expression of the rule passed its match limit on %u records%s",
                          f->count[i],
                          f->count[i] >= RULE_FAULTS_MAX
                              ? "; the rule is in quarantine and was not asked any more"
                              : "; the rule said nothing about them");
            err_print(stderr, &err);
        }
    }
}
