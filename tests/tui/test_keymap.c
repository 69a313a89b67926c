// test_keymap.c - bindings from text, by mode.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/attr.h"
#include "tui/key.h"
#include "tui/keymap.h"

static const struct action_row extra[] = {{"ack", "acknowledge"}, {"shelve", "put aside"}};

struct heard {
    struct err err[8];
    size_t n;
};

static void hear(void *ctx, const struct err *err)
{
    struct heard *h = ctx;

    if (h->n < ARRAY_LEN(h->err)) {
        h->err[h->n++] = *err;
    }
}

static int parse(struct keymap *km, const char *text, struct heard *h)
{
    struct textfile tf = {"keys.conf", span_str(text)};
    struct faults f = {hear, h, 0};

    return keymap_parse(km, &tf, &f);
}

static void nearest_mode_wins(void **state)
{
    static const char *const modes[] = {"queue", "list", "global"};
    struct keymap km;
    struct heard h = {0};

    (void)state;
    keymap_init(&km, extra, ARRAY_LEN(extra));
    assert_int_equal(
        parse(&km, "bind global back q Esc\nbind list down j\nbind queue ack a q # own\n", &h), 0);
    assert_int_equal(keymap_find(&km, modes, 3, 'q'), TUI_ACTION_COUNT);
    assert_int_equal(keymap_find(&km, modes + 1, 2, 'q'), ACTION_BACK);
    assert_int_equal(keymap_find(&km, modes, 3, 'j'), ACTION_DOWN);
    assert_int_equal(keymap_find(&km, modes, 3, 'z'), ACTION_NONE);
    assert_int_equal(keymap_find(&km, modes, 3, '#'), ACTION_NONE);
    assert_int_equal(keymap_key_of(&km, modes, 3, ACTION_BACK), 'q');
    assert_string_equal(keymap_action(&km, TUI_ACTION_COUNT + 1)->name, "shelve");
    assert_string_equal(keymap_action(&km, 60000)->name, "none");
}

static void later_text_overrides_and_unbinds(void **state)
{
    static const char *const modes[] = {"list"};
    struct keymap km;
    struct heard h = {0};

    (void)state;
    keymap_init(&km, extra, ARRAY_LEN(extra));
    assert_int_equal(parse(&km, "bind list down j Down\n", &h), 0);
    assert_int_equal(parse(&km, "bind list up j\r\nunbind list Down\r\n", &h), 0);
    assert_int_equal(keymap_find(&km, modes, 1, 'j'), ACTION_UP);
    assert_int_equal(keymap_find(&km, modes, 1, K_DOWN), ACTION_NONE);
}

static void each_fault_names_its_line_and_the_rest_stands(void **state)
{
    static const char *const modes[] = {"list"};
    struct keymap km;
    struct heard h = {0};

    (void)state;
    keymap_init(&km, extra, ARRAY_LEN(extra));
    assert_int_equal(
        parse(&km,
              "map list down j\nbind list fly j\nbind list down Hyper-X\nbind list down\n"
              "bind\nbind averylongnameofamode down j\n\n  # comment\nbind list down j\n",
              &h),
        E_INPUT);
    assert_int_equal(h.n, 6);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(h.err[i].line, i + 1);
        assert_string_equal(h.err[i].path, "keys.conf");
    }
    assert_string_equal(h.err[0].code, "keys.verb");
    assert_string_equal(h.err[1].code, "keys.action");
    assert_string_equal(h.err[2].code, "keys.key");
    assert_int_equal(keymap_find(&km, modes, 1, 'j'), ACTION_DOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_mode_wins),
        cmocka_unit_test(later_text_overrides_and_unbinds),
        cmocka_unit_test(each_fault_names_its_line_and_the_rest_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
