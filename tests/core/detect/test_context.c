// test_context.c - yes, no, ask: fields that only the engine knows.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/one.h"

#define ASK                                                                                        \
    "title: t\nlogsource: {product: p}\ndetection:\n  s:\n    f: [root, 'svc_*']\n    g: 1\n"      \
    "  no_checkout: {fab.ctx.checkout: false}\n  condition: s and no_checkout\n"

struct world { // the engine's answers, and which field was asked last
    struct fval answer;
    enum ctx asked;
};

static struct fval answer(void *ctx, enum ctx field, const struct obs *o)
{
    struct world *w = ctx;

    (void)o;
    w->asked = field;
    return w->answer;
}

static enum verdict finish(const struct rig *r, const struct hit *h, const char *value)
{
    struct world w = {.answer = {value ? V_STR : V_ABSENT, span_str(value), 0}};
    struct context_ops ops = {answer, &w};
    struct obs o = {0};

    return rule_finish(ruleset_rule(r->set, h->rule), h, &o, &ops, NULL);
}

static size_t run(struct rig *r, const char *f, const char *g, struct hit *hit)
{
    struct one o;

    one_event(&o);
    one_put(&o, "f", f);
    one_put(&o, "g", g);
    return matcher_run(r->m, &o.ev, hit, 1);
}

static void a_context_leaf_makes_the_rule_ask(void **state)
{
    struct hit hit;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml", ASK);
    rig_load(&r);
    assert_int_equal(r.faults.count, 0);
    assert_true(ruleset_rule(r.set, 0)->needs_context);
    assert_int_equal(run(&r, "svc_mes", "1", &hit), 1);
    assert_int_equal(hit.verdict, VERDICT_ASK);
    assert_int_equal(hit.known, 3); // leaves f and g; the third is the engine's
    assert_int_equal(hit.truth, 3);
    assert_int_equal(finish(&r, &hit, "false"), VERDICT_YES);
    assert_int_equal(finish(&r, &hit, "true"), VERDICT_NO);
    assert_int_equal(finish(&r, &hit, NULL), VERDICT_NO);
    rig_close(&r);
}

static void what_the_event_already_denies_is_not_asked(void **state)
{
    struct hit hit;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml", ASK);
    rig_load(&r);
    assert_int_equal(run(&r, "svc_mes", "2", &hit), 0);
    assert_int_equal(run(&r, "alice", "1", &hit), 0);
    rig_close(&r);
}

static void what_the_event_already_affirms_is_not_asked(void **state)
{
    struct hit hit;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             "title: t\nlogsource: {product: p}\ndetection:\n  s: {f: a}\n  t: {g: 1}\n"
             "  c: {fab.ctx.pm: false}\n  condition: s and (t or c)\n");
    rig_load(&r);
    assert_int_equal(r.faults.count, 0);
    assert_int_equal(run(&r, "a", "1", &hit), 1);
    assert_int_equal(hit.verdict, VERDICT_YES);
    assert_int_equal(run(&r, "a", "2", &hit), 1);
    assert_int_equal(hit.verdict, VERDICT_ASK);
    assert_int_equal(finish(&r, &hit, "false"), VERDICT_YES);
    rig_close(&r);
}

static int loads(const char *detection)
{
    struct rig r;
    int code;

    rig_open(&r);
    rig_text(&r, "a.yml", one_rule(detection));
    rig_load(&r);
    code = r.faults.count == 0 ? 1 : strcmp(r.err[0].code, "sigma.context") == 0 ? 0 : -1;
    rig_close(&r);
    return code;
}

static void a_rule_that_would_always_ask_is_refused(void **state)
{
    (void)state;
    assert_int_equal(loads("  c: {fab.ctx.pm: false}\n  condition: c"), 0);
    assert_int_equal(loads("  c: {fab.ctx.pm: false}\n  condition: not c"), 0);
    assert_int_equal(loads("  s: {f: 1}\n  c: {fab.ctx.pm: false}\n  condition: s or c"), 0);
    assert_int_equal(loads("  s: {f: 1}\n  c: {fab.ctx.pm: false}\n  condition: c and not s"), 0);
    assert_int_equal(loads("  s: {f: null}\n  c: {fab.ctx.pm: false}\n  condition: c and s"), 0);
    assert_int_equal(loads("  s: {f: 1}\n  c: {fab.ctx.pm: false}\n  condition: c and s"), 1);
    assert_int_equal(loads("  s: {f: 1, fab.ctx.pm: false}\n  condition: s"), 1);
    assert_int_equal(loads("  c: {fab.ctx.pn: false}\n  condition: c"), 0);
}

static void a_rule_over_context_has_at_most_64_leaves(void **state)
{
    char text[8192];

    (void)state;
    for (int leaves = 64; leaves <= 65; leaves++) {
        size_t n = (size_t)snprintf(text, sizeof(text), "  s:\n    fab.ctx.pm: false\n");

        for (int i = 1; i < leaves; i++) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, "    f%d: x\n", i);
        }
        (void)snprintf(text + n, sizeof(text) - n, "  condition: s");
        assert_int_equal(loads(text), leaves <= 64);
    }
}

static void context_values_are_compared_like_any_other(void **state)
{
    static const struct {
        const char *test, *value;
        enum verdict want;
    } c[] = {
        {"fab.ctx.tool_state: [productive, standby]", "Standby", VERDICT_YES},
        {"fab.ctx.tool_state|startswith: sched", "scheduled_down", VERDICT_YES},
        {"fab.ctx.lots|gte: 2", "3", VERDICT_YES},
        {"fab.ctx.lots|gte: 2", "1", VERDICT_NO},
        {"fab.ctx.asset: null", NULL, VERDICT_YES},
        {"fab.ctx.asset: null", "LITHO-01", VERDICT_NO},
        {"fab.ctx.asset|exists: true", "LITHO-01", VERDICT_YES},
        {"fab.ctx.asset|re: '^LITHO-[0-9]+$'", "LITHO-01", VERDICT_YES},
        {"fab.ctx.asset|re: '^LITHO-[0-9]+$'", "ETCH-01", VERDICT_NO},
        {"fab.ctx.pm|neq: true", "false", VERDICT_YES},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        char text[512];
        struct hit hit;
        struct rig r;

        (void)snprintf(text, sizeof(text), "  s:\n    f: a\n    %s\n  condition: s", c[i].test);
        rig_open(&r);
        rig_text(&r, "a.yml", one_rule(text));
        rig_load(&r);
        assert_int_equal(run(&r, "a", "", &hit), 1);
        if (finish(&r, &hit, c[i].value) != c[i].want) {
            fail_msg("%s with %s", c[i].test, c[i].value ? c[i].value : "(absent)");
        }
        rig_close(&r);
    }
}

static void every_context_field_has_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < CTX_COUNT; i++) {
        assert_int_equal(ctx_of(span_str(ctx_name((enum ctx)i))), i);
    }
    assert_int_equal(ctx_of(SPAN_LIT("fab.ctx")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_context_leaf_makes_the_rule_ask),
        cmocka_unit_test(what_the_event_already_denies_is_not_asked),
        cmocka_unit_test(what_the_event_already_affirms_is_not_asked),
        cmocka_unit_test(a_rule_that_would_always_ask_is_refused),
        cmocka_unit_test(a_rule_over_context_has_at_most_64_leaves),
        cmocka_unit_test(context_values_are_compared_like_any_other),
        cmocka_unit_test(every_context_field_has_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
