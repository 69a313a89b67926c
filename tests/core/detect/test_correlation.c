// test_correlation.c - correlation documents: what is taken, what is bound, what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/one.h"

#define BASE(id, name)                                                                             \
    "title: " name "\nid: " id "\nname: " name "\nlogsource: {product: p}\n"                       \
    "detection: {s: {f: " name "}, condition: s}\n"

static void count_of_events_over_a_group(void **state)
{
    const struct correlation *c;
    const uint32_t *user;
    struct hit hit;
    struct one o;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             "title: c\nid: c1\ncorrelation:\n  type: event_count\n  rules: [b1]\n"
             "  group-by: [user.name, host.name]\n  timespan: 5m\n  condition: {gt: 3, lte: 9}\n"
             "level: high\n---\n" BASE("b1", "one"));
    rig_load(&r);
    assert_int_equal(r.faults.count, 0);
    assert_int_equal(ruleset_count(r.set), 2);
    assert_int_equal(ruleset_rule(r.set, 0)->kind, RULE_CORRELATION);
    assert_true(ruleset_rule(r.set, 0)->alerts);
    assert_false(ruleset_rule(r.set, 1)->alerts);
    assert_int_equal(ruleset_rule(r.set, 0)->severity, 75);
    c = ruleset_rule(r.set, 0)->correlation;
    assert_int_equal(c->type, CORR_EVENT_COUNT);
    assert_int_equal(c->nrefs, 1);
    assert_int_equal(c->ref[0], 1);
    assert_int_equal(c->timespan, 5 * UTIME_MINUTE);
    assert_int_equal(c->nconds, 2);
    assert_int_equal(c->cond[0].op, CMP_GT);
    assert_int_equal(c->cond[0].n, 3);
    assert_int_equal(c->cond[1].op, CMP_LTE);
    assert_int_equal(c->ngroup, 2);
    assert_int_equal(ruleset_users(r.set, 1, &user), 1);
    assert_int_equal(user[0], 0);
    assert_int_equal(ruleset_users(r.set, 0, &user), 0);

    one_event(&o);
    one_put(&o, "f", "one");
    one_put(&o, "host.name", "litho-01");
    assert_int_equal(matcher_run(r.m, &o.ev, &hit, 1), 1);
    assert_int_equal(hit.rule, 1);
    assert_int_equal(hit.ncarry, 2);
    assert_true(span_eq_str(hit.carry[c->group[0][1]], "litho-01"));
    assert_int_equal(hit.carry[c->group[0][0]].n, 0); // absent
    rig_close(&r);
}

static void counted_values_and_aliases_find_their_fields(void **state)
{
    const struct correlation *c, *d;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "z.yml", BASE("b1", "one") "---\n" BASE("b2", "two"));
    rig_text(&r, "a.yml",
             "title: c\ncorrelation:\n  type: value_count\n  rules: [one, two]\n"
             "  group-by: [peer, host.name]\n  timespan: 1h\n"
             "  condition: {field: user.name, gte: 4}\n"
             "  aliases: {peer: {one: source.ip, two: destination.ip}}\n---\n"
             "title: d\ncorrelation:\n  type: temporal_ordered\n  rules: [two, b1]\n"
             "  group-by: [host.name]\n  timespan: 2d\n  generate: true\n");
    rig_load(&r);
    assert_int_equal(r.faults.count, 0);
    c = ruleset_rule(r.set, 0)->correlation;
    d = ruleset_rule(r.set, 1)->correlation;
    assert_int_equal(c->ref[0], 2);
    assert_int_equal(c->ref[1], 3);
    assert_string_equal(c->group_name[0], "peer");
    assert_string_equal(ruleset_rule(r.set, 2)->carry[c->group[0][0]], "source.ip");
    assert_string_equal(ruleset_rule(r.set, 3)->carry[c->group[1][0]], "destination.ip");
    assert_string_equal(ruleset_rule(r.set, 3)->carry[c->value[1]], "user.name");
    assert_int_equal(d->type, CORR_TEMPORAL_ORDERED);
    assert_int_equal(d->ref[0], 3);
    assert_int_equal(d->nconds, 0);
    assert_int_equal(d->timespan, 2 * UTIME_DAY);
    assert_string_equal(ruleset_rule(r.set, 3)->carry[d->group[0][0]], "host.name");
    assert_int_equal(ruleset_rule(r.set, 2)->ncarry, 3); // host.name is shared
    assert_true(ruleset_rule(r.set, 2)->alerts);         // d says generate: true
    rig_close(&r);
}

// The code of the first fault of a correlation over the rules one and two, or "" when it loads.
static const char *fault_of(const char *body)
{
    static char code[40];
    char text[4096];
    struct rig r;

    rig_open(&r);
    rig_text(&r, "b.yml", BASE("b1", "one") "---\n" BASE("b2", "two"));
    (void)snprintf(text, sizeof(text), "title: c\nid: c1\n%s\n", body);
    rig_text(&r, "c.yml", text);
    rig_load(&r);
    (void)snprintf(code, sizeof(code), "%s", r.nerr ? r.err[0].code : "");
    if (r.nerr) {
        assert_true(r.err[0].line > 0 && r.err[0].msg[0]);
        assert_int_equal(ruleset_count(r.set), 2);
        assert_true(ruleset_rule(r.set, 0)->alerts); // nobody uses it after all
    }
    rig_close(&r);
    return code;
}

#define CORR(rest) "correlation: {rules: [one, two], timespan: 5m, group-by: [g], " rest "}"

static void what_cannot_be_honoured_is_refused_with_its_reason(void **state)
{
    static const struct {
        const char *body, *code;
    } c[] = {
        {CORR("type: event_count, condition: {gte: 2}"), ""},
        {CORR("type: event_count, condition: {eq: 2}"), ""},
        {CORR("type: event_count, condition: {gte: 128}"), ""},
        {CORR("type: event_count, condition: {gte: 129}"), "sigma.condition"},
        {CORR("type: temporal"), ""},
        {CORR("type: temporal, condition: {gte: 1}"), ""},
        {CORR("type: event_count"), "sigma.condition"},
        {CORR("type: event_count, condition: {}"), "sigma.condition"},
        {CORR("type: event_count, condition: {gte: x}"), "sigma.condition"},
        {CORR("type: event_count, condition: {gte: -1}"), "sigma.condition"},
        {CORR("type: event_count, condition: {gte: 1, lt: 5, neq: 3}"), "sigma.condition"},
        {CORR("type: event_count, condition: {gte: 1, field: f}"), "sigma.condition"},
        {CORR("type: event_count, condition: {about: 1}"), "sigma.condition"},
        {CORR("type: value_count, condition: {gte: 1}"), "sigma.condition"},
        {CORR("type: value_count, condition: {gte: 1, field: [f, g]}"), "sigma.condition"},
        {CORR("type: temporal, condition: 'one and not two'"), "sigma.condition"},
        {CORR("type: value_sum, condition: {gte: 1, field: f}"), "sigma.type"},
        {CORR("type: value_avg, condition: {gte: 1, field: f}"), "sigma.type"},
        {CORR("type: value_percentile, condition: {gte: 1, field: f}"), "sigma.type"},
        {CORR("type: absence"), "sigma.type"},
        {CORR("type: nonsense"), "sigma.type"},
        {CORR("type: temporal, sometimes: true"), "yaml.unknown"},
        {CORR("type: temporal, aliases: {g: {one: x}}"), "sigma.alias"},
        {CORR("type: temporal, aliases: [g]"), "sigma.alias"},
        {"correlation: {rules: [one], type: temporal, timespan: 5M}", "sigma.timespan"},
        {"correlation: {rules: [one], type: temporal, timespan: 5ms}", "sigma.timespan"},
        {"correlation: {rules: [one], type: temporal, timespan: 1h30m}", "sigma.timespan"},
        {"correlation: {rules: [one], type: temporal, timespan: 0s}", "sigma.timespan"},
        {"correlation: {rules: [one], type: temporal}", "yaml.missing"},
        {"correlation: {rules: [], type: temporal, timespan: 5m}", "sigma.rules"},
        {"correlation: {rules: [one, b1], type: temporal, timespan: 5m}", "sigma.rules"},
        {"correlation: {rules: one, type: temporal, timespan: 5m}", "yaml.type"},
        {"correlation: {rules: [three], type: temporal, timespan: 5m}", "sigma.reference"},
        {"correlation: {rules: [one], type: temporal, timespan: 5m, group-by: g}", "sigma.group"},
        {"correlation: {rules: [one], type: temporal, timespan: 5m, group-by: [g, g]}",
         "sigma.group"},
        {"correlation: {rules: [one], type: temporal, timespan: 5m}\nlogsource: {product: p}",
         "sigma.document"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        const char *got = fault_of(c[i].body);

        if (strcmp(got, c[i].code) != 0) {
            fail_msg("%s: \"%s\" instead of \"%s\"", c[i].body, got, c[i].code);
        }
    }
}

static void correlations_over_correlations_are_refused(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "b.yml",
             BASE("b1", "one") "---\ntitle: c\nname: inner\ncorrelation: {rules: [one], "
                               "type: event_count, timespan: 5m, condition: {gte: 3}}\n---\n"
                               "title: d\ncorrelation: {rules: [inner], type: temporal, "
                               "timespan: 5m}\n");
    rig_load(&r);
    assert_int_equal(r.nerr, 1);
    assert_string_equal(r.err[0].code, "sigma.chain");
    assert_int_equal(ruleset_count(r.set), 2);
    rig_close(&r);
}

static void a_rule_carries_at_most_twelve_fields(void **state)
{
    char text[4096];
    size_t n;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml", BASE("b1", "one"));
    for (int k = 0; k < 3; k++) {
        n = (size_t)snprintf(text, sizeof(text),
                             "title: c%d\ncorrelation:\n  type: event_count\n  rules: [one]\n"
                             "  timespan: 5m\n  condition: {gte: 2}\n  group-by:\n",
                             k);
        for (int i = 0; i < 6; i++) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, "    - f%d\n", k * 6 + i);
        }
        rig_text(&r, k == 0 ? "b.yml" : k == 1 ? "c.yml" : "d.yml", text);
    }
    rig_load(&r);
    assert_int_equal(r.nerr, 1);
    assert_string_equal(r.err[0].code, "sigma.group");
    assert_string_equal(r.err[0].path, "d.yml");
    assert_int_equal(ruleset_rule(r.set, 0)->ncarry, HIT_CARRY_MAX);
    rig_close(&r);
}

static void a_group_by_context_is_left_to_the_engine(void **state)
{
    struct hit hit;
    struct one o;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             BASE("b1", "one") "---\ntitle: c\ncorrelation: {rules: [one], type: event_count, "
                               "timespan: 5m, condition: {gte: 3}, group-by: [fab.ctx.asset]}\n");
    rig_load(&r);
    assert_int_equal(r.faults.count, 0);
    one_event(&o);
    one_put(&o, "f", "one");
    one_put(&o, "fab.ctx.asset", "a record cannot say this");
    assert_int_equal(matcher_run(r.m, &o.ev, &hit, 1), 1);
    assert_int_equal(hit.ncarry, 1);
    assert_int_equal(hit.carry[0].n, 0);
    assert_int_equal(ctx_of(span_str(ruleset_rule(r.set, 0)->carry[0])), CTX_ASSET);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(count_of_events_over_a_group),
        cmocka_unit_test(counted_values_and_aliases_find_their_fields),
        cmocka_unit_test(what_cannot_be_honoured_is_refused_with_its_reason),
        cmocka_unit_test(correlations_over_correlations_are_refused),
        cmocka_unit_test(a_rule_carries_at_most_twelve_fields),
        cmocka_unit_test(a_group_by_context_is_left_to_the_engine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
