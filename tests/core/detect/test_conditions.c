// test_conditions.c - selections, keywords and the condition language.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/one.h"

// Selections a (f: 1), b (g: 2), _c (h: 3), sel_x (i: 4), sel_y (j: 5); an event is the fields set.
static int on(const char *fields, const char *condition)
{
    static const char *const name[] = {"f", "g", "h", "i", "j"};
    static const char *const value[] = {"1", "2", "3", "4", "5"};
    char text[2048];
    struct one o;

    one_event(&o);
    for (size_t i = 0; i < ARRAY_LEN(name); i++) {
        if (strchr(fields, value[i][0])) {
            one_put(&o, name[i], value[i]);
        }
    }
    (void)snprintf(text, sizeof(text),
                   "  a: {f: 1}\n  b: {g: 2}\n  _c: {h: 3}\n  sel_x: {i: 4}\n  sel_y: {j: 5}\n"
                   "  condition: %s",
                   condition);
    return one_verdict(one_rule(text), &o);
}

static void not_binds_tighter_than_and_than_or(void **state)
{
    (void)state;
    assert_int_equal(on("1", "a or b and _c"), 1);
    assert_int_equal(on("2", "a or b and _c"), 0);
    assert_int_equal(on("1", "(a or b) and _c"), 0);
    assert_int_equal(on("13", "(a or b) and _c"), 1);
    assert_int_equal(on("1", "a and not b"), 1);
    assert_int_equal(on("12", "a and not b"), 0);
    assert_int_equal(on("1", "not b and a"), 1);
    assert_int_equal(on("", "not not a"), 0);
    assert_int_equal(on("1", "not (not (a))"), 1);
    assert_int_equal(on("1", "A"), -1); // names mind case
    assert_int_equal(on("12", "a AND b"), 1);
}

static void quantifiers_skip_private_names_for_them_only(void **state)
{
    (void)state;
    assert_int_equal(on("3", "1 of them"), 0);
    assert_int_equal(on("5", "1 of them"), 1);
    assert_int_equal(on("5", "any of them"), 1);
    assert_int_equal(on("1245", "all of them"), 1);
    assert_int_equal(on("124", "all of them"), 0);
    assert_int_equal(on("4", "1 of sel*"), 1);
    assert_int_equal(on("4", "all of sel_*"), 0);
    assert_int_equal(on("45", "all of sel_*"), 1);
    assert_int_equal(on("3", "1 of _*"), 1);
    assert_int_equal(on("3", "1 of *"), 0);
    assert_int_equal(on("1", "1 of a"), 1);
    assert_int_equal(on("14", "a and 1 of sel*"), 1);
    assert_int_equal(on("14", "a and not 1 of sel*"), 0);
}

static void wrong_conditions_are_refused(void **state)
{
    static const char *const bad[] = {"a and",
                                      "a b",
                                      "(a",
                                      "a)",
                                      "nothing",
                                      "1 of x*",
                                      "2 of them",
                                      "all of",
                                      "a | count()",
                                      "not",
                                      "and a",
                                      "''",
                                      "a & b",
                                      "[]",
                                      "{a: b}",
                                      "1 of (a)",
                                      "(((((((((((((((a)))))))))))))))",
                                      "a or or b"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (on("1", bad[i]) != -1) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
    assert_int_equal(on("1", "((((((((((a))))))))))"), 1);
    assert_int_equal(on("1", "[a, b]"), 1);
    assert_int_equal(on("2", "[a, b]"), 1);
    assert_int_equal(on("3", "[a, b]"), 0);
}

static int raw(const char *detection, const char *text)
{
    struct one o;

    one_event(&o);
    o.ev.raw = span_str(text);
    one_put(&o, "msg", "quoted \\ text");
    return one_verdict(one_rule(detection), &o);
}

static void keywords_search_the_whole_record(void **state)
{
    (void)state;
    assert_int_equal(raw("  k: [alpha, beta]\n  condition: k", "x BETA y"), 1);
    assert_int_equal(raw("  k: [alpha, beta]\n  condition: k", "x y"), 0);
    assert_int_equal(raw("  k: [al*pha]\n  condition: k", "x al--pha y"), 1);
    assert_int_equal(raw("  k: ['|all']\n  condition: k", "x |all y"), 1);
    assert_int_equal(raw("  k: {'|all': [alpha, beta]}\n  condition: k", "beta alpha"), 1);
    assert_int_equal(raw("  k: {'|all': [alpha, beta]}\n  condition: k", "beta"), 0);
    assert_int_equal(raw("  k: {'|re': 'a.c'}\n  condition: k", "xabcx"), 1);
    assert_int_equal(raw("  k: alpha\n  condition: k", "x alpha y"), 1);
    assert_int_equal(raw("  k: [4625]\n  condition: k", "id=4625"), 1);
    assert_int_equal(raw("  k: ['quoted \\ text']\n  condition: k", "{}"), 1);
    assert_int_equal(raw("  k: [null]\n  condition: k", "{}"), -1);
    assert_int_equal(raw("  k: {'|cidr': 10.0.0.0/8}\n  condition: k", "10.0.0.1"), -1);
}

static void a_map_is_and_a_list_of_maps_is_or(void **state)
{
    struct one o;

    (void)state;
    one_event(&o);
    one_put(&o, "f", "1");
    one_put(&o, "g", "2");
    o.ev.raw = SPAN_LIT("word");
    assert_int_equal(one_verdict(one_rule("  s: {f: 1, g: 2}\n  condition: s"), &o), 1);
    assert_int_equal(one_verdict(one_rule("  s: {f: 1, g: 3}\n  condition: s"), &o), 0);
    assert_int_equal(one_verdict(one_rule("  s: [{f: 9}, {g: 2}]\n  condition: s"), &o), 1);
    assert_int_equal(one_verdict(one_rule("  s: [{f: 9}, {g: 9}]\n  condition: s"), &o), 0);
    assert_int_equal(one_verdict(one_rule("  s: [{f: 9}, word]\n  condition: s"), &o), 1);
    assert_int_equal(one_verdict(one_rule("  s: {}\n  condition: s"), &o), -1);
    assert_int_equal(one_verdict(one_rule("  s: []\n  condition: s"), &o), -1);
    assert_int_equal(one_verdict(one_rule("  condition: s"), &o), -1);
    assert_int_equal(one_verdict(one_rule("  s: {f: 1}"), &o), -1);
    assert_int_equal(one_verdict(one_rule("  s: {f: 1}\n  timeframe: 5m\n  condition: s"), &o), -1);
}

static void original_names_come_before_ecs_names(void **state)
{
    struct one o;

    (void)state;
    one_event(&o);
    o.ev.field[FIELD_USER_NAME] = (struct fval){V_STR, SPAN_LIT("ecs"), 0};
    fieldset_add(&o.ev.mask, FIELD_USER_NAME);
    assert_int_equal(one_verdict(one_rule("  s: {user.name: ecs}\n  condition: s"), &o), 1);
    one_put(&o, "user.name", "original");
    assert_int_equal(one_verdict(one_rule("  s: {user.name: ecs}\n  condition: s"), &o), 0);
    assert_int_equal(one_verdict(one_rule("  s: {user.name: original}\n  condition: s"), &o), 1);
}

static void the_kind_is_ours_and_no_record_can_claim_it(void **state)
{
    struct one o;

    (void)state;
    one_event(&o);
    o.ev.kind = KIND_LOGON;
    one_put(&o, "fab.kind", "session.start");
    assert_int_equal(one_verdict(one_rule("  s: {fab.kind: logon}\n  condition: s"), &o), 1);
    assert_int_equal(one_verdict(one_rule("  s: {fab.kind: session.start}\n  condition: s"), &o),
                     0);
    assert_int_equal(one_verdict(one_rule("  s: {fab.kind: 'log*'}\n  condition: s"), &o), 1);
}

static int source(const char *logsource, const char *product, const char *category,
                  const char *service)
{
    char text[512];
    struct one o;

    one_event(&o);
    one_put(&o, "f", "1");
    o.ev.logsource[0] = span_str(product);
    o.ev.logsource[1] = span_str(category);
    o.ev.logsource[2] = span_str(service);
    (void)snprintf(text, sizeof(text),
                   "title: t\nlogsource: %s\ndetection: {s: {f: 1}, condition: s}\n", logsource);
    return one_verdict(text, &o);
}

static void a_log_source_binds_by_what_it_names(void **state)
{
    (void)state;
    assert_int_equal(source("{product: linux}", "linux", "", "sshd"), 1);
    assert_int_equal(source("{product: linux, service: sshd}", "linux", "", "sshd"), 1);
    assert_int_equal(source("{product: Linux, service: sshd}", "linux", "x", "SSHD"), 1);
    assert_int_equal(source("{product: Trend Micro}", "trend_micro", "", ""), 1);
    assert_int_equal(source("{product: trend_micro}", "Trend Micro", "", ""), 1);
    assert_int_equal(source("{product: linux, service: sudo}", "linux", "", "sshd"), 0);
    assert_int_equal(source("{product: linux, service: sshd}", "linux", "", ""), 0);
    assert_int_equal(source("{category: proxy}", "anything", "proxy", ""), 1);
    assert_int_equal(source("{category: proxy}", "proxy", "", ""), 0);
    assert_int_equal(source("{}", "linux", "", ""), -1);
    assert_int_equal(source("{vendor: x, product: y}", "y", "", ""), -1);
    assert_int_equal(source("{product: [a]}", "a", "", ""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_binds_tighter_than_and_than_or),
        cmocka_unit_test(quantifiers_skip_private_names_for_them_only),
        cmocka_unit_test(wrong_conditions_are_refused),
        cmocka_unit_test(keywords_search_the_whole_record),
        cmocka_unit_test(a_map_is_and_a_list_of_maps_is_or),
        cmocka_unit_test(original_names_come_before_ecs_names),
        cmocka_unit_test(the_kind_is_ours_and_no_record_can_claim_it),
        cmocka_unit_test(a_log_source_binds_by_what_it_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
