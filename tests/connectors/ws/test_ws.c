// test_ws.c - sessions between gate and agents over real wss.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/wsworld.h"

static void agent_is_welcomed_and_both_sides_talk(void **state)
{
    struct wire_report r = {.bytes = SPAN_LIT("report"), .signature = SPAN_LIT("sig")};
    struct wsworld w;
    AUTO_BUF b = {0};

    (void)state;
    wsworld_begin(&w);
    wsworld_dial(&w, 0, w.dir, "pam-01", "pam-01");
    wsworld_until(&w, "agent0:opened");
    assert_true(wsworld_has(&w, "opened:pam-01"));

    buf_init(&b, 1024);
    wire_put_report(&b, &r);
    assert_true(ws_client_send(w.agent[0].client, WIRE_REPORT, NULL, buf_span(&b)));
    wsworld_until(&w, "gate:report");
    ws_agent_send(ws_server_find(w.server, "pam-01"), WIRE_COMMAND, NULL,
                  SPAN_LIT("\x92\xc4\x00\xc4\x00"));
    wsworld_until(&w, "agent0:command");
    wsworld_end(&w);
}

static void largest_message_passes_whole(void **state)
{
    static char big[WIRE_RECORD_MAX];
    static struct wire_events e = {.epoch = 1, .first = 1, .record = {.n = 1}};
    struct wsworld w;
    AUTO_BUF b = {0};

    (void)state;
    e.record.item[0] = span_of(big, sizeof(big));
    wsworld_begin(&w);
    wsworld_dial(&w, 0, w.dir, "pam-01", "pam-01");
    wsworld_until(&w, "agent0:opened");
    buf_init(&b, WIRE_BODY_MAX);
    wire_put_events(&b, &e);
    assert_true(buf_ok(&b));
    assert_true(ws_client_send(w.agent[0].client, WIRE_EVENTS, NULL, buf_span(&b)));
    wsworld_until(&w, "gate:events");
    wsworld_end(&w);
}

static void two_hundred_messages_pass_the_window(void **state)
{
    struct wsworld w;

    (void)state;
    wsworld_begin(&w);
    wsworld_dial(&w, 0, w.dir, "pam-01", "pam-01");
    wsworld_until(&w, "agent0:opened");
    for (unsigned sent = 0; sent < 200;) {
        while (sent < 200 && ws_client_send(w.agent[0].client, WIRE_REPORT, NULL,
                                            SPAN_LIT("\x92\xc4\x00\xc4\x00"))) {
            sent++;
        }
        (void)lws_service(wsloop_context(w.loop), 0);
    }
    while (wsworld_count(&w, "gate:report") < 200) {
        (void)lws_service(wsloop_context(w.loop), 0);
    }
    assert_false(wsworld_has(&w, "agent0:closed:1006"));
    wsworld_end(&w);
}

static void name_in_hello_must_be_the_certificates(void **state)
{
    struct wsworld w;

    (void)state;
    wsworld_begin(&w);
    wsworld_dial(&w, 0, w.dir, "pam-01", "sw-01");
    wsworld_until(&w, "closed:pam-01:4002");
    wsworld_until(&w, "agent0:closed:4002");
    assert_false(wsworld_has(&w, "agent0:opened"));
    wsworld_end(&w);
}

static void revoked_agent_is_closed_with_4003(void **state)
{
    struct wsworld w;

    (void)state;
    wsworld_begin(&w);
    w.revoked = "sw-01";
    wsworld_dial(&w, 0, w.dir, "sw-01", "sw-01");
    wsworld_until(&w, "closed:sw-01:4003");
    wsworld_until(&w, "agent0:closed:4003");
    wsworld_dial(&w, 1, w.dir, "pam-01", "pam-01"); // another agent is not concerned
    wsworld_until(&w, "agent1:opened");
    wsworld_end(&w);
}

static void newer_session_supersedes_the_older(void **state)
{
    struct wsworld w;

    (void)state;
    wsworld_begin(&w);
    wsworld_dial(&w, 0, w.dir, "pam-01", "pam-01");
    wsworld_until(&w, "agent0:opened");
    wsworld_dial(&w, 1, w.dir, "pam-01", "pam-01");
    wsworld_until(&w, "agent1:opened");
    wsworld_until(&w, "closed:pam-01:4004");
    wsworld_until(&w, "agent0:closed:4004");
    assert_non_null(ws_server_find(w.server, "pam-01"));
    wsworld_end(&w);
}

static void lost_agent_comes_back_by_itself(void **state)
{
    struct wsworld w;

    (void)state;
    wsworld_begin(&w);
    wsworld_dial(&w, 0, w.dir, "pam-01", "pam-01");
    wsworld_until(&w, "agent0:opened");
    buf_clear(&w.story);
    ws_agent_close(ws_server_find(w.server, "pam-01"), WIRE_CLOSE_SEQUENCE);
    wsworld_until(&w, "agent0:closed:4006");
    wsworld_until(&w, "agent0:opened");
    wsworld_end(&w);
}

static void paused_gate_reads_nothing_until_it_goes_on(void **state)
{
    struct wsworld w;

    (void)state;
    wsworld_begin(&w);
    wsworld_dial(&w, 0, w.dir, "pam-01", "pam-01");
    wsworld_dial(&w, 1, w.dir, "sw-01", "sw-01");
    wsworld_until(&w, "agent0:opened");
    wsworld_until(&w, "agent1:opened");
    ws_server_pause(w.server, true);
    assert_true(
        ws_client_send(w.agent[0].client, WIRE_REPORT, NULL, SPAN_LIT("\x92\xc4\x00\xc4\x00")));
    ws_agent_send(ws_server_find(w.server, "sw-01"), WIRE_COMMAND, NULL,
                  SPAN_LIT("\x92\xc4\x00\xc4\x00"));
    wsworld_until(&w, "agent1:command"); // the other direction flows
    assert_false(wsworld_has(&w, "gate:report"));
    ws_server_pause(w.server, false);
    wsworld_until(&w, "gate:report");
    wsworld_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agent_is_welcomed_and_both_sides_talk),
        cmocka_unit_test(largest_message_passes_whole),
        cmocka_unit_test(two_hundred_messages_pass_the_window),
        cmocka_unit_test(name_in_hello_must_be_the_certificates),
        cmocka_unit_test(revoked_agent_is_closed_with_4003),
        cmocka_unit_test(newer_session_supersedes_the_older),
        cmocka_unit_test(lost_agent_comes_back_by_itself),
        cmocka_unit_test(paused_gate_reads_nothing_until_it_goes_on),
    };

    return cmocka_run_group_tests_name("ws", tests, NULL, NULL);
}
