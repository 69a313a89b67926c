// test_time.c - instants and how they are written.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/base/time.h"

static void civil_dates_are_checked_to_the_day(void **state)
{
    utime_t t;

    (void)state;
    assert_true(utime_civil(1970, 1, 1, 0, 0, 0, 0, 0, &t) && t == 0);
    assert_true(utime_civil(2000, 2, 29, 23, 59, 59, 999999, 0, &t));
    assert_true(t == 951868799999999);
    assert_false(utime_civil(1900, 2, 29, 0, 0, 0, 0, 0, &t));
    assert_false(utime_civil(2026, 4, 31, 0, 0, 0, 0, 0, &t));
    assert_false(utime_civil(2026, 0, 1, 0, 0, 0, 0, 0, &t));
    assert_false(utime_civil(2026, 13, 1, 0, 0, 0, 0, 0, &t));
    assert_false(utime_civil(2026, 1, 1, 24, 0, 0, 0, 0, &t));
    assert_false(utime_civil(2016, 12, 31, 23, 59, 60, 0, 0, &t));
    assert_true(utime_civil(1, 1, 1, 0, 0, 0, 0, 0, &t) &&
                utime_civil(9999, 12, 31, 0, 0, 0, 0, 0, &t));
    assert_false(utime_civil(0, 1, 1, 0, 0, 0, 0, 0, &t));
    assert_true(utime_civil(1970, 1, 1, 9, 0, 0, 0, 9 * 3600, &t) && t == 0);
}

static void every_instant_is_split_into_what_made_it(void **state)
{
    int p[7];
    utime_t back;

    (void)state;
    for (utime_t t = -62135596800 * UTIME_SECOND; t < 253402300800 * UTIME_SECOND;
         t += 9999991 * UTIME_SECOND + 7) {
        utime_split(t, &p[0], &p[1], &p[2], &p[3], &p[4], &p[5], &p[6]);
        assert_true(utime_civil(p[0], p[1], p[2], p[3], p[4], p[5], p[6], 0, &back));
        assert_true(back == t);
    }
}

static void output_has_six_digits_and_z(void **state)
{
    char out[TIME_TEXT];

    (void)state;
    assert_string_equal(utime_text(0, out), "1970-01-01T00:00:00.000000Z");
    assert_string_equal(utime_text(-1, out), "1969-12-31T23:59:59.999999Z");
    assert_string_equal(utime_text(UTIME_NONE, out), "");
    assert_string_equal(utime_text(253402300800 * UTIME_SECOND, out), "");
}

static void iso_times_are_read_in_the_forms_that_logs_have(void **state)
{
    static const char *const same[] = {
        "2026-11-20T02:00:00.5Z",          "2026-11-20t02:00:00,500z",
        "2026-11-20 02:00:00.5000009Z",    "2026-11-20T11:00:00.5+09:00",
        "2026-11-20T11:00:00.5+0900",      "2026-11-20T11:00:00.5+09",
        "2026-11-19T21:00:00.500000-05:00"};
    utime_t t;
    size_t used;

    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        assert_true(utime_iso(span_str(same[i]), 0, &t, NULL));
        assert_true(t == 1795140000500000);
    }
    assert_true(utime_iso(SPAN_LIT("2026-11-20T11:00:00.5"), 9 * 3600, &t, NULL));
    assert_true(t == 1795140000500000);
    assert_true(utime_iso(SPAN_LIT("2026-11-20T02:00:00Z rest"), 0, &t, &used));
    assert_int_equal(used, 20);
}

static void iso_times_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "2026-11-20",
                                      "2026-11-20T02:00",
                                      "2026-11-20T02:00:60Z",
                                      "2026-11-20T02:00:00Zx",
                                      "2026-11-31T02:00:00Z",
                                      "2026-11-20T02:00:00+24:00",
                                      "2026-11-20T02:00:00+09:60",
                                      "2026-11-20T02:00:00.Z",
                                      "20261120T020000Z"};
    utime_t t;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(utime_iso(span_str(bad[i]), 0, &t, NULL));
    }
}

static void durations_have_one_unit(void **state)
{
    utime_t t;

    (void)state;
    assert_true(utime_duration(SPAN_LIT("15s"), &t) && t == 15 * UTIME_SECOND);
    assert_true(utime_duration(SPAN_LIT("7d"), &t) && t == 7 * UTIME_DAY);
    assert_true(utime_duration(SPAN_LIT("5m"), &t) && t == 5 * UTIME_MINUTE);
    assert_true(utime_duration(SPAN_LIT("3ms"), &t) && t == 3000);
    assert_false(utime_duration(SPAN_LIT("0s"), &t));
    assert_false(utime_duration(SPAN_LIT("5"), &t));
    assert_false(utime_duration(SPAN_LIT("5M"), &t));
    assert_false(utime_duration(SPAN_LIT("1h30m"), &t));
    assert_false(utime_duration(SPAN_LIT("-5s"), &t));
    assert_false(utime_duration(SPAN_LIT("99999999999999999999s"), &t));
}

static void nanoseconds_round_down_on_both_sides_of_1970(void **state)
{
    (void)state;
    assert_true(utime_of_ns(1999) == 1);
    assert_true(utime_of_ns(-1) == -1);
    assert_true(utime_of_ns(-1000) == -1);
    assert_true(utime_of_ns(-1001) == -2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_dates_are_checked_to_the_day),
        cmocka_unit_test(every_instant_is_split_into_what_made_it),
        cmocka_unit_test(output_has_six_digits_and_z),
        cmocka_unit_test(iso_times_are_read_in_the_forms_that_logs_have),
        cmocka_unit_test(iso_times_that_are_none_are_refused),
        cmocka_unit_test(durations_have_one_unit),
        cmocka_unit_test(nanoseconds_round_down_on_both_sides_of_1970),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
