// test_session.c - sequence numbers, turns and the window of a control session.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/wire/session.h"

struct pair {
    struct session gate, agent;
};

// What `from` sends is read and taken by `to`.
static enum session_verdict pass(struct session *from, struct session *to, enum wire_type type,
                                 enum wire_close *close)
{
    struct wire_msg m;
    struct err err = ERR_INIT;
    AUTO_BUF b = {0};

    buf_init(&b, WIRE_MESSAGE_MAX);
    session_put(from, &b, type, (struct eid){0}, SPAN_LIT("\x91\x01"));
    assert_int_equal(wire_get(buf_span(&b), &m, &err), 0);
    return session_take(to, &m, close);
}

static struct pair opened(void)
{
    static const unsigned char id[WIRE_SESSION_LEN] = "session";
    struct pair p = {session_of(WIRE_FROM_GATE), session_of(WIRE_FROM_AGENT)};
    enum wire_close c;

    assert_int_equal(pass(&p.agent, &p.gate, WIRE_HELLO, &c), SESSION_TAKE);
    session_open(&p.gate, id);
    assert_int_equal(pass(&p.gate, &p.agent, WIRE_WELCOME, &c), SESSION_TAKE);
    assert_int_equal(p.agent.state, SESSION_OPEN);
    return p;
}

static void hello_and_welcome_open_a_session(void **state)
{
    struct pair p = opened();
    enum wire_close c;

    (void)state;
    assert_memory_equal(p.agent.id, p.gate.id, WIRE_SESSION_LEN);
    assert_int_equal(pass(&p.agent, &p.gate, WIRE_REPORT, &c), SESSION_TAKE);
    assert_int_equal(pass(&p.gate, &p.agent, WIRE_COMMAND, &c), SESSION_TAKE);
}

static void nothing_is_taken_before_hello(void **state)
{
    struct pair p = {session_of(WIRE_FROM_GATE), session_of(WIRE_FROM_AGENT)};
    enum wire_close c = 0;

    (void)state;
    assert_int_equal(pass(&p.agent, &p.gate, WIRE_EVENTS, &c), SESSION_CLOSE);
    assert_int_equal(c, WIRE_CLOSE_MALFORMED);
}

static void second_hello_is_refused(void **state)
{
    struct pair p = opened();
    enum wire_close c = 0;

    (void)state;
    assert_int_equal(pass(&p.agent, &p.gate, WIRE_HELLO, &c), SESSION_CLOSE);
}

static void gap_repeat_and_wrong_session_close_4006(void **state)
{
    enum wire_close c = 0;

    (void)state;
    for (int what = 0; what < 4; what++) {
        struct pair p = opened();

        p.agent.sent += what == 0;
        p.agent.sent -= what == 1;
        p.agent.id[0] ^= what == 2;
        p.agent.taken += 100 * (what == 3); // acknowledges what was never sent
        c = 0;
        assert_int_equal(pass(&p.agent, &p.gate, WIRE_REPORT, &c), SESSION_CLOSE);
        assert_int_equal(c, WIRE_CLOSE_SEQUENCE);
    }
}

static void other_version_closes_4001(void **state)
{
    struct session gate = session_of(WIRE_FROM_GATE);
    struct wire_msg m = {.ver = 2, .type = WIRE_HELLO, .seq = 1};
    enum wire_close c = 0;

    (void)state;
    assert_int_equal(session_take(&gate, &m, &c), SESSION_CLOSE);
    assert_int_equal(c, 4001);
}

static void agent_may_not_speak_as_gate(void **state)
{
    struct pair p = opened();
    enum wire_close c = 0;

    (void)state;
    assert_int_equal(pass(&p.agent, &p.gate, WIRE_COMMAND, &c), SESSION_CLOSE);
    assert_int_equal(c, WIRE_CLOSE_MALFORMED);
}

static void unknown_type_is_answered_not_closed(void **state)
{
    struct pair p = opened();
    enum wire_close c = 0;

    (void)state;
    assert_int_equal(pass(&p.agent, &p.gate, (enum wire_type)200, &c), SESSION_UNSUPPORTED);
    assert_int_equal(pass(&p.agent, &p.gate, WIRE_REPORT, &c), SESSION_TAKE);
}

static void window_closes_and_an_ack_opens_it(void **state)
{
    struct pair p = opened();
    enum wire_close c;
    unsigned n = 0;

    (void)state;
    while (session_may_send(&p.agent)) {
        assert_int_equal(pass(&p.agent, &p.gate, WIRE_REPORT, &c), SESSION_TAKE);
        n++;
    }
    assert_in_range(n, WIRE_WINDOW - 1, WIRE_WINDOW);
    assert_true(session_owes_ack(&p.gate));
    assert_int_equal(pass(&p.gate, &p.agent, WIRE_ACK, &c), SESSION_TAKE);
    assert_false(session_owes_ack(&p.gate));
    assert_true(session_may_send(&p.agent));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_and_welcome_open_a_session),
        cmocka_unit_test(nothing_is_taken_before_hello),
        cmocka_unit_test(second_hello_is_refused),
        cmocka_unit_test(gap_repeat_and_wrong_session_close_4006),
        cmocka_unit_test(other_version_closes_4001),
        cmocka_unit_test(agent_may_not_speak_as_gate),
        cmocka_unit_test(unknown_type_is_answered_not_closed),
        cmocka_unit_test(window_closes_and_an_ack_opens_it),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
