// test_fmt.c - short forms of times, numbers, tiers.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "views/fmt.h"

static void deadlines_run_by_the_second_only_when_near(void **state)
{
    static const struct {
        int left;
        const char *want;
        enum style style;
    } t[] = {{252, "04:12!", STYLE_HIGH},        {0, "00:00!", STYLE_HIGH},
             {599, "09:59!", STYLE_HIGH},        {660, "11m!", STYLE_HIGH},
             {31 * 60 + 5, "31m", STYLE_NORMAL}, {2 * 3600 + 600, "2h10", STYLE_NORMAL},
             {-1, "LATE 1s", STYLE_CRITICAL},    {-730, "LATE 12m", STYLE_CRITICAL},
             {3 * 86400, "3d", STYLE_NORMAL}};
    char out[FMT_TEXT];
    enum style st;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        assert_string_equal(fmt_due(0, t[i].left * UTIME_SECOND, out, &st), t[i].want);
        assert_int_equal(st, t[i].style);
    }
    assert_string_equal(fmt_due(0, UTIME_NONE, out, &st), "-");
    assert_string_equal(fmt_due(UTIME_NONE, 0, out, &st), "-");
}

static void ages_never_go_below_zero(void **state)
{
    char out[FMT_TEXT];

    (void)state;
    assert_string_equal(fmt_age(0, UTIME_SECOND, out), "0s");
    assert_string_equal(fmt_age(43 * UTIME_MINUTE, 0, out), "43m");
    assert_string_equal(fmt_age(UTIME_NONE, 0, out), "-");
}

static void counts_take_four_cells_and_a_unit(void **state)
{
    char out[FMT_TEXT];

    (void)state;
    assert_string_equal(fmt_count(0, out), "0");
    assert_string_equal(fmt_count(9999, out), "9999");
    assert_string_equal(fmt_count(12040, out), "12k");
    assert_string_equal(fmt_count(4118220000, out), "4118M");
    assert_string_equal(fmt_count(UINT64_MAX, out), "18E");
}

static void numbers_of_people_are_read_back(void **state)
{
    char out[FMT_TEXT];

    (void)state;
    assert_string_equal(fmt_number('I', span_str("412"), out), "I-412");
    assert_string_equal(fmt_number('I', span_str(""), out), "-");
    assert_string_equal(fmt_number('I', span_str("I-9"), out), "I-9");
    assert_true(span_eq_str(fmt_number_of(span_str(" I-412 ")), "412"));
    assert_true(span_eq_str(fmt_number_of(span_str("i412")), "412"));
    assert_true(span_eq_str(fmt_number_of(span_str("412")), "412"));
    assert_true(span_eq_str(fmt_number_of(span_str("")), ""));
}

static void every_state_and_severity_has_a_sign(void **state)
{
    enum style st;

    (void)state;
    assert_string_equal(fmt_priority(95, &st), "!!");
    assert_int_equal(st, STYLE_CRITICAL);
    assert_string_equal(fmt_priority(75, &st), "!");
    assert_string_equal(fmt_priority(50, &st), "+");
    assert_string_equal(fmt_priority(49, &st), "-");
    assert_string_equal(fmt_state(span_str("waiting"), &st), "[??] WAIT");
    assert_int_equal(st, STYLE_WAITS);
    assert_string_equal(fmt_state(span_str("never heard of"), &st), "other");
    assert_string_equal(fmt_step(span_str("verified"), &st), "[ok]");
    assert_string_equal(fmt_step(span_str("planned"), &st), "[  ]");
    assert_int_equal(fmt_tier_style(span_str("T1")), STYLE_CRITICAL);
    assert_int_equal(fmt_tier_style(span_str("")), STYLE_NORMAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_run_by_the_second_only_when_near),
        cmocka_unit_test(ages_never_go_below_zero),
        cmocka_unit_test(counts_take_four_cells_and_a_unit),
        cmocka_unit_test(numbers_of_people_are_read_back),
        cmocka_unit_test(every_state_and_severity_has_a_sign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
