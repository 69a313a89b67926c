// test_key.c - bytes to keys: sequences, characters, a lone Esc.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/attr.h"
#include "tui/key.h"

static int32_t last;
static size_t count;

static void feed(struct key_decoder *d, const char *bytes)
{
    last = K_NONE;
    count = 0;
    for (; *bytes; bytes++) {
        int32_t k = key_feed(d, (unsigned char)*bytes);

        if (k != K_NONE) {
            last = k;
            count++;
        }
    }
}

static void known_sequences_give_their_key(void **state)
{
    static const struct {
        const char *bytes;
        int32_t key;
    } t[] = {{"\x1b[A", K_UP},      {"\x1bOA", K_UP},
             {"\x1b[B", K_DOWN},    {"\x1b[5~", K_PGUP},
             {"\x1b[6~", K_PGDN},   {"\x1b[1~", K_HOME},
             {"\x1b[H", K_HOME},    {"\x1bOF", K_END},
             {"\x1bOP", K_F1},      {"\x1b[[A", K_F1},
             {"\x1b[11~", K_F1},    {"\x1b[14~", K_F4},
             {"\x1b[Z", K_BACKTAB}, {"a", 'a'},
             {"\r", K_ENTER},       {"\n", K_ENTER},
             {"\x7f", K_BACKSPACE}, {"\x08", K_BACKSPACE},
             {"\x0c", K_CTRL_L},    {"未", 0x672a},
             {"é", 0xe9},           {"\xf0\xa0\x80\x80", 0x20000}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct key_decoder d = {0};

        feed(&d, t[i].bytes);
        assert_int_equal(count, 1);
        assert_int_equal(last, t[i].key);
        assert_false(key_pending(&d));
    }
}

static void unknown_sequence_is_swallowed_and_is_no_esc(void **state)
{
    static const char *const t[] = {"\x1b[18~", "\x1b[1;5A", "\x1b[200~",  "\x1b[<0;1;1M",
                                    "\x1bOy",   "\x1bx",     "\x1b[?1;2c", "\x1b[[E"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct key_decoder d = {0};

        feed(&d, t[i]);
        assert_int_equal(count, 0);
        assert_int_equal(key_timeout(&d), K_NONE);
        feed(&d, "j");
        assert_int_equal(last, 'j');
    }
}

static void lone_esc_is_a_key_after_the_wait_only(void **state)
{
    struct key_decoder d = {0};

    (void)state;
    feed(&d, "\x1b");
    assert_int_equal(count, 0);
    assert_true(key_pending(&d));
    assert_int_equal(key_timeout(&d), K_ESC);
    assert_false(key_pending(&d));
    assert_int_equal(key_timeout(&d), K_NONE);
    feed(&d, "\x1b[");
    assert_int_equal(key_timeout(&d), K_NONE); // cut short: no key
}

static void endless_sequence_is_dropped_to_its_end(void **state)
{
    struct key_decoder d = {0};

    (void)state;
    feed(&d, "\x1b[");
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(key_feed(&d, '1'), K_NONE);
    }
    feed(&d, "~j");
    assert_int_equal(count, 1);
    assert_int_equal(last, 'j');
}

static void bad_utf8_gives_no_key(void **state)
{
    struct key_decoder d = {0};

    (void)state;
    feed(&d, "\xff\x80\xc0\xaf");
    feed(&d, "\xe6\x9c"
             "a");
    assert_int_equal(last, 'a');
    assert_int_equal(count, 1);
    feed(&d, "\xe2\x80\xae"); // a bidirectional control is nothing to type
    assert_int_equal(count, 0);
}

static void names_and_codes_agree(void **state)
{
    static const char *const t[] = {"a",    "?",      "Enter", "Esc", "Space",
                                    "PgDn", "Ctrl-L", "F2",    "未"};
    char out[KEY_TEXT];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        assert_string_equal(key_text(key_parse(span_str(t[i])), out), t[i]);
    }
    assert_int_equal(key_parse(span_str("Ctrl-l")), K_NONE);
    assert_int_equal(key_parse(span_str("ab")), K_NONE);
    assert_int_equal(key_parse(span_str("")), K_NONE);
    assert_int_equal(key_parse(span_str("\x1b")), K_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sequences_give_their_key),
        cmocka_unit_test(unknown_sequence_is_swallowed_and_is_no_esc),
        cmocka_unit_test(lone_esc_is_a_key_after_the_wait_only),
        cmocka_unit_test(endless_sequence_is_dropped_to_its_end),
        cmocka_unit_test(bad_utf8_gives_no_key),
        cmocka_unit_test(names_and_codes_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
