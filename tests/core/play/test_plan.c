// test_plan.c - what was approved is what is in the document, and nothing else has its hash.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/canon.h"
#include "core/play/plan.h"
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

static void plan_names_exact_commands(void **state)
{
    struct err err = ERR_INIT;
    struct plan *p = plan_terminate(*state, "scan-1", "S-77", &err);

    assert_non_null(p);
    assert_int_equal(p->ncommands, 1);
    assert_string_equal(p->command[0].actuator, "pam.terminate");
    assert_string_equal(p->command[0].agent, "agent-pam");
    assert_string_equal(p->command[0].target, "SCAN-1"); // the model's id for a name of the scope
    assert_string_equal(p->command[0].params,
                        "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":"
                        "{\"session\":\"S-77\"}}}");
    assert_string_equal(p->asset, "SCAN-1");
    assert_string_equal(p->incident, "I-1");
    assert_false(p->command[0].self_revert);
    assert_true(*p->command[0].rollback_text);
    assert_non_null(strstr(p->step[1].dry_run, "S-77"));
    assert_true(canon_is(p->document));
    plan_free(p);
}

static void rollback_of_a_quarantine_is_an_exact_command_too(void **state)
{
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(*state, "10.1.1.50", "sw-9/gi1/0/9", &err);

    assert_non_null(p);
    assert_int_equal(p->ncommands, 2); // one a branch
    assert_string_equal(p->command[1].rollback_action, "net.release");
    assert_string_equal(p->command[1].rollback,
                        "{\"action\":\"restore\",\"target\":{\"x-fabsoc:switch_port\":"
                        "{\"port\":\"sw-9/gi1/0/9\"}}}");
    assert_string_equal(p->command[1].target, "PC-1");
    plan_free(p);
}

static void release_playbook_is_the_rollback_of_the_quarantine(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(w, "10.1.1.50", "sw-9/gi1/0/9", &err), *q = NULL;
    struct plan_pair scope[] = {PAIR("__source_ip__", "10.1.1.50"),
                                PAIR("__switch_port__", "sw-9/gi1/0/9"),
                                PAIR("__net_agent__", "agent-net")};

    plan_build(w->release, "I-1", scope, ARRAY_LEN(scope), &w->env, &q, &err);
    assert_non_null(p);
    assert_non_null(q);
    assert_int_equal(q->ncommands, 1);
    assert_string_equal(q->command[0].actuator, p->command[1].rollback_action);
    assert_string_equal(q->command[0].params, p->command[1].rollback);
    assert_string_equal(q->command[0].agent, p->command[1].agent);
    assert_string_equal(q->command[0].target, p->command[1].target);
    plan_free(p);
    plan_free(q);
}

static void document_gives_the_same_plan_back(void **state)
{
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(*state, "10.1.1.50", "sw-9/gi1/0/9", &err), *q;

    assert_non_null(p);
    assert_int_equal(plan_parse(p->document, &q, &err), E_OK);
    assert_true(digest_eq(&p->hash, &q->hash));
    assert_true(span_eq(p->document, q->document));
    assert_int_equal(p->nsteps, q->nsteps);
    assert_int_equal(p->ncommands, q->ncommands);
    assert_int_equal(p->nvars, q->nvars);
    assert_int_equal(p->start, q->start);
    for (size_t i = 0; i < p->nsteps; i++) {
        assert_string_equal(p->step[i].id, q->step[i].id);
        assert_int_equal(p->step[i].kind, q->step[i].kind);
        assert_int_equal(p->step[i].on_true, q->step[i].on_true);
        assert_int_equal(p->step[i].nlimits, q->step[i].nlimits);
    }
    plan_free(p);
    plan_free(q);
}

static struct digest hash_of(struct plan *p)
{
    struct digest d;

    assert_non_null(p);
    d = p->hash;
    plan_free(p);
    return d;
}

static void any_change_of_scope_is_another_hash(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct digest same = hash_of(plan_terminate(w, "SCAN-1", "S-77", &err)), other;

    other = hash_of(plan_terminate(w, "scan-1", "S-77", &err));
    assert_false(digest_eq(&same, &other)); // the bound name itself is part of it
    other = hash_of(plan_terminate(w, "SCAN-1", "S-77", &err));
    assert_true(digest_eq(&same, &other));
    other = hash_of(plan_terminate(w, "SCAN-1", "S-78", &err));
    assert_false(digest_eq(&same, &other));
    other = hash_of(plan_terminate(w, "SCAN-2", "S-77", &err));
    assert_false(digest_eq(&same, &other));
}

static void live_state_does_not_change_the_hash_unless_the_hazard_changes(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct digest calm = hash_of(plan_terminate(w, "SCAN-1", "S-77", &err)), busy;

    w->live.lots_in_process = 2;
    w->live.state = E10_PRODUCTIVE;
    busy = hash_of(plan_terminate(w, "SCAN-1", "S-77", &err));
    assert_true(digest_eq(&calm, &busy));
    w->live.lots_in_process = 0;
    w->live.state = E10_NONSCHEDULED;
    busy = hash_of(plan_terminate(w, "SCAN-1", "S-77", &err));
    assert_false(digest_eq(&calm, &busy));
    w->live.state = E10_STANDBY;
}

static void rule_is_the_union_of_the_cells_by_hazard(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p = plan_terminate(w, "SCAN-3", "S-77", &err);
    AUTO_BUF b;

    buf_init(&b, 200);
    assert_non_null(p);
    assert_int_equal(p->hazard, T3);
    plan_rule_text(p, &b);
    assert_true(span_eq_str(buf_span(&b), "security"));
    plan_free(p);
    p = plan_terminate(w, "SCAN-1", "S-77", &err);
    assert_non_null(p);
    assert_int_equal(p->hazard, T2);
    buf_clear(&b);
    plan_rule_text(p, &b);
    assert_true(span_eq_str(buf_span(&b), "fab-operations AND security"));
    plan_free(p);
    p = plan_terminate(w, "PC-1", "S-77", &err);
    assert_non_null(p);
    assert_int_equal(p->nfunctions, 0);
    plan_free(p);
}

static void too_few_spares_or_too_little_queue_time_raise_by_one_step_together(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p = plan_terminate(w, "SCAN-2", "S-77", &err); // T3, one spare of two

    assert_non_null(p);
    assert_int_equal(p->hazard, T2);
    plan_free(p);
    w->live.qtime_left = UTIME_HOUR; // the loop takes two hours to restore
    p = plan_terminate(w, "SCAN-3", "S-77", &err);
    assert_non_null(p);
    assert_int_equal(p->hazard, T2);
    plan_free(p);
    w->live.qtime_left = UTIME_NONE;
}

static void pm_window_relaxes_the_row_and_not_the_hazard(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p;

    w->live.state = E10_ENGINEERING;
    w->live.pm_open = LIVE_YES;
    p = plan_terminate(w, "SCAN-1", "S-77", &err);
    assert_non_null(p);
    assert_int_equal(p->command[0].hazard, T2);
    assert_int_equal(p->command[0].row, T3);
    plan_free(p);
    w->live.pm_open = LIVE_NO;
    p = plan_terminate(w, "SCAN-1", "S-77", &err);
    assert_int_equal(p->command[0].row, T2);
    plan_free(p);
    w->live.state = E10_STANDBY;
}

static void refused(struct plan *p, struct err *err, const char *code)
{
    assert_null(p);
    assert_string_equal(err->code, code);
    *err = ERR_INIT;
}

static void never_means_never_with_the_reason(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;

    refused(plan_terminate(w, "GAS-1", "S-77", &err), &err, "plan.never");
    refused(plan_terminate(w, "VMB-1", "S-77", &err), &err, "plan.never");
    // the port belongs to a never-touch asset, whatever host the scope names
    assert_null(plan_quarantine(w, "10.1.1.50", "SW-9/gi1/0/8", &err));
    assert_string_equal(err.code, "plan.never");
    assert_non_null(strstr(err.msg, "VMB-1"));
}

static void port_of_another_asset_is_refused(void **state)
{
    struct err err = ERR_INIT;

    assert_null(plan_quarantine(*state, "10.1.1.50", "sw-9/gi1/0/1", &err));
    assert_string_equal(err.code, "plan.port");
    assert_non_null(strstr(err.msg, "SCAN-1"));
}

static void stranger_on_the_port_of_a_tool_has_the_hazard_of_the_tool(void **state)
{
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(*state, "192.0.2.9", "sw-9/gi1/0/1", &err);

    assert_non_null(p);
    assert_int_equal(p->hazard, T2);
    assert_int_equal(p->nfunctions, 2);
    plan_free(p);
}

static void unknown_host_takes_the_tier_of_its_bay_and_never_t4(void **state)
{
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(*state, "10.1.1.99", "sw-9/gi1/0/40", &err);

    assert_non_null(p);
    assert_int_equal(p->hazard, T2); // BAY-1's gravest tool
    plan_free(p);
    p = plan_quarantine(*state, "192.0.2.9", "sw-9/gi1/0/40", &err);
    assert_non_null(p);
    assert_int_equal(p->hazard, T3);
    plan_free(p);
}

static void what_the_playbook_needs_must_be_known(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan_pair scope[] = {PAIR("__asset__", "SCAN-1"), PAIR("__pam_agent__", "a")};
    struct plan *p;

    assert_int_equal(plan_build(w->terminate, "", scope, 2, &w->env, &p, &err), E_INPUT);
    assert_non_null(strstr(err.msg, "__session__"));
    refused(p, &err, "plan.variable");
    refused(plan_terminate(w, "SCAN-1", "-rf /", &err), &err, "openc2.value");
    refused(plan_terminate(w, "SCAN-1", "a\x1b[2J", &err), &err, "plan.variable");
    refused(plan_terminate(w, "SCAN-1", "\",\"x\":\"", &err), &err, "openc2.value");
    refused(plan_terminate(w, "", "S-77", &err), &err, "plan.target");
    w->env.now = 0;
    w->terminate->valid_from = 1;
    refused(plan_terminate(w, "SCAN-1", "S-77", &err), &err, "plan.validity");
    w->terminate->valid_from = UTIME_NONE;
    w->terminate->revoked = true;
    refused(plan_terminate(w, "SCAN-1", "S-77", &err), &err, "plan.revoked");
    w->terminate->revoked = false;
}

// Every byte of a document changed, and every prefix: refused, or a plan with another hash.
static void no_other_document_passes_for_the_plan(void **state)
{
    struct err err = ERR_INIT;
    struct plan *p = plan_terminate(*state, "SCAN-1", "S-77", &err), *q;
    char *copy = malloc(p->document.n);

    assert_non_null(copy);
    for (size_t i = 0; i < p->document.n; i++) {
        memcpy(copy, p->document.p, p->document.n);
        copy[i] = (char)(copy[i] ^ (1 << i % 8));
        if (plan_parse(span_of(copy, p->document.n), &q, NULL) == E_OK) {
            assert_false(digest_eq(&p->hash, &q->hash));
            plan_free(q);
        }
        assert_true(plan_parse(span_of(p->document.p, i), &q, NULL) < 0);
        assert_null(q);
    }
    free(copy);
    plan_free(p);
}

static void a_simulation_is_no_plan(void **state)
{
    struct world *w = *state;
    struct plan *p, *q;

    assert_int_equal(plan_simulated(w->terminate, NULL, 0, &p, NULL), E_OK);
    assert_true(plan_parse(p->document, &q, NULL) < 0);
    plan_free(p);
}

static void limits_say_which_one_fails_with_its_numbers(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p = plan_quarantine(w, "10.1.1.11", "sw-9/gi1/0/1", &err);
    struct live live = w->live;
    char why[300] = "";

    assert_non_null(p);
    assert_int_equal(p->step[2].nlimits, 2);
    assert_true(plan_limits_hold(p, 2, &live, why, sizeof(why)));
    live.lots_in_process = 3;
    assert_false(plan_limits_hold(p, 2, &live, why, sizeof(why)));
    assert_string_equal(why,
                        "the limit \"lots_in_process <= 0\" does not hold: lots_in_process is 3");
    live.state = E10_PRODUCTIVE;
    assert_false(plan_limits_hold(p, 2, &live, why, sizeof(why)));
    assert_string_equal(
        why, "the limit \"tool_state != productive\" does not hold: tool_state is productive");
    assert_false(plan_limits_hold(p, 2, NULL, why, sizeof(why)));
    assert_string_equal(
        why, "the limit \"tool_state != productive\" does not hold: tool_state is not known");
    plan_free(p);
}

static void impact_is_valid_json_beside_the_plan(void **state)
{
    struct world *w = *state;
    struct err err = ERR_INIT;
    struct plan *p = plan_terminate(w, "SCAN-1", "S-77", &err);
    json_t *v, *c;
    AUTO_BUF b;

    buf_init(&b, 10000);
    assert_int_equal(plan_impact(p, &w->env, &b), E_OK);
    v = canon_read(buf_span(&b), "", &err);
    assert_non_null(v);
    c = json_array_get(json_object_get(v, "commands"), 0);
    assert_string_equal(json_string_value(json_object_get(c, "hazard")), "T2");
    assert_string_equal(json_string_value(json_object_get(c, "tool_state")), "standby");
    json_decref(v);
    plan_free(p);
}

static void e10_states_are_known_in_every_spelling(void **state)
{
    (void)state;
    assert_int_equal(e10_of(SPAN_LIT("scheduled_down")), E10_SCHEDULED_DOWN);
    assert_int_equal(e10_of(SPAN_LIT("Scheduled Down")), E10_SCHEDULED_DOWN);
    assert_int_equal(e10_of(SPAN_LIT("scheduled-down")), E10_SCHEDULED_DOWN);
    assert_int_equal(e10_of(SPAN_LIT("UNSCHEDULED_DOWN")), E10_UNSCHEDULED_DOWN);
    assert_int_equal(e10_of(SPAN_LIT("non-scheduled")), E10_NONSCHEDULED);
    assert_int_equal(e10_of(SPAN_LIT("productively")), E10_UNKNOWN);
    assert_int_equal(e10_of(SPAN_LIT("")), E10_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_names_exact_commands),
        cmocka_unit_test(rollback_of_a_quarantine_is_an_exact_command_too),
        cmocka_unit_test(release_playbook_is_the_rollback_of_the_quarantine),
        cmocka_unit_test(document_gives_the_same_plan_back),
        cmocka_unit_test(any_change_of_scope_is_another_hash),
        cmocka_unit_test(live_state_does_not_change_the_hash_unless_the_hazard_changes),
        cmocka_unit_test(rule_is_the_union_of_the_cells_by_hazard),
        cmocka_unit_test(too_few_spares_or_too_little_queue_time_raise_by_one_step_together),
        cmocka_unit_test(pm_window_relaxes_the_row_and_not_the_hazard),
        cmocka_unit_test(never_means_never_with_the_reason),
        cmocka_unit_test(port_of_another_asset_is_refused),
        cmocka_unit_test(stranger_on_the_port_of_a_tool_has_the_hazard_of_the_tool),
        cmocka_unit_test(unknown_host_takes_the_tier_of_its_bay_and_never_t4),
        cmocka_unit_test(no_other_document_passes_for_the_plan),
        cmocka_unit_test(a_simulation_is_no_plan),
        cmocka_unit_test(limits_say_which_one_fails_with_its_numbers),
        cmocka_unit_test(impact_is_valid_json_beside_the_plan),
        cmocka_unit_test(e10_states_are_known_in_every_spelling),
        cmocka_unit_test(what_the_playbook_needs_must_be_known),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
