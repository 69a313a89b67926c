// test_theme.c - paints at every depth.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tui/screen.h"
#include "tui/theme.h"

static void mono_has_no_colour_and_grave_things_stand_out(void **state)
{
    (void)state;
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct paint p = theme_paint((enum style)s, DEPTH_MONO);

        assert_int_equal(p.fg, -1);
        assert_int_equal(p.bg, -1);
    }
    assert_int_equal(theme_paint(STYLE_CRITICAL, DEPTH_MONO).attr, A_R | A_B);
    assert_int_equal(theme_paint(STYLE_HIGH, DEPTH_MONO).attr, A_B);
}

static void no_green_no_blue_and_numbers_fit_the_depth(void **state)
{
    static const int most[DEPTH_COUNT] = {-1, 7, 15, 255};

    (void)state;
    for (int d = 0; d < DEPTH_COUNT; d++) {
        for (int s = 0; s < STYLE_COUNT; s++) {
            struct paint p = theme_paint((enum style)s, (enum theme_depth)d);

            assert_true(p.fg <= most[d] && p.bg <= most[d]);
            if (d == DEPTH_8 || d == DEPTH_16) {
                assert_true(p.fg % 8 != 2 && p.fg % 8 != 4);
            }
            assert_true(d == DEPTH_MONO || !(p.attr & A_U)); // ncv of the Linux console
        }
    }
}

static void no_color_and_terminfo_are_obeyed(void **state)
{
    enum theme_depth d;

    (void)state;
    assert_true(theme_depth_of(SPAN_NONE, false, 256, &d));
    assert_int_equal(d, DEPTH_256);
    assert_true(theme_depth_of(SPAN_NONE, true, 256, &d));
    assert_int_equal(d, DEPTH_MONO);
    assert_true(theme_depth_of(SPAN_NONE, false, 8, &d));
    assert_int_equal(d, DEPTH_8);
    assert_true(theme_depth_of(SPAN_NONE, false, -1, &d));
    assert_int_equal(d, DEPTH_MONO);
    assert_true(theme_depth_of(span_str("16"), true, 8, &d));
    assert_int_equal(d, DEPTH_16);
    assert_true(theme_depth_of(span_str("never"), false, 256, &d));
    assert_int_equal(d, DEPTH_MONO);
    assert_false(theme_depth_of(span_str("rainbow"), false, 256, &d));
}

static void every_role_has_its_own_letter(void **state)
{
    (void)state;
    for (int a = 0; a < STYLE_COUNT; a++) {
        for (int b = 0; b < a; b++) {
            assert_int_not_equal(theme_letter((enum style)a), theme_letter((enum style)b));
        }
        assert_true(strlen(theme_meaning((enum style)a)) > 0);
    }
}

static void stack_keeps_its_bottom(void **state)
{
    struct screen_stack s = {0};
    char frame[SCREEN_DEPTH + 2];

    (void)state;
    for (int i = 0; i < SCREEN_DEPTH; i++) {
        assert_null(screen_push(&s, &frame[i]));
    }
    assert_ptr_equal(screen_push(&s, &frame[SCREEN_DEPTH]), &frame[1]);
    assert_ptr_equal(screen_top(&s), &frame[SCREEN_DEPTH]);
    for (int i = 1; i < SCREEN_DEPTH; i++) {
        assert_non_null(screen_pop(&s));
    }
    assert_null(screen_pop(&s));
    assert_ptr_equal(screen_top(&s), &frame[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mono_has_no_colour_and_grave_things_stand_out),
        cmocka_unit_test(no_green_no_blue_and_numbers_fit_the_depth),
        cmocka_unit_test(no_color_and_terminfo_are_obeyed),
        cmocka_unit_test(every_role_has_its_own_letter),
        cmocka_unit_test(stack_keeps_its_bottom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
