// test_utf8.c - what the one sanitiser promises to every screen, log line and export.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"

static void expect(const char *in, size_t n, const char *want)
{
    AUTO_BUF out;
    size_t cells;

    buf_init(&out, 1 << 20);
    cells = utf8_sanitise(&out, span_of(in, n), SIZE_MAX);
    assert_true(buf_ok(&out));
    buf_put(&out, "", 1);
    assert_string_equal(out.p, want);
    assert_int_equal(cells, utf8_cells(span_str(want)));
}

#define EXPECT(in, want) expect(in, sizeof(in) - 1, want)

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    EXPECT("", "");
    EXPECT("root outside grant G-4471 \\ <ok>", "root outside grant G-4471 \\ <ok>");
    EXPECT("未署名レシピ", "未署名レシピ");
    EXPECT("e\xcc\x81t\xc3\xa9", "e\xcc\x81t\xc3\xa9");
}

static void control_bytes_are_shown_not_sent(void **state)
{
    (void)state;
    for (int c = 0; c < 0x20; c++) {
        char in[1] = {(char)c}, want[8];

        snprintf(want, sizeof(want), "\\x%02x", c);
        expect(in, 1, want);
    }
    EXPECT("\x7f", "\\x7f");
    for (uint32_t c = 0x80; c < 0xa0; c++) {
        char in[4], want[8];
        size_t n = utf8_put(c, in);

        snprintf(want, sizeof(want), "\\x%02x", (unsigned)c);
        expect(in, n, want);
    }
}

static void escape_sequences_lose_their_force(void **state)
{
    (void)state;
    EXPECT("\x1b[2J\x1b[31mred", "\\x1b[2J\\x1b[31mred");
    EXPECT("\x1b]0;title\x07", "\\x1b]0;title\\x07");
    EXPECT("\x1b]52;c;cm0gLXJmIC8=\x1b\\", "\\x1b]52;c;cm0gLXJmIC8=\\x1b\\");
    EXPECT("\x9b"
           "31m",
           "\\x9b31m");
    EXPECT("a\r\nb\bc\td", "a\\x0d\\x0ab\\x08c\\x09d");
}

static void bidi_and_invisible_characters_are_named(void **state)
{
    static const uint32_t hidden[] = {
        0x61c,  0x200e, 0x200f,  0x202a,   0x202b, 0x202c, 0x202d,  0x202e,  0x2066,  0x2067,
        0x2068, 0x2069, 0x200b,  0x200c,   0x200d, 0x2060, 0xfeff,  0x2028,  0x2029,  0x180e,
        0x034f, 0x115f, 0x1160,  0x3164,   0xffa0, 0xfe0f, 0xe0100, 0xe0001, 0xe0041, 0xe007f,
        0xfff9, 0xe000, 0xf0000, 0x10fffd, 0xffff, 0xfdd0, 0x378};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
        char in[4], want[16];
        size_t n = utf8_put(hidden[i], in);

        snprintf(want, sizeof(want), "<U+%04X>", (unsigned)hidden[i]);
        expect(in, n, want);
        assert_int_equal(utf8_width(hidden[i]), -1);
    }
    EXPECT("\xc2\xad", "\\xad"); // soft hyphen
}

static void bad_bytes_are_shown_one_by_one(void **state)
{
    (void)state;
    EXPECT("\xff\xfe", "\\xff\\xfe");
    EXPECT("\x80", "\\x80");
    EXPECT("\xc0\xaf", "\\xc0\\xaf");                   // overlong '/'
    EXPECT("\xc1\xbf", "\\xc1\\xbf");                   // overlong
    EXPECT("\xe0\x80\xaf", "\\xe0\\x80\\xaf");          // overlong
    EXPECT("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"); // overlong
    EXPECT("\xed\xa0\x80", "\\xed\\xa0\\x80");          // surrogate
    EXPECT("\xed\xbf\xbf", "\\xed\\xbf\\xbf");          // surrogate
    EXPECT("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); // above U+10FFFF
    EXPECT("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
    EXPECT("\xe6\x9c", "\\xe6\\x9c"); // cut short
    EXPECT("\xe6"
           "A",
           "\\xe6"
           "A"); // interrupted
    expect("a\0b", 3, "a\\x00b");
}

static void at_most_one_mark_stays_on_a_base(void **state)
{
    char *in = malloc(1 + 2 * 1000);
    AUTO_BUF out;

    (void)state;
    assert_non_null(in);
    in[0] = 'Z';
    for (int i = 0; i < 1000; i++) {
        memcpy(in + 1 + 2 * i, "\xcc\x81", 2);
    }
    buf_init(&out, 1 << 20);
    assert_int_equal(utf8_sanitise(&out, span_of(in, 2001), SIZE_MAX), 1 + 999 * 8);
    assert_memory_equal(out.p, "Z\xcc\x81<U+0301><U+0301>", 3 + 16);
    free(in);
    EXPECT("\xcc\x81z", "<U+0301>z");      // no base at all
    EXPECT("\n\xcc\x81", "\\x0a<U+0301>"); // an escape is no base
}

static void width_agrees_with_unicode(void **state)
{
    static const struct {
        uint32_t cp;
        int w;
    } t[] = {{'a', 1},    {0xa0, 1},    {0xe9, 1},    {0x301, 0},    {0x3042, 2}, {0x6f22, 2},
             {0xff71, 1}, {0xff21, 2},  {0xac00, 2},  {0x1f600, 2},  {0x2500, 1}, {0x2588, 1},
             {0x2026, 1}, {0x1100, 2},  {0x1161, 0},  {0xd7b0, 0},   {0x20dd, 0}, {0x3099, 0},
             {0x28ff, 1}, {0x1f1e6, 1}, {0x20000, 2}, {0x2fffd, -1}, {0x3000, 2}, {0x3001, 2},
             {0x0e01, 1}, {0x0e31, 0},  {0x5d0, 1},   {0x231a, 2},   {0x2603, 1}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        if (utf8_width(t[i].cp) != t[i].w) {
            fail_msg("U+%04X: width %d, expected %d", (unsigned)t[i].cp, utf8_width(t[i].cp),
                     t[i].w);
        }
    }
}

static void limit_in_cells_never_splits_a_character(void **state)
{
    AUTO_BUF out;

    (void)state;
    buf_init(&out, 100);
    assert_int_equal(utf8_sanitise(&out, span_str("未署名"), 5), 4);
    buf_put(&out, "", 1);
    assert_string_equal(out.p, "未署");
    buf_clear(&out);
    assert_int_equal(utf8_sanitise(&out, span_str("ab\x1b"), 5), 2);
    buf_put(&out, "", 1);
    assert_string_equal(out.p, "ab");
    buf_clear(&out);
    assert_int_equal(utf8_sanitise(&out, span_str("ae\xcc\x81z"), 2), 2);
    buf_put(&out, "", 1);
    assert_string_equal(out.p, "ae\xcc\x81"); // the mark belongs to the last base
}

static void fixed_buffer_is_cut_at_a_border(void **state)
{
    char out[16];

    (void)state;
    assert_int_equal(utf8_sanitise_str(span_str("abc"), out, 4), 3);
    assert_string_equal(out, "abc");
    assert_int_equal(utf8_sanitise_str(span_str("abc"), out, 3), 2);
    assert_string_equal(out, "ab");
    assert_int_equal(utf8_sanitise_str(span_str("未署名"), out, 6), 3);
    assert_string_equal(out, "未");
    assert_int_equal(utf8_sanitise_str(span_str("未署名"), out, 7), 6);
    assert_int_equal(utf8_sanitise_str(span_str("a\x1b"), out, 5), 1);
    assert_string_equal(out, "a"); // an escape is whole or absent
    assert_int_equal(utf8_sanitise_str(span_str("a\x1b"), out, 6), 5);
    assert_int_equal(utf8_sanitise_str(span_str("x"), out, 1), 0);
    assert_string_equal(out, "");
    out[0] = 'k';
    assert_int_equal(utf8_sanitise_str(span_str("x"), out, 0), 0);
    assert_int_equal(out[0], 'k');
    assert_int_equal(utf8_sanitise_str(SPAN_NONE, out, 2), 0);
    assert_string_equal(out, "");
}

static void cut_keeps_marks_and_whole_characters(void **state)
{
    size_t cells;

    (void)state;
    assert_int_equal(utf8_cut(span_str("未署名"), 3, &cells).n, 3);
    assert_int_equal(cells, 2);
    assert_int_equal(utf8_cut(span_str("e\xcc\x81x"), 1, &cells).n, 3);
    assert_int_equal(utf8_cut(span_str("abc"), 0, &cells).n, 0);
    assert_int_equal(utf8_cut(span_str("abc"), 9, &cells).n, 3);
    assert_int_equal(cells, 3);
}

// Whatever comes in: what goes out is valid, printable, and sanitising it again changes nothing.
static void random_bytes_come_out_printable(void **state)
{
    uint64_t seed = 0x9e3779b97f4a7c15u;
    AUTO_BUF once, twice;

    (void)state;
    buf_init(&once, 1 << 16);
    buf_init(&twice, 1 << 16);
    for (int round = 0; round < 20000; round++) {
        char in[24];
        struct span walk;

        for (size_t i = 0; i < sizeof(in); i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            in[i] = (char)(seed >> 56);
        }
        buf_clear(&once);
        buf_clear(&twice);
        (void)utf8_sanitise(&once, span_of(in, sizeof(in)), SIZE_MAX);
        walk = buf_span(&once);
        assert_true(utf8_valid(walk));
        while (walk.n) {
            int32_t cp = utf8_next(&walk);

            assert_true(cp >= 0x20 && utf8_width((uint32_t)cp) >= 0);
        }
        (void)utf8_sanitise(&twice, buf_span(&once), SIZE_MAX);
        assert_true(span_eq(buf_span(&once), buf_span(&twice)));
    }
}

static void every_character_survives_the_round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        char out[4];
        struct span s = {out, utf8_put(cp, out)};

        if (cp >= 0xd800 && cp <= 0xdfff) {
            assert_true(utf8_next(&s) < 0);
        } else {
            assert_int_equal(utf8_next(&s), cp);
            assert_int_equal(s.n, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(control_bytes_are_shown_not_sent),
        cmocka_unit_test(escape_sequences_lose_their_force),
        cmocka_unit_test(bidi_and_invisible_characters_are_named),
        cmocka_unit_test(bad_bytes_are_shown_one_by_one),
        cmocka_unit_test(at_most_one_mark_stays_on_a_base),
        cmocka_unit_test(width_agrees_with_unicode),
        cmocka_unit_test(limit_in_cells_never_splits_a_character),
        cmocka_unit_test(fixed_buffer_is_cut_at_a_border),
        cmocka_unit_test(cut_keeps_marks_and_whole_characters),
        cmocka_unit_test(random_bytes_come_out_printable),
        cmocka_unit_test(every_character_survives_the_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
