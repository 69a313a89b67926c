// test_engine.c - what the step function promises, on rules, model and policy of this tree.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/rig.h"

enum { SENSOR = 1, AGENT = 2, PAM = 3, FACTORY = 4, OS = 5 };

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_init(&rig, NULL);
    rig_source(&rig, SENSOR, "suricata-eve", "sensor", 0);
    rig_source(&rig, AGENT, "wazuh", "agent", 0);
    rig_source(&rig, PAM, "teleport", "pam", 0);
    rig_source(&rig, FACTORY, "fab-tool", "fab", 0);
    rig_source(&rig, OS, "sshd", "os", 0);
    rig_tick(&rig, 0);
    rig_block(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

// ---- what the tests say

static void logon(int at, const char *host, const char *user)
{
    rig_say(&rig, &(struct rig_event){.source = OS,
                                      .at = at,
                                      .kind = KIND_LOGON,
                                      .product = "linux",
                                      .service = "sshd",
                                      .field = {{FIELD_HOST_NAME, host},
                                                {FIELD_USER_NAME, user},
                                                {FIELD_SOURCE_IP, "10.20.40.77"}}});
}

static void checkout(int at, const char *host, const char *account)
{
    rig_say(&rig, &(struct rig_event){.source = PAM,
                                      .at = at,
                                      .kind = KIND_CHECKOUT,
                                      .product = "cyberark",
                                      .service = "vault",
                                      .field = {{FIELD_DESTINATION_DOMAIN, host},
                                                {FIELD_ACCOUNT, account},
                                                {FIELD_USER_NAME, "sato"}}});
}

static void session(int at, const char *id, const char *tool, enum kind kind)
{
    rig_say(&rig, &(struct rig_event){.source = PAM,
                                      .at = at,
                                      .kind = kind,
                                      .product = "teleport",
                                      .service = "audit",
                                      .field = {{FIELD_SESSION_ID, id},
                                                {FIELD_DESTINATION_DOMAIN, tool},
                                                {FIELD_USER_NAME, "v.mori"},
                                                {FIELD_VENDOR, "optarix"},
                                                {FIELD_ACCOUNT, "service"}}});
}

static void window(int at, const char *id, const char *tool, const char *from, const char *to)
{
    rig_say(&rig, &(struct rig_event){.source = FACTORY,
                                      .at = at,
                                      .kind = KIND_PM_WINDOW,
                                      .product = "fab",
                                      .service = "pm",
                                      .field = {{FIELD_TICKET, id},
                                                {FIELD_ASSET, tool},
                                                {FIELD_VENDOR, "optarix"},
                                                {FIELD_WINDOW_START, from},
                                                {FIELD_WINDOW_END, to},
                                                {FIELD_EVENT_ACTION, "approved"}}});
}

static void sensor_alert(int at, const char *tool_ip)
{
    rig_say(&rig, &(struct rig_event){.source = SENSOR,
                                      .at = at,
                                      .kind = KIND_ALERT,
                                      .flags = EVENT_IS_ALERT,
                                      .product = "suricata",
                                      .service = "alert",
                                      .field = {{FIELD_SOURCE_IP, "10.99.1.1"},
                                                {FIELD_DESTINATION_IP, tool_ip},
                                                {FIELD_EVENT_SEVERITY, "60"},
                                                {FIELD_RULE_ID, "2100001"},
                                                {FIELD_RULE_NAME, "odd transfer"}}});
}

static void agent_alert(int at, const char *host)
{
    rig_say(&rig, &(struct rig_event){.source = AGENT,
                                      .at = at,
                                      .kind = KIND_ALERT,
                                      .flags = EVENT_IS_ALERT,
                                      .product = "wazuh",
                                      .field = {{FIELD_HOST_NAME, host},
                                                {FIELD_EVENT_SEVERITY, "55"},
                                                {FIELD_RULE_ID, "554"},
                                                {FIELD_RULE_NAME, "new program"}}});
}

static void ticks(int from, int to)
{
    for (int t = from; t <= to; t++) {
        rig_tick(&rig, t);
    }
    rig_block(&rig);
}

// ---- stage one

static void a_sources_own_alert_is_a_row_in_the_block_it_came_in(void **state)
{
    (void)state;
    sensor_alert(1, "10.20.3.13");
    rig_block(&rig); // no tick behind it

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "asset"), "LITHO-01");
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "rule_id"), "suricata-eve:2100001");
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "tier"), "2");
    assert_string_equal(rig_cell(&rig, EFFECT_RAW, 0, "bytes"), "6173206974206361"
                                                                "6d65");
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 0);
}

static void repeats_fold_and_a_pause_opens_another_group(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        sensor_alert(1 + i, "10.20.3.13");
    }
    sensor_alert(7, "10.20.3.14");
    ticks(1, 10);
    sensor_alert(3 * 3600, "10.20.3.13");
    rig_block(&rig);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 7);
    assert_int_equal(rig_rows(&rig, EFFECT_GROUP), 3);
    assert_int_equal(rig_count(&rig, EFFECT_GROUP, "alerts", "5", NULL), 1);
}

static void an_unknown_host_gets_the_tier_of_its_bay(void **state)
{
    (void)state;
    sensor_alert(1, "10.20.3.250");
    rig_block(&rig);

    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "asset"), "10.20.3.250");
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "tier"), "2");
}

// ---- asks

static void a_privileged_logon_without_checkout_becomes_an_alert(void **state)
{
    size_t at = 0;

    (void)state;
    logon(5, "mes-1", "svc_mes");
    ticks(1, 20);

    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_title",
                               "Privileged account used without a checkout", &at),
                     1);
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, at, "asset"), "MES-1");
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, at, "actor"), "svc_mes");
}

static void with_a_checkout_it_does_not_even_when_the_checkout_comes_late(void **state)
{
    (void)state;
    logon(5, "mes-1", "svc_mes");
    rig_block(&rig);
    checkout(4, "mes-1", "svc_mes"); // said later, but it happened before
    ticks(1, 20);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_STATUS, 0, "late"), "0");
}

static void a_checkout_of_another_host_does_not_help(void **state)
{
    (void)state;
    checkout(4, "rms-1", "svc_mes");
    logon(5, "mes-1", "svc_mes");
    ticks(1, 20);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 1);
}

// ---- incidents

static void three_witnesses_of_one_tool_are_one_incident(void **state)
{
    (void)state;
    session(10, "s-1", "litho-01", KIND_SESSION_START);
    sensor_alert(60, "10.20.3.13");
    agent_alert(90, "litho-01");
    ticks(1, 120);

    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "source_kinds"), "sensor,agent,pam");
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "asset"), "LITHO-01");
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "alerts"), "3");
    assert_int_equal(rig_rows(&rig, EFFECT_MEMBER), 3);
    assert_int_equal(rig_rows(&rig, EFFECT_CLOCK), 4);
    assert_string_not_equal(rig_cell(&rig, EFFECT_CLOCK, 0, "call_number"), "");
}

// Clocks and entities written before the graver asset joined follow the incident into its area.
static void a_graver_asset_takes_clocks_and_entities_into_its_area(void **state)
{
    (void)state;
    sensor_alert(10, "10.20.5.11");
    ticks(1, 30);
    rig_block(&rig);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "area"), "etch");
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "area", "etch", NULL), 4);

    sensor_alert(60, "10.20.3.11");
    ticks(31, 90);
    rig_block(&rig);
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "area"), "litho");
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "area", "litho", NULL), 4);
    assert_int_equal(rig_count(&rig, EFFECT_ENTITY, "area", "litho", NULL),
                     rig_rows(&rig, EFFECT_ENTITY));
}

static void a_session_inside_its_window_is_no_incident_until_it_outlives_it(void **state)
{
    size_t at = 0;

    (void)state;
    window(1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    session(10, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1, 600 + 299);
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 0);
    ticks(900, 905);

    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", &at), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, at, "asset"), "LITHO-01");
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    ticks(906, 2000);
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 1); // said once
}

static void a_window_extended_in_time_covers_the_session(void **state)
{
    (void)state;
    window(1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    session(10, "s-1", "litho-01", KIND_SESSION_START);
    window(500, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T09:00:00Z");
    ticks(1, 1800);
    session(1700, "s-1", "litho-01", KIND_SESSION_STOP);
    ticks(1801, 7200);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_SESSION, 0, "state"), "ended");
}

static void a_source_that_must_speak_and_does_not_is_an_alert_until_the_recording_ends(void **state)
{
    size_t at = 0;

    (void)state;
    rig_source(&rig, 6, "probe-7", "sensor", 60);
    ticks(1, 60);
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 0);
    ticks(61, 70);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.source.silent", &at), 1);
    assert_int_equal(rig_count(&rig, EFFECT_SOURCE, "silent", "true", NULL), 1);
    rig_source(&rig, 7, "probe-8", "sensor", 60);
    rig_end_recording(&rig);
    ticks(71, 500);
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 1);
}

// ---- clocks and persons

static void a_clock_that_nobody_meets_is_breached_once_and_told(void **state)
{
    (void)state;
    session(10, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1, 700);

    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "breached", "true", NULL), 1);
    assert_int_equal(rig_count(&rig, EFFECT_TIMELINE, "kind", "clock", NULL), 1);
}

static void acknowledging_a_group_meets_the_incidents_ack_clock(void **state)
{
    struct err err = ERR_INIT;
    size_t at = 0;

    (void)state;
    session(10, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1, 60);
    assert_int_equal(rig_intent(&rig, "sato", "security", "ack_group", "1", "seen", &err), 0);
    ticks(61, 700);

    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "state"), "acknowledged");
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "owner"), "sato");
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "state"), "triage");
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "phase", "ack", &at), 1);
    assert_string_not_equal(rig_cell(&rig, EFFECT_CLOCK, at, "met"), "");
    assert_string_equal(rig_cell(&rig, EFFECT_CLOCK, at, "breached"), "false");
}

static void a_refused_intent_says_its_code_and_is_audited(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(rig_intent(&rig, "sato", "security", "ack_group", "99", "", &err), E_STATE);

    assert_string_equal(err.code, "group.unknown");
    assert_string_equal(rig_cell(&rig, EFFECT_INTENT, 0, "outcome"), "refused");
    assert_string_equal(rig_cell(&rig, EFFECT_INTENT, 0, "code"), "group.unknown");
    assert_int_equal(rig_count(&rig, EFFECT_AUDIT, "kind", "ack_group", NULL), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_STATUS, 0, "refused"), "1");
}

static void hostile_text_reaches_no_row(void **state)
{
    (void)state;
    logon(5, "mes-1\x1b[2J", "svc_\xff\xe2\x80\xae");
    ticks(1, 20);

    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "actor"), "svc_\\xff<U+202E>");
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "asset"), "mes-1\\x1b[2J");
}

// ---- what changes late

static void closing_a_window_late_does_not_make_it_longer(void **state)
{
    (void)state;
    window(1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    ticks(1, 700);
    rig_say(&rig, &(struct rig_event){.source = FACTORY,
                                      .at = 1200,
                                      .kind = KIND_PM_WINDOW,
                                      .product = "fab",
                                      .service = "pm",
                                      .field = {{FIELD_TICKET, "PM-1"},
                                                {FIELD_ASSET, "LITHO-01"},
                                                {FIELD_EVENT_ACTION, "closed"}}});
    ticks(701, 1300);

    assert_string_equal(rig_cell(&rig, EFFECT_WINDOW, 0, "state"), "closed");
    assert_string_equal(rig_cell(&rig, EFFECT_WINDOW, 0, "closes"), "2026-11-02T08:10:00.000000Z");
    assert_string_equal(rig_cell(&rig, EFFECT_WINDOW, 0, "vendor"), "optarix");
}

static void a_session_may_go_on_from_one_window_into_the_next(void **state)
{
    (void)state;
    window(1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    window(2, "PM-2", "LITHO-01", "2026-11-02T08:10:00Z", "2026-11-02T08:20:00Z");
    session(10, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1, 1200 + 299);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 0);
    ticks(1500, 1505);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 1);
}

static void a_window_that_was_over_before_limits_no_later_session(void **state)
{
    (void)state;
    window(1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    ticks(1, 1199);
    session(1200, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1200, 2000);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 0);
}

static void reopened_incident_keeps_first_seen_and_its_clocks_run_anew(void **state)
{
    struct err err = ERR_INIT;
    char first[64];
    size_t at = 0;

    (void)state;
    sensor_alert(10, "10.20.3.13");
    ticks(1, 60);
    (void)snprintf(first, sizeof(first), "%s", rig_cell(&rig, EFFECT_INCIDENT, 0, "first"));
    assert_int_equal(rig_intent(&rig, "sato", "security", "ack_group", "1", "seen", &err), 0);
    assert_int_equal(
        rig_intent(&rig, "sato", "security", "move_incident", "1", "close\tnothing", &err), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "state"), "closed");
    ticks(61, 600);
    agent_alert(601, "litho-01");
    ticks(601, 620);

    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "state"), "triage");
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "first"), first);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "owner"), "sato");
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "phase", "contain", &at), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_CLOCK, at, "met"), "");
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "phase", "ack", &at), 1);
    assert_string_not_equal(rig_cell(&rig, EFFECT_CLOCK, at, "met"), "");
}

static void a_closed_group_that_happens_again_is_new_and_has_to_be_seen_again(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    sensor_alert(10, "10.20.3.13");
    ticks(1, 60);
    assert_int_equal(rig_intent(&rig, "sato", "security", "ack_group", "1", "seen", &err), 0);
    assert_int_equal(rig_intent(&rig, "sato", "security", "close_group", "1", "noise", &err), 0);
    sensor_alert(61, "10.20.3.13");
    ticks(61, 70);

    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "state"), "new");
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "acked"), "");
}

static void rows_find_their_assets_again_in_another_model(void **state)
{
    // The same names in another order: every number means another asset.
    static const char model[] =
        "fab: {site: F1, number: 1, name: Other, timezone: Asia/Tokyo}\n"
        "areas: [{id: litho, name: Lithography}]\n"
        "bays: [{id: LITHO-A, area: litho, networks: [10.20.3.0/24]}]\n"
        "assets:\n"
        "  - {id: OTHER-1, kind: scanner, bay: LITHO-A, tier: T2, names: [other-1]}\n"
        "  - {id: LITHO-01, kind: scanner, bay: LITHO-A, tier: T2, names: [litho-01], "
        "ips: [10.20.3.13], wph: 99}\n";
    struct textfile file = {"other.yaml", SPAN_LIT(model)};
    struct faults faults = {.count = 0};
    struct fab *fab = fab_load(&file, 1, &faults);
    struct engine_set next = rig.set;
    size_t at = 0;

    (void)state;
    assert_non_null(fab);
    next.fab = fab;
    next.digest = digest_of(SPAN_LIT("next"));
    window(1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    session(10, "s-1", "litho-01", KIND_SESSION_START);
    rig_say(&rig, &(struct rig_event){
                      .source = FACTORY,
                      .at = 11,
                      .kind = KIND_TOOL_STATE,
                      .product = "fab",
                      .service = "tool",
                      .field = {{FIELD_ASSET, "LITHO-01"}, {FIELD_TOOL_STATE, "productive"}}});
    ticks(1, 30);
    assert_int_equal(engine_use_set(rig.engine, &next, &rig.effects), 0);
    rig.set = next;
    ticks(31, 905);

    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 1);
    assert_int_equal(rig_count(&rig, EFFECT_TOOL, "asset", "LITHO-01", &at), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_TOOL, at, "wph"), "99");
    assert_string_equal(rig_cell(&rig, EFFECT_TOOL, at, "state"), "productive");
    assert_int_equal(rig_count(&rig, EFFECT_TOOL, "asset", "OTHER-1", NULL), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_sources_own_alert_is_a_row_in_the_block_it_came_in),
        T(repeats_fold_and_a_pause_opens_another_group),
        T(an_unknown_host_gets_the_tier_of_its_bay),
        T(a_privileged_logon_without_checkout_becomes_an_alert),
        T(with_a_checkout_it_does_not_even_when_the_checkout_comes_late),
        T(a_checkout_of_another_host_does_not_help),
        T(three_witnesses_of_one_tool_are_one_incident),
        T(a_graver_asset_takes_clocks_and_entities_into_its_area),
        T(a_session_inside_its_window_is_no_incident_until_it_outlives_it),
        T(a_window_extended_in_time_covers_the_session),
        T(a_source_that_must_speak_and_does_not_is_an_alert_until_the_recording_ends),
        T(a_clock_that_nobody_meets_is_breached_once_and_told),
        T(acknowledging_a_group_meets_the_incidents_ack_clock),
        T(a_refused_intent_says_its_code_and_is_audited),
        T(hostile_text_reaches_no_row),
        T(closing_a_window_late_does_not_make_it_longer),
        T(a_session_may_go_on_from_one_window_into_the_next),
        T(a_window_that_was_over_before_limits_no_later_session),
        T(reopened_incident_keeps_first_seen_and_its_clocks_run_anew),
        T(a_closed_group_that_happens_again_is_new_and_has_to_be_seen_again),
        T(rows_find_their_assets_again_in_another_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
