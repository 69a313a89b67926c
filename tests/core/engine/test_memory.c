// test_memory.c - the engine's tables: order of use, bounds, counted evictions, snapshots.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/engine/table.h"

enum { BOUND = 64 };

struct row {
    uint32_t key, value;
};

static uint32_t put(struct table *t, uint32_t key, uint32_t value)
{
    struct row *r = table_put(t, &key);

    assert_non_null(r);
    r->value = value;
    return r->key;
}

static void a_full_table_lets_go_of_the_row_used_longest_ago(void **state)
{
    struct table t;
    uint32_t first = 1, second = 2;

    (void)state;
    table_init(&t, "t", sizeof(uint32_t), sizeof(struct row), BOUND);
    for (uint32_t k = 1; k <= BOUND; k++) {
        assert_int_equal(put(&t, k, k), k);
    }
    table_use(&t, table_get(&t, &first));
    put(&t, 1000, 1);

    assert_int_equal(t.evicted, 1);
    assert_int_equal(t.count, BOUND);
    assert_non_null(table_get(&t, &first));
    assert_null(table_get(&t, &second));
    table_free(&t);
}

// Against a plain array that is searched from end to end.
static void any_order_of_puts_and_deletes_agrees_with_a_list(void **state)
{
    struct row list[BOUND];
    size_t n = 0;
    uint64_t evicted = 0;
    uint32_t seed = 7;
    struct table t;

    (void)state;
    table_init(&t, "t", sizeof(uint32_t), sizeof(struct row), BOUND);
    for (uint32_t step = 0; step < 20000; step++) {
        uint32_t key;
        size_t i = 0;

        seed = seed * 1664525u + 1013904223u;
        key = (seed >> 8) % 150;
        while (i < n && list[i].key != key) {
            i++;
        }
        if (seed >> 30 == 0) { // delete
            struct row *r = table_get(&t, &key);

            assert_int_equal(r != NULL, i < n);
            if (r) {
                table_del(&t, r);
                memmove(&list[i], &list[i + 1], (--n - i) * sizeof(list[0]));
            }
            continue;
        }
        if (i < n) {
            memmove(&list[i], &list[i + 1], (--n - i) * sizeof(list[0]));
        } else if (n == BOUND) {
            memmove(&list[0], &list[1], --n * sizeof(list[0]));
            evicted++;
        }
        list[n++] = (struct row){key, step};
        put(&t, key, step);
    }
    assert_true(evicted > 100);
    assert_int_equal(t.evicted, evicted);
    assert_int_equal(t.count, n);
    const struct row *r = table_first(&t);
    for (size_t i = 0; i < n; i++, r = table_next(&t, r)) { // in order of use
        assert_int_equal(r->key, list[i].key);
        assert_int_equal(r->value, list[i].value);
    }
    assert_null(r);
    table_free(&t);
}

static void a_loaded_table_keeps_rows_order_and_counts(void **state)
{
    struct table t, copy;
    AUTO_BUF b;
    struct rd in;
    const struct row *x, *y;

    (void)state;
    buf_init(&b, 1 << 20);
    table_init(&t, "t", sizeof(uint32_t), sizeof(struct row), BOUND);
    table_init(&copy, "t", sizeof(uint32_t), sizeof(struct row), BOUND);
    for (uint32_t k = 0; k < 3 * BOUND; k++) {
        put(&t, k * 7 % 101, k);
    }
    t.expired = 3;
    table_save(&t, &b);
    in = rd_of(buf_span(&b));
    assert_true(table_load(&copy, &in));

    assert_int_equal(copy.evicted, t.evicted);
    assert_int_equal(copy.expired, 3);
    for (x = table_first(&t), y = table_first(&copy); x && y;
         x = table_next(&t, x), y = table_next(&copy, y)) {
        assert_memory_equal(x, y, sizeof(*x));
    }
    assert_null(x);
    assert_null(y);
    table_free(&t);
    table_free(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_table_lets_go_of_the_row_used_longest_ago),
        cmocka_unit_test(any_order_of_puts_and_deletes_agrees_with_a_list),
        cmocka_unit_test(a_loaded_table_keeps_rows_order_and_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
