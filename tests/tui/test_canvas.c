// test_canvas.c - cells at edges, wide characters, hostile text.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tui/canvas.h"
#include "tui/gauge.h"
#include "tui/layout.h"
#include "tui/term_text.h"

static void expect(const struct canvas *c, const char *want)
{
    AUTO_BUF out;

    buf_init(&out, 1 << 20);
    term_text(c, &out);
    buf_put(&out, "", 1);
    assert_string_equal(out.p, want);
}

static void text_that_does_not_fit_says_so(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 10, 3), 0);
    assert_int_equal(canvas_str(&c, 0, 0, 4, STYLE_NORMAL, "abcd"), 4);
    assert_int_equal(canvas_str(&c, 0, 1, 4, STYLE_NORMAL, "abcde"), 4);
    assert_int_equal(canvas_str(&c, 0, 2, 4, STYLE_NORMAL, "未署名"), 3); // 2 cells and the mark
    expect(&c, "abcd\nabc~\n未~\n");
    canvas_free(&c);
}

static void wide_character_is_never_split(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 5, 3), 0);
    canvas_str(&c, 4, 0, 9, STYLE_NORMAL, "未");    // passes the right edge
    canvas_str(&c, -1, 1, 9, STYLE_NORMAL, "未ab"); // begins left of it
    canvas_str(&c, 0, 2, 9, STYLE_NORMAL, "未署");
    canvas_str(&c, 1, 2, 1, STYLE_NORMAL, "x"); // overwrites the right half
    expect(&c, "\n ab\n x署\n");
    canvas_str(&c, 2, 2, 1, STYLE_NORMAL, "y"); // overwrites the left half
    expect(&c, "\n ab\n xy\n");
    for (int y = 0; y < c.h; y++) {
        for (int x = 0; x < c.w; x++) {
            assert_true(canvas_cell(&c, x, y)->width != 0 ||
                        (x > 0 && canvas_cell(&c, x - 1, y)->width == 2));
        }
    }
    canvas_free(&c);
}

static void clip_holds_on_every_side(void **state)
{
    struct canvas c;
    struct rect old;

    (void)state;
    assert_int_equal(canvas_init(&c, 8, 4), 0);
    old = canvas_clip(&c, (struct rect){2, 1, 4, 2});
    for (int y = -2; y < 8; y++) {
        canvas_str(&c, -5, y, 50, STYLE_NORMAL, "012345678901234567890");
    }
    canvas_fill(&c, (struct rect){-9, -9, 3, 3}, '#', STYLE_NORMAL);
    canvas_box(&c, (struct rect){100, 100, 4, 4}, STYLE_NORMAL);
    canvas_cursor(&c, 0, 0);
    assert_int_equal(c.cursor_x, -1);
    (void)canvas_clip(&c, old);
    expect(&c, "\n  7890\n  7890\n\n");
    canvas_free(&c);
}

static void control_bytes_never_reach_a_cell(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 40, 1), 0);
    canvas_str(&c, 0, 0, 40, STYLE_NORMAL, "a\x1b]0;x\x07\xe2\x80\xae\xff\n\xc2\x9b");
    expect(&c, "a\\x1b]0;x\\x07<U+202E>\\xff\\x0a\\x9b\n");
    canvas_free(&c);
}

static void mark_stays_with_its_base(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 6, 1), 0);
    assert_int_equal(canvas_str(&c, 0, 0, 6, STYLE_NORMAL, "e\xcc\x81か\xe3\x82\x99z"), 4);
    assert_int_equal(canvas_cell(&c, 0, 0)->len, 3);
    assert_int_equal(canvas_cell(&c, 1, 0)->len, 6);
    assert_int_equal(canvas_cell(&c, 1, 0)->width, 2);
    expect(&c, "e\xcc\x81か\xe3\x82\x99z\n");
    canvas_free(&c);
}

static void without_utf8_characters_are_spelled_and_columns_hold(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 20, 2), 0);
    c.ascii = true;
    canvas_str(&c, 0, 0, 10, STYLE_NORMAL, "露光");
    canvas_str(&c, 12, 0, 8, STYLE_NORMAL, "x");
    canvas_right(&c, 0, 1, 20, STYLE_NORMAL, "露");
    expect(&c, "\\u9732\\u5~  x\n              \\u9732\n");
    canvas_free(&c);
}

static void right_aligned_text_ends_at_its_edge(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 8, 2), 0);
    canvas_right(&c, 1, 0, 6, STYLE_NORMAL, "未1");
    canvas_right(&c, 1, 1, 3, STYLE_NORMAL, "12345");
    expect(&c, "    未1\n 12~\n");
    canvas_free(&c);
}

static void box_has_corners_in_ascii(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 5, 3), 0);
    canvas_box(&c, canvas_area(&c), STYLE_NORMAL);
    expect(&c, "+---+\n|   |\n+---+\n");
    c.lines = true;
    canvas_box(&c, canvas_area(&c), STYLE_NORMAL);
    expect(&c, "┌───┐\n│   │\n└───┘\n");
    canvas_free(&c);
}

static void bar_and_spark_show_something_for_little(void **state)
{
    static const uint64_t v[] = {0, 1, 50, 100};
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 12, 4), 0);
    gauge_bar(&c, 0, 0, 12, STYLE_NORMAL, 3, 10);
    gauge_bar(&c, 0, 1, 12, STYLE_NORMAL, 99, 10);
    gauge_bar(&c, 0, 2, 12, STYLE_NORMAL, 1, 100000);
    assert_int_equal(gauge_spark(&c, 0, 3, 12, STYLE_NORMAL, v, 4), 4);
    expect(&c, "[###-------]\n[##########]\n[#---------]\n .-#\n");
    canvas_free(&c);
}

static void absurd_sizes_are_refused_and_the_old_one_stays(void **state)
{
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_init(&c, 4, 2), 0);
    assert_true(canvas_resize(&c, 0, 5) < 0);
    assert_true(canvas_resize(&c, 5, CANVAS_MAX_H + 1) < 0);
    assert_int_equal(c.w, 4);
    assert_int_equal(canvas_resize(&c, 2, 4), 0);
    expect(&c, "\n\n\n\n");
    canvas_free(&c);
}

static void roles_are_printed_apart_from_text(void **state)
{
    struct canvas c;
    AUTO_BUF out;

    (void)state;
    assert_int_equal(canvas_init(&c, 6, 1), 0);
    canvas_str(&c, 0, 0, 2, STYLE_CRITICAL, "!!");
    canvas_select(&c, (struct rect){0, 0, 4, 1});
    buf_init(&out, 100);
    term_text_styles(&c, &out);
    buf_put(&out, "", 1);
    assert_string_equal(out.p, "CC>>\n");
    canvas_free(&c);
}

static void strips_never_exceed_what_is_there(void **state)
{
    struct rect r = {0, 0, 10, 3}, a = layout_top(&r, 2), b = layout_bottom(&r, 5);

    (void)state;
    assert_int_equal(a.h, 2);
    assert_int_equal(b.h, 1);
    assert_int_equal(b.y, 2);
    assert_int_equal(r.h, 0);
    assert_int_equal(layout_left(&r, 99).w, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_does_not_fit_says_so),
        cmocka_unit_test(wide_character_is_never_split),
        cmocka_unit_test(clip_holds_on_every_side),
        cmocka_unit_test(control_bytes_never_reach_a_cell),
        cmocka_unit_test(mark_stays_with_its_base),
        cmocka_unit_test(without_utf8_characters_are_spelled_and_columns_hold),
        cmocka_unit_test(right_aligned_text_ends_at_its_edge),
        cmocka_unit_test(box_has_corners_in_ascii),
        cmocka_unit_test(bar_and_spark_show_something_for_little),
        cmocka_unit_test(absurd_sizes_are_refused_and_the_old_one_stays),
        cmocka_unit_test(roles_are_printed_apart_from_text),
        cmocka_unit_test(strips_never_exceed_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
