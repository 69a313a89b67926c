// test_documents.c - accept and reject of whole documents; ids, order, the map fabsoc.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/one.h"

#define SPEC "../shared/data/sigma-spec/"
#define TAIL "logsource: {product: p}\ndetection: {s: {f: 1}, condition: s}\n"

static const char *code_of(const char *head)
{
    static char code[40];
    char text[4096];
    struct rig r;

    rig_open(&r);
    (void)snprintf(text, sizeof(text), "%s\n" TAIL, head);
    rig_text(&r, "a.yml", text);
    rig_load(&r);
    (void)snprintf(code, sizeof(code), "%s", r.nerr ? r.err[0].code : "");
    rig_close(&r);
    return code;
}

static void what_a_document_says_of_itself_is_checked(void **state)
{
    static const struct {
        const char *head, *code;
    } c[] = {
        {"title: t", ""},
        {"title: t\nlevel: critical\nstatus: stable\ndate: 2024-02-29\nmodified: 2025-01-01", ""},
        {"title: t\ntags: [attack.t1059.001, cve.2021-44228, detection.emerging-threats]", ""},
        {"title: t\ntags:\nreferences:\nfalsepositives:\nown: {x: 1}", ""},
        {"title: t\nrelated: [{id: x, type: derived}]", ""},
        {"id: x", "yaml.missing"},
        {"title: ''", "yaml.empty"},
        {"title: [a]", "yaml.type"},
        {"title: t\nlevel: urgent", "sigma.level"},
        {"title: t\nlevel: High", "sigma.level"},
        {"title: t\nstatus: done", "sigma.value"},
        {"title: t\ndate: 2024-02-30", "sigma.date"},
        {"title: t\ndate: 2024/02/03", "sigma.date"},
        {"title: t\ntags: [Attack.T1059]", "sigma.tag"},
        {"title: t\ntags: [nodot]", "sigma.tag"},
        {"title: t\ntags: attack.t1059", "yaml.type"},
        {"title: t\nrelated: [{id: x, type: cousin}]", "sigma.value"},
        {"title: t\nrelated: [{type: derived}]", "yaml.missing"},
        {"title: t\naction: global", "sigma.action"},
        {"title: t\ntitle: u", "yaml.duplicate"},
        {"title: t\nfabsoc: {cause: c, consequence: d, action: e, respond: 5m, call: security}",
         ""},
        {"title: t\nfabsoc: {axes: {A: 0, C: 3, Q: 1}, tier_steps: 1, force_t1: true}", ""},
        {"title: t\nfabsoc: {cuase: c}", "yaml.unknown"},
        {"title: t\nfabsoc: {axes: {B: 1}}", "yaml.unknown"},
        {"title: t\nfabsoc: {axes: {A: 4}}", "fabsoc.axes"},
        {"title: t\nfabsoc: {tier_steps: 2}", "fabsoc.tier_steps"},
        {"title: t\nfabsoc: {force_t1: maybe}", "fabsoc.force_t1"},
        {"title: t\nfabsoc: {respond: soon}", "fabsoc.respond"},
        {"title: t\nfabsoc: {call: [a]}", "fabsoc.text"},
        {"title: t\nfabsoc: x", "yaml.type"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        const char *got = code_of(c[i].head);

        if (strcmp(got, c[i].code) != 0) {
            fail_msg("%s: \"%s\" instead of \"%s\"", c[i].head, got, c[i].code);
        }
    }
}

static void what_the_rule_says_about_production_is_kept(void **state)
{
    const struct rule *u;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "a.yml",
             "title: t\nid: r1\ndescription: d\nlevel: low\ntags: [attack.t0859]\n"
             "fabsoc: {cause: c, consequence: d, action: e, respond: 15m, call: security, "
             "axes: {A: 1, C: 2, Q: 3}, tier_steps: 1, force_t1: true}\n" TAIL);
    rig_load(&r);
    u = ruleset_rule(r.set, 0);
    assert_non_null(u);
    assert_string_equal(u->id, "r1");
    assert_string_equal(u->title, "t");
    assert_string_equal(u->description, "d");
    assert_string_equal(u->path, "a.yml");
    assert_string_equal(u->level, "low");
    assert_int_equal(u->severity, 25);
    assert_int_equal(u->ntags, 1);
    assert_string_equal(u->tag[0], "attack.t0859");
    assert_int_equal(u->axes.a * 100 + u->axes.c * 10 + u->axes.q, 123);
    assert_int_equal(u->tier_steps, 1);
    assert_true(u->force_t1 && u->alerts && !u->needs_context);
    assert_string_equal(u->cause, "c");
    assert_string_equal(u->call, "security");
    assert_int_equal(u->respond, 15 * UTIME_MINUTE);
    rig_close(&r);
}

static void ids_and_names_stand_once(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "b.yml", "title: b\nid: x\n" TAIL "---\ntitle: c\nname: n\n" TAIL);
    rig_text(&r, "a.yml", "title: a\nid: x\nname: n\n" TAIL);
    rig_text(&r, "c.yml", "title: d\nid: n\n" TAIL);
    rig_load(&r);
    assert_int_equal(r.nerr, 3); // the first by path stays
    assert_string_equal(r.err[0].code, "sigma.duplicate");
    assert_string_equal(r.err[0].path, "b.yml");
    assert_int_equal(r.err[0].line, 2);
    assert_int_equal(ruleset_count(r.set), 1);
    assert_string_equal(ruleset_rule(r.set, 0)->title, "a");
    rig_close(&r);
}

static void numbers_follow_path_and_document(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_text(&r, "b.yml", "title: b1\n" TAIL "---\ntitle: b2\n" TAIL);
    rig_text(&r, "broken.yml", "title: [\n");
    rig_text(&r, "a.yml", "title: a1\n" TAIL);
    rig_load(&r);
    assert_int_equal(r.nerr, 1);
    assert_string_equal(r.err[0].code, "yaml.syntax");
    assert_int_equal(ruleset_count(r.set), 3);
    assert_string_equal(ruleset_rule(r.set, 0)->title, "a1");
    assert_string_equal(ruleset_rule(r.set, 1)->title, "b1");
    assert_string_equal(ruleset_rule(r.set, 2)->title, "b2");
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(ruleset_rule(r.set, i)->index, i);
        assert_int_equal(strlen(ruleset_rule(r.set, i)->id), 36); // made, as none was given
    }
    assert_null(ruleset_rule(r.set, 3));
    rig_close(&r);
}

// Rules that the specification's correlation samples refer to but do not bring along.
static void add_parts(struct rig *r)
{
    static const char *const part[] = {
        "recon_cmd_a",           "recon_cmd_b",
        "recon_cmd_c",           "5638f7c0-ac70-491d-8465-2a65075e0d86",
        "website_access",        "rule_a_id",
        "process_creation",      "internal_error",
        "new_network_connection"};
    static const char *const filtered_part[] = {"6f3e2987-db24-4c78-a860-b4f4095a7095",
                                                "df0841c0-9846-4e9f-ad8a-7df91571771b"};
    char text[512];

    for (size_t i = 0; i < ARRAY_LEN(part); i++) {
        (void)snprintf(text, sizeof(text), "title: part %zu\nid: %s\n" TAIL, i, part[i]);
        rig_text(r, part[i], text);
    }
    for (size_t i = 0; i < ARRAY_LEN(filtered_part); i++) {
        (void)snprintf(text, sizeof(text),
                       "title: narrowed %zu\nid: %s\nlogsource: {product: windows, category: "
                       "process_creation}\ndetection: {s: {f: 1}, condition: s}\n",
                       i, filtered_part[i]);
        rig_text(r, filtered_part[i], text);
    }
}

static void samples_of_the_specification_get_their_verdict(void **state)
{
    static const struct {
        const char *path, *code;
    } c[] = {
        {"tests/schema/rules/rule_1.yml", ""},
        {"tests/schema/rules/rule_ecs.yml", ""},
        {"tests/schema/filter/filter_1.yml", ""},
        {"examples/filters-01.yml", ""},
        {"tests/schema/filter/filter_ecs.yml", "sigma.filter"}, // the rules are of another source
        {"tests/schema/correlation/event_count.yml", ""},
        {"tests/schema/correlation/event_count_ecs.yml", ""},
        {"tests/schema/correlation/value_count.yml", ""},
        {"tests/schema/correlation/temporal.yml", ""},
        {"tests/schema/correlation/temporal_ordered.yml", ""},
        {"tests/schema/correlation/value_sum.yml", ""},
        {"tests/schema/correlation/value_avg.yml", ""},
        {"tests/schema/correlation/value_percentile.yml", ""},
        {"examples/correlation-rules-02.yml", ""},
        {"examples/correlation-rules-03.yml", ""},
        {"examples/correlation-rules-01.yml", "yaml.missing"}, // a fragment, without a type
        {"examples/correlation-rules-04.yml", ""},
        {"examples/correlation-rules-05.yml", ""},
        {"examples/correlation-rules-06.yml", ""},
        {"examples/correlation-rules-07.yml", ""},
        {"examples/correlation-rules-08.yml", ""},
        {"../sigma-correlation/hayabusa/correlation_rule.yaml", ""},
        {("../sigma-correlation/hayabusa/"
          "Sec_4625_Med_LogonFail_WrongPW_PW-Guessing_Correlation.yml"),
         ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        char path[512];
        struct span text;
        struct rig r;

        (void)snprintf(path, sizeof(path), SPEC "%s", c[i].path);
        text = rig_slurp(path);
        rig_need(text.n > 0, path);
        rig_open(&r);
        rig_text(&r, path, text.p);
        add_parts(&r);
        rig_load(&r);
        if (strcmp(r.nerr ? r.err[0].code : "", c[i].code) != 0) {
            fail_msg("%s: \"%s\" (%s)", c[i].path, r.nerr ? r.err[0].code : "",
                     r.nerr ? r.err[0].msg : "");
        }
        rig_close(&r);
        free((void *)(uintptr_t)text.p);
    }
}

#define FILTER(rest)                                                                               \
    "title: f\nlogsource: {product: p}\nfilter: {rules: [x], s: {g: 1}, " rest "}\n"

// 1 = the rule fires on f=1, g=`g`; 0 = it does not; the code of the fault when one is said.
static int filtered(const char *filter, const char *g, const char **code)
{
    static char text[40];
    struct hit hit;
    struct one o;
    struct rig r;
    int n;

    rig_open(&r);
    rig_text(&r, "a.yml", filter); // before the rule it narrows
    rig_text(&r, "b.yml", "title: t\nid: x\n" TAIL);
    rig_load(&r);
    assert_int_equal(ruleset_count(r.set), 1);
    (void)snprintf(text, sizeof(text), "%s", r.nerr ? r.err[0].code : "");
    *code = text;
    one_event(&o);
    one_put(&o, "f", "1");
    one_put(&o, "g", g);
    n = (int)matcher_run(r.m, &o.ev, &hit, 1);
    rig_close(&r);
    return n;
}

static void a_filter_narrows_the_rules_it_names(void **state)
{
    static const char *const bad[] = {
        FILTER("condition: t"),
        FILTER("other: [x]"),
        "title: f\nlogsource: {product: q}\nfilter: {rules: [x], s: {g: 1}, condition: s}\n",
        ("title: f\nlogsource: {product: p, service: q}\n"
         "filter: {rules: [x], s: {g: 1}, condition: s}\n"),
        "title: f\nlogsource: {product: p}\nfilter: {rules: [y], s: {g: 1}, condition: s}\n",
        "title: f\nlogsource: {product: p}\nfilter: {s: {g: 1}, condition: s}\n",
        "title: f\nfilter: {rules: [x], s: {g: 1}, condition: s}\n",
    };
    const char *code;

    (void)state;
    assert_int_equal(filtered(FILTER("condition: not s"), "1", &code), 0);
    assert_int_equal(filtered(FILTER("condition: not s"), "2", &code), 1);
    assert_int_equal(filtered(FILTER("condition: s"), "2", &code), 0);
    assert_string_equal(code, "");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(filtered(bad[i], "1", &code), 1); // refused: the rule stays whole
        assert_int_not_equal(code[0], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_document_says_of_itself_is_checked),
        cmocka_unit_test(what_the_rule_says_about_production_is_kept),
        cmocka_unit_test(ids_and_names_stand_once),
        cmocka_unit_test(numbers_follow_path_and_document),
        cmocka_unit_test(a_filter_narrows_the_rules_it_names),
        cmocka_unit_test(samples_of_the_specification_get_their_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
