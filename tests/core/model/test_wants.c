// test_wants.c - wanted names: numbers, and every way that keys lead to a name.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/base/attr.h"
#include "core/model/event.h"

// The id at the end of the keys, as a reader of nested objects follows them.
static uint32_t walk(const struct wants *w, const char *const *key, size_t n)
{
    uint32_t node = WANTS_ROOT;

    for (size_t i = 0; i < n && node != WANTS_NONE; i++) {
        node = wants_child(w, node, span_str(key[i]));
    }
    return node == WANTS_NONE ? WANTS_NONE : wants_at(w, node).id;
}

static void names_are_numbered_in_order_and_once(void **state)
{
    struct wants *w = wants_new();

    (void)state;
    assert_non_null(w);
    assert_int_equal(wants_add(w, SPAN_LIT("b")), 0);
    assert_int_equal(wants_add(w, SPAN_LIT("a.b")), 1);
    assert_int_equal(wants_add(w, SPAN_LIT("b")), 0);
    assert_int_equal(wants_add(w, SPAN_LIT("a")), 2);
    assert_true(wants_seal(w));
    assert_int_equal(wants_count(w), 3);
    assert_true(span_eq_str(wants_name(w, 1), "a.b"));
    assert_int_equal(wants_find(w, SPAN_LIT("a.b")), 1);
    assert_int_equal(wants_find(w, SPAN_LIT("a.")), WANTS_NONE);
    assert_int_equal(wants_find(w, SPAN_NONE), WANTS_NONE);
    wants_free(w);
}

static void a_name_is_found_however_its_dots_are_cut_into_keys(void **state)
{
    static const char *const right[][3] = {{"a", "b", "cc"},
                                           {"a.b", "cc", NULL},
                                           {"a", "b.cc", NULL},
                                           {"a.b.cc", NULL, NULL},
                                           {"", "a", "b.cc"}};
    static const char *const wrong[][3] = {{"a", "b", NULL},  {"a", "cc", NULL},
                                           {"b", "cc", NULL}, {"a.b", "c", NULL},
                                           {"a", "", "b.cc"}, {"a", "b", "ccc"}};
    struct wants *w = wants_new();

    (void)state;
    assert_non_null(w);
    assert_int_equal(wants_add(w, SPAN_LIT("a.b.cc")), 0);
    assert_int_equal(wants_add(w, SPAN_LIT("x.")), 1);
    assert_int_equal(wants_add(w, SPAN_LIT("..y")), 2);
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        size_t n = right[i][1] ? (right[i][2] ? 3 : 2) : 1;

        assert_int_equal(walk(w, right[i], n), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(walk(w, wrong[i], wrong[i][2] ? 3 : 2), WANTS_NONE);
    }
    assert_int_equal(walk(w, (const char *const[]){"x", ""}, 2), 1);
    assert_int_equal(walk(w, (const char *const[]){".", "y"}, 2), 2);
    assert_int_equal(walk(w, (const char *const[]){"..y"}, 1), 2);
    wants_free(w);
}

// Keys that differ in one byte only, at every place, of every length around the borders of the hash.
static void keys_that_are_alike_are_told_apart(void **state)
{
    struct wants *w = wants_new();
    char text[40];

    (void)state;
    assert_non_null(w);
    memset(text, 'k', sizeof(text));
    for (size_t n = 1; n <= sizeof(text); n++) {
        assert_int_equal(wants_add(w, span_of(text, n)), n - 1);
    }
    for (size_t n = 1; n <= sizeof(text); n++) {
        for (size_t i = 0; i < n; i++) {
            text[i] = 'K';
            assert_int_equal(wants_find(w, span_of(text, n)), WANTS_NONE);
            text[i] = 'k';
        }
        assert_int_equal(wants_find(w, span_of(text, n)), n - 1);
    }
    wants_free(w);
}

static void what_does_not_fit_is_not_taken(void **state)
{
    struct wants *w = wants_new();
    char text[WANTS_NAME_LEN + 1];

    (void)state;
    assert_non_null(w);
    memset(text, 'x', sizeof(text));
    assert_int_equal(wants_add(w, span_of(text, sizeof(text))), WANTS_NONE);
    memset(text, '.', WANTS_DOTS_MAX + 1);
    assert_int_equal(wants_add(w, span_of(text, 200)), WANTS_NONE);
    assert_int_equal(wants_add(w, SPAN_NONE), WANTS_NONE);
    for (uint32_t i = 0; i < 3000; i++) {
        int n = snprintf(text, sizeof(text), "field.%u.value", i);

        assert_int_equal(wants_add(w, span_of(text, (size_t)n)), i);
    }
    assert_true(wants_seal(w));
    assert_int_equal(wants_find(w, SPAN_LIT("field.2999.value")), 2999);
    assert_int_equal(walk(w, (const char *const[]){"field", "1234", "value"}, 3), 1234);
    wants_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_numbered_in_order_and_once),
        cmocka_unit_test(a_name_is_found_however_its_dots_are_cut_into_keys),
        cmocka_unit_test(keys_that_are_alike_are_told_apart),
        cmocka_unit_test(what_does_not_fit_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
