// test_gate.c - engine to far end and back: the programs gate and fabsoc-agent over real wss.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/gateworld.h"

static void assert_report(struct gateworld *w, const struct input_control *c, const char *state,
                          const struct eid *id)
{
    struct command_report r;
    struct err err = ERR_INIT;

    assert_int_equal(report_verify(&w->result_key, SPAN_LIT("pam-01"), c->proof, &r, &err), 0);
    assert_true(span_eq_str(r.state, state));
    assert_true(span_eq_str(c->agent, "pam-01"));
    assert_true(eid_eq(&r.id, id) && eid_eq(&c->command, id));
}

static void command_is_carried_out_verified_and_reported_with_proof(void **state)
{
    static const char *const way[] = {"accepted", "started", "finished", "verified"};
    struct gateworld w;
    struct input_control c;
    struct eid id;

    (void)state;
    gateworld_begin(&w, false);
    c = gateworld_await(&w, "hello");
    assert_true(span_eq_str(c.agent, "pam-01"));
    assert_int_equal(c.proof.n, SHA256_LEN);
    id = gateworld_command(&w, "pam-01", false);
    for (size_t i = 0; i < ARRAY_LEN(way); i++) {
        c = gateworld_await(&w, way[i]);
        assert_report(&w, &c, way[i], &id);
    }
    assert_true(gateworld_far_has(&w, "Gi1/0/7 999"));
    gateworld_end(&w);
}

static void lying_far_end_ends_disproved(void **state)
{
    struct gateworld w;
    struct input_control c;
    struct eid id;

    (void)state;
    gateworld_begin(&w, true);
    (void)gateworld_await(&w, "hello");
    id = gateworld_command(&w, "pam-01", false);
    c = gateworld_await(&w, "disproved");
    assert_report(&w, &c, "disproved", &id);
    assert_true(gateworld_far_has(&w, "Gi1/0/7 120"));
    gateworld_end(&w);
}

static void wrong_signature_and_foreign_command_are_refused_by_the_agent(void **state)
{
    static const struct eid none;
    struct gateworld w;
    struct input_control c;

    (void)state;
    gateworld_begin(&w, false);
    (void)gateworld_await(&w, "hello");
    (void)gateworld_command(&w, "pam-01", true);
    c = gateworld_await(&w, "refused");
    assert_true(span_eq_str(c.code, "sig.bad"));
    assert_report(&w, &c, "refused", &none);
    (void)gateworld_command(&w, "pam-02", false);
    c = gateworld_await(&w, "refused");
    assert_true(span_eq_str(c.code, "target.foreign"));
    assert_true(gateworld_far_has(&w, "Gi1/0/7 120"));
    (void)gateworld_command(&w, "pam-01", false);
    (void)gateworld_await(&w, "verified");
    assert_true(gateworld_far_has(&w, "Gi1/0/7 999"));
    gateworld_end(&w);
}

static void command_for_an_absent_agent_comes_back_undelivered(void **state)
{
    struct gateworld w;
    struct input_control c;
    struct eid id;

    (void)state;
    gateworld_begin(&w, false);
    (void)gateworld_await(&w, "hello");
    gateworld_kill(&w.agent);
    c = gateworld_await(&w, "lost");
    assert_true(span_eq_str(c.agent, "pam-01"));
    id = gateworld_command(&w, "pam-01", false);
    c = gateworld_await(&w, "undelivered");
    assert_true(eid_eq(&c.command, &id));
    gateworld_agent(&w);
    (void)gateworld_await(&w, "hello");
    id = gateworld_command(&w, "pam-01", false);
    c = gateworld_await(&w, "verified");
    assert_report(&w, &c, "verified", &id);
    gateworld_end(&w);
}

static void new_engine_hears_who_is_here_and_all_reports_again(void **state)
{
    struct gateworld w;
    struct input_control c;
    struct eid id;

    (void)state;
    gateworld_begin(&w, false);
    (void)gateworld_await(&w, "hello");
    id = gateworld_command(&w, "pam-01", false);
    (void)gateworld_await(&w, "verified");
    gateworld_new_engine(&w);
    (void)gateworld_await(&w, "reset");
    (void)gateworld_await(&w, "hello");
    c = gateworld_await(&w, "accepted");
    assert_report(&w, &c, "accepted", &id);
    c = gateworld_await(&w, "verified");
    assert_report(&w, &c, "verified", &id);
    gateworld_end(&w);
}

static void restarted_agent_says_its_last_reports_and_keeps_its_counter(void **state)
{
    struct gateworld w;
    struct input_control c;
    struct eid id;

    (void)state;
    gateworld_begin(&w, false);
    (void)gateworld_await(&w, "hello");
    id = gateworld_command(&w, "pam-01", false);
    (void)gateworld_await(&w, "verified");
    gateworld_kill(&w.agent);
    (void)gateworld_await(&w, "lost");
    gateworld_agent(&w);
    c = gateworld_await(&w, "hello");
    assert_int_equal(c.counter, w.counter);
    c = gateworld_await(&w, "verified");
    assert_report(&w, &c, "verified", &id);
    w.counter--; // the same counter under the same id: its stored answer, no second act
    (void)gateworld_command(&w, "pam-01", false);
    (void)gateworld_await(&w, "verified");
    gateworld_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_is_carried_out_verified_and_reported_with_proof),
        cmocka_unit_test(lying_far_end_ends_disproved),
        cmocka_unit_test(wrong_signature_and_foreign_command_are_refused_by_the_agent),
        cmocka_unit_test(command_for_an_absent_agent_comes_back_undelivered),
        cmocka_unit_test(new_engine_hears_who_is_here_and_all_reports_again),
        cmocka_unit_test(restarted_agent_says_its_last_reports_and_keeps_its_counter),
    };

    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
