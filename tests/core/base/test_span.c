// test_span.c - borrowed runs of bytes.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <stdlib.h>

#include "core/base/find.h"
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
    assert_true(span_u64(SPAN_LIT("9999999999999999999"), &u) &&
                u == UINT64_C(9999999999999999999));
    assert_true(span_u64(SPAN_LIT("000000000000000000000000000012"), &u) && u == 12);
    assert_false(span_u64(SPAN_LIT("99999999999999999999"), &u));
    assert_false(span_u64(SPAN_LIT("999999999999999999x"), &u));
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

// ---- by words and blocks, against byte by byte

enum { ROUNDS = 200000, MOST = 90 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

// A copy of its own size on the heap, so that a byte read behind it is seen.
static struct span random_text(uint32_t *seed, size_t most)
{
    static const char few[] = "aAbB@[`{= \xC1\xE1";
    size_t n = next_random(seed) % (most + 1);
    char *p = malloc(n + !n);

    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        p[i] = few[next_random(seed) % (sizeof(few) - 1)];
    }
    return span_of(p, n);
}

static char low(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_low(struct span a, struct span b)
{
    bool same = a.n == b.n;

    for (size_t i = 0; same && i < a.n; i++) {
        same = low(a.p[i]) == low(b.p[i]);
    }
    return same;
}

static size_t find_slowly(struct span a, struct span needle)
{
    for (size_t i = 0; i + needle.n <= a.n; i++) {
        if (memcmp(a.p + i, needle.p, needle.n) == 0) {
            return i;
        }
    }
    return a.n;
}

static size_t find_any_slowly(struct span a, size_t from, const char *set)
{
    while (from < a.n && !strchr(set, a.p[from])) {
        from++;
    }
    return from;
}

static void comparing_by_words_is_comparing_by_bytes(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct span a = random_text(&seed, 40);
        char *copy = malloc(a.n + 1);
        struct span b = span_of(copy, a.n);

        assert_non_null(copy);
        memcpy(copy, a.p, a.n);
        if (a.n && next_random(&seed) % 4) { // mostly one byte is another one, or of the other case
            copy[next_random(&seed) % a.n] ^= next_random(&seed) % 2 ? 0x20 : 0x01;
        }
        assert_int_equal(span_eq(a, b), memcmp(a.p, b.p, a.n) == 0);
        assert_int_equal(span_eq_nocase(a, b), same_low(a, b));
        free((void *)(uintptr_t)a.p);
        free(copy);
    }
}

static void marks_of_a_block_are_its_bytes(void **state)
{
    uint32_t seed = 3;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct span a = random_text(&seed, MOST);
        size_t from = a.n ? next_random(&seed) % a.n : 0;
        uint64_t m = a.n ? FIND_MASK64(a, from, "=aZ") : 0;

        for (size_t k = 0; k < 64; k++) {
            bool is = from + k < a.n && memchr("=aZ", a.p[from + k], 3);

            assert_int_equal(m >> k & 1, is);
        }
        free((void *)(uintptr_t)a.p);
    }
}

static void searching_in_blocks_is_searching_by_bytes(void **state)
{
    uint32_t seed = 2;
    size_t found = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct span a = random_text(&seed, MOST);
        size_t at = a.n ? next_random(&seed) % a.n : 0, from = a.n ? next_random(&seed) % a.n : 0;
        struct span needle = random_text(&seed, i % 2 ? 3 : 70);

        if (next_random(&seed) % 2 && needle.n <= a.n - at) { // one that is there
            free((void *)(uintptr_t)needle.p);
            needle.p = a.p + at;
        } else if (needle.n == 0) {
            free((void *)(uintptr_t)needle.p);
            needle = span_sub(a, at, 1);
        } else {
            assert_int_equal(span_find_span(a, needle), find_slowly(a, needle));
            free((void *)(uintptr_t)needle.p);
            needle = span_sub(a, at, 20);
        }
        if (needle.n) {
            assert_int_equal(span_find_span(a, needle), find_slowly(a, needle));
            found += span_find_span(a, needle) < a.n;
        }
        assert_int_equal(FIND_ANY(a, from, "="), find_any_slowly(a, from, "="));
        assert_int_equal(FIND_ANY(a, from, "=[{"), find_any_slowly(a, from, "=[{"));
        free((void *)(uintptr_t)a.p);
    }
    assert_true(found > ROUNDS / 4);
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
        cmocka_unit_test(comparing_by_words_is_comparing_by_bytes),
        cmocka_unit_test(marks_of_a_block_are_its_bytes),
        cmocka_unit_test(searching_in_blocks_is_searching_by_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
