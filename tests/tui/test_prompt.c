// test_prompt.c - line editing, history, completion, the typed confirmation.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "tui/dialog.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/prompt.h"
#include "tui/term_text.h"

static void type(struct prompt *p, const char *s)
{
    for (; *s; s++) {
        (void)prompt_key(p, ACTION_NONE, (unsigned char)*s);
    }
}

static void editing_keeps_whole_characters(void **state)
{
    struct prompt p;

    (void)state;
    prompt_init(&p, NULL, NULL);
    type(&p, "ab");
    (void)prompt_key(&p, ACTION_NONE, 0x672a);
    (void)prompt_key(&p, ACTION_LEFT, K_LEFT);
    (void)prompt_key(&p, ACTION_ERASE, K_BACKSPACE);
    assert_string_equal(p.text, "a未");
    (void)prompt_key(&p, ACTION_DELETE, K_DELETE);
    assert_string_equal(p.text, "a");
    (void)prompt_key(&p, ACTION_DELETE, K_DELETE);
    (void)prompt_key(&p, ACTION_RIGHT, K_RIGHT);
    type(&p, " word two");
    (void)prompt_key(&p, ACTION_ERASE_WORD, 0);
    assert_string_equal(p.text, "a word ");
    assert_int_equal(prompt_key(&p, ACTION_NONE, K_F1), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, ACTION_NONE, 0x202e), PROMPT_IGNORED);
    assert_int_equal(prompt_key(&p, ACTION_NONE, 7), PROMPT_IGNORED);
}

static void line_is_bounded(void **state)
{
    struct prompt p;

    (void)state;
    prompt_init(&p, NULL, NULL);
    for (int i = 0; i < 4096; i++) {
        type(&p, "x");
    }
    assert_int_equal(p.len, PROMPT_TEXT - 1);
    assert_int_equal(strlen(p.text), PROMPT_TEXT - 1);
}

static void history_comes_back_newest_first(void **state)
{
    struct prompt p;
    char line[16];

    (void)state;
    prompt_init(&p, NULL, NULL);
    for (int i = 0; i < PROMPT_HISTORY + 5; i++) {
        snprintf(line, sizeof(line), "line %d", i);
        prompt_set(&p, line);
        prompt_remember(&p);
        prompt_remember(&p); // a repeat is kept once
    }
    prompt_set(&p, "");
    (void)prompt_key(&p, ACTION_HISTORY_PREV, 0);
    assert_string_equal(p.text, line);
    for (int i = 0; i < 100; i++) {
        (void)prompt_key(&p, ACTION_HISTORY_PREV, 0);
    }
    assert_string_equal(p.text, "line 5"); // the oldest kept
    for (int i = 0; i < 100; i++) {
        (void)prompt_key(&p, ACTION_HISTORY_NEXT, 0);
    }
    assert_string_equal(p.text, "");
}

static bool candidates(void *ctx, struct span line, size_t i, char out[PROMPT_TEXT])
{
    static const char *const words[] = {"ack", "ack-own", "approve"};
    size_t seen = 0;

    (void)ctx;
    for (size_t w = 0; w < ARRAY_LEN(words); w++) {
        if (span_starts(span_str(words[w]), line) && seen++ == i) {
            snprintf(out, PROMPT_TEXT, "%s", words[w]);
            return true;
        }
    }
    return false;
}

static void completion_extends_to_what_is_shared(void **state)
{
    struct prompt p;

    (void)state;
    prompt_init(&p, candidates, NULL);
    type(&p, "a");
    (void)prompt_key(&p, ACTION_COMPLETE, K_TAB);
    assert_string_equal(p.text, "a");
    assert_string_equal(p.hint, "ack  ack-own  approve");
    type(&p, "c");
    (void)prompt_key(&p, ACTION_COMPLETE, K_TAB);
    assert_string_equal(p.text, "ack");
    type(&p, "-");
    (void)prompt_key(&p, ACTION_COMPLETE, K_TAB);
    assert_string_equal(p.text, "ack-own ");
    type(&p, "zzz");
    (void)prompt_key(&p, ACTION_COMPLETE, K_TAB);
    assert_string_equal(p.text, "ack-own zzz");
}

static void confirmation_needs_the_word_and_refuses_by_default(void **state)
{
    struct dialog d;

    (void)state;
    dialog_init(&d, "Run plan P-7?", "P-7", "Type P-7: ", "That is not P-7.");
    assert_int_equal(dialog_key(&d, ACTION_ACCEPT, K_ENTER), DIALOG_REFUSED);
    type(&d.prompt, "y");
    assert_int_equal(dialog_key(&d, ACTION_ACCEPT, K_ENTER), DIALOG_OPEN);
    assert_true(d.was_wrong);
    assert_int_equal(d.prompt.len, 0);
    type(&d.prompt, "P-7");
    assert_int_equal(dialog_key(&d, ACTION_ACCEPT, K_ENTER), DIALOG_CONFIRMED);
    assert_int_equal(dialog_key(&d, ACTION_DISMISS, K_ESC), DIALOG_REFUSED);
}

static void noise_never_confirms(void **state)
{
    struct dialog d;
    uint64_t seed = 42;

    (void)state;
    dialog_init(&d, "Run plan P-7?", "P-7", "Type P-7: ", "That is not P-7.");
    for (int i = 0; i < 4096; i++) {
        int32_t key;
        enum dialog_result r;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        key = (int32_t)(seed >> 57);
        r = dialog_key(&d, key == K_ENTER ? ACTION_ACCEPT : ACTION_NONE, key);
        assert_int_not_equal(r, DIALOG_CONFIRMED);
    }
}

static void dialog_shows_target_and_question(void **state)
{
    struct canvas c;
    struct dialog d;
    AUTO_BUF out;

    (void)state;
    dialog_init(&d, "Run plan P-7?", "P-7",
                "Type P-7 to run, or Esc to refuse: ", "That is not P-7.");
    dialog_line(&d, "2 actions on %s", "sw-litho-2\x1b[31m");
    assert_int_equal(canvas_init(&c, 80, 8), 0);
    dialog_draw(&d, &c, canvas_area(&c));
    buf_init(&out, 1 << 16);
    term_text(&c, &out);
    buf_put(&out, "", 1);
    assert_non_null(strstr(out.p, "Run plan P-7?"));
    assert_non_null(strstr(out.p, "2 actions on sw-litho-2\\x1b[31m"));
    assert_true(c.cursor_y > 0);
    canvas_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(editing_keeps_whole_characters),
        cmocka_unit_test(line_is_bounded),
        cmocka_unit_test(history_comes_back_newest_first),
        cmocka_unit_test(completion_extends_to_what_is_shared),
        cmocka_unit_test(confirmation_needs_the_word_and_refuses_by_default),
        cmocka_unit_test(noise_never_confirms),
        cmocka_unit_test(dialog_shows_target_and_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
