// test_plans.c - from an incident to a verified action: plan, approvals, limits, reports.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/core/engine/said.h"

static const char terminate[] = "playbook--2f1c3f0a-51d6-4b0e-9b5d-7a3d1f8e0a00";
static struct rig rig;

static struct err last;

static int intent(const char *person, const char *functions, const char *verb, const char *subject,
                  const char *args)
{
    last = (struct err)ERR_INIT;
    return rig_intent(&rig, person, functions, verb, subject, args, &last);
}

static const char *hash(void)
{
    static char text[80];

    (void)snprintf(text, sizeof(text), "%s", rig_cell(&rig, EFFECT_PLAN, 0, "hash"));
    return text;
}

// A vendor's session on a scanner with no window: incident 1, and a plan of tanaka's to end it.
static int setup(void **state)
{
    (void)state;
    said_begin(&rig);
    said_tool(&rig, 5, "LITHO-01", "productive");
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
    said_sensor(&rig, 20, "10.99.1.1", "10.20.3.13", "60");
    said_ticks(&rig, 1, 60);
    rig_block(&rig);
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    assert_int_equal(intent("tanaka", "security", "plan", "1", terminate), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static void approve_both(void)
{
    assert_int_equal(intent("ito", "security,csirt-lead", "approve", "1", hash()), 0);
    assert_int_equal(intent("kimura", "fab-operations", "approve", "1", hash()), 0);
}

static int sign_command(void)
{
    last = (struct err)ERR_INIT;
    return said_signature(&rig, 0, &last);
}

static int report_of(const char *agent, const char *kind)
{
    last = (struct err)ERR_INIT;
    return said_report(&rig, 0, agent, kind, &last);
}

static void start(void)
{
    approve_both();
    said_wall(&rig, 61);
    assert_int_equal(intent("tanaka", "security", "start_run", "1", hash()), 0);
}

// ---- approvals

static void a_plan_names_its_rule_and_waits_for_it(void **state)
{
    (void)state;
    assert_string_equal(rig_cell(&rig, EFFECT_PLAN, 0, "state"), "planned");
    assert_string_equal(rig_cell(&rig, EFFECT_PLAN, 0, "approval_rule"),
                        "fab-operations AND security");
    assert_int_equal(intent("tanaka", "security", "start_run", "1", hash()), E_STATE);
    assert_int_equal(rig_rows(&rig, EFFECT_RUN), 0);
    approve_both();
    assert_string_equal(rig_cell(&rig, EFFECT_PLAN, 0, "state"), "approved");
}

static void nobody_approves_a_plan_of_his_own(void **state)
{
    (void)state;
    assert_int_equal(intent("tanaka", "security", "approve", "1", hash()), E_STATE);
    assert_string_equal(last.code, "approve.self");
    assert_int_equal(rig_count(&rig, EFFECT_AUDIT, "actor", "tanaka", NULL), 2);
    // The same words of somebody else count.
    assert_int_equal(intent("ito", "security", "approve", "1", hash()), 0);
}

static void one_person_does_not_count_for_two_functions(void **state)
{
    (void)state;
    assert_int_equal(intent("ito", "security,fab-operations", "approve", "1", hash()), 0);
    assert_int_equal(intent("ito", "security,fab-operations", "approve", "1", hash()), E_STATE);
    assert_string_equal(last.code, "approve.twice");
    assert_string_equal(rig_cell(&rig, EFFECT_PLAN, 0, "state"), "planned");
}

static void a_function_that_is_not_asked_for_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(intent("ito", "csirt-lead", "approve", "1", hash()), E_STATE);
    assert_string_equal(last.code, "plan.function");
    assert_int_equal(intent("ito", "security", "approve", "1", hash()), 0);
    assert_int_equal(intent("sato", "security", "approve", "1", hash()), E_STATE); // said already
    assert_string_equal(last.code, "plan.function");
}

static void another_hash_is_another_plan(void **state)
{
    char other[80];

    (void)state;
    (void)snprintf(other, sizeof(other), "%s", hash());
    other[5] = other[5] == 'a' ? 'b' : 'a';
    assert_int_equal(intent("ito", "security", "approve", "1", other), E_STATE);
    assert_string_equal(last.code, "plan.hash");
    approve_both();
    assert_int_equal(intent("tanaka", "security", "start_run", "1", other), E_STATE);
    assert_string_equal(last.code, "plan.hash");
    said_wall(&rig, 61);
    assert_int_equal(intent("tanaka", "security", "start_run", "1", hash()), 0);
}

static void an_approval_is_over_after_ten_minutes(void **state)
{
    (void)state;
    approve_both();
    said_ticks(&rig, 61, 60 + 601);
    rig_block(&rig);
    assert_string_equal(rig_cell(&rig, EFFECT_PLAN, 0, "state"), "expired");
    assert_int_equal(intent("tanaka", "security", "start_run", "1", hash()), E_STATE);
    assert_int_equal(rig_rows(&rig, EFFECT_COMMAND), 0);
}

static void an_eleventh_yes_for_one_function_is_refused_as_the_second_is(void **state)
{
    char args[128];

    (void)state;
    (void)snprintf(args, sizeof(args), "%s\tsecurity", hash()); // as the database chose it
    for (int i = 0; i < 11; i++) {
        char person[16];

        (void)snprintf(person, sizeof(person), "person%d", i);
        assert_int_equal(intent(person, "security", "approve", "1", args), i ? E_STATE : 0);
        assert_string_equal(last.code, i ? "plan.function" : "");
    }
    assert_string_equal(rig_cell(&rig, EFFECT_PLAN, 0, "state"), "planned");
    assert_int_equal(intent("kimura", "fab-operations", "approve", "1", hash()), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_PLAN, 0, "state"), "approved");
}

// ---- running

static void a_run_is_finished_when_the_probe_was_true(void **state)
{
    (void)state;
    start();
    assert_string_equal(rig_cell(&rig, EFFECT_COMMAND, 0, "state"), "outbox");
    assert_int_equal(rig_rows(&rig, EFFECT_SEND), 0); // not before its signature
    assert_int_equal(sign_command(), 0);
    assert_int_equal(rig_rows(&rig, EFFECT_SEND), 1);
    assert_int_equal(report_of("pam-1", "accepted"), 0);
    assert_int_equal(report_of("pam-1", "started"), 0);
    assert_int_equal(report_of("pam-1", "finished"), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "running"); // an answer is no proof
    assert_int_equal(report_of("pam-1", "verified"), 0);

    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "finished");
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "actions"), "1");
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "verified"), "1");
    assert_string_equal(rig_cell(&rig, EFFECT_COMMAND, 0, "state"), "verified");
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "state"), "contain");
    // What the probe saw before and after stands in the step.
    assert_int_equal(rig_count(&rig, EFFECT_STEP, "before", "accepted", NULL), 1);
    assert_int_equal(rig_count(&rig, EFFECT_STEP, "after", "verified", NULL), 1);
}

static void a_false_probe_fails_the_run(void **state)
{
    (void)state;
    start();
    assert_int_equal(sign_command(), 0);
    assert_int_equal(report_of("pam-1", "finished"), 0);
    assert_int_equal(report_of("pam-1", "disproved"), 0);

    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "failed");
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "verified"), "0");
    assert_string_not_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "state"), "contain");
}

static void another_agents_report_is_refused_and_audited(void **state)
{
    (void)state;
    start();
    assert_int_equal(sign_command(), 0);
    assert_int_equal(report_of("sw-1", "verified"), E_STATE);
    assert_string_equal(last.code, "command.unknown");
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "running");
    assert_int_equal(rig_count(&rig, EFFECT_AUDIT, "kind", "control", NULL), 1);
}

static void a_report_before_the_signature_is_refused(void **state)
{
    (void)state;
    start();
    assert_int_equal(report_of("pam-1", "verified"), E_STATE);
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "running");
    assert_int_equal(sign_command(), 0);
    assert_int_equal(sign_command(), E_STATE); // once
    assert_string_equal(last.code, "fsm.command");
    assert_int_equal(rig_rows(&rig, EFFECT_SEND), 1);
}

static void outside_its_limits_nothing_is_sent_until_they_hold_again(void **state)
{
    (void)state;
    said_tool(&rig, 70, "LITHO-01", "engineering"); // the vendor's own work has begun
    said_ticks(&rig, 71, 120);
    rig_block(&rig);
    start();
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "waiting");
    assert_int_equal(rig_rows(&rig, EFFECT_COMMAND), 0);
    assert_int_equal(intent("tanaka", "security", "resume_run", "1", "now"), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "waiting"); // asked again

    said_tool(&rig, 130, "LITHO-01", "productive");
    said_ticks(&rig, 131, 180);
    rig_block(&rig);
    assert_int_equal(intent("tanaka", "security", "resume_run", "1", "now"), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "running");
    assert_int_equal(rig_rows(&rig, EFFECT_COMMAND), 1);
}

static void a_command_that_nobody_signs_in_time_expires(void **state)
{
    (void)state;
    start();
    said_wall(&rig, 61 + 121);
    assert_string_equal(rig_cell(&rig, EFFECT_COMMAND, 0, "state"), "expired");
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "failed");
    assert_int_equal(rig_rows(&rig, EFFECT_SEND), 0);
}

static void a_command_that_is_not_answered_may_have_happened(void **state)
{
    (void)state;
    start();
    assert_int_equal(sign_command(), 0);
    said_wall(&rig, 61 + 600);
    assert_string_equal(rig_cell(&rig, EFFECT_COMMAND, 0, "state"), "indeterminate");
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "indeterminate");
    assert_int_equal(rig_rows(&rig, EFFECT_COMMAND), 1); // never repeated by itself
    assert_int_equal(intent("tanaka", "security", "resume_run", "1", "who knows"), E_STATE);
    assert_string_equal(last.code, "run.told");
    assert_int_equal(intent("tanaka", "security", "resume_run", "1", "not done, I asked"), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_RUN, 0, "state"), "failed");
}

static void counters_of_an_agent_rise_over_what_it_says_it_has_seen(void **state)
{
    struct input in = {.kind = INPUT_CONTROL};

    (void)state;
    in.control = (struct input_control){
        .agent = SPAN_LIT("pam-1"), .kind = SPAN_LIT("hello"), .counter = 41};
    assert_int_equal(rig_input(&rig, &in, NULL), 0);
    start();
    assert_string_equal(rig_cell(&rig, EFFECT_COMMAND, 0, "counter"), "42");
}

static void an_agent_that_stayed_connected_keeps_its_version(void **state)
{
    struct input in = {.kind = INPUT_CONTROL};

    (void)state;
    in.control = (struct input_control){
        .agent = SPAN_LIT("pam-1"), .kind = SPAN_LIT("hello"), .text = SPAN_LIT("agent 0.1")};
    assert_int_equal(rig_input(&rig, &in, NULL), 0);
    in.control = (struct input_control){.kind = SPAN_LIT("reset")};
    assert_int_equal(rig_input(&rig, &in, NULL), 0);
    rig_block(&rig);
    assert_string_equal(rig_cell(&rig, EFFECT_AGENT, 0, "state"), "down");
    in.control = (struct input_control){.agent = SPAN_LIT("pam-1"), .kind = SPAN_LIT("hello")};
    assert_int_equal(rig_input(&rig, &in, NULL), 0);
    rig_block(&rig);
    assert_string_equal(rig_cell(&rig, EFFECT_AGENT, 0, "state"), "up");
    assert_string_equal(rig_cell(&rig, EFFECT_AGENT, 0, "version"), "agent 0.1");
}

// ---- shelving

static void a_shelved_group_wakes_at_its_time(void **state)
{
    (void)state;
    assert_int_equal(intent("sato", "security", "shelve_group", "1", "5\tvendor called"), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "state"), "shelved");
    said_ticks(&rig, 61, 60 + 299);
    rig_block(&rig);
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "state"), "shelved");
    said_ticks(&rig, 360, 362);
    rig_block(&rig);
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "state"), "new");
}

static void shelving_needs_a_time_and_a_reason(void **state)
{
    (void)state;
    assert_int_equal(intent("sato", "security", "shelve_group", "1", "5"), E_STATE);
    assert_string_equal(last.code, "shelve.reason");
    assert_int_equal(intent("sato", "security", "shelve_group", "1", "1441\tlater"), E_STATE);
    assert_string_equal(last.code, "shelve.time");
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "state"), "new");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_plan_names_its_rule_and_waits_for_it),
        T(nobody_approves_a_plan_of_his_own),
        T(one_person_does_not_count_for_two_functions),
        T(a_function_that_is_not_asked_for_does_not_count),
        T(another_hash_is_another_plan),
        T(an_approval_is_over_after_ten_minutes),
        T(an_eleventh_yes_for_one_function_is_refused_as_the_second_is),
        T(a_run_is_finished_when_the_probe_was_true),
        T(a_false_probe_fails_the_run),
        T(another_agents_report_is_refused_and_audited),
        T(a_report_before_the_signature_is_refused),
        T(outside_its_limits_nothing_is_sent_until_they_hold_again),
        T(a_command_that_nobody_signs_in_time_expires),
        T(a_command_that_is_not_answered_may_have_happened),
        T(counters_of_an_agent_rise_over_what_it_says_it_has_seen),
        T(an_agent_that_stayed_connected_keeps_its_version),
        T(a_shelved_group_wakes_at_its_time),
        T(shelving_needs_a_time_and_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
