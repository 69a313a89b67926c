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
    assert_string_equal(ruleset_rule(r.set, 3)->carry[c->value[1][0]], "user.name");
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
        {CORR("type: event_count, condition: {gte: 100000}"), ""},
        {CORR("type: event_count, condition: {gte: 100001}"), "sigma.condition"},
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
        {CORR("type: value_count, condition: {gte: 1, field: [f, g]}"), ""},
        {CORR("type: value_count, condition: {gte: 1, field: [a, b, c, d, e]}"), "sigma.condition"},
        {CORR("type: value_count, condition: {gte: 1, field: [a, {b: c}]}"), "sigma.condition"},
        {CORR("type: temporal, condition: 'one and not two'"), "sigma.condition"},
        {CORR("type: temporal, condition: 'one and not two'") "\nsigma-version: 2.2", ""},
        {CORR("type: temporal, condition: 'one or b2'") "\nsigma-version: 2.2", "sigma.condition"},
        {CORR("type: temporal, condition: 'one and'") "\nsigma-version: 2.2", "sigma.condition"},
        {CORR("type: temporal_ordered, condition: 'one and two'") "\nsigma-version: 2.2",
         "sigma.condition"},
        {CORR("type: event_count, condition: 'one'") "\nsigma-version: 2.2", "sigma.condition"},
        {CORR("type: temporal_ordered, condition: {gte: 2}"), ""},
        {CORR("type: temporal_ordered, condition: {gt: 1}"), ""},
        {CORR("type: temporal_ordered, condition: {gte: 1}"), "sigma.condition"},
        {CORR("type: temporal_ordered, condition: {lte: 2}"), "sigma.condition"},
        {CORR("type: value_sum, condition: {gte: 1, field: f}"), ""},
        {CORR("type: value_sum, condition: {lt: -5, field: f}"), ""},
        {CORR("type: value_sum, condition: {gte: 1}"), "sigma.condition"},
        {CORR("type: value_sum, condition: {gte: 1, field: [f, g]}"), "sigma.condition"},
        {CORR("type: value_avg, condition: {gte: 1, lte: 9, field: f}"), ""},
        {CORR("type: value_avg, condition: {gte: 1.5, field: f}"), "sigma.condition"},
        {CORR("type: value_percentile, condition: {lte: 1, field: f}"), ""},
        {CORR("type: value_percentile, condition: {gt: 500, field: f, percentile: 95}"), ""},
        {CORR("type: value_percentile, condition: {gt: 5, field: f, percentile: 101}"),
         "sigma.condition"},
        {CORR("type: value_sum, condition: {gt: 5, field: f, percentile: 95}"), "sigma.condition"},
        {CORR("type: absence"), "yaml.missing"},
        {CORR("type: absence, expect: []"), "sigma.rules"},
        {CORR("type: absence, expect: [two]"), ""}, // two calls for itself, too
        {CORR("type: absence, expect: [three]"), "sigma.reference"},
        {"correlation: {rules: [one], type: absence, expect: [two], timespan: 5m}", ""},
        {"correlation: {rules: [one], type: absence, expect: [two], when: before, timespan: 5m}",
         ""},
        {"correlation: {rules: [one], type: absence, expect: [two], when: never, timespan: 5m}",
         "sigma.absence"},
        {"correlation: {rules: [one], type: absence, expect: [one], timespan: 5m}", ""},
        {"correlation: {rules: [one], type: absence, expect: [one], when: before, timespan: 5m}",
         "sigma.rules"},
        {"correlation: {rules: [one], type: absence, expect: [two], timespan: 5m, "
         "condition: {gte: 1}}",
         "sigma.condition"},
        {CORR("type: temporal, expect: [two]"), "sigma.absence"},
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

// The outer one stands first in the set, and is bound when the inner one is.
static void a_correlation_over_a_correlation_carries_what_its_events_have(void **state)
{
    const struct rule *outer, *inner, *event;
    const uint32_t *user;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             "title: d\ncorrelation: {rules: [inner, two], type: temporal_ordered, timespan: 5m, "
             "group-by: [who], aliases: {who: {inner: peer, two: host.name}}}\n---\n"
             "title: c\nname: inner\ncorrelation: {rules: [one], type: event_count, timespan: 5m, "
             "condition: {gte: 3}, group-by: [user.name], aliases: {peer: {one: source.ip}}}\n");
    rig_text(&r, "b.yml", BASE("b1", "one") "---\n" BASE("b2", "two"));
    rig_load(&r);
    assert_int_equal(r.nerr, 0);
    outer = ruleset_rule(r.set, 0);
    inner = ruleset_rule(r.set, 1);
    event = ruleset_rule(r.set, 2);
    assert_true(outer->alerts);
    assert_false(inner->alerts);
    assert_false(event->alerts);
    assert_int_equal(outer->correlation->ref[0], 1);
    assert_int_equal(ruleset_users(r.set, 1, &user), 1);
    assert_string_equal(inner->carry[outer->correlation->group[0][0]], "peer");
    assert_string_equal(event->carry[inner->correlation->pass[0][0]], "source.ip");
    rig_close(&r);
}

static void a_chain_that_comes_back_to_itself_is_refused(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             BASE("b1", "one") "---\ntitle: c\nname: c\ncorrelation: {rules: [one, d], "
                               "type: temporal, timespan: 5m}\n---\n"
                               "title: d\nname: d\ncorrelation: {rules: [c], type: temporal, "
                               "timespan: 5m}\n---\n"
                               "title: e\nname: e\ncorrelation: {rules: [f], type: temporal, "
                               "timespan: 5m}\n---\n"
                               "title: f\nname: f\ncorrelation: {rules: [none], type: temporal, "
                               "timespan: 5m}\n");
    rig_load(&r);
    assert_int_equal(r.nerr, 4);
    assert_string_equal(r.err[0].code, "sigma.chain");
    assert_string_equal(r.err[1].code, "sigma.reference");
    assert_string_equal(r.err[2].code, "sigma.reference"); // f was refused
    assert_string_equal(r.err[3].code, "sigma.reference");
    assert_int_equal(ruleset_count(r.set), 1);
    assert_true(ruleset_rule(r.set, 0)->alerts);
    rig_close(&r);
}

static void a_chain_has_an_end(void **state)
{
    char text[200];
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "0.yml", BASE("b1", "c0"));
    for (int i = 1; i <= CORR_DEPTH_MAX + 1; i++) {
        char path[8];

        (void)snprintf(path, sizeof(path), "%d.yml", i);
        (void)snprintf(text, sizeof(text),
                       "title: c\nname: c%d\ncorrelation: {rules: [c%d], type: temporal, "
                       "timespan: 5m}\n",
                       i, i - 1);
        rig_text(&r, path, text);
    }
    rig_load(&r);
    assert_int_equal(r.nerr, 1);
    assert_string_equal(r.err[0].code, "sigma.chain");
    assert_int_equal(ruleset_count(r.set), 1 + CORR_DEPTH_MAX);
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
        cmocka_unit_test(a_correlation_over_a_correlation_carries_what_its_events_have),
        cmocka_unit_test(a_chain_that_comes_back_to_itself_is_refused),
        cmocka_unit_test(a_chain_has_an_end),
        cmocka_unit_test(a_rule_carries_at_most_twelve_fields),
        cmocka_unit_test(a_group_by_context_is_left_to_the_engine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
