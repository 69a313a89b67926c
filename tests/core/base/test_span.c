// test_span.c - borrowed runs of bytes.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/base/span.h"

static void equality_sees_every_byte_and_nothing_behind_the_end(void **state)
{
    (void)state;
    assert_true(span_eq(SPAN_LIT("a\0b"), SPAN_LIT("a\0b")));
    assert_false(span_eq(SPAN_LIT("a\0b"), SPAN_LIT("a\0c")));
    assert_false(span_eq(SPAN_LIT("ab"), SPAN_LIT("abc")));
    assert_true(span_eq(SPAN_NONE, SPAN_LIT("")));
    assert_true(span_eq_str(SPAN_NONE, ""));
    assert_true(span_eq_nocase(SPAN_LIT("AbZ@["), SPAN_LIT("aBz@[")));
    assert_false(span_eq_nocase(SPAN_LIT("@"), SPAN_LIT("`"))); // 0x40 and 0x60 are no letters
    assert_false(span_eq_nocase(SPAN_LIT("\xC4"), SPAN_LIT("\xE4")));
}

static void order_is_by_byte_and_shorter_first(void **state)
{
    (void)state;
    assert_true(span_cmp(SPAN_LIT("a"), SPAN_LIT("b")) < 0);
    assert_true(span_cmp(SPAN_LIT("ab"), SPAN_LIT("a")) > 0);
    assert_true(span_cmp(SPAN_LIT("\x7f"), SPAN_LIT("\x80")) < 0);
    assert_int_equal(span_cmp(SPAN_NONE, SPAN_LIT("")), 0);
    assert_true(span_cmp(SPAN_NONE, SPAN_LIT("a")) < 0);
}

static void parts_are_clamped_to_what_is_there(void **state)
{
    struct span s = SPAN_LIT("abc");

    (void)state;
    assert_true(span_eq_str(span_sub(s, 1, 1), "b"));
    assert_true(span_eq_str(span_sub(s, 1, SIZE_MAX), "bc"));
    assert_int_equal(span_sub(s, 3, 1).n, 0);
    assert_int_equal(span_sub(s, SIZE_MAX, SIZE_MAX).n, 0);
    assert_int_equal(span_sub(SPAN_NONE, 5, 5).n, 0);
    assert_true(span_starts(s, SPAN_LIT("abc")) && span_starts(s, SPAN_NONE));
    assert_false(span_starts(s, SPAN_LIT("abcd")));
    assert_true(span_ends(s, SPAN_LIT("bc")) && !span_ends(s, SPAN_LIT("xabc")));
}

static void search_gives_the_first_place_or_the_length(void **state)
{
    struct span s = SPAN_LIT("abcabc");

    (void)state;
    assert_int_equal(span_find(s, 'c'), 2);
    assert_int_equal(span_find(s, 'x'), 6);
    assert_int_equal(span_find(SPAN_NONE, 'x'), 0);
    assert_int_equal(span_find_span(s, SPAN_LIT("ca")), 2);
    assert_int_equal(span_find_span(s, SPAN_LIT("abcabcd")), 6);
    assert_int_equal(span_find_span(s, SPAN_LIT("abc")), 0);
}

static void cutting_gives_every_part_once(void **state)
{
    struct span rest = SPAN_LIT("a,,b");

    (void)state;
    assert_true(span_eq_str(span_cut(&rest, ','), "a"));
    assert_int_equal(span_cut(&rest, ',').n, 0);
    assert_true(span_eq_str(span_cut(&rest, ','), "b"));
    assert_int_equal(rest.n, 0);
    assert_true(span_eq_str(span_trim(SPAN_LIT(" \t\r\n x y \n")), "x y"));
    assert_int_equal(span_trim(SPAN_LIT(" \t ")).n, 0);
}

static void numbers_read_to_their_last_legal_value_and_no_farther(void **state)
{
    uint64_t u;
    int64_t i;

    (void)state;
    assert_true(span_u64(SPAN_LIT("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(span_u64(SPAN_LIT("18446744073709551616"), &u));
    assert_true(span_u64(SPAN_LIT("00"), &u) && u == 0);
    assert_false(span_u64(SPAN_LIT(""), &u));
    assert_false(span_u64(SPAN_LIT("+1"), &u));
    assert_false(span_u64(SPAN_LIT("1 "), &u));
    assert_false(span_u64(SPAN_LIT("/"), &u));
    assert_false(span_u64(SPAN_LIT(":"), &u));
    assert_true(span_i64(SPAN_LIT("9223372036854775807"), &i) && i == INT64_MAX);
    assert_false(span_i64(SPAN_LIT("9223372036854775808"), &i));
    assert_true(span_i64(SPAN_LIT("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_false(span_i64(SPAN_LIT("-9223372036854775809"), &i));
    assert_true(span_i64(SPAN_LIT("+7"), &i) && i == 7);
    assert_false(span_i64(SPAN_LIT("-"), &i));
    assert_false(span_i64(SPAN_LIT("--1"), &i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_sees_every_byte_and_nothing_behind_the_end),
        cmocka_unit_test(order_is_by_byte_and_shorter_first),
        cmocka_unit_test(parts_are_clamped_to_what_is_there),
        cmocka_unit_test(search_gives_the_first_place_or_the_length),
        cmocka_unit_test(cutting_gives_every_part_once),
        cmocka_unit_test(numbers_read_to_their_last_legal_value_and_no_farther),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
