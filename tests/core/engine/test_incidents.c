// test_incidents.c - which clocks an incident has, and what joins it.
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

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_no_wafer_depends_on_is_never_late_to_be_seen),
        T(a_graver_asset_brings_the_clock_that_there_was_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
