// test_few.c - a few texts in a long one: by steps and plainly, against looking at every place.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/detect/few.h"

static uint32_t dice(uint32_t n)
{
    static uint64_t seed = 20261124;

    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

static void fill(char *p, size_t n, const char *letters)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = letters[dice((uint32_t)strlen(letters))];
    }
}

static bool slowly(const struct span *text, size_t n, struct span s)
{
    for (size_t at = 0; at < s.n; at++) {
        for (size_t i = 0; i < n; i++) {
            if (s.n - at >= text[i].n && span_eq_nocase(span_sub(s, at, text[i].n), text[i])) {
                return true;
            }
        }
    }
    return false;
}

// Texts of 1 to 40 bytes in values of 0 to 300, which end where their memory ends.
static void what_stands_in_a_value_is_found(void **state)
{
    size_t yes = 0;

    (void)state;
    for (int i = 0; i < 30000; i++) {
        static char letters[FEW_MAX][40];
        struct span text[FEW_MAX], s;
        size_t n = 1 + dice(FEW_MAX), len = dice(300);
        char *p = malloc(len + 1);
        struct few f;
        bool want;

        assert_non_null(p);
        s = span_of(p + 1, len);
        fill(p + 1, len, dice(2) ? "abAB\\@`" : "abcdefgXYZ {[\xe4");
        for (size_t k = 0; k < n; k++) {
            size_t m = 1 + dice(dice(3) ? 5 : 40);

            fill(letters[k], m, "abcz\\`{");
            text[k] = span_of(letters[k], m);
            if (len >= m && dice(8) == 0) {
                memcpy(p + 1 + (dice(2) ? len - m : dice((uint32_t)(len - m + 1))), letters[k], m);
            }
        }
        assert_true(few_make(&f, text, n));
        want = slowly(text, n, s);
        assert_int_equal(few_any(&f, s), want);
        few_plainly(true);
        assert_int_equal(few_any(&f, s), want);
        few_plainly(false);
        yes += want;
        free(p);
    }
    assert_in_range(yes, 3000, 27000);
}

static void more_than_a_few_are_refused(void **state)
{
    struct span text[FEW_MAX + 1];
    struct few f;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(text); i++) {
        text[i] = SPAN_LIT("ab");
    }
    assert_true(few_make(&f, text, FEW_MAX));
    assert_true(few_any(&f, SPAN_LIT("xaB")));
    assert_false(few_make(&f, text, FEW_MAX + 1));
    assert_false(few_any(&f, SPAN_LIT("xab")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_in_a_value_is_found),
        cmocka_unit_test(more_than_a_few_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
