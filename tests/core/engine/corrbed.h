// corrbed.h - correlations alone: rules from text, hits by hand, what fired as lines of text.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_ENGINE_CORRBED_H
#define TESTS_CORE_ENGINE_CORRBED_H

#include "core/engine/correlate.h"
#include "tests/core/detect/rig.h"

struct corrbed {
    struct rig rules;
    struct corr_tables tables;
    struct corr corr;
    uint64_t record, dropped;
    struct buf said; // "rule seconds group/values\n" as it fired
};

struct named { // a field of a record
    const char *name, *value;
};

ATTR_UNUSED static void bed_fired(void *ctx, const struct corr_fired *f)
{
    struct corrbed *b = ctx;

    buf_printf(&b->said, "%s %lld", f->rule->id, (long long)(f->time / UTIME_SECOND));
    for (uint32_t g = 0; g < f->rule->correlation->ngroup; g++) {
        buf_printf(&b->said, " " SPAN_FMT, SPAN_ARG(f->value[g]));
    }
    if (f->waited) {
        buf_printf(&b->said, " for " SPAN_FMT, SPAN_ARG(f->who));
    }
    buf_u8(&b->said, '\n');
}

ATTR_UNUSED static void bed_open(struct corrbed *b, const char *text)
{
    memset(b, 0, sizeof(*b));
    rig_open(&b->rules);
    rig_text(&b->rules, "rules.yml", text);
    rig_load(&b->rules);
    for (size_t i = 0; i < b->rules.nerr; i++) {
        fail_msg("%u: %s", b->rules.err[i].line, b->rules.err[i].msg);
    }
    buf_init(&b->said, 64 << 20);
    corr_tables_init(&b->tables);
    b->corr = (struct corr){.window = &b->tables.window,
                            .entry = &b->tables.entry,
                            .carry = &b->tables.carry,
                            .expect = &b->tables.expect,
                            .record = &b->record,
                            .dropped = &b->dropped,
                            .rules = b->rules.set,
                            .fired = bed_fired,
                            .ctx = b};
}

ATTR_UNUSED static void bed_close(struct corrbed *b)
{
    corr_free(&b->corr);
    corr_tables_free(&b->tables);
    buf_free(&b->said);
    rig_close(&b->rules);
}

// Everything forgotten but the rules.
ATTR_UNUSED static void bed_clear(struct corrbed *b)
{
    corr_tables_free(&b->tables);
    corr_restore(&b->corr);
    b->record = b->dropped = 0;
    buf_clear(&b->said);
}

ATTR_UNUSED static const struct rule *bed_rule(const struct corrbed *b, const char *id)
{
    for (uint32_t i = 0; i < ruleset_count(b->rules.set); i++) {
        if (strcmp(ruleset_rule(b->rules.set, i)->id, id) == 0) {
            return ruleset_rule(b->rules.set, i);
        }
    }
    fail_msg("no rule %s", id);
    return NULL;
}

// One hit of the record in hand.
ATTR_UNUSED static void bed_hit(struct corrbed *b, const char *id, utime_t t,
                                const struct named *field, size_t n)
{
    const struct rule *r = bed_rule(b, id);
    struct hit h = {.rule = r->index, .verdict = VERDICT_YES, .ncarry = r->ncarry};
    char who[32];
    int len = snprintf(who, sizeof(who), "%s@%lld", id, (long long)(t / UTIME_SECOND));

    for (uint8_t c = 0; c < r->ncarry; c++) {
        for (size_t i = 0; i < n; i++) {
            if (strcmp(field[i].name, r->carry[c]) == 0 && field[i].value) {
                h.carry[c] = span_str(field[i].value);
            }
        }
    }
    corr_feed(&b->corr, &h, t, span_of(who, (size_t)len));
    assert_false(b->corr.broken);
}

// A record with one hit, at a second.
ATTR_UNUSED static void bed_one(struct corrbed *b, const char *id, int second,
                                const struct named *field, size_t n)
{
    utime_t t = second * UTIME_SECOND;

    corr_record(&b->corr, t);
    bed_hit(b, id, t, field, n);
}

ATTR_UNUSED static const char *bed_said(struct corrbed *b)
{
    buf_u8(&b->said, '\0');
    b->said.len--;
    return b->said.p;
}

#define EVENT_RULE(id)                                                                             \
    "title: " id "\nid: " id "\nlogsource: {product: p}\ndetection: {s: {f: " id                   \
    "}, condition: s}\n"

#endif
