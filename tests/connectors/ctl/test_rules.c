// test_rules.c - fabsocctl rules test and explain --event: samples beside rules, and why a rule matched.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/ran.h"

static const char rules[] =
    "title: Shell\nid: r-shell\nname: shell\nlogsource: {product: linux, service: sudo}\n"
    "detection: {s: {fab.kind: command, user.name|startswith: [svc_, svc-]}, condition: s}\n---\n"
    "title: Asked\nid: r-asked\nlogsource: {category: pam}\n"
    "detection: {s: {fab.kind: session.start}, w: {fab.ctx.pm: false}, condition: s and w}\n---\n"
    "title: Part\nid: r-part\nname: part\nlogsource: {product: x}\n"
    "detection: {s: {n|gt: 5}, condition: s}\n---\n"
    "title: Many\nid: r-many\ncorrelation: {type: event_count, rules: [part], group-by: [who], "
    "timespan: 1m, condition: {gte: 3}}\n";

static const char good[] =
    "positive:\n"
    "  - {rule: shell, raw: '<85>Nov 20 03:00:01 h sudo: svc_x : TTY=p ; PWD=/ ; USER=root ; "
    "COMMAND=/bin/sh'}\n"
    "  - {rule: Shell, lines: ['<85>Nov 20 03:00:01 h sudo: k : TTY=p ; PWD=/ ; USER=root ; "
    "COMMAND=/bin/sh', '<85>Nov 20 03:00:01 h sudo: svc-x : TTY=p ; PWD=/ ; USER=root ; "
    "COMMAND=/bin/sh']}\n"
    "  - {rule: r-asked, fields: {fab.kind: session.start}, context: {fab.ctx.pm: false}}\n"
    "  - {rule: r-many, events: [{rule: part, fields: {n: 6, who: a}, repeat: 3, every: 20s}]}\n"
    "negative:\n"
    "  - {rule: shell, fields: {fab.kind: command, user.name: k}}\n"
    "  - {rule: r-asked, fields: {fab.kind: session.start}, context: {fab.ctx.pm: true}}\n"
    "  - {rule: r-asked, fields: {fab.kind: session.start}}\n"
    "  - {rule: r-many, events: [{rule: part, fields: {n: 6, who: a}, repeat: 3, every: 31s}]}\n"
    "  - {rule: r-many, events: [{rule: part, fields: {n: 6, who: a}, repeat: 2}, "
    "{rule: part, fields: {n: 6, who: b}}]}\n";

static struct ran run(const char *samples)
{
    char *rule = ran_file("t.yml", span_str(rules));
    char *beside = ran_file("t.samples.yaml", span_str(samples));

    return ran("rules", "test", rule, beside);
}

static void samples_that_hold_are_counted_by_rule(void **state)
{
    struct ran r = run(good);

    (void)state;
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    assert_int_equal(ran_lines(&r), 4);
    assert_non_null(strstr(r.out, "ok       2 positive    1 negative  r-shell  Shell\n"));
    assert_non_null(strstr(r.out, "ok       1 positive    2 negative  r-asked  Asked\n"));
    assert_non_null(strstr(r.out, "ok       1 positive    2 negative  r-many  Many\n"));
    assert_non_null(strstr(r.out, "\n3 rules, 0 without positive or without negative samples\n"));
    ran_free(&r);
}

static void a_sample_that_does_not_hold_is_a_fault_at_its_line(void **state)
{
    struct ran r = run("positive:\n"
                       "  - {rule: shell, fields: {fab.kind: command, user.name: k}}\n"
                       "negative:\n"
                       "  - {rule: r-asked, fields: {fab.kind: session.start}, context: "
                       "{fab.ctx.pm: false}}\n"
                       "  - {rule: r-many, events: [{rule: part, fields: {n: 6, who: a}, "
                       "repeat: 3}]}\n");

    (void)state;
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "t.samples.yaml:2:1: samples.positive: the rule \"Shell\""));
    assert_non_null(strstr(r.err, "t.samples.yaml:4:1: samples.negative: the rule \"Asked\""));
    assert_non_null(strstr(r.err, "t.samples.yaml:5:1: samples.negative: the rule \"Many\""));
    assert_non_null(strstr(r.out, "FAULT    1 positive    0 negative  r-shell"));
    ran_free(&r);
}

static void what_is_no_sample_is_refused(void **state)
{
    static const char *const bad[] = {
        "positve: []\n",
        "- a\n",
        "positive: {a: b}\n",
        "positive: [{rule: nobody, raw: x}]\n",
        "positive: [{raw: x}]\n", // several rules stand beside it
        "positive: [{rule: shell}]\n",
        "positive: [{rule: shell, raw: x, fields: {a: b}}]\n",
        "positive: [{rule: shell, raw: x, colour: red}]\n",
        "positive: [{rule: shell, fields: {fab.kind: nonsense}}]\n",
        "positive: [{rule: shell, fields: {a: {b: c}}}]\n",
        "positive: [{rule: shell, fields: {a: b}, context: {fab.ctx.nonsense: true}}]\n",
        "positive: [{rule: shell, fields: {a: b}, time: noon}]\n",
        "positive: [{rule: shell, fields: {a: b}, repeat: 0}]\n",
        "positive: [{rule: r-many, events: [{fields: {n: 6}}]}]\n", // of which log source?
        "positive: [{rule: r-many, events: []}]\n",
        "positive: [{rule: shell, lines: []}]\n",
        "positive: [{rule: shell, lines: [x], context: {fab.ctx.pm: true}}]\n", // the engine knows
        "positive: [{rule: shell, lines: [{group: pam, kind: logon, fields: {user.name: a}}]}]\n",
        "positive: [{rule: shell, lines: [{time: 2026-11-02T08:00:00Z, group: pam, kind: x, "
        "fields: {user.name: a}}]}]\n",
        "positive: [{rule: shell, lines: [{time: 2026-11-02T08:00:00Z, group: pam, kind: logon, "
        "fields: {nonsense: a}}]}]\n",
        "negative: [{rule: shell, expected: true, lines: [x]}]\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ran r = run(bad[i]);

        if (r.status != 1 || !strstr(r.err, "t.samples.yaml:")) {
            fail_msg("%s: %d %s", bad[i], r.status, r.err);
        }
        ran_free(&r);
    }
}

static void our_own_samples_hold_and_every_rule_has_both_kinds(void **state)
{
    struct ran r = ran("rules", "test");

    (void)state;
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    assert_true(ran_lines(&r) > 60);
    for (const char *line = r.out, *end; (end = strchr(line, '\n')) && end[1]; line = end + 1) {
        if (strncmp(line, "ok ", 3) != 0) {
            fail_msg("%.*s", (int)(end - line), line);
        }
    }
    assert_non_null(strstr(r.out, ", 0 without positive or without negative samples\n"));
    ran_free(&r);
}

// ---- through the engine

static const char engine_rules[] =
    "title: Write\nid: r-write\nlogsource: {product: fab, service: recipe}\n"
    "detection: {s: {fab.kind: recipe.write}, w: {fab.ctx.recipe_approved: false}, condition: "
    "s and w}\nlevel: high\n---\n"
    "title: Start\nid: r-start\nlogsource: {category: pam}\n"
    "detection: {s: {fab.kind: session.start}, condition: s}\nlevel: low\n";

#define WRITE                                                                                      \
    "'{\"time\":\"2026-11-02T08:00:00Z\",\"type\":\"recipe.write\",\"tool\":\"ETCH-01\","          \
    "\"recipe\":"                                                                                  \
    "\"OX-7\",\"revision\":8,\"digest\":\"9c4f\",\"user\":\"v.brandt\"}'"
#define APPROVED                                                                                   \
    "'{\"time\":\"2026-11-02T07:00:00Z\",\"type\":\"recipe.approved\",\"recipe\":\"OX-7\","        \
    "\"revision\":"                                                                                \
    "8,\"digest\":\"9c4f\",\"approver\":\"p\"}'"
#define WINDOW                                                                                     \
    "'{\"time\":\"2026-11-02T07:00:00Z\",\"type\":\"pm.approved\",\"window\":\"PM-1\",\"tool\":"   \
    "\"ETCH-01\",\"person\":\"v.brandt\",\"vendor\":\"Lumina\",\"start\":\"2026-11-02T07:30:"      \
    "00Z\","                                                                                       \
    "\"end\":\"2026-11-02T09:00:00Z\",\"actions\":[\"session\",\"recipe.write\"],\"approver\":"    \
    "\"k.mori\"}'"
#define START                                                                                      \
    "{time: 2026-11-02T08:00:00Z, group: pam, kind: session.start, fields: {user.name: sato}}"

static struct ran run_engine(const char *samples)
{
    char *rule = ran_file("e.yml", span_str(engine_rules));
    char *beside = ran_file("e.samples.yaml", span_str(samples));

    return ran("rules", "test", rule, beside);
}

static void lines_go_through_the_engine_that_knows_the_context(void **state)
{
    struct ran r =
        run_engine("positive:\n"
                   "  - {rule: r-write, lines: [" WRITE "]}\n"
                   "  - {rule: r-write, expected: true, lines: [" WINDOW ", " WRITE "]}\n"
                   "  - {lines: [" START "]}\n" // of whichever fires
                   "negative:\n"
                   "  - {lines: [" APPROVED ", " WRITE "]}\n"); // of both

    (void)state;
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "ok       2 positive    1 negative  r-write  Write\n"));
    assert_non_null(strstr(r.out, "ok       1 positive    1 negative  r-start  Start\n"));
    ran_free(&r);
}

static void lines_that_do_not_hold_are_faults_at_their_line(void **state)
{
    struct ran r = run_engine("positive:\n"
                              "  - {rule: r-write, lines: [" APPROVED ", " WRITE "]}\n"
                              "  - {lines: [" APPROVED "]}\n"
                              "  - {rule: r-write, expected: true, lines: [" WRITE "]}\n"
                              "  - {rule: r-write, lines: [" WINDOW ", " WRITE "]}\n"
                              "negative:\n"
                              "  - {rule: Write, lines: [" WRITE "]}\n"
                              "  - {rule: Start, lines: ['nobody writes this']}\n"
                              "  - rule: Start\n"
                              "    lines: [{time: 2026-11-02T08:00:00Z, group: x, kind: logon, "
                              "fields: {user.name: a}}]\n");

    (void)state;
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, ":2:1: samples.positive: the rule \"Write\" does not find"));
    assert_non_null(strstr(r.err, ":3:1: samples.positive: no rule beside it finds"));
    assert_non_null(strstr(r.err, ":4:1: samples.expected: the rule \"Write\""));
    assert_non_null(strstr(r.err, ":5:1: samples.expected: the rule \"Write\""));
    assert_non_null(strstr(r.err, ":7:1: samples.negative: the rule \"Write\" finds"));
    assert_non_null(strstr(r.err, ":8:1: samples.line: "));
    assert_non_null(strstr(r.err, ":10:1: samples.group: "));
    assert_non_null(strstr(r.out, "FAULT    3 positive    1 negative  r-write"));
    assert_non_null(strstr(r.out, "none     0 positive    0 negative  r-start"));
    assert_non_null(strstr(r.out, "\n2 rules, 1 without positive or without negative samples\n"));
    ran_free(&r);
}

// A negative sample holds only where the rule has an answer, by hand and through the engine; and a rule at
// fault on three samples is asked about the fourth.
static void a_sample_that_a_rule_has_no_answer_for_is_a_fault(void **state)
{
    static const char slow[] = "title: Slow\nid: r-slow\nlevel: low\nlogsource: {category: os}\n"
                               "detection: {s: {process.command_line|re: '^(x+x+)+y!'}, "
                               "condition: s}\n";
#define XS      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y!"
#define BY_HAND "  - {rule: r-slow, fields: {process.command_line: '" XS "'}}\n"
    static const char samples[] =
        "negative:\n" BY_HAND BY_HAND BY_HAND
        "  - {rule: r-slow, fields: {process.command_line: b}}\n"
        "  - rule: r-slow\n    lines: [{time: 2026-11-02T08:00:00Z, group: os, kind: command, "
        "fields: {process.command_line: '" XS "'}}]\n"
        "positive:\n  - {rule: r-slow, fields: {process.command_line: 'xxy!'}}\n";
    char *rule = ran_file("s.yml", span_str(slow));
    struct ran r;

    (void)state;
    (void)ran_file("s.samples.yaml", span_str(samples));
    r = ran("rules", "test", rule, ran_file("s.samples.yaml", span_str(samples)));
    assert_int_equal(r.status, 1);
    for (int line = 2; line <= 6; line += line == 4 ? 2 : 1) {
        char want[120];

        (void)snprintf(want, sizeof(want), "s.samples.yaml:%d:1: samples.fault: the rule \"Slow\"",
                       line);
        if (!strstr(r.err, want)) {
            fail_msg("no %s in %s", want, r.err);
        }
    }
    assert_null(strstr(r.err, ":5:1:"));
    assert_null(strstr(r.err, "samples.positive"));
    ran_free(&r);
}

static void check_runs_samples_too(void **state)
{
    char *rule = ran_file("c.yml", span_str(rules));
    char *beside = ran_file("c.samples.yaml",
                            SPAN_LIT("negative:\n  - {rule: shell, fields: {fab.kind: command, "
                                     "user.name: svc_a}}\n"));
    struct ran r = ran("check", rule, beside);

    (void)state;
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "c.samples.yaml:2:1: samples.negative"));
    ran_free(&r);
}

static void a_match_is_explained_by_what_made_it(void **state)
{
    static const char line[] =
        "<85>Nov 20 03:00:01 h sudo: svc-x : TTY=p ; PWD=/ ; USER=root ; COMMAND=/bin/sh\n"
        "<85>Nov 20 03:00:02 h sudo: k : TTY=p ; PWD=/ ; USER=root ; COMMAND=/bin/sh\n";
    char *rule = ran_file("e.yml", span_str(rules)), *event = ran_file("e.log", span_str(line));
    struct ran r = ran("rules", "explain", "r-shell", "--rules", rule, "--event", event);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, ":1: MATCH: Shell\n"));
    assert_non_null(strstr(r.out, "by \"svc-*\" of: user.name"));
    assert_non_null(strstr(r.out, "<- \"svc-x\""));
    assert_non_null(strstr(r.out, "no match: Shell\n"));
    assert_non_null(strstr(r.out, "    no   user.name"));
    ran_free(&r);
    r = ran("rules", "explain", rule, "--event", event); // those that match
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, ":1: MATCH: Shell\n"));
    assert_null(strstr(r.out, ":2:"));
    ran_free(&r);
    r = ran("rules", "list", "--event", event);
    assert_int_equal(r.status, 64);
    ran_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_that_hold_are_counted_by_rule),
        cmocka_unit_test(a_sample_that_does_not_hold_is_a_fault_at_its_line),
        cmocka_unit_test(what_is_no_sample_is_refused),
        cmocka_unit_test(our_own_samples_hold_and_every_rule_has_both_kinds),
        cmocka_unit_test(lines_go_through_the_engine_that_knows_the_context),
        cmocka_unit_test(lines_that_do_not_hold_are_faults_at_their_line),
        cmocka_unit_test(a_sample_that_a_rule_has_no_answer_for_is_a_fault),
        cmocka_unit_test(check_runs_samples_too),
        cmocka_unit_test(a_match_is_explained_by_what_made_it),
    };

    return cmocka_run_group_tests(tests, ran_begin, ran_end);
}
