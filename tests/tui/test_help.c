// test_help.c - help is the keymap, filtered and runnable.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/attr.h"
#include "tui/help.h"
#include "tui/key.h"
#include "tui/term_text.h"

static const struct action_row extra[] = {{"ack", "acknowledge the group"}};
static const char *const modes[] = {"queue", "list", "global"};

static const char text[] = "bind global back Esc q\nbind global help ?\nbind list down j Down\n"
                           "bind queue ack a\nbind list back j\nbind queue open q\n"
                           "bind help accept Enter\nbind help dismiss Esc\nbind help down Down\n"
                           "bind help erase Backspace\n";

static void open_help(struct keymap *km, struct help *h)
{
    struct textfile tf = {"keys", SPAN_LIT(text)};
    struct faults f = {0};

    keymap_init(km, extra, ARRAY_LEN(extra));
    assert_int_equal(keymap_parse(km, &tf, &f), 0);
    help_open(h, km, "Queue", modes, 3, NULL);
}

static void every_reachable_key_is_listed_once(void **state)
{
    struct keymap km;
    struct help h;
    struct canvas c;
    AUTO_BUF out;

    (void)state;
    open_help(&km, &h);
    assert_int_equal(canvas_init(&c, 80, 16), 0);
    help_draw(&h, &c, canvas_area(&c));
    buf_init(&out, 1 << 16);
    term_text(&c, &out);
    buf_put(&out, "", 1);
    assert_non_null(strstr(out.p, "acknowledge the group"));
    assert_non_null(strstr(out.p, ":ack"));
    assert_non_null(strstr(out.p, "Down"));
    assert_null(strstr(out.p, "Esc q")); // q is the queue's own here
    assert_int_equal(h.nrows, 6);
    canvas_free(&c);
    help_close(&h);
}

static void typing_filters_and_enter_runs(void **state)
{
    struct keymap km;
    struct help h;
    unsigned action = 0;

    (void)state;
    open_help(&km, &h);
    for (const char *s = "knowl"; *s; s++) {
        assert_int_equal(help_key(&h, *s, &action), HELP_STAYS);
    }
    assert_int_equal(h.nshown, 1);
    assert_int_equal(help_key(&h, K_ENTER, &action), HELP_RUN);
    assert_int_equal(action, TUI_ACTION_COUNT);
    assert_int_equal(help_key(&h, 'z', &action), HELP_STAYS);
    assert_int_equal(h.nshown, 0);
    assert_int_equal(help_key(&h, K_ENTER, &action), HELP_STAYS);
    assert_int_equal(help_key(&h, K_ESC, &action), HELP_CLOSED);
    help_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reachable_key_is_listed_once),
        cmocka_unit_test(typing_filters_and_enter_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
