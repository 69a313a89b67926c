// test_policy.c - clocks and approval rules as the site wrote them, or a refusal with line and reason.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/model/said.h"

#include "core/base/attr.h"
#include "core/model/policy.h"

#define CLOCK(t) t ": {ack: 2m, triage: 10m, decide: 15m, contain: 30m, call: ehs, escalate: boss}"
#define CLOCKS                                                                                     \
    "clocks: {" CLOCK("T0") ", " CLOCK("T1") ", " CLOCK("T2") ", " CLOCK("T3") ", " CLOCK(         \
        "T4") "}\n"
#define REST                                                                                       \
    "grouping: {horizon: 30m}\n"                                                                   \
    "incident: {horizon: 8h, review: 40}\n"                                                        \
    "raise: {spares_below: 2, spread_assets: 3, spread_window: 30m}\n"                             \
    "approvals: {expire: 10m, plan_expire: 4h}\n"                                                  \
    "commands: {window: 120s, per_agent: 3, per: 10m}\n"
#define ACTIONS(row) "actions:\n  act.one: {" row "}\n"

static const char whole[] = CLOCKS REST ACTIONS(
    "T0: never, T1: [security, ops, duty], T2: [security], T3: auto, T4: auto") "never_touch: "
                                                                                "[GAS-01]\n";

static void a_policy_says_what_the_site_wrote(void **state)
{
    struct textfile file = said_text(whole);
    struct said said;
    struct policy *p = policy_load(&file, 1, said_begin(&said));
    const struct policy_action *a;
    (void)state;

    assert_non_null(p);
    assert_true(p->clock[T3].limit[PHASE_CONTAIN] == 30 * UTIME_MINUTE);
    assert_string_equal(p->clock[T0].call, "ehs");
    assert_true(p->group_horizon == 30 * UTIME_MINUTE && p->command_window == 120 * UTIME_SECOND);
    assert_int_equal(p->review_score, 40);
    assert_int_equal(p->commands_per_agent, 3);
    a = policy_action(p, SPAN_LIT("act.one"));
    assert_int_equal(a->cell[T0].permit, PERMIT_NEVER);
    assert_int_equal(a->cell[T1].nfunctions, 3);
    assert_string_equal(a->cell[T1].function[2], "duty");
    assert_int_equal(a->cell[T4].permit, PERMIT_AUTO);
    assert_null(policy_action(p, SPAN_LIT("act.two")));
    assert_true(policy_never(p, SPAN_LIT("gas-01")));
    assert_false(policy_never(p, SPAN_LIT("GAS-02")));
    policy_free(p);
}

static void a_phase_may_have_no_clock(void **state)
{
    static const char *const t4 =
        "T4: {ack: none, triage: 10m, decide: none, contain: 30m, call: ehs, escalate: boss}";
    char text[2048];
    struct textfile file = {"p.yaml", span_of(text, 0)};
    struct said said;
    struct policy *p;
    (void)state;

    file.text.n =
        (size_t)snprintf(text, sizeof(text), "clocks: {%s, %s, %s, %s, %s}\n%s", CLOCK("T0"),
                         CLOCK("T1"), CLOCK("T2"), CLOCK("T3"), t4,
                         REST ACTIONS("T0: never, T1: auto, T2: auto, T3: auto, T4: auto"));
    p = policy_load(&file, 1, said_begin(&said));
    assert_non_null(p);
    assert_true(policy_due(p, T4, PHASE_ACK, 7) == UTIME_NONE);
    assert_true(policy_due(p, T4, PHASE_TRIAGE, 7) == 10 * UTIME_MINUTE + 7);
    assert_true(policy_due(p, T0, PHASE_ACK, 7) == 2 * UTIME_MINUTE + 7);
    policy_free(p);
}

static void every_fault_is_said_with_its_place(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *code, *word;
    } cases[] = {
        {CLOCKS REST ACTIONS("T0: never, T1: auto, T2: auto, T3: auto"), 8, "doc.missing", "T4"},
        {CLOCKS REST ACTIONS("T0: never, T1: [], T2: auto, T3: auto, T4: auto"), 8, "policy.cell",
         "1 to 4"},
        {CLOCKS REST ACTIONS("T0: never, T1: [a, a], T2: auto, T3: auto, T4: auto"), 8,
         "policy.cell", "twice"},
        {CLOCKS REST ACTIONS("T0: never, T1: [a, b, c, d, e], T2: auto, T3: auto, T4: auto"), 8,
         "policy.cell", "1 to 4"},
        {CLOCKS REST ACTIONS("T0: never, T1: maybe, T2: auto, T3: auto, T4: auto"), 8,
         "policy.cell", "T1"},
        {CLOCKS REST ACTIONS("T0: never, T1: auto, T2: auto, T3: auto, T4: auto, T5: auto"), 8,
         "yaml.unknown", "T5"},
        {CLOCKS REST "actions: {}\n", 7, "policy.limit", "actions"},
        {CLOCKS REST, 1, "doc.missing", "actions"},
        {"clocks: {" CLOCK("T0") "}\n", 1, "doc.missing", "T1"},
        {"clocks:\n  T0: {ack: 2m, triage: 1m, decide: 15m, contain: 30m, call: e, escalate: b}\n",
         2, "policy.clock", "triage"},
        {"clocks:\n  T0: {ack: soon, triage: 1m, decide: 15m, contain: 30m, call: e, escalate: "
         "b}\n",
         2, "doc.duration", "ack"},
        {"clocks:\n  T0: {ack: 20m, triage: none, decide: 15m, contain: 30m, call: e, escalate: "
         "b}\n",
         2, "policy.clock", "ack"},
        {CLOCKS "---\n" CLOCKS, 3, "policy.twice", "clocks"},
        {CLOCKS "incidents: {}\n", 2, "yaml.unknown", "incidents"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct textfile file = said_text(cases[i].text);
        struct said said;

        assert_null(policy_load(&file, 1, said_begin(&said)));
        assert_said(&said, cases[i].line, cases[i].code, cases[i].word);
    }
}

static void the_shipped_policy_never_lets_one_function_cut_a_constraint(void **state)
{
    static const char *const grave[] = {"pam.terminate", "net.quarantine"};
    struct textfile file;
    char *text = said_read("share/policy/policy.yaml", &file);
    struct said said;
    struct policy *p = policy_load(&file, 1, said_begin(&said));
    (void)state;

    assert_non_null(p);
    for (size_t i = 0; i < ARRAY_LEN(grave); i++) {
        const struct policy_action *a = policy_action(p, span_str(grave[i]));

        assert_non_null(a);
        assert_int_equal(a->cell[T0].permit, PERMIT_NEVER);
        assert_true(a->cell[T1].nfunctions >= 2 && a->cell[T2].nfunctions >= 2);
    }
    for (size_t i = 0; i < p->nactions; i++) {
        struct span name = span_str(p->action[i].name);
        bool only_looks =
            span_starts(name, SPAN_LIT("capture.")) || span_starts(name, SPAN_LIT("recording."));

        assert_true(p->action[i].cell[T0].permit != PERMIT_AUTO || only_looks);
    }
    policy_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_says_what_the_site_wrote),
        cmocka_unit_test(a_phase_may_have_no_clock),
        cmocka_unit_test(every_fault_is_said_with_its_place),
        cmocka_unit_test(the_shipped_policy_never_lets_one_function_cut_a_constraint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
