// test_drift.c - when a clock counts as constantly off, and by how much.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/engine/drift.h"

#define S UTIME_SECOND

static struct drift d;

// `n` records of second `at`, their gaps from `low` to `high` seconds.
static void take(int at, uint64_t n, double low, double high)
{
    drift_take(&d, &(struct counts){.records = n,
                                    .timed = n,
                                    .gap_low = (int64_t)(low * 1e6),
                                    .gap_high = (int64_t)(high * 1e6),
                                    .received = at * INT64_C(1000000000)});
}

static void steady(int from, int to, double low, double high)
{
    for (int t = from; t <= to; t++) {
        take(t, 2, low, high);
    }
}

static void a_zone_is_seen_after_a_minute_and_told_whole(void **state)
{
    (void)state;
    d = (struct drift){0};
    steady(0, 59, 68395.2, 68398.1);
    assert_int_equal(drift_gap(&d), 0); // not long enough
    steady(60, 60, 68395.2, 68398.1);
    assert_int_equal(drift_gap(&d), 19 * UTIME_HOUR);
    d = (struct drift){0};
    steady(0, 60, -9 * 3600 - 3, -9 * 3600 - 0.4);
    assert_int_equal(drift_gap(&d), -9 * UTIME_HOUR);
}

static void few_records_say_nothing(void **state)
{
    (void)state;
    d = (struct drift){0};
    for (int i = 0; i < DRIFT_RECORDS - 1; i++) {
        take(100 * i, 1, 7200, 7200);
    }
    assert_int_equal(drift_gap(&d), 0);
    take(5000, 1, 7200, 7200);
    assert_int_equal(drift_gap(&d), 2 * UTIME_HOUR);
    drift_take(&d, &(struct counts){.records = 5}); // without a time of their own
    assert_int_equal(drift_gap(&d), 2 * UTIME_HOUR);
}

static void a_gap_that_is_no_zone_is_told_in_seconds(void **state)
{
    (void)state;
    d = (struct drift){0};
    steady(0, 70, 185.3, 187.2);
    assert_int_equal(drift_gap(&d), 187 * S);
    d = (struct drift){0};
    steady(0, 70, 2.4, 2.6);
    assert_int_equal(drift_gap(&d), 3 * S); // whole seconds: half a one is rounded up
}

static void what_is_only_late_is_no_clock(void **state)
{
    (void)state;
    d = (struct drift){0};
    steady(0, 70, -590, -575); // a slow way, evenly so
    assert_int_equal(drift_gap(&d), 0);
    d = (struct drift){0};
    steady(0, 70, -1.2, 1.9); // a clock within what clocks do
    assert_int_equal(drift_gap(&d), 0);
    d = (struct drift){0};
    for (int t = 0; t < 600; t++) { // old lines read at once: an hour of them in ten minutes
        take(t, 50, -90000 + 6 * t, -89990 + 6 * t);
    }
    assert_int_equal(drift_gap(&d), 0);
    d = (struct drift){0};
    steady(0, 600, -90000, -80000); // spread
    assert_int_equal(drift_gap(&d), 0);
    d = (struct drift){0};
    steady(0, 70, (double)INT64_MIN / 1e6, 9e12); // hostile times do not overflow
    assert_int_equal(drift_gap(&d), 0);
}

static void odd_records_do_not_hide_a_clock_nor_does_it_stay_when_mended(void **state)
{
    (void)state;
    d = (struct drift){0};
    steady(0, 100, 3600, 3601);
    take(101, 3, -5000, 3601);
    take(102, 3, 0, 0);
    assert_int_equal(drift_gap(&d), UTIME_HOUR);
    steady(103, 150, -0.3, 0.1); // set right
    assert_int_equal(drift_gap(&d), 0);
    steady(151, 300, -0.3, 0.1);
    assert_int_equal(drift_gap(&d), 0);
    steady(301, 600, 1800, 1801); // wrong in another way
    assert_int_equal(drift_gap(&d), 30 * UTIME_MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zone_is_seen_after_a_minute_and_told_whole),
        cmocka_unit_test(few_records_say_nothing),
        cmocka_unit_test(a_gap_that_is_no_zone_is_told_in_seconds),
        cmocka_unit_test(what_is_only_late_is_no_clock),
        cmocka_unit_test(odd_records_do_not_hide_a_clock_nor_does_it_stay_when_mended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
