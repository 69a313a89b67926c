// test_table.c - a list that does not move under the cursor.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "tui/keymap.h"
#include "tui/table.h"
#include "tui/term_text.h"

static const struct colspec cols[] = {
    {"id", 1, 4, 6, true},
    {"name", 2, 6, 20, false},
    {"extra", 3, 10, 10, false},
};

static struct rowid rid(unsigned n)
{
    struct rowid r = {{0}};

    memcpy(r.b, &n, sizeof(n));
    return r;
}

static unsigned num(const struct rowid *r)
{
    unsigned n;

    memcpy(&n, r->b, sizeof(n));
    return n;
}

static size_t ids(struct rowid *out, unsigned first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = rid(first + (unsigned)i);
    }
    return n;
}

static void cell(void *ctx, size_t row, size_t col, struct table_cell *out)
{
    struct table *t = ctx;

    if (col == 0) {
        snprintf(out->text, sizeof(out->text), "%u", num(&t->id[row]));
    } else {
        snprintf(out->text, sizeof(out->text), col == 1 ? "行 %u \x1b[2J" : "x%u",
                 num(&t->id[row]));
    }
}

static const char *section(void *ctx, size_t row)
{
    struct table *t = ctx;

    return num(&t->id[row]) < 3 ? "low" : "high";
}

static void draw(struct table *t, int w, int h, const char *want, bool sections)
{
    struct canvas c;
    struct table_source src = {.ctx = t, .cell = cell, .empty = "nothing waits"};
    AUTO_BUF out;

    src.section = sections ? section : NULL;
    assert_int_equal(canvas_init(&c, w, h), 0);
    table_draw(t, &c, canvas_area(&c), &src);
    if (t->n) {
        char first[8];

        snprintf(first, sizeof(first), "%.1s", canvas_cell(&c, c.cursor_x, c.cursor_y)->text);
        assert_string_equal(first, ">"); // the hardware cursor stands on the selected row
    }
    buf_init(&out, 1 << 16);
    term_text(&c, &out);
    buf_put(&out, "", 1);
    if (want) {
        assert_string_equal(out.p, want);
    }
    canvas_free(&c);
}

static void selection_follows_the_id_not_the_row(void **state)
{
    struct rowid a[20];
    struct table t;

    (void)state;
    table_init(&t, cols, ARRAY_LEN(cols), false);
    table_update(&t, a, ids(a, 10, 5));
    table_act(&t, ACTION_DOWN);
    assert_int_equal(num(table_selected(&t)), 11);
    ids(a, 5, 10); // five rows came above
    table_update(&t, a, 10);
    assert_int_equal(num(table_selected(&t)), 11);
    assert_int_equal(t.at, 6);
    a[6] = rid(99); // the selected one went: its place is taken
    table_update(&t, a, 10);
    assert_int_equal(num(table_selected(&t)), 99);
    table_update(&t, a, 3);
    assert_int_equal(num(table_selected(&t)), 7);
    table_update(&t, NULL, 0);
    assert_null(table_selected(&t));
    table_free(&t);
}

static void moving_freezes_and_new_rows_are_counted(void **state)
{
    struct rowid a[20];
    struct table t;
    char status[40];

    (void)state;
    table_init(&t, cols, ARRAY_LEN(cols), true);
    table_update(&t, a, ids(a, 10, 5));
    table_status(&t, status, sizeof(status));
    assert_string_equal(status, "LIVE");
    table_act(&t, ACTION_DOWN);
    assert_false(table_update(&t, a, ids(a, 7, 8)));
    assert_int_equal(t.n, 5);
    table_status(&t, status, sizeof(status));
    assert_string_equal(status, "FROZEN +3 new");
    table_act(&t, ACTION_FOLLOW);
    assert_int_equal(t.n, 8);
    assert_int_equal(num(table_selected(&t)), 11);
    table_status(&t, status, sizeof(status));
    assert_string_equal(status, "LIVE");
    table_act(&t, ACTION_FOLLOW);
    assert_true(t.frozen);
    table_free(&t);
}

static void open_under_churn_meets_the_row_shown(void **state)
{
    struct rowid a[64];
    uint64_t seed = 7;
    struct table t;

    (void)state;
    table_init(&t, cols, ARRAY_LEN(cols), true);
    table_update(&t, a, ids(a, 1000, 30));
    for (int round = 0; round < 10000; round++) {
        unsigned shown;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        table_act(&t, (seed >> 40) % 3 ? ACTION_DOWN : ACTION_FIRST);
        draw(&t, 30, 6, NULL, false);
        shown = num(table_selected(&t));
        table_update(&t, a, ids(a, 900 + (unsigned)(seed >> 57), 40));
        assert_int_equal(num(table_selected(&t)), shown);
        assert_true(rowid_eq(&t.id[t.at], table_selected(&t)));
    }
    table_free(&t);
}

static void marks_follow_ids_and_leave_with_them(void **state)
{
    struct rowid a[20], r;
    struct table t;

    (void)state;
    table_init(&t, cols, ARRAY_LEN(cols), false);
    table_update(&t, a, ids(a, 0, 6));
    table_act(&t, ACTION_MARK); // 0, moves on
    table_act(&t, ACTION_DOWN);
    table_act(&t, ACTION_DOWN);
    table_act(&t, ACTION_MARK_RANGE); // 0..3
    assert_int_equal(t.nmarks, 4);
    table_update(&t, a, ids(a, 2, 6));
    assert_int_equal(t.nmarks, 2);
    r = rid(2);
    assert_true(table_marked(&t, &r));
    table_act(&t, ACTION_MARK_ALL);
    assert_int_equal(t.nmarks, 6);
    table_act(&t, ACTION_UNMARK);
    assert_int_equal(t.nmarks, 0);
    table_free(&t);
}

static void columns_drop_out_by_rank_and_grow_with_room(void **state)
{
    int w[TABLE_COLS];

    (void)state;
    table_layout(cols, ARRAY_LEN(cols), 10, w);
    assert_int_equal(w[0], 6);
    assert_int_equal(w[1], 0);
    table_layout(cols, ARRAY_LEN(cols), 11, w);
    assert_int_equal(w[0], 4);
    assert_int_equal(w[1], 6);
    assert_int_equal(w[2], 0);
    table_layout(cols, ARRAY_LEN(cols), 80, w);
    assert_int_equal(w[0], 6);
    assert_int_equal(w[1], 20);
    assert_int_equal(w[2], 10);
    table_layout(cols, ARRAY_LEN(cols), 1, w);
    assert_int_equal(w[0] + w[1] + w[2], 0);
}

static void rows_scroll_with_headings_and_hostile_text_stays_in_its_cell(void **state)
{
    struct rowid a[20];
    struct table t;

    (void)state;
    table_init(&t, cols, ARRAY_LEN(cols), false);
    draw(&t, 23, 3, "      id name\n  nothing waits\n\n", false);
    table_update(&t, a, ids(a, 1, 5));
    table_act(&t, ACTION_MARK);
    draw(&t, 23, 6,
         "      id name\n"
         "-- low ----------------\n"
         " *     1 行 1 \\x1b[2J\n"
         ">      2 行 2 \\x1b[2J\n"
         "-- high ---------------\n"
         "       3 行 3 \\x1b[2J\n",
         true);
    table_act(&t, ACTION_LAST);
    draw(&t, 16, 4,
         "      id name\n"
         "       3 行 3 \\~\n"
         "       4 行 4 \\~\n"
         ">      5 行 5 \\~\n",
         false);
    table_free(&t);
}

static void paging_asks_before_the_end_and_appends_once(void **state)
{
    struct rowid a[300];
    struct table t;

    (void)state;
    table_init(&t, cols, ARRAY_LEN(cols), true);
    table_update(&t, a, ids(a, 0, 100));
    t.more = true;
    t.page = 20;
    assert_false(table_wants_more(&t));
    for (int i = 0; i < 4; i++) {
        table_act(&t, ACTION_PAGE_DOWN);
    }
    assert_true(table_wants_more(&t));
    table_append(&t, a, ids(a, 95, 20)); // overlaps by five
    assert_int_equal(t.n, 115);
    assert_int_equal(t.at, 76);
    t.more = false;
    assert_false(table_wants_more(&t));
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection_follows_the_id_not_the_row),
        cmocka_unit_test(moving_freezes_and_new_rows_are_counted),
        cmocka_unit_test(open_under_churn_meets_the_row_shown),
        cmocka_unit_test(marks_follow_ids_and_leave_with_them),
        cmocka_unit_test(columns_drop_out_by_rank_and_grow_with_room),
        cmocka_unit_test(rows_scroll_with_headings_and_hostile_text_stays_in_its_cell),
        cmocka_unit_test(paging_asks_before_the_end_and_appends_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
