// test_arena.c - what lies in an arena.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"

// Of the first chunk, of the newest, and of one made for a large piece.
static void what_was_handed_out_is_held(void **state)
{
    enum { PIECES = 3000 };
    static struct span piece[PIECES];
    static char other[64];
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 24);
    assert_false(arena_holds(&a, SPAN_LIT("x")));
    for (size_t i = 0; i < PIECES; i++) {
        size_t n = i == 1500 ? 3 << 20 : 1 + i % 90;

        piece[i] = span_of(arena_alloc(&a, n), n);
        assert_non_null(piece[i].p);
    }
    for (size_t i = 0; i < PIECES; i++) {
        assert_true(arena_holds(&a, piece[i]));
        assert_true(arena_holds(&a, span_sub(piece[i], piece[i].n - 1, 1)));
        assert_false(arena_holds(&a, span_sub(piece[i], 0, 0)));
    }
    assert_false(arena_holds(&a, span_of(other, sizeof(other))));
    assert_false(arena_holds(&a, SPAN_NONE));
    assert_false(arena_holds(&a, span_of(piece[PIECES - 1].p, (size_t)1 << 30)));
    arena_reset(&a);
    for (size_t i = 0; i < PIECES; i++) { // one chunk is left, nothing of it handed out
        assert_false(arena_holds(&a, piece[i]));
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_handed_out_is_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
