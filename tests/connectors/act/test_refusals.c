// test_refusals.c - what the exec half refuses, each beside the same command unmutated that is done.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "tests/support/acting.h"

#define QUARANTINED "Gi1/0/7 999"

// The mutated command leaves the far end as it was and is refused with `code`; `named` says whether
// the refusal carries the command's id.
static void assert_refused(struct acting *a, const char *code, bool named)
{
    assert_int_equal(a->n, 1);
    assert_string_equal(acting_last(a), "refused");
    assert_string_equal(acting_code(a), code);
    assert_int_equal(!eid_is_zero(&a->report[0].id), named);
    assert_int_equal(acting_far_changes(a), 0);
    assert_int_equal(a->x.acts, 0);
}

// The same command without the mutation is carried out.
static void assert_done(struct acting *a, const struct command *right)
{
    acting_send(a, right);
    assert_string_equal(acting_last(a), "verified");
    assert_true(acting_far_has(a, QUARANTINED));
    assert_int_equal(acting_far_changes(a), 1);
}

// Mutates a copy, sends it, then sends the original (as a new command, since ids and counters are
// used up by whatever was taken).
static void refuses(const char *code, bool named,
                    void (*mutate)(struct acting *a, struct command *c))
{
    struct acting a;
    struct command wrong, right;

    acting_begin(&a, ACTING_SWITCH, false);
    wrong = acting_command(&a);
    mutate(&a, &wrong);
    acting_send(&a, &wrong);
    assert_refused(&a, code, named);
    right = acting_command(&a);
    assert_done(&a, &right);
    acting_end(&a);
}

static void foreign_agent(struct acting *a, struct command *c)
{
    (void)a;
    c->agent = SPAN_LIT("pam-02");
}
static void expired(struct acting *a, struct command *c)
{
    c->not_before = a->now - 61 * UTIME_SECOND;
    c->not_after = a->now - 1;
}
static void early(struct acting *a, struct command *c)
{
    c->not_before = a->now + 1;
}
static void too_wide(struct acting *a, struct command *c)
{
    c->not_after = c->not_before + CHECK_WINDOW_MAX + 1;
    (void)a;
}
static void unknown_action(struct acting *a, struct command *c)
{
    (void)a;
    c->action = SPAN_LIT("net.reboot");
}
static void never_target(struct acting *a, struct command *c)
{
    (void)a;
    c->target = SPAN_LIT("scn-01"); // the list has SCN-01: letter case is no way around it
}
static void never_param(struct acting *a, struct command *c)
{
    (void)a;
    c->params = SPAN_LIT("{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":"
                         "{\"port\":\"Gi1/0/1\"}}}");
}
static void approval_gone(struct acting *a, struct command *c)
{
    (void)a;
    c->napprovals = 1;
}
static void one_person_twice(struct acting *a, struct command *c)
{
    (void)a;
    c->approval[1].person = c->approval[0].person;
}
static void option_as_port(struct acting *a, struct command *c)
{
    (void)a;
    c->params = SPAN_LIT("{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":"
                         "{\"port\":\"--help\"}}}");
}
static void other_vlan(struct acting *a, struct command *c)
{
    (void)a;
    c->params = SPAN_LIT("{\"action\":\"contain\",\"args\":{\"vlan\":120},\"target\":"
                         "{\"x-fabsoc:switch_port\":{\"port\":\"Gi1/0/7\"}}}");
}
static void changed_state(struct acting *a, struct command *c)
{
    (void)a;
    c->pre_state = SPAN_LIT("vlan 130");
}
static void other_key(struct acting *a, struct command *c)
{
    (void)a;
    c->key_id = SPAN_LIT("12345678");
}
static void other_algorithm(struct acting *a, struct command *c)
{
    (void)a;
    c->alg = 2;
}

#define REFUSES(name, code, named, mutate)                                                         \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        refuses(code, named, mutate);                                                              \
    }
REFUSES(command_for_another_agent_is_refused, "target.foreign", false, foreign_agent)
REFUSES(expired_window_is_refused, "window.expired", true, expired)
REFUSES(window_not_yet_open_is_refused, "window.early", true, early)
REFUSES(window_wider_than_120_s_is_refused, "window.long", true, too_wide)
REFUSES(unknown_action_is_refused, "action.unknown", true, unknown_action)
REFUSES(never_touch_target_is_refused, "never.touch", true, never_target)
REFUSES(never_touch_parameter_is_refused, "never.touch", true, never_param)
REFUSES(missing_approval_is_refused, "approval.missing", true, approval_gone)
REFUSES(one_person_in_two_functions_is_refused, "approval.missing", true, one_person_twice)
REFUSES(parameter_that_is_an_option_is_refused, "params.bad", true, option_as_port)
REFUSES(other_vlan_than_the_sites_is_refused, "params.bad", true, other_vlan)
REFUSES(changed_state_before_the_act_is_refused, "state.changed", true, changed_state)
REFUSES(unpinned_key_is_refused, "key.unknown", false, other_key)
REFUSES(other_algorithm_is_refused, "key.unknown", false, other_algorithm)

static void wrong_signature_is_refused_and_the_right_one_accepted(void **state)
{
    struct acting a;
    struct command c;
    unsigned char sig[SIG_LEN];
    AUTO_BUF b = {0};

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_bytes(&a, &c, &b, sig);
    sig[10] ^= 1;
    executor_take(&a.x, buf_span(&b), span_of((char *)sig, SIG_LEN));
    assert_refused(&a, "sig.bad", false);
    assert_done(&a, &c); // the very same command: a wrong signature uses nothing up
    acting_end(&a);
}

static void changed_plan_hash_is_refused_by_the_signature(void **state)
{
    struct acting a;
    struct command c, changed;
    unsigned char sig[SIG_LEN], other[SIG_LEN];
    AUTO_BUF b = {0}, b2 = {0};

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_bytes(&a, &c, &b, sig);
    changed = c;
    changed.plan_hash.b[31] ^= 1;
    acting_bytes(&a, &changed, &b2, other);
    executor_take(&a.x, buf_span(&b2), span_of((char *)sig, SIG_LEN));
    assert_refused(&a, "sig.bad", false);
    assert_done(&a, &c);
    acting_end(&a);
}

static void replayed_counter_is_refused(void **state)
{
    struct acting a;
    struct command first, second;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    first = acting_command(&a);
    assert_done(&a, &first);
    second = acting_command(&a);
    second.counter = first.counter; // another id, a counter already used
    acting_send(&a, &second);
    assert_string_equal(acting_code(&a), "counter.replayed");
    assert_int_equal(acting_far_changes(&a), 1);
    second.counter = first.counter + 1;
    acting_send(&a, &second);
    assert_string_equal(acting_last(&a), "verified");
    assert_int_equal(acting_far_changes(&a), 2);
    acting_end(&a);
}

static void stale_fencing_token_is_refused(void **state)
{
    struct acting a;
    struct command first, second, third;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    first = acting_command(&a);
    assert_done(&a, &first);
    second = acting_command(&a);
    second.token = first.token - 1;
    acting_send(&a, &second);
    assert_string_equal(acting_code(&a), "token.stale");
    assert_int_equal(acting_far_changes(&a), 1);
    third = acting_command(&a);
    third.token = first.token;
    acting_send(&a, &third);
    assert_string_equal(acting_last(&a), "verified");
    acting_end(&a);
}

static void no_flipped_bit_is_ever_executed(void **state)
{
    struct acting a;
    struct command c;
    unsigned char sig[SIG_LEN];
    unsigned flips = 0;
    AUTO_BUF b = {0};

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_bytes(&a, &c, &b, sig);
    for (size_t i = 0; i < 8 * (b.len + SIG_LEN); i++) {
        char *byte = i / 8 < b.len ? &b.p[i / 8] : (char *)&sig[i / 8 - b.len];

        *byte ^= (char)(1 << i % 8);
        a.n = 0;
        executor_take(&a.x, buf_span(&b), span_of((char *)sig, SIG_LEN));
        assert_string_equal(acting_last(&a), "refused");
        assert_true(eid_is_zero(&a.report[0].id));
        *byte ^= (char)(1 << i % 8);
        flips++;
    }
    print_message("%u bit flips\n", flips);
    assert_int_equal(a.x.acts, 0);
    assert_int_equal(acting_far_changes(&a), 0);
    assert_done(&a, &c);
    acting_end(&a);
}

static void every_truncation_is_refused(void **state)
{
    struct acting a;
    struct command c;
    unsigned char sig[SIG_LEN];
    AUTO_BUF b = {0};

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    acting_bytes(&a, &c, &b, sig);
    for (size_t n = 0; n < b.len; n++) {
        a.n = 0;
        executor_take(&a.x, span_of(b.p, n), span_of((char *)sig, SIG_LEN));
        assert_string_equal(acting_code(&a), "command.form");
    }
    assert_int_equal(a.x.acts, 0);
    acting_end(&a);
}

static void release_vlan(struct acting *a, struct command *c)
{
    (void)a;
    c->params = SPAN_LIT("{\"action\":\"restore\",\"args\":{\"vlan\":1},\"target\":"
                         "{\"x-fabsoc:switch_port\":{\"port\":\"Gi1/0/7\"}}}");
}
static void release_never(struct acting *a, struct command *c)
{
    (void)a;
    c->params = SPAN_LIT("{\"action\":\"restore\",\"target\":{\"x-fabsoc:switch_port\":"
                         "{\"port\":\"gi1/0/1\"}}}");
}
static void release_contains(struct acting *a, struct command *c)
{
    c->params = span_str(a->params); // the quarantine's own words
}

static void release_is_held_to_its_approvals_and_its_words(void **state)
{
    static const struct {
        const char *code;
        void (*mutate)(struct acting *a, struct command *c);
    } wrong[] = {{"approval.missing", approval_gone}, {"approval.missing", one_person_twice},
                 {"params.bad", release_vlan},        {"params.bad", release_contains},
                 {"never.touch", release_never},      {"never.touch", never_target}};
    struct acting a;
    struct command c;

    (void)state;
    acting_begin(&a, ACTING_SWITCH, false);
    c = acting_command(&a);
    assert_done(&a, &c);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        c = acting_release(&a);
        wrong[i].mutate(&a, &c);
        acting_send(&a, &c);
        assert_string_equal(acting_last(&a), "refused");
        assert_string_equal(acting_code(&a), wrong[i].code);
        assert_true(acting_far_has(&a, QUARANTINED));
    }
    c = acting_release(&a);
    acting_send(&a, &c);
    assert_string_equal(acting_last(&a), "verified");
    assert_true(acting_far_has(&a, "Gi1/0/7 120"));
    acting_end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_signature_is_refused_and_the_right_one_accepted),
        cmocka_unit_test(changed_plan_hash_is_refused_by_the_signature),
        cmocka_unit_test(replayed_counter_is_refused),
        cmocka_unit_test(stale_fencing_token_is_refused),
        cmocka_unit_test(no_flipped_bit_is_ever_executed),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(command_for_another_agent_is_refused),
        cmocka_unit_test(expired_window_is_refused),
        cmocka_unit_test(window_not_yet_open_is_refused),
        cmocka_unit_test(window_wider_than_120_s_is_refused),
        cmocka_unit_test(unknown_action_is_refused),
        cmocka_unit_test(never_touch_target_is_refused),
        cmocka_unit_test(never_touch_parameter_is_refused),
        cmocka_unit_test(missing_approval_is_refused),
        cmocka_unit_test(one_person_in_two_functions_is_refused),
        cmocka_unit_test(parameter_that_is_an_option_is_refused),
        cmocka_unit_test(other_vlan_than_the_sites_is_refused),
        cmocka_unit_test(changed_state_before_the_act_is_refused),
        cmocka_unit_test(unpinned_key_is_refused),
        cmocka_unit_test(other_algorithm_is_refused),
        cmocka_unit_test(release_is_held_to_its_approvals_and_its_words),
    };

    return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
