// test_store_barrier.c - a barrier's name is a condition and perhaps a number.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/store.h"

static void a_number_at_the_end_is_the_count(void **state)
{
    struct store_barrier b;

    (void)state;
    assert_true(store_barrier_name(SPAN_LIT("incidents_open_12"), &b));
    assert_true(span_eq(b.name, SPAN_LIT("incidents_open")));
    assert_int_equal(b.count, 12);
    assert_true(store_barrier_name(SPAN_LIT("idle"), &b));
    assert_true(span_eq(b.name, SPAN_LIT("idle")));
    assert_int_equal(b.count, 0);
}

static void other_forms_are_no_names(void **state)
{
    static const char *const bad[] = {"",    "3",    "_3",       "a3",    "Idle",
                                      "a b", "../x", "a_1_b_c2", "_idle", "x_1234567890"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct store_barrier b;

        if (store_barrier_name(span_str(bad[i]), &b)) {
            fail_msg("\"%s\" was taken for a name", bad[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_at_the_end_is_the_count),
        cmocka_unit_test(other_forms_are_no_names),
    };

    return cmocka_run_group_tests_name("store_barrier", tests, NULL, NULL);
}
