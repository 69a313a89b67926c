// test_executor.c - a command's way: act, probe, journal, restart.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/acting.h"

static void assert_states(const struct acting *a, const char *const *want)
{
    size_t n = 0;

    for (; want[n]; n++) {
        assert_true(n < a->n);
        assert_string_equal(a->report[n].state, want[n]);
    }
    assert_int_equal(a->n, n);
}
#define STATES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void quarantine_moves_the_port_and_is_verified(void **state)
{
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    c.pre_state = SPAN_LIT("vlan 120");
    acting_send(&a, &c);
    assert_states(&a, STATES("accepted", "started", "finished", "verified"));
    assert_string_equal(a.report[0].text, "vlan 120");
    assert_string_equal(a.report[3].text, "vlan 999");
    assert_true(acting_far_has(&a, "Gi1/0/7 999"));
    assert_true(acting_far_has(&a, "Gi1/0/8 120"));
    acting_end(&a);
}

static void release_gives_the_port_back_what_it_was_configured_with(void **state)
{
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_send(&a, &c);
    assert_true(acting_far_has(&a, "Gi1/0/7 999"));
    c = acting_release(&a);
    acting_send(&a, &c);
    assert_states(&a, STATES("accepted", "started", "finished", "verified"));
    assert_string_equal(a.report[0].text, "override 999");
    assert_string_equal(a.report[3].text, "override none");
    assert_true(acting_far_has(&a, "Gi1/0/7 120"));
    c = acting_command(&a); // and a second time round: the override is not what is kept
    acting_send(&a, &c);
    c = acting_release(&a);
    acting_send(&a, &c);
    assert_string_equal(acting_last(&a), "verified");
    assert_true(acting_far_has(&a, "Gi1/0/7 120"));
    acting_end(&a);
}

static void release_that_the_switch_only_says_is_disproved(void **state)
{
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_send(&a, &c);
    acting_freeze(&a);
    c = acting_release(&a);
    acting_send(&a, &c);
    assert_states(&a, STATES("accepted", "started", "finished", "disproved"));
    assert_string_equal(a.report[3].text, "override 999");
    assert_true(acting_far_has(&a, "Gi1/0/7 999"));
    acting_end(&a);
}

static void termination_ends_the_session_and_no_other(void **state)
{
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_BROKER, false);
    c = acting_command(&a);
    acting_send(&a, &c);
    assert_string_equal(acting_last(&a), "verified");
    assert_true(acting_far_has(&a, "S-1 terminated"));
    assert_true(acting_far_has(&a, "S-2 active"));
    acting_end(&a);
}

static void far_end_that_answers_ok_without_acting_is_disproved(void **state)
{
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, true);
    c = acting_command(&a);
    acting_send(&a, &c);
    assert_states(&a, STATES("accepted", "started", "finished", "disproved"));
    assert_string_equal(a.report[2].code, ""); // it said ok
    assert_string_equal(acting_code(&a), "probe.false");
    acting_end(&a);
}

static void far_end_that_is_gone_leaves_it_indeterminate(void **state)
{
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    kill(a.farend, SIGKILL);
    waitpid(a.farend, NULL, 0);
    c = acting_command(&a);
    acting_send(&a, &c);
    assert_states(&a, STATES("accepted", "started", "finished", "indeterminate"));
    assert_string_equal(a.report[2].code, "exit.2");
    assert_string_equal(acting_code(&a), "probe.none");
    a.farend = fork();
    if (a.farend == 0) {
        pause();
        _exit(0);
    }
    acting_end(&a);
}

static void same_command_again_gets_its_answer_and_no_second_act(void **state)
{
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_send(&a, &c);
    acting_send(&a, &c);
    assert_states(&a, STATES("accepted", "started", "finished", "verified"));
    assert_int_equal(acting_far_changes(&a), 1);
    acting_restart(&a);
    assert_int_equal(a.n, 0);
    acting_send(&a, &c);
    assert_states(&a, STATES("accepted", "started", "finished", "verified"));
    assert_int_equal(acting_far_changes(&a), 1);
    acting_end(&a);
}

static void counter_and_token_are_kept_over_a_restart(void **state)
{
    struct acting a;
    struct command c, old;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_send(&a, &c);
    acting_restart(&a);
    old = acting_command(&a);
    old.counter = c.counter;
    acting_send(&a, &old);
    assert_string_equal(acting_code(&a), "counter.replayed");
    old.counter = c.counter + 1;
    old.token = c.token - 1;
    acting_send(&a, &old);
    assert_string_equal(acting_code(&a), "token.stale");
    acting_end(&a);
}

// Writes what a crash would have left: the command, and reports up to `last`.
static void crash_in(struct acting *a, const struct command *c, const char *const *states)
{
    unsigned char sig[SIG_LEN];
    struct span s = span_of((char *)sig, SIG_LEN);
    struct err err = ERR_INIT;
    AUTO_BUF b = {0};

    acting_bytes(a, c, &b, sig);
    assert_int_equal(actlog_add(&a->x.log, ACTLOG_COMMAND, buf_span(&b), s, &err), 0);
    for (; *states; states++) {
        struct command_report r = {.id = c->id,
                                   .agent = a->conf.agent,
                                   .counter = c->counter,
                                   .state = span_str(*states),
                                   .at = a->now};
        AUTO_BUF rb = {0};

        buf_init(&rb, 4096);
        report_put(&rb, &r);
        assert_int_equal(key_sign(&a->x.result, RESULT_CONTEXT, buf_span(&rb), sig, &err), 0);
        assert_int_equal(actlog_add(&a->x.log, ACTLOG_REPORT, buf_span(&rb), s, &err), 0);
    }
}

static void restarted(const char *const *before, bool changed, const char *const *want)
{
    struct acting a;
    struct command c, other;

    acting_begin(&a, ACTING_SWITCH, false);
    if (changed) { // the far end moved, by whatever hand
        other = acting_command(&a);
        acting_send(&a, &other);
    }
    c = acting_command(&a);
    crash_in(&a, &c, before);
    acting_restart(&a);
    assert_states(&a, want);
    assert_int_equal(acting_far_changes(&a), changed);
    acting_end(&a);
}

static void crash_before_the_act_is_refused_after_the_restart(void **state)
{
    (void)state;
    restarted((const char *const[]){NULL}, false, STATES("refused"));
    restarted(STATES("accepted"), false, STATES("refused"));
}

static void crash_in_the_act_is_decided_by_the_probe(void **state)
{
    (void)state;
    restarted(STATES("accepted", "started"), true, STATES("finished", "verified"));
    restarted(STATES("accepted", "started"), false, STATES("indeterminate"));
}

static void crash_after_the_act_is_probed(void **state)
{
    (void)state;
    restarted(STATES("accepted", "started", "finished"), true, STATES("verified"));
    restarted(STATES("accepted", "started", "finished"), false, STATES("disproved"));
}

static void resync_says_all_reports_again(void **state)
{
    struct acting a;
    struct command c1, c2;

    (void)state;
    acting_begin(&a, ACTING_BROKER, false);
    c1 = acting_command(&a);
    acting_send(&a, &c1);
    c2 = acting_command(&a);
    acting_send(&a, &c2);
    a.n = 0;
    executor_resync(&a.x, 0);
    assert_int_equal(a.n, 8);
    a.n = 0;
    executor_resync(&a.x, c1.counter);
    assert_int_equal(a.n, 4);
    assert_true(eid_eq(&a.report[0].id, &c2.id));
    acting_end(&a);
}

static char *journal_of(const struct acting *a, char *out, size_t size)
{
    snprintf(out, size, "%s/journal/journal", a->dir);
    return out;
}

static void torn_end_of_the_journal_is_cut_off(void **state)
{
    struct acting a;
    struct command c;
    struct stat st;
    char path[512];

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_send(&a, &c);
    assert_int_equal(stat(journal_of(&a, path, sizeof(path)), &st), 0);
    assert_int_equal(truncate(path, st.st_size - 3), 0); // inside "verified"
    acting_restart(&a);
    assert_states(&a, STATES("verified")); // probed again, since that was not durable
    acting_restart(&a);
    assert_int_equal(a.n, 0);
    acting_end(&a);
}

static void damage_inside_the_journal_refuses_the_start(void **state)
{
    struct acting a;
    struct command c;
    struct executor x;
    struct err err = ERR_INIT;
    char path[512];
    int fd;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_send(&a, &c);
    fd = open(journal_of(&a, path, sizeof(path)), O_WRONLY);
    assert_int_equal(pwrite(fd, "\xff\xff\xff\xff", 4, 0), 4); // a length: everything would be lost
    close(fd);
    actlog_close(&a.x.log);
    assert_int_equal(executor_open(&x, &a.conf, a.x.ports, &err), E_INPUT);
    assert_string_equal(err.code, "journal.damaged");
    executor_close(&x);
    acting_end(&a);
}

static void second_agent_on_one_journal_is_refused(void **state)
{
    struct acting a;
    struct executor x;
    struct err err = ERR_INIT;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    assert_int_not_equal(executor_open(&x, &a.conf, a.x.ports, &err), 0);
    assert_string_equal(err.code, "journal.busy");
    executor_close(&x);
    acting_end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quarantine_moves_the_port_and_is_verified),
        cmocka_unit_test(release_gives_the_port_back_what_it_was_configured_with),
        cmocka_unit_test(release_that_the_switch_only_says_is_disproved),
        cmocka_unit_test(termination_ends_the_session_and_no_other),
        cmocka_unit_test(far_end_that_answers_ok_without_acting_is_disproved),
        cmocka_unit_test(far_end_that_is_gone_leaves_it_indeterminate),
        cmocka_unit_test(same_command_again_gets_its_answer_and_no_second_act),
        cmocka_unit_test(counter_and_token_are_kept_over_a_restart),
        cmocka_unit_test(crash_before_the_act_is_refused_after_the_restart),
        cmocka_unit_test(crash_in_the_act_is_decided_by_the_probe),
        cmocka_unit_test(crash_after_the_act_is_probed),
        cmocka_unit_test(resync_says_all_reports_again),
        cmocka_unit_test(torn_end_of_the_journal_is_cut_off),
        cmocka_unit_test(damage_inside_the_journal_refuses_the_start),
        cmocka_unit_test(second_agent_on_one_journal_is_refused),
    };

    return cmocka_run_group_tests_name("executor", tests, NULL, NULL);
}
