// test_engine.c - what the step function promises, on rules, model and policy of this tree.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/core/engine/said.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    said_begin(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static void ticks(int from, int to)
{
    said_ticks(&rig, from, to);
    rig_block(&rig);
}

// ---- stage one

static void a_sources_own_alert_is_a_row_in_the_block_it_came_in(void **state)
{
    (void)state;
    said_sensor(&rig, 1, "10.99.1.1", "10.20.3.13", "60");
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
        said_sensor(&rig, 1 + i, "10.99.1.1", "10.20.3.13", "60");
    }
    said_sensor(&rig, 7, "10.99.1.1", "10.20.3.14", "60");
    ticks(1, 10);
    said_sensor(&rig, 3 * 3600, "10.99.1.1", "10.20.3.13", "60");
    rig_block(&rig);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 7);
    assert_int_equal(rig_rows(&rig, EFFECT_GROUP), 3);
    assert_int_equal(rig_count(&rig, EFFECT_GROUP, "alerts", "5", NULL), 1);
}

static void an_unknown_host_gets_the_tier_of_its_bay(void **state)
{
    (void)state;
    said_sensor(&rig, 1, "10.99.1.1", "10.20.3.250", "60");
    rig_block(&rig);

    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "asset"), "10.20.3.250");
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "tier"), "2");
}

// ---- asks

static void a_privileged_logon_without_checkout_becomes_an_alert(void **state)
{
    size_t at = 0;

    (void)state;
    said_sshd(&rig, 5, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
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
    said_sshd(&rig, 5, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
    rig_block(&rig);
    said_checkout(&rig, 4, "mes-1", "svc_mes"); // said later, but it happened before
    ticks(1, 20);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_STATUS, 0, "late"), "0");
}

static void a_checkout_of_another_host_does_not_help(void **state)
{
    (void)state;
    said_checkout(&rig, 4, "rms-1", "svc_mes");
    said_sshd(&rig, 5, KIND_LOGON, "mes-1", "svc_mes", "10.20.40.77");
    ticks(1, 20);

    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 1);
}

// ---- incidents

static void three_witnesses_of_one_tool_are_one_incident(void **state)
{
    (void)state;
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
    said_sensor(&rig, 60, "10.99.1.1", "10.20.3.13", "60");
    said_agent(&rig, 90, "litho-01");
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
    said_sensor(&rig, 10, "10.99.1.1", "10.20.5.11", "60");
    ticks(1, 30);
    rig_block(&rig);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "area"), "etch");
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "area", "etch", NULL), 4);

    said_sensor(&rig, 60, "10.99.1.1", "10.20.3.11", "60");
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
    said_window(&rig, 1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1, 600 + 299);
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 1); // a vendor's session: counted, shown ...
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "why"), "expected in window PM-1");
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 0); // ... and expected
    ticks(900, 905);

    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", &at), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, at, "asset"), "LITHO-01");
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    ticks(906, 2000);
    assert_int_equal(rig_rows(&rig, EFFECT_ALERT), 2); // said once
}

static void a_window_extended_in_time_covers_the_session(void **state)
{
    (void)state;
    said_window(&rig, 1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
    said_window(&rig, 500, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T09:00:00Z");
    ticks(1, 1800);
    said_session(&rig, 1700, "s-1", "litho-01", KIND_SESSION_STOP);
    ticks(1801, 7200);

    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 0);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 0);
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
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1, 700);

    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "breached", "true", NULL), 1);
    assert_int_equal(rig_count(&rig, EFFECT_TIMELINE, "kind", "clock", NULL), 1);
}

static void acknowledging_a_group_meets_the_incidents_ack_clock(void **state)
{
    struct err err = ERR_INIT;
    size_t at = 0;

    (void)state;
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
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
    said_sshd(&rig, 5, KIND_LOGON, "mes-1\x1b[2J", "svc_\xff\xe2\x80\xae", "10.20.40.77");
    ticks(1, 20);

    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "actor"), "svc_\\xff<U+202E>");
    assert_string_equal(rig_cell(&rig, EFFECT_ALERT, 0, "asset"), "mes-1\\x1b[2J");
}

// ---- what changes late

static void closing_a_window_late_does_not_make_it_longer(void **state)
{
    (void)state;
    said_window(&rig, 1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
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
    said_window(&rig, 1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    said_window(&rig, 2, "PM-2", "LITHO-01", "2026-11-02T08:10:00Z", "2026-11-02T08:20:00Z");
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1, 1200 + 299);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 0);
    ticks(1500, 1505);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 1);
}

static void a_window_that_was_over_before_limits_no_later_session(void **state)
{
    (void)state;
    said_window(&rig, 1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    ticks(1, 1199);
    said_session(&rig, 1200, "s-1", "litho-01", KIND_SESSION_START);
    ticks(1200, 2000);
    assert_int_equal(rig_count(&rig, EFFECT_ALERT, "rule_id", "fabsoc.session.overrun", NULL), 0);
}

static void reopened_incident_keeps_first_seen_and_its_clocks_run_anew(void **state)
{
    struct err err = ERR_INIT;
    char first[64];
    size_t at = 0;

    (void)state;
    said_sensor(&rig, 10, "10.99.1.1", "10.20.3.13", "60");
    ticks(1, 60);
    (void)snprintf(first, sizeof(first), "%s", rig_cell(&rig, EFFECT_INCIDENT, 0, "first"));
    assert_int_equal(rig_intent(&rig, "sato", "security", "ack_group", "1", "seen", &err), 0);
    assert_int_equal(
        rig_intent(&rig, "sato", "security", "move_incident", "1", "close\tnothing", &err), 0);
    assert_string_equal(rig_cell(&rig, EFFECT_INCIDENT, 0, "state"), "closed");
    ticks(61, 600);
    said_agent(&rig, 601, "litho-01");
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
    said_sensor(&rig, 10, "10.99.1.1", "10.20.3.13", "60");
    ticks(1, 60);
    assert_int_equal(rig_intent(&rig, "sato", "security", "ack_group", "1", "seen", &err), 0);
    assert_int_equal(rig_intent(&rig, "sato", "security", "close_group", "1", "noise", &err), 0);
    said_sensor(&rig, 61, "10.99.1.1", "10.20.3.13", "60");
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
    said_window(&rig, 1, "PM-1", "LITHO-01", "2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z");
    said_session(&rig, 10, "s-1", "litho-01", KIND_SESSION_START);
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
