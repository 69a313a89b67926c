// test_run.c - a run does what the plan says, asks where it must, and never does a thing twice.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/run.h"
#include "tests/core/play/plan_world.h"

static int setup(void **state)
{
    static struct world w;

    world_open(&w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    world_close(*state);
    return 0;
}

static struct run_do tell(const struct plan *p, struct run_state *rs, enum run_event_kind kind,
                          const struct live *live)
{
    struct run_event ev = {kind, SPAN_LIT("session 77 ended")};

    return run_next(p, rs, &ev, live);
}

// Goes on until something other than a step is to be done.
static struct run_do go(const struct plan *p, struct run_state *rs, const struct live *live)
{
    struct run_do d;

    do {
        d = tell(p, rs, RUN_GO, live);
    } while (d.verb == RUN_STEP);
    return d;
}

static struct plan *terminate(struct world *w)
{
    struct err err = ERR_INIT;
    struct plan *p = plan_terminate(w, "SCAN-1", "S-77", &err);

    assert_non_null(p);
    return p;
}

static void run_finishes_when_every_action_is_verified(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {0};
    struct run_do d = tell(p, &rs, RUN_GO, &w->live);

    assert_int_equal(d.verb, RUN_STEP);
    assert_int_equal(d.step, p->start);
    d = tell(p, &rs, RUN_GO, &w->live);
    assert_int_equal(d.verb, RUN_STEP);
    assert_int_equal(d.left, p->start);
    assert_true(d.left_ok);
    assert_string_equal(run_target(p, &rs), "SCAN-1");
    d = tell(p, &rs, RUN_GO, &w->live);
    assert_int_equal(d.verb, RUN_COMMAND);
    assert_int_equal(d.command, 0);
    assert_int_equal(d.timeout_ms, 60000);
    d = tell(p, &rs, RUN_VERIFIED, &w->live);
    assert_int_equal(d.verb, RUN_STEP);
    d = tell(p, &rs, RUN_GO, &w->live);
    assert_int_equal(d.verb, RUN_FINISH);
    assert_string_equal(run_state_after(d.verb), "finished");
    assert_int_equal(rs.entered, 3);
    assert_int_equal(rs.actions, 1);
    assert_int_equal(rs.verified, 1);
    assert_int_equal(tell(p, &rs, RUN_GO, NULL).verb, RUN_WAIT);
    plan_free(p);
}

static void an_answer_without_a_true_probe_never_finishes_a_run(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {0};
    struct run_do d = go(p, &rs, &w->live);

    assert_int_equal(d.verb, RUN_COMMAND);
    assert_int_equal(tell(p, &rs, RUN_GO, &w->live).verb, RUN_WAIT);
    assert_int_equal(rs.phase, RUN_PHASE_COMMAND);
    d = tell(p, &rs, RUN_FAILED, &w->live);
    assert_int_equal(d.verb, RUN_FAIL);
    assert_false(d.left_ok);
    assert_non_null(strstr(d.text, "Terminate the session"));
    assert_int_equal(rs.verified, 0);
    plan_free(p);
}

static void outside_its_limits_a_run_asks_and_checks_again(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {0};
    struct live live = w->live;
    struct run_do d;

    live.state = E10_ENGINEERING;
    d = go(p, &rs, &live);
    assert_int_equal(d.verb, RUN_ASK);
    assert_string_equal(run_state_after(d.verb), "waiting");
    assert_non_null(strstr(d.text, "tool_state is engineering"));
    assert_int_equal(rs.actions, 0);
    d = tell(p, &rs, RUN_RESUME, &live);
    assert_int_equal(d.verb, RUN_ASK);
    d = tell(p, &rs, RUN_RESUME, NULL); // nothing known is not inside
    assert_int_equal(d.verb, RUN_ASK);
    live.state = E10_STANDBY;
    d = tell(p, &rs, RUN_RESUME, &live);
    assert_int_equal(d.verb, RUN_COMMAND);
    plan_free(p);
}

static void a_person_may_decide_against_going_on(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {0};

    assert_int_equal(go(p, &rs, NULL).verb, RUN_ASK);
    assert_int_equal(tell(p, &rs, RUN_DECLINE, NULL).verb, RUN_FAIL);
    assert_int_equal(rs.phase, RUN_PHASE_OVER);
    plan_free(p);
}

static void what_may_have_happened_is_not_repeated(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {0};
    struct run_do d = go(p, &rs, &w->live);

    assert_int_equal(d.verb, RUN_COMMAND);
    d = tell(p, &rs, RUN_UNSURE, &w->live);
    assert_int_equal(d.verb, RUN_IN_DOUBT);
    assert_string_equal(run_state_after(d.verb), "indeterminate");
    assert_int_equal(tell(p, &rs, RUN_GO, &w->live).verb, RUN_WAIT);
    assert_int_equal(tell(p, &rs, RUN_RESUME, &w->live).verb, RUN_WAIT);
    assert_int_equal(rs.actions, 1);
    assert_int_equal(tell(p, &rs, RUN_TOLD_DONE, &w->live).verb, RUN_STEP);
    d = tell(p, &rs, RUN_GO, &w->live);
    assert_int_equal(d.verb, RUN_FINISH);
    assert_int_equal(rs.verified, 0); // a person's word is no probe
    assert_non_null(strstr(d.text, "0 of 1"));
    plan_free(p);
}

static void told_that_it_did_not_happen_the_run_fails(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {0};

    go(p, &rs, &w->live);
    tell(p, &rs, RUN_UNSURE, &w->live);
    assert_int_equal(tell(p, &rs, RUN_TOLD_NOT_DONE, &w->live).verb, RUN_FAIL);
    plan_free(p);
}

static void abort_waits_for_the_command_on_its_way(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {0};

    go(p, &rs, &w->live);
    assert_int_equal(tell(p, &rs, RUN_ABORT, &w->live).verb, RUN_WAIT);
    assert_int_equal(tell(p, &rs, RUN_VERIFIED, &w->live).verb, RUN_ABORTED);
    assert_int_equal(rs.verified, 1);
    rs = (struct run_state){0};
    tell(p, &rs, RUN_GO, &w->live);
    assert_int_equal(tell(p, &rs, RUN_ABORT, &w->live).verb, RUN_ABORTED);
    plan_free(p);
}

static void condition_takes_the_branch_of_the_live_state(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(w, "10.1.1.11", "sw-9/gi1/0/1", &err);
    struct run_state rs = {0};
    struct run_do d;

    assert_non_null(p);
    d = go(p, &rs, &w->live); // a tool with a known state: the step with limits
    assert_int_equal(d.verb, RUN_COMMAND);
    assert_int_equal(d.command, 0);
    rs = (struct run_state){0};
    d = go(p, &rs, NULL); // nothing known: the step for hosts
    assert_int_equal(d.verb, RUN_COMMAND);
    assert_int_equal(d.command, 1);
    d = tell(p, &rs, RUN_VERIFIED, NULL); // the branch's end, then behind the if step
    assert_int_equal(d.verb, RUN_STEP);
    assert_string_equal(p->step[d.step].name, "Host quarantined");
    d = tell(p, &rs, RUN_GO, NULL);
    assert_int_equal(d.verb, RUN_STEP);
    assert_string_equal(p->step[d.step].name, "Done");
    assert_int_equal(tell(p, &rs, RUN_GO, NULL).verb, RUN_FINISH);
    plan_free(p);
}

static void dry_run_issues_nothing_and_says_what_would_ask(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w);
    struct run_state rs = {.dry = 1};
    struct live live = w->live;
    struct run_do d;

    live.state = E10_ENGINEERING;
    d = go(p, &rs, &live);
    assert_int_equal(d.verb, RUN_COMMAND);
    assert_non_null(strstr(d.text, "would: end session S-77"));
    assert_non_null(strstr(d.text, "it would ask first"));
    d = go(p, &rs, &live);
    assert_int_equal(d.verb, RUN_FINISH);
    assert_int_equal(rs.verified, 0);
    plan_free(p);
}

static void state_moved_to_other_memory_goes_on_the_same(void **state)
{
    struct world *w = *state;
    struct plan *p = terminate(w), *q;
    struct run_state rs = {0}, copy;
    struct run_do d;

    go(p, &rs, &w->live);
    assert_int_equal(plan_parse(p->document, &q, NULL), E_OK);
    plan_free(p);
    memcpy(&copy, &rs, sizeof(rs)); // a restart: snapshot and document are all there is
    d = tell(q, &copy, RUN_VERIFIED, &w->live);
    assert_int_equal(d.verb, RUN_STEP);
    assert_int_equal(tell(q, &copy, RUN_GO, &w->live).verb, RUN_FINISH);
    for (size_t i = 0; i < q->nvars; i++) {
        if (strcmp(q->var[i].name, "__result__") == 0) {
            assert_string_equal(copy.value[i], "session 77 ended");
        }
    }
    plan_free(q);
}

// A playbook of others, without our extension: simulated, a failure takes its way.
static struct plan *simulated(const char *text)
{
    struct faults faults = {print_fault, NULL, 0};
    struct textfile file = {"sim", span_str(text)};
    struct cacao *c = cacao_load(&file, &faults);
    struct plan_pair given[] = {PAIR("__a__", "2")};
    struct err err = ERR_INIT;
    struct plan *p;

    assert_non_null(c);
    assert_int_equal(plan_simulated(c, given, 1, &p, &err), E_OK);
    cacao_free(c);
    return p;
}

#define U(n) "--00000000-0000-4000-8000-00000000000" #n
#define HEAD                                                                                       \
    "{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"id\":\"playbook" U(                   \
        1) "\","                                                                                   \
           "\"name\":\"n\",\"created_by\":\"identity" U(                                           \
               1) "\",\"created\":\"2026-01-01T00:00:00.000Z\","                                   \
                  "\"modified\":\"2026-01-01T00:00:00.000Z\",\"agent_definitions\":{"              \
                  "\"individual" U(1) "\":{\"type\":\"individual\",\"name\":\"shift\"}},"          \
                                      "\"workflow_start\":\"start" U(                              \
                                          1) "\","                                                 \
                                             "\"playbook_variables\":{\"__a__\":{\"type\":"        \
                                             "\"integer\"}},\"workflow\":{"                        \
                                             "\"start" U(1) "\":{\"type\":\"start\",\"on_"         \
                                                            "completion\":\"action" U(             \
                                                                1) "\"},"                          \
                                                                   "\"end" U(                      \
                                                                       1) "\":{\"type\":\"end\"},"
#define MANUAL                                                                                     \
    "\"type\":\"action\",\"agent\":\"individual" U(1) "\",\"commands\":[{\"type\":\"manual\","     \
                                                      "\"command\":\"look at __a__:value\"}],"

static void manual_step_waits_for_a_person(void **state)
{
    struct plan *p =
        simulated(HEAD "\"action" U(1) "\":{" MANUAL "\"on_completion\":\"end" U(1) "\"}}}");
    struct run_state rs = {0};
    struct run_do d = go(p, &rs, NULL);

    (void)state;
    assert_int_equal(d.verb, RUN_ASK);
    assert_string_equal(d.text, "look at 2");
    assert_int_equal(tell(p, &rs, RUN_RESUME, NULL).verb, RUN_STEP);
    assert_int_equal(tell(p, &rs, RUN_GO, NULL).verb, RUN_FINISH);
    plan_free(p);
}

static void failed_step_takes_on_failure_and_the_run_ends_failed(void **state)
{
    struct plan *p = simulated(HEAD "\"action" U(1) "\":{" MANUAL "\"on_success\":\"end" U(
        1) "\","
           "\"on_failure\":\"action" U(2) "\"},\"action" U(
               2) "\":{" MANUAL "\"on_completion\":\"end" U(1) "\"}}}");
    struct run_state rs = {0};
    struct run_do d;

    (void)state;
    assert_int_equal(go(p, &rs, NULL).verb, RUN_ASK);
    d = tell(p, &rs, RUN_DECLINE, NULL);
    assert_int_equal(d.verb, RUN_STEP);
    assert_false(d.left_ok);
    assert_int_equal(go(p, &rs, NULL).verb, RUN_ASK);
    assert_int_equal(tell(p, &rs, RUN_RESUME, NULL).verb, RUN_STEP);
    assert_int_equal(tell(p, &rs, RUN_GO, NULL).verb, RUN_FAIL);
    plan_free(p);
}

static void condition_on_a_given_value_decides(void **state)
{
    struct plan *p =
        simulated(HEAD "\"action" U(1) "\":{" MANUAL "\"on_completion\":\"if-condition" U(
            1) "\"},"
               "\"if-condition" U(
                   1) "\":{\"type\":\"if-condition\",\"condition\":\"__a__:value > 1\","
                      "\"on_true\":\"end" U(1) "\",\"on_false\":\"end" U(2) "\"},\"end" U(
                          2) "\":{\"type\":\"end\"}}}");
    struct run_state rs = {0};
    struct run_do d;

    (void)state;
    go(p, &rs, NULL);
    assert_int_equal(tell(p, &rs, RUN_RESUME, NULL).verb, RUN_STEP);
    d = tell(p, &rs, RUN_GO, NULL);
    assert_int_equal(d.verb, RUN_STEP);
    assert_string_equal(p->step[d.step].id, "end" U(1));
    assert_string_equal(d.text, "true: __a__:value > 1");
    plan_free(p);
}

// Any event in any phase leaves a state that the next call can take.
static void any_order_of_events_ends(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(w, "10.1.1.11", "sw-9/gi1/0/1", &err);
    uint32_t seed = 1;

    assert_non_null(p);
    for (int round = 0; round < 2000; round++) {
        struct run_state rs = {.dry = round % 3 == 0};
        uint32_t issued = 0;

        for (int i = 0; i < 40; i++) {
            enum run_event_kind kind;
            struct run_do d;

            seed = seed * 1664525 + 1013904223;
            kind = (enum run_event_kind)((seed >> 24) % 10);
            d = tell(p, &rs, kind, seed & 0x800000 ? &w->live : NULL);
            issued += d.verb == RUN_COMMAND;
            issued -= d.verb == RUN_ASK && kind == RUN_HELD;
            assert_in_range(d.step, 0, p->nsteps - 1);
            assert_true(d.verb != RUN_FINISH || issued > 0);
        }
        assert_true(issued <= 1 && rs.actions == issued && rs.verified <= issued);
    }
    plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_finishes_when_every_action_is_verified),
        cmocka_unit_test(an_answer_without_a_true_probe_never_finishes_a_run),
        cmocka_unit_test(outside_its_limits_a_run_asks_and_checks_again),
        cmocka_unit_test(a_person_may_decide_against_going_on),
        cmocka_unit_test(what_may_have_happened_is_not_repeated),
        cmocka_unit_test(told_that_it_did_not_happen_the_run_fails),
        cmocka_unit_test(abort_waits_for_the_command_on_its_way),
        cmocka_unit_test(condition_takes_the_branch_of_the_live_state),
        cmocka_unit_test(dry_run_issues_nothing_and_says_what_would_ask),
        cmocka_unit_test(state_moved_to_other_memory_goes_on_the_same),
        cmocka_unit_test(manual_step_waits_for_a_person),
        cmocka_unit_test(failed_step_takes_on_failure_and_the_run_ends_failed),
        cmocka_unit_test(condition_on_a_given_value_decides),
        cmocka_unit_test(any_order_of_events_ends),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
