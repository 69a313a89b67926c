// test_runs.c - many runs at a time: the bound of commands by agent, tables that move and forget.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/core/engine/said.h"

#define PLAYBOOK "playbook--2f1c3f0a-51d6-4b0e-9b5d-7a3d1f8e0a00"
#define STEP     "action--2f1c3f0a-51d6-4b0e-9b5d-7a3d1f8e0a02"
#define SECOND   "action--2f1c3f0a-51d6-4b0e-9b5d-7a3d1f8e0a09"

static struct rig rig;

static int intent(const char *person, const char *functions, const char *verb, const char *args,
                  size_t number)
{
    struct err err = ERR_INIT;
    char subject[16];

    (void)snprintf(subject, sizeof(subject), "%zu", number);
    return rig_intent(&rig, person, functions, verb, subject, args, &err);
}

// A vendor's session on a scanner with no window is incident 1.
static int setup(void **state)
{
    (void)state;
    said_begin(&rig);
    said_tool(&rig, 5, "LITHO-01", "productive");
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
    said_sensor(&rig, 20, "10.99.1.1", "10.20.3.13", "60");
    said_ticks(&rig, 1, 60);
    rig_block(&rig);
    said_wall(&rig, 61);
    return rig_rows(&rig, EFFECT_INCIDENT) == 1 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

// Plan n of incident 1, approved and started: run n, and its first command when it may.
static void run_plan(size_t n)
{
    char hash[80];

    assert_int_equal(intent("tanaka", "security", "plan", PLAYBOOK, 1), 0);
    (void)snprintf(hash, sizeof(hash), "%s", rig_cell(&rig, EFFECT_PLAN, n - 1, "hash"));
    assert_int_equal(intent("ito", "security", "approve", hash, n), 0);
    assert_int_equal(intent("kimura", "fab-operations", "approve", hash, n), 0);
    assert_int_equal(intent("tanaka", "security", "start_run", hash, n), 0);
}

static const char *run_cell(size_t n, const char *field)
{
    return rig_cell(&rig, EFFECT_RUN, n - 1, field);
}

// ---- policy: so many commands to one agent within a time

static void one_command_more_than_policy_allows_waits_and_says_why(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 3; n++) {
        run_plan(n);
        assert_string_equal(run_cell(n, "state"), "running");
    }
    run_plan(4);

    assert_string_equal(run_cell(4, "state"), "waiting");
    assert_string_equal(run_cell(4, "reason"),
                        "agent pam-1 was given 3 commands in the last 600 s; policy allows 3");
    assert_string_equal(run_cell(4, "actions"), "0");
    assert_int_equal(rig_rows(&rig, EFFECT_COMMAND), 3);
    assert_int_equal(intent("tanaka", "security", "resume_run", "now", 4), 0);
    assert_string_equal(run_cell(4, "state"), "waiting"); // asked again
    assert_int_equal(rig_rows(&rig, EFFECT_COMMAND), 3);

    said_ticks(&rig, 61, 60 + 601);
    rig_block(&rig);
    assert_int_equal(intent("tanaka", "security", "resume_run", "now", 4), 0);
    assert_string_equal(run_cell(4, "state"), "running");
    assert_string_equal(run_cell(4, "actions"), "1");
    assert_int_equal(rig_rows(&rig, EFFECT_COMMAND), 4);
}

static void a_command_that_never_left_does_not_count(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 3; n++) {
        run_plan(n);
    }
    said_wall(&rig, 61 + 121); // nobody signed them
    assert_int_equal(rig_count(&rig, EFFECT_COMMAND, "state", "expired", NULL), 3);
    run_plan(4);
    assert_string_equal(run_cell(4, "state"), "running");
}

static void a_dry_run_is_not_held_to_it(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 3; n++) {
        run_plan(n);
    }
    assert_int_equal(intent("tanaka", "security", "plan", PLAYBOOK, 1), 0);
    assert_int_equal(intent("tanaka", "security", "dry_run", "", 4), 0);
    assert_string_equal(run_cell(4, "state"), "finished");
}

// ---- tables that move

// The house's playbook with a second try behind the first: a run that is told of a failure issues its
// next command there and then.
static void use_second_try(void)
{
    json_t *doc = json_load_file("share/playbooks/terminate-vendor-session.json", 0, NULL);
    json_t *flow = json_object_get(doc, "workflow"), *first = json_object_get(flow, STEP), *second;
    struct faults faults = {.count = 0};
    struct textfile file = {.path = "second.json"};
    char *text;

    second = json_deep_copy(first);
    json_object_set_new(flow, SECOND, second);
    json_object_set_new(first, "on_failure", json_string(SECOND));
    text = json_dumps(doc, JSON_COMPACT);
    file.text = span_str(text);
    for (size_t i = 0; i < rig.nplaybooks; i++) {
        if (strcmp(rig.playbook[i]->id, PLAYBOOK) == 0) {
            cacao_free(rig.playbook[i]);
            rig.playbook[i] = cacao_load(&file, &faults);
            assert_non_null(rig.playbook[i]);
        }
    }
    free(text);
    json_decref(doc);
}

static void late_commands_are_all_found_though_their_runs_issue_the_next(void **state)
{
    enum { RUNS = 16 }; // as many as the table begins with: the next one moves it

    (void)state;
    use_second_try();
    rig.policy->commands_per_agent = 10 * RUNS;
    for (size_t n = 1; n <= RUNS; n++) {
        run_plan(n);
    }
    assert_int_equal(rig_count(&rig, EFFECT_COMMAND, "state", "outbox", NULL), RUNS);
    said_wall(&rig, 61 + 121);

    assert_int_equal(rig_count(&rig, EFFECT_COMMAND, "state", "expired", NULL), RUNS);
    assert_int_equal(rig_count(&rig, EFFECT_COMMAND, "code", "window.expired", NULL), RUNS);
    assert_int_equal(rig_count(&rig, EFFECT_COMMAND, "state", "outbox", NULL), RUNS);
    assert_int_equal(rig_count(&rig, EFFECT_RUN, "state", "running", NULL), RUNS);
}

// ---- tables that forget

static void rows_keep_the_ids_of_what_is_forgotten(void **state)
{
    enum { BOUND = 256 }; // of plans and of runs
    char plan[40], run[40];
    struct err err = ERR_INIT;

    (void)state;
    run_plan(1);
    (void)snprintf(plan, sizeof(plan), "%s", run_cell(1, "plan_id"));
    (void)snprintf(run, sizeof(run), "%s", rig_cell(&rig, EFFECT_COMMAND, 0, "run_id"));
    assert_string_equal(run, run_cell(1, "id"));
    assert_string_equal(plan, rig_cell(&rig, EFFECT_PLAN, 0, "id"));

    for (size_t n = 0; n < BOUND; n++) {
        assert_int_equal(intent("tanaka", "security", "plan", PLAYBOOK, 1), 0);
    }
    assert_int_equal(intent("tanaka", "security", "abort_run", "stop", 1),
                     0); // said after plan 1 went
    assert_string_equal(run_cell(1, "plan_id"), plan);

    for (size_t n = 0; n < BOUND; n++) {
        assert_int_equal(intent("tanaka", "security", "dry_run", "", 2 + n), 0);
    }
    assert_int_equal(said_signature(&rig, 0, &err), 0); // said after run 1 went
    assert_string_equal(rig_cell(&rig, EFFECT_COMMAND, 0, "state"), "sent");
    assert_string_equal(rig_cell(&rig, EFFECT_COMMAND, 0, "run_id"), run);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_command_more_than_policy_allows_waits_and_says_why),
        T(a_command_that_never_left_does_not_count),
        T(a_dry_run_is_not_held_to_it),
        T(late_commands_are_all_found_though_their_runs_issue_the_next),
        T(rows_keep_the_ids_of_what_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
