// test_shift.c - by how much two clocks are apart, from what both saw.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/shift.h"

enum { N = 60 };

static struct sighting a[N], b[N];

static uint64_t noise(uint64_t i)
{
    return (i + 1) * UINT64_C(0x9E3779B97F4A7C15) >> 33;
}

// Things seen by both, `us` apart but for up to 10 s; `odd` of them at any other time.
static void fill(int64_t us, size_t odd)
{
    for (size_t i = 0; i < N; i++) {
        a[i] = (struct sighting){noise(i), (int64_t)i * 7 * UTIME_SECOND};
        b[N - 1 - i] = (struct sighting){
            noise(i), a[i].time + us +
                          (i < odd ? (int64_t)(noise(100 + i) % 100000) * UTIME_MINUTE
                                   : (int64_t)(noise(i) % 10000) * 1000)};
    }
}

static void the_shift_is_where_differences_gather(void **state)
{
    struct shift s;

    (void)state;
    fill(19 * UTIME_HOUR - 4 * UTIME_SECOND, 25);
    assert_true(shift_of(a, N, b, N, &s));
    assert_true(s.known);
    assert_int_equal(s.shared, N);
    assert_int_equal(s.agree, N - 25);
    assert_int_equal(shift_round(s.us), 19 * UTIME_HOUR);
    fill(-5 * UTIME_HOUR - 30 * UTIME_MINUTE, 0);
    assert_true(shift_of(a, N, b, N, &s));
    assert_int_equal(shift_round(s.us), -(5 * UTIME_HOUR + 30 * UTIME_MINUTE));
    fill(0, 0);
    assert_true(shift_of(a, N, b, N, &s) && s.known);
    assert_true(s.us >= 0 && s.us < 10 * UTIME_SECOND);
}

static void what_does_not_gather_says_nothing(void **state)
{
    struct shift s;

    (void)state;
    fill(19 * UTIME_HOUR, 40);
    assert_true(shift_of(a, N, b, N, &s));
    assert_false(s.known);
    fill(19 * UTIME_HOUR, 0);
    assert_true(shift_of(a, SHIFT_LEAST - 1, b, N, &s));
    assert_false(s.known);
    assert_true(shift_of(a, 0, b, N, &s));
    assert_int_equal(s.pairs, 0);
    for (size_t i = 0; i < N; i++) { // one thing, seen again and again
        a[i] = b[i] = (struct sighting){7, (int64_t)i};
    }
    assert_true(shift_of(a, N, b, N, &s));
    assert_int_equal(s.pairs, 0);
    assert_true(shift_of(a, SHIFT_SAME, b, SHIFT_SAME, &s));
    assert_int_equal(s.pairs, SHIFT_SAME * SHIFT_SAME);
}

static void gaps_are_told_as_people_say_them(void **state)
{
    (void)state;
    assert_int_equal(shift_round(0), 0);
    assert_int_equal(shift_round(29 * UTIME_SECOND), 29 * UTIME_SECOND); // near zero is no zone
    assert_int_equal(shift_round(UTIME_HOUR + 30 * UTIME_SECOND), UTIME_HOUR);
    assert_int_equal(shift_round(UTIME_HOUR + 31 * UTIME_SECOND), UTIME_HOUR + 31 * UTIME_SECOND);
    assert_int_equal(shift_round(-UTIME_HOUR + 29 * UTIME_SECOND), -UTIME_HOUR);
    assert_int_equal(shift_round(-1600000), -2 * UTIME_SECOND);
    assert_int_equal(shift_round(1400000), UTIME_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shift_is_where_differences_gather),
        cmocka_unit_test(what_does_not_gather_says_nothing),
        cmocka_unit_test(gaps_are_told_as_people_say_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
