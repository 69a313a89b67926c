// test_parties.c - whose person somebody is, what a record of a session is about, names in other letters.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/core/engine/said.h"

enum { DAY_S = 24 * 3600 };

#define RULE(title, logsource, kind, ctx)                                                          \
    "title: " title "\nlevel: medium\nlogsource: {" logsource "}\n"                                \
    "detection: {s: {fab.kind: " kind "}, c: {" ctx "}, condition: s and c}\n---\n"

static const char extra[] = RULE("his", "service: audit", "session.command",
                                 "fab.ctx.vendor: Lumina")
    RULE("there", "service: audit", "session.command", "fab.ctx.asset: LITHO-03")
        RULE("ended", "service: audit", "session.start", "fab.ctx.contract: ended")
            RULE("warned", "service: audit", "session.start", "fab.ctx.flagged: true")
                RULE("alive", "service: audit", "session.command", "fab.ctx.session_state: open")
                    RULE("unused", "service: audit", "session.start", "fab.ctx.unused|gte: 60")
                        RULE("no checkout", "service: sshd", "logon", "fab.ctx.checkout: false");

static struct rig r;

static int setup(void **state)
{
    (void)state;
    rig_init(&r, extra);
    rig_source(&r, PAM, "teleport", "pam", 0);
    rig_source(&r, FACTORY, "fab-vendor", "fab", 0);
    rig_source(&r, OS, "sshd", "os", 0);
    rig_tick(&r, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&r);
    return 0;
}

static void contract(int at, enum kind kind, const char *person, const char *vendor,
                     const char *end)
{
    struct rig_event ev = {.source = FACTORY,
                           .at = at,
                           .kind = kind,
                           .product = "fab",
                           .service = "vendor",
                           .field = {{FIELD_VENDOR, vendor}}};
    int n = 1;

    if (person) {
        ev.field[n].f = FIELD_USER_NAME;
        ev.field[n++].v = person;
    }
    if (end) {
        ev.field[n].f = FIELD_WINDOW_END;
        ev.field[n].v = end;
    }
    rig_say(&r, &ev);
}

static void session(int at, enum kind kind, const char *person, const char *target)
{
    struct rig_event ev = {.source = PAM,
                           .at = at,
                           .kind = kind,
                           .product = "teleport",
                           .service = "audit",
                           .field = {{FIELD_SESSION_ID, "s-1"},
                                     {FIELD_HOST_NAME, "pam-1"},
                                     {FIELD_USER_NAME, person}}};

    if (target) {
        ev.field[3].f = FIELD_DESTINATION_DOMAIN;
        ev.field[3].v = target;
    }
    rig_say(&r, &ev);
}

static void until(int at)
{
    rig_tick(&r, at);
    rig_block(&r);
}

static void a_person_is_his_vendors_by_contract(void **state)
{
    (void)state;
    contract(1, KIND_VENDOR_CONTRACT, "V.Brandt", "Lumina", NULL);
    session(2, KIND_SESSION_START, "v.brandt", "litho-03");
    session(3, KIND_SESSION_COMMAND, "v.brandt", "litho-03");
    until(60);
    assert_int_equal(said_alerts(&r, "his"), 1);
    session(61, KIND_SESSION_COMMAND, "k.mori", "etch-01");
    until(120);
    assert_int_equal(said_alerts(&r, "his"), 2); // of his session, whoever types
}

static void what_a_record_of_a_session_leaves_out_its_beginning_says(void **state)
{
    (void)state;
    session(1, KIND_SESSION_START, "k.mori", "litho-03");
    session(2, KIND_SESSION_COMMAND, "k.mori", NULL);
    until(60);
    assert_int_equal(said_alerts(&r, "there"), 1);
    assert_int_equal(said_alerts(&r, "alive"), 1);
    session(61, KIND_SESSION_STOP, "k.mori", NULL);
    session(62, KIND_SESSION_COMMAND, "k.mori", "etch-01");
    until(120);
    assert_int_equal(said_alerts(&r, "there"), 1);
    assert_int_equal(said_alerts(&r, "alive"), 1);
}

// A contract is told once and ends years later; a warning holds until it is taken back.
static void contracts_and_warnings_are_not_forgotten(void **state)
{
    (void)state;
    contract(1, KIND_VENDOR_CONTRACT, "v.brandt", "Lumina", "2026-12-31T00:00:00Z");
    contract(2, KIND_VENDOR_FLAGGED, NULL, "LUMINA", NULL);
    until(60);
    until(300 * DAY_S); // what is old was swept
    session(300 * DAY_S + 60, KIND_SESSION_START, "v.brandt", "litho-03");
    until(300 * DAY_S + 120);
    assert_int_equal(said_alerts(&r, "ended"), 1);
    assert_int_equal(said_alerts(&r, "warned"), 1);
    contract(300 * DAY_S + 130, KIND_VENDOR_CLEARED, NULL, "Lumina", NULL);
    session(300 * DAY_S + 140, KIND_SESSION_START, "v.brandt", "litho-03");
    until(300 * DAY_S + 200);
    assert_int_equal(said_alerts(&r, "ended"), 2);
    assert_int_equal(said_alerts(&r, "warned"), 1);
}

// Who comes back after half a year is not new.
static void long_absence_is_no_first_time(void **state)
{
    (void)state;
    session(1, KIND_SESSION_START, "k.mori", "litho-03");
    until(60);
    until(200 * DAY_S);
    session(200 * DAY_S + 60, KIND_SESSION_START, "K.MORI", "litho-03");
    session(200 * DAY_S + 61, KIND_SESSION_START, "y.ono", "litho-03");
    until(200 * DAY_S + 120);
    assert_int_equal(said_alerts(&r, "unused"), 1);
}

static void a_checkout_covers_its_account_in_any_letters_for_a_shift(void **state)
{
    (void)state;
    said_checkout(&r, 1, "FDC-1", "FDC_adm");
    said_sshd(&r, 60, KIND_LOGON, "fdc-1", "fdc_ADM", "10.20.1.30");
    until(120);
    assert_int_equal(said_alerts(&r, "no checkout"), 0);
    said_sshd(&r, 13 * 3600, KIND_LOGON, "fdc-1", "fdc_adm", "10.20.1.30");
    until(13 * 3600 + 60);
    assert_int_equal(said_alerts(&r, "no checkout"), 1); // nobody said that it came back
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_person_is_his_vendors_by_contract, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_record_of_a_session_leaves_out_its_beginning_says,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(contracts_and_warnings_are_not_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(long_absence_is_no_first_time, setup, teardown),
        cmocka_unit_test_setup_teardown(a_checkout_covers_its_account_in_any_letters_for_a_shift,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
