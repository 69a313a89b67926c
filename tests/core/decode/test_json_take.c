// test_json_take.c - the wanted fields are those of the plain reader, for right and for wrong texts.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/decode/json_blocks.h"
#include "core/decode/json_string.h"
#include "tests/core/decode/files.h"
#include "tests/core/decode/json_both.h"

enum { TEXT_MAX = 4096, ROUNDS = 200000 };

static const char *const names[] = {"a",
                                    "b",
                                    "a.b",
                                    "a.b.c",
                                    "a.c",
                                    "x",
                                    "list",
                                    "k.",
                                    "c\nd",
                                    "e",
                                    "long name of a field",
                                    "a.b.d",
                                    "@ts",
                                    "\xc3\xa4"};

static struct json_both readers;

static int begin(void **state)
{
    struct wants *want = wants_new();

    (void)state;
    for (size_t i = 0; want && i < ARRAY_LEN(names); i++) {
        (void)wants_add(want, span_str(names[i]));
    }
    if (!json_both_init(&readers, want)) {
        print_error("json_take() refuses \"{}\" on a processor that it is made for\n");
        return -1;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_both_free(&readers);
    return 0;
}

// The text at the very end of its memory, so that reading behind it is seen (with ASan).
static bool both(struct span text)
{
    char *copy = malloc(text.n ? text.n : 1);
    const char *why;

    assert_non_null(copy);
    memcpy(copy, text.p, text.n);
    why = json_both_read(&readers, span_of(copy, text.n));
    free(copy);
    if (why) {
        fail_msg("%s: " SPAN_FMT, why, SPAN_ARG(text));
    }
    return readers.right;
}

static uint64_t seed = 20261122;

static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

static size_t put_string(char *out, const char *s)
{
    return (size_t)snprintf(out, 200, "\"%s\"", s);
}

// A random value; deeper ones are rarer.
static size_t put_value(char *out, int depth)
{
    static const char *const key[] = {"a",     "b",     "c",       "a.b",
                                      "b.c",   "x",     "list",    "",
                                      "k",     "c\\nd", "\\u0061", "long name of a field",
                                      "other", "@ts",   "d"};
    static const char *const text[] = {
        "",
        "plain",
        "C:\\\\Windows\\\\System32\\\\cmd.exe",
        "\\u00e9\\ud83d\\ude00",
        "\\ud83d",
        "tab\\t\\\"q\\\"",
        "\xc3\xa4\xff",
        "a long text that goes beyond one block of sixty-four bytes, {[:,]} and \\\\"};
    static const char *const word[] = {"true",
                                       "false",
                                       "null",
                                       "0",
                                       "-1",
                                       "12345678901234567890",
                                       "-9223372036854775808",
                                       "1.5",
                                       "2e9",
                                       "1E-3",
                                       "18446744073709551616"};
    static const char *const gap[] = {"",  "",     "",
                                      " ", "\n\t", "                                        "};
    uint32_t what = dice(depth < 5 ? 4 : 2);
    size_t n = 0, members = dice(5);

    if (what < 2) {
        n += what ? put_string(out, text[dice(ARRAY_LEN(text))])
                  : (size_t)sprintf(out, "%s", word[dice(ARRAY_LEN(word))]);
        return n;
    }
    out[n++] = what == 2 ? '{' : '[';
    for (size_t i = 0; i < members && n < TEXT_MAX / 4; i++) {
        n += (size_t)sprintf(out + n, "%s%s", i ? "," : "", gap[dice(ARRAY_LEN(gap))]);
        if (what == 2) {
            n += put_string(out + n, key[dice(ARRAY_LEN(key))]);
            n += (size_t)sprintf(out + n, "%s:%s", gap[dice(ARRAY_LEN(gap))],
                                 gap[dice(ARRAY_LEN(gap))]);
        }
        n += put_value(out + n, depth + 1);
        n += (size_t)sprintf(out + n, "%s", gap[dice(ARRAY_LEN(gap))]);
    }
    out[n++] = what == 2 ? '}' : ']';
    return n;
}

static void made_up_texts_give_the_same_fields(void **state)
{
    static char text[64 * TEXT_MAX];
    size_t right = 0;

    (void)state;
    if (!readers.able) {
        print_message("skipped: the processor lacks what the fast reader needs (AVX2, BMI)\n");
        skip();
    }
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = put_value(text, 0);

        assert_true(both(span_of(text, n)));
        // and with one byte changed, cut off or put in
        switch (dice(3)) {
        case 0: text[dice((uint32_t)n)] = "\"\\{}[]:,0 \x01u"[dice(12)]; break;
        case 1: n = dice((uint32_t)n) + 1; break;
        default: text[n++] = "\"}],x"[dice(5)]; break;
        }
        right += both(span_of(text, n));
    }
    assert_true(right > ROUNDS / 100 && right < ROUNDS);
}

static void the_json_corpus_gets_the_same_verdicts(void **state)
{
    static const char *const dirs[] = {"../shared/data/json/test_parsing",
                                       "../shared/data/json/test_transform"};
    size_t n = 0;

    (void)state;
    if (!readers.able) {
        print_message("skipped: the processor lacks what the fast reader needs (AVX2, BMI)\n");
        skip();
    }
    for (size_t d = 0; d < ARRAY_LEN(dirs); d++) {
        struct files ff = {.n = 0};

        files_load(&ff, dirs[d], ".json");
        for (size_t i = 0; i < ff.n; i++) {
            (void)both(ff.f[i].text);
        }
        n += ff.n;
        files_free(&ff);
    }
    assert_true(n > 100);
}

static void a_string_may_begin_and_end_anywhere(void **state)
{
    char text[300];

    (void)state;
    if (!readers.able) {
        print_message("skipped: the processor lacks what the fast reader needs (AVX2, BMI)\n");
        skip();
    }
    for (size_t lead = 0; lead < 130; lead++) {
        for (size_t len = 0; len < 70; len++) {
            int n = snprintf(
                text, sizeof(text), "{%*s\"a\":\"%.*s\\\\%.*s\\\"\"}", (int)lead, "", (int)len,
                "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm",
                (int)(len / 2), "\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n");

            (void)both(span_of(text, (size_t)n));
        }
    }
}

// Each byte behind a backslash, at each place of a window, in a wanted string and in one that is not.
static void an_escape_may_stand_anywhere(void **state)
{
    static const char *const tail[] = {"", "0041", "d83d\\ude00", "d83d\\u00e9", "004", "dc00x"};
    size_t right = 0;

    (void)state;
    if (!readers.able) {
        print_message("skipped: the processor lacks what the fast reader needs (AVX2, BMI)\n");
        skip();
    }
    for (int lead = 0; lead < 70; lead++) {
        for (int c = 1; c < 512; c++) {
            char text[300];
            int n = snprintf(
                text, sizeof(text), "{\"%c\":\"%.*s\\%c%s\\\\\"}", c < 256 ? 'a' : 'd', lead,
                "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm",
                c % 256 ? c : ' ', tail[c % 256 == 'u' ? lead % 6 : 0]);

            right += both(span_of(text, (size_t)n));
        }
        for (size_t t = 0; t < ARRAY_LEN(tail); t++) {
            char text[300];
            int n = snprintf(
                text, sizeof(text), "{\"b\":\"%.*s\\u%s\",\"d\":\"%.*s\\u%s\\n\"}", lead,
                "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", tail[t],
                lead, "\xc3\xa4uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
                tail[1 + t % 3]);

            right += both(span_of(text, (size_t)n));
        }
    }
    // eight letters, and \u with what is right behind it
    assert_int_equal(right, 70 * (2 * 8 + 4) + 2 * 47);
}

// A value without blanks of many members and elements.
static size_t put_dense(char *out, int depth)
{
    static const char *const plain[] = {"0",
                                        "7",
                                        "-1",
                                        "1048576",
                                        "1.5",
                                        "0.25",
                                        "-0",
                                        "true",
                                        "false",
                                        "null",
                                        "2e9",
                                        "-12.5E+3",
                                        "10",
                                        "123456789012345678901",
                                        "\"\"",
                                        "\"x\"",
                                        "\"a:{1,2}[\\\\\"",
                                        "\"\\u00e9\\n\\/\"",
                                        "[]",
                                        "{}"};
    uint32_t members = 1 + dice(9);
    bool list = dice(3) == 0;
    size_t n = 0;

    if (depth > 1 && (depth > 4 || dice(3))) {
        return (size_t)(stpcpy(out, plain[dice(ARRAY_LEN(plain))]) - out);
    }
    out[n++] = list ? '[' : '{';
    for (uint32_t i = 0; i < members && n < TEXT_MAX; i++) {
        n += (size_t)sprintf(out + n, "%s", i ? "," : "");
        if (!list) {
            n += (size_t)sprintf(out + n, "\"%.*s\":", (int)dice(12), "key_of_any_l");
        }
        n += put_dense(out + n, depth + 1);
    }
    out[n++] = list ? ']' : '}';
    return n;
}

#ifdef __x86_64__
// Both widths say the same of a text that begins behind a comma in an object.
static bool blocks_read(struct span s)
{
    char *copy = malloc(s.n + 1);
    const char *q[2], *end = copy + s.n + 1;

    assert_non_null(copy);
    memcpy(copy + 1, s.p, s.n);
    copy[0] = ',';
    copy[s.n] = '}'; // a text that does not end so is not read at all
    q[0] = json_blocks_skip_32(copy + 1, end, &(struct json_levels){.depth = 1});
    q[1] = json_string_wide()
               ? json_blocks_skip_64(copy + 1, end, &(struct json_levels){.depth = 1})
               : q[0];
    assert_ptr_equal(q[0], q[1]);
    free(copy);
    return q[0];
}
#endif

// What nobody wants is checked like the rest, of whatever it consists and wherever it is wrong.
static void unwanted_values_are_checked(void **state)
{
    static char text[64 * TEXT_MAX];
    size_t right = 0, blocks = 0;

    (void)state;
    if (!readers.able) {
        print_message("skipped: the processor lacks what the fast reader needs (AVX2, BMI)\n");
        skip();
    }
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = (size_t)sprintf(text, "{\"d\":{"), from = n;

        for (uint32_t k = 0; k < 4; k++) { // these are read member by member
            n += (size_t)sprintf(text + n, "\"%u\":%u,", k, k);
        }
        n += (size_t)sprintf(text + n, "\"v\":");
        n += put_dense(text + n, 1);
        n += (size_t)sprintf(text + n, "},\"a\":1}");
        assert_true(both(span_of(text, n)));
#ifdef __x86_64__
        blocks += blocks_read(span_sub(span_of(text, n), from, n));
#endif
        text[from + dice((uint32_t)(n - from - 1))] = "\"\\{}[]:,0 \x01u1-.e\x80"[dice(17)];
        right += both(span_of(text, n));
#ifdef __x86_64__
        (void)blocks_read(span_sub(span_of(text, n), from, n));
        (void)blocks_read(span_sub(span_of(text, n), from, from + 1 + dice((uint32_t)(n - from))));
#endif
    }
    assert_true(right > ROUNDS / 100 && right < ROUNDS);
#ifdef __x86_64__
    assert_int_equal(blocks, ROUNDS); // none was left to the reader byte by byte
#endif
}

// A piece of a string's text, right or wrong.
static size_t put_piece(char *out)
{
    static const char *const piece[] = {"\\n",
                                        "\\r\\n\\t",
                                        "\\\\",
                                        "\\\"",
                                        "\\/",
                                        "\\u00e9",
                                        "\\ud83d\\ude00",
                                        "\\ud83d",
                                        "\\b\\f",
                                        "word",
                                        "a longer run of words without any of it",
                                        "\xc3\xa4\xff",
                                        " "};
    static const char *const wrong[] = {"\\x", "\\u00g0", "\x1f", "\\\x01", "\\u12", "\\", "\"\\"};
    const char *s = dice(200) ? piece[dice(ARRAY_LEN(piece))] : wrong[dice(ARRAY_LEN(wrong))];

    return (size_t)(stpcpy(out, s) - out);
}

#ifdef __x86_64__
// What one way of reading says of a string at the end of its memory: its text and where it ends.
static struct span read_by(json_string_read *read, struct span s, char *text, size_t *ret_end)
{
    char *copy = malloc(s.n), *o = text, *nowhere = NULL;
    bool escaped = false, again = false;
    const char *q, *end;

    assert_non_null(copy);
    memcpy(copy, s.p, s.n);
    end = copy + s.n;
    q = read(copy, end, &o, &escaped);
    assert_ptr_equal(q, read(copy, end, &nowhere, &again));
    assert_int_equal(escaped, again);
    assert_true(o - text <= (ptrdiff_t)s.n);
    *ret_end = q ? (size_t)(q - copy) : SIZE_MAX;
    free(copy);
    return q ? span_of(text, (size_t)(o - text)) : SPAN_NONE;
}

static void both_widths_read_the_same_strings(void **state)
{
    static char text[2][TEXT_MAX + JSON_STRING_SPARE];
    size_t right = 0, end[2];

    (void)state;
    if (!readers.able || !json_string_wide()) {
        print_message("skipped: the processor lacks AVX2 or AVX-512 with VBMI2\n");
        skip();
    }
    for (int i = 0; i < ROUNDS; i++) {
        char s[TEXT_MAX];
        size_t n = 0, pieces = dice(30);
        struct span one, other;

        for (size_t k = 0; k < pieces; k++) {
            n += put_piece(s + n);
        }
        n += (size_t)(stpcpy(s + n, "\"}}}") - (s + n)) - dice(4);
        one = read_by(json_string_read_32, span_of(s, n), text[0], &end[0]);
        other = read_by(json_string_read_64, span_of(s, n), text[1], &end[1]);
        assert_int_equal(end[0], end[1]);
        assert_true(span_eq(one, other));
        right += end[0] != SIZE_MAX;
    }
    assert_true(right > ROUNDS / 2 && right < ROUNDS);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_texts_give_the_same_fields),
        cmocka_unit_test(the_json_corpus_gets_the_same_verdicts),
        cmocka_unit_test(a_string_may_begin_and_end_anywhere),
        cmocka_unit_test(an_escape_may_stand_anywhere),
        cmocka_unit_test(unwanted_values_are_checked),
#ifdef __x86_64__
        cmocka_unit_test(both_widths_read_the_same_strings),
#endif
    };

    return cmocka_run_group_tests(tests, begin, end);
}
