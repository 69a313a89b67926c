// test_incidents.c - which clocks an incident has, and what joins it.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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

// ---- clocks by tier

static void what_no_wafer_depends_on_is_never_late_to_be_seen(void **state)
{
    (void)state;
    said_sensor(&rig, 10, "10.99.1.1", "10.20.40.21", "60"); // ENGPC-01
    ticks(1, 30);

    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "tier"), "4");
    assert_string_equal(rig_cell(&rig, EFFECT_GROUP, 0, "ack_due"), "");
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "phase", "ack", NULL), 0);
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "phase", "triage", NULL), 1);
}

static void a_graver_asset_brings_the_clock_that_there_was_not(void **state)
{
    size_t at = 0;

    (void)state;
    said_sensor(&rig, 10, "10.99.1.1", "10.20.40.21", "60");
    ticks(1, 30);
    said_sensor(&rig, 40, "10.99.1.1", "10.20.3.13", "60"); // the same stranger, at a scanner
    ticks(31, 60);

    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 1);
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "phase", "ack", &at), 1);
    assert_string_equal(rig_cell(&rig, EFFECT_CLOCK, at, "tier"), "2");
    assert_int_equal(rig_rows(&rig, EFFECT_CLOCK), 4);
}

// ---- two that are one

// A stranger at a scanner is I-1, a vendor's session on an etcher I-2.
static void two_incidents(void)
{
    said_sensor(&rig, 10, "10.99.1.1", "10.20.3.13", "60");
    ticks(1, 30);
    said_sensor(&rig, 40, "10.99.2.2", "10.20.5.11", "60");
    ticks(31, 60);
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 2);
}

static const char *cell_of(const char *number, const char *field)
{
    size_t at = 0;

    assert_int_equal(rig_count(&rig, EFFECT_INCIDENT, "number", number, &at), 1);
    return rig_cell(&rig, EFFECT_INCIDENT, at, field);
}

static void an_alert_that_belongs_to_two_incidents_makes_them_one(void **state)
{
    char first[40];

    (void)state;
    two_incidents();
    said_sensor(&rig, 70, "10.99.1.1", "10.20.5.11", "60"); // I-1's stranger at I-2's tool
    ticks(61, 90);

    (void)snprintf(first, sizeof(first), "%s", cell_of("1", "id"));
    assert_string_equal(cell_of("2", "merged_into"), first);
    assert_string_equal(cell_of("2", "state"), "closed");
    assert_string_equal(cell_of("1", "merged_into"), "");
    assert_string_equal(cell_of("1", "state"), "new");
    assert_string_equal(cell_of("1", "alerts"), "3");
    assert_string_equal(cell_of("1", "asset"), "LITHO-01"); // the graver one
    assert_int_equal(rig_count(&rig, EFFECT_GROUP, "incident_id", first, NULL),
                     rig_rows(&rig, EFFECT_GROUP));
    assert_int_equal(rig_count(&rig, EFFECT_TIMELINE, "kind", "merged", NULL), 1);
    // Two tools and two strangers; the etcher was seen twice.
    assert_int_equal(rig_count(&rig, EFFECT_ENTITY, "incident_id", first, NULL), 4);

    said_sensor(&rig, 100, "10.99.2.2", "10.20.5.12", "60"); // what led to I-2 leads to I-1
    ticks(91, 120);
    assert_int_equal(rig_rows(&rig, EFFECT_INCIDENT), 2);
    assert_string_equal(cell_of("1", "alerts"), "4");
}

static void chatter_that_touches_two_incidents_joins_one_and_leaves_the_other(void **state)
{
    (void)state;
    two_incidents();
    said_sensor(&rig, 70, "10.99.1.1", "10.20.5.11", "20");
    ticks(61, 90);

    assert_string_equal(cell_of("2", "merged_into"), "");
    assert_string_equal(cell_of("2", "state"), "new");
    assert_string_equal(cell_of("1", "alerts"), "2");
}

static void the_sooner_clock_and_the_graver_tier_hold_for_both(void **state)
{
    size_t at = 0;

    (void)state;
    said_sensor(&rig, 10, "10.99.2.2", "10.20.5.11", "60"); // I-1 at an etcher
    ticks(1, 30);
    said_sensor(&rig, 40, "10.99.1.1", "10.20.3.13", "60"); // I-2 at a scanner
    ticks(31, 60);
    assert_string_equal(cell_of("1", "tier"), "3");
    assert_string_equal(cell_of("2", "tier"), "2");
    said_sensor(&rig, 70, "10.99.2.2", "10.20.3.13", "60");
    ticks(61, 90);

    assert_string_equal(cell_of("1", "tier"), "2");
    assert_string_equal(cell_of("1", "area"), "litho");
    assert_int_equal(rig_count(&rig, EFFECT_TIMELINE, "text", "T3 -> T2: as I-2", NULL), 1);
    assert_int_equal(rig_count(&rig, EFFECT_CLOCK, "met", "", &at), 4); // I-1's; those of I-2 ended
    assert_string_equal(rig_cell(&rig, EFFECT_CLOCK, at, "incident_id"), cell_of("1", "id"));
}

static void what_is_part_of_another_is_not_moved_by_itself(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    two_incidents();
    assert_int_equal(rig_intent(&rig, "sato", "", "move_incident", "2", "merge\tx", &err), E_STATE);
    assert_string_equal(err.code, "incident.event");
    said_sensor(&rig, 70, "10.99.1.1", "10.20.5.11", "60");
    ticks(61, 90);
    assert_int_equal(rig_intent(&rig, "sato", "", "move_incident", "2", "reopen\tx", &err),
                     E_STATE);
    assert_string_equal(err.code, "incident.merged");
    assert_string_equal(cell_of("2", "state"), "closed");
}

static void of_three_the_two_younger_become_part_of_the_oldest(void **state)
{
    (void)state;
    two_incidents();
    said_sensor(&rig, 70, "10.99.3.3", "10.20.40.21", "60"); // I-3
    ticks(61, 90);
    said_sensor(&rig, 100, "10.99.3.3", "10.20.5.11", "60"); // I-3 into I-2
    ticks(91, 120);
    assert_string_equal(cell_of("3", "merged_into"), cell_of("2", "id"));
    said_sensor(&rig, 130, "10.99.3.3", "10.20.3.13", "60"); // I-2 into I-1
    ticks(121, 150);

    assert_string_equal(cell_of("2", "merged_into"), cell_of("1", "id"));
    assert_string_equal(cell_of("3", "merged_into"), cell_of("1", "id"));
    assert_string_equal(cell_of("1", "alerts"), "5");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_no_wafer_depends_on_is_never_late_to_be_seen),
        T(a_graver_asset_brings_the_clock_that_there_was_not),
        T(an_alert_that_belongs_to_two_incidents_makes_them_one),
        T(chatter_that_touches_two_incidents_joins_one_and_leaves_the_other),
        T(the_sooner_clock_and_the_graver_tier_hold_for_both),
        T(what_is_part_of_another_is_not_moved_by_itself),
        T(of_three_the_two_younger_become_part_of_the_oldest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
