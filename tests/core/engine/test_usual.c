// test_usual.c - how many of a thing somebody usually makes: periods, mean, cap, gaps.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/engine/usual.h"
#include "tests/core/engine/said.h"

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_init(&rig, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_finish(&rig);
    return 0;
}

static struct scene tool(const char *name)
{
    return (struct scene){.asset = fab_find(rig.fab, span_str(name)), .name = span_str(name)};
}

// `n` events of a kind within the minute.
static const struct row_usual *said(enum kind kind, const struct scene *s, int minute, int n)
{
    struct obs o = {.kind = kind};

    for (int i = 0; i < n; i++) {
        o.time = rig_time(60 * minute) + i;
        usual_apply(rig.engine, &o, s);
    }
    return usual_get(rig.engine, &o, s);
}

static void usual_is_the_mean_of_the_periods_before(void **state)
{
    struct scene s = tool("MCS-1");
    const struct row_usual *row = NULL;

    (void)state;
    for (int i = 0; i < USUAL_LEAST; i++) {
        row = said(KIND_AMHS_MOVE, &s, 5 * i, i % 2 ? 8 : 12);
        assert_int_equal(row->n, i % 2 ? 8 : 12);
        assert_false(usual_known(row)); // the one in hand is not usual yet
    }
    row = said(KIND_AMHS_MOVE, &s, 25, 1);
    assert_true(usual_known(row));
    assert_int_equal(row->mean, 10400); // 12 8 12 8 12
    row = said(KIND_AMHS_MOVE, &s, 27, 51);
    assert_int_equal(row->n, 52);
    assert_int_equal(usual_percent(row, row->n), 500);
    assert_int_equal(usual_percent(row, row->last), 115); // 12 of 10.4
}

static void a_burst_does_not_become_the_habit(void **state)
{
    struct scene s = tool("MCS-1");
    const struct row_usual *row;

    (void)state;
    for (int i = 0; i < USUAL_LEAST; i++) {
        (void)said(KIND_AMHS_MOVE, &s, 5 * i, 10);
    }
    (void)said(KIND_AMHS_MOVE, &s, 25, 100000);
    row = said(KIND_AMHS_MOVE, &s, 30, 1);
    assert_int_equal(row->mean, 15000); // as if it had been 40: (5 * 10 + 40) / 6
}

static void a_period_without_any_counts_as_none_before(void **state)
{
    struct scene s = tool("MCS-1");
    const struct row_usual *row;

    (void)state;
    for (int i = 0; i < USUAL_LEAST; i++) {
        (void)said(KIND_AMHS_MOVE, &s, 5 * i, 10);
    }
    row = said(KIND_AMHS_MOVE, &s, 60, 3);
    assert_int_equal(row->last, 0);
    assert_int_equal(row->mean, 10000); // silence is no period of its own
    row = said(KIND_AMHS_MOVE, &s, 65, 1);
    assert_int_equal(row->last, 3);
    row = said(KIND_AMHS_MOVE, &s, 62, 5); // too late: that period is over
    assert_null(row);
    row = said(KIND_AMHS_MOVE, &s, 66, 1);
    assert_int_equal(row->n, 2);
    assert_int_equal(row->last, 3);
}

static void each_target_of_a_person_counts_once_a_period(void **state)
{
    static const char *const name[] = {"ETCH-01", "etch-01", "ETCH-02", "ETCH-01"};
    const struct row_usual *row = NULL;
    struct scene s = {0};

    (void)state;
    for (int i = 0; i < 4; i++) {
        s = tool(name[i]);
        s.actor = SPAN_LIT("k.mori");
        row = said(KIND_SESSION_START, &s, i, 1);
    }
    assert_int_equal(row->n, 2);
    row = said(KIND_SESSION_START, &s, 60, 1); // the next hour
    assert_int_equal(row->n, 1);
    assert_int_equal(row->last, 2);
    s.actor = SPAN_LIT("y.ono");
    assert_int_equal(said(KIND_SESSION_START, &s, 60, 1)->n, 1);
}

static void reports_count_while_the_tool_is_productive(void **state)
{
    struct scene s = tool("ETCH-01");
    struct row_tool *row = context_tool_put(rig.engine, s.asset);

    (void)state;
    assert_null(said(KIND_TOOL_REPORT, &s, 0, 9));
    text_set(row->state, sizeof(row->state), SPAN_LIT("productive"));
    assert_int_equal(said(KIND_TOOL_REPORT, &s, 1, 4)->n, 4);
    text_set(row->state, sizeof(row->state), SPAN_LIT("standby"));
    assert_int_equal(said(KIND_TOOL_REPORT, &s, 2, 4)->n, 4);
}

static void other_kinds_and_nobody_are_not_counted(void **state)
{
    struct scene s = tool("ETCH-01");

    (void)state;
    assert_null(said(KIND_LOGON, &s, 0, 3));
    assert_null(said(KIND_RECIPE_READ, &s, 0, 3)); // by nobody
    assert_int_equal(rig.engine->tab[TAB_USUAL].count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(usual_is_the_mean_of_the_periods_before, setup, teardown),
        cmocka_unit_test_setup_teardown(a_burst_does_not_become_the_habit, setup, teardown),
        cmocka_unit_test_setup_teardown(a_period_without_any_counts_as_none_before, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(each_target_of_a_person_counts_once_a_period, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(reports_count_while_the_tool_is_productive, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(other_kinds_and_nobody_are_not_counted, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
