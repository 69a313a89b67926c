// scan_machine.c - one record through decoder, expression and rules.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "connectors/ctl/scan.h"

struct scan_machine {
    const struct scan_set *set;
    struct decoder *decoder;
    struct matcher *matcher;
    struct filter *filter; // NULL: every record
    struct event ev;
    struct hit *hit; // as many as there are rules
    bool asked;      // the rules, about the record taken last
};

static bool steady(const void *sources, struct span text)
{
    return sourceset_keeps(sources, text);
}

struct scan_machine *scan_machine_new(const struct scan_set *set, struct err *err)
{
    struct scan_machine *m = calloc(1, sizeof(*m));

    if (m) {
        m->set = set;
        m->decoder = decoder_new_wanting(set->sources, set->want);
        m->matcher = matcher_new(set->rules, set->want);
        m->filter = set->where ? filter_compile(span_str(set->where), err) : NULL;
        m->hit = calloc(ruleset_count(set->rules) + 1, sizeof(*m->hit));
    }
    if (!m || !m->decoder || !m->matcher || !m->hit || (set->where && !m->filter)) {
        scan_machine_free(m);
        (void)err_set(err, E_SYSTEM, "scan.memory", "no memory for the matcher");
        return NULL;
    }
    matcher_steady(m->matcher, steady, set->sources);
    return m;
}

void scan_machine_free(struct scan_machine *m)
{
    if (m) {
        filter_free(m->filter);
        free(m->hit);
        matcher_free(m->matcher);
        decoder_free(m->decoder);
        free(m);
    }
}

const struct matcher *scan_machine_matcher(const struct scan_machine *m)
{
    return m->matcher;
}

uint64_t scan_machine_unpassed(const struct scan_machine *m)
{
    return m->filter ? filter_faults(m->filter) : 0;
}

size_t scan_machine_faulted(const struct scan_machine *m, const uint32_t **ret)
{
    return m->asked ? matcher_faulted(m->matcher, ret) : 0;
}

static int ask_rules(struct scan_machine *m, const struct scan_place *at, struct scan_out *out,
                     struct scan_corr *corr, struct err *err)
{
    size_t n = matcher_run(m->matcher, &m->ev, m->hit, ruleset_count(m->set->rules));
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        const struct hit *h = &m->hit[i];
        const struct rule *rule = ruleset_rule(m->set->rules, h->rule);

        if (h->verdict != VERDICT_YES || m->set->context[h->rule]) {
            continue;
        }
        if (rule->alerts) {
            rc = scan_out_event(out, m->set->rules, rule, at, &m->ev, err);
        }
        rc = rc ? rc : scan_corr_keep(corr, h, at, err);
    }
    return rc;
}

int scan_machine_take(struct scan_machine *m, const struct input_record *r, uint32_t file_index,
                      struct scan_out *out, struct scan_corr *corr, struct scan_seen *seen,
                      struct err *err)
{
    struct decode_in in = input_decode_in(r, NULL);
    struct scan_place at = {.file = r->file,
                            .file_index = file_index,
                            .line = r->line,
                            .line_end = r->line_end,
                            .seq = r->seq};

    decode(m->decoder, &in, &m->ev);
    at.time = m->ev.time;
    *seen = (struct scan_seen){.time = m->ev.time,
                               .undecoded = m->ev.source_id == UINT16_MAX || m->ev.error[0],
                               .passed = !m->filter || filter_match(m->filter, &m->ev)};
    m->asked = seen->passed && !m->set->count && !m->set->hunt;
    if (!seen->passed || m->set->count) {
        return 0;
    }
    return m->set->hunt ? scan_out_record(out, &at, &m->ev, err)
                        : ask_rules(m, &at, out, corr, err);
}
