// test_json_cut.c - where JSON texts end, 64 bytes at a time, is where they end byte by byte.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/frame/json_block.h"
#include "core/frame/json_cut.h"

enum { STREAM_MAX = 2000, ROUNDS = 1500 };

static uint64_t seed = 20261122;

static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

// What was said, as one text: "step@place:lines " for all but JSON_MORE, the place in the stream.
struct said {
    struct json_cut cut;
    struct buf text;
    uint64_t place, lines;
};

static void piece(struct said *d, struct span in)
{
    while (in.n) {
        uint64_t lines;
        size_t used;
        enum json_step step = json_cut_run(&d->cut, in, &used, &lines);

        assert_in_range(used, 1, in.n);
        assert_true(step != JSON_MORE || used == in.n);
        if (step == JSON_BEFORE) {
            used--; // not taken: it begins the next one
        }
        d->place += used;
        d->lines += lines;
        in = span_sub(in, used, in.n);
        if (step != JSON_MORE) {
            buf_printf(&d->text, "%d@%llu:%llu ", step, (unsigned long long)d->place,
                       (unsigned long long)d->lines);
        }
    }
}

static void state_of(struct said *d)
{
    const struct json_cut *c = &d->cut;

    buf_printf(&d->text, "depth %llu prev %d flags %d%d%d%d%d", (unsigned long long)c->depth,
               c->prev, c->begun, c->line, c->string, c->escape, c->at_start);
    assert_true(buf_ok(&d->text));
}

// In pieces that end at `cut` and then every `step` bytes; each a copy of exactly its size, so that the
// sanitiser sees reads behind it. The caller frees the text.
static struct buf run(struct span in, size_t cut, size_t step)
{
    struct said d = {.cut = {.depth = 0}};

    buf_init(&d.text, 1 << 20);
    while (in.n) {
        size_t n = cut ? cut : step;
        char *copy;

        n = n < in.n ? n : in.n;
        cut = 0;
        copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, in.p, n);
        piece(&d, span_of(copy, n));
        free(copy);
        in = span_sub(in, n, in.n);
    }
    state_of(&d);
    return d.text;
}

static void assert_same(struct span in, const struct buf *slow, size_t cut, size_t step)
{
    struct buf fast = run(in, cut, step);

    if (!span_eq(buf_span(slow), buf_span(&fast))) {
        fail_msg("cut at %zu, then every %zu:\n" SPAN_FMT "\nand not\n" SPAN_FMT "\nin: " SPAN_FMT,
                 cut, step, SPAN_ARG(buf_span(&fast)), SPAN_ARG(buf_span(slow)), SPAN_ARG(in));
    }
    buf_free(&fast);
}

static size_t made_up(char *out)
{
    static const char *const word[] = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\"a\":",
        "\"",
        ",",
        ":",
        "\\",
        "\\\"",
        "\\\\",
        "\n",
        "\r\n",
        "\n{",
        "\n \r{",
        ",\n[",
        ":\n\n\t{",
        "}\n",
        " ",
        "\"text\"",
        "12",
        "Yay_",
        "\x7f",
        "\xc3\xa4",
        "\"C:\\\\\", ",
        "                                                              ",
        "\"a long text that goes beyond one block of 64 bytes {[(\\\"')]} and ends here\"",
        "\"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"\\\"\"",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"};
    size_t n = 0, max = 1 + dice(dice(4) ? 300 : STREAM_MAX - 100);
    // some streams lack some words: else each would break off soon
    uint32_t without = dice(2) ? 0 : dice(UINT32_MAX);

    while (n < max) {
        uint32_t k = dice(ARRAY_LEN(word));
        size_t len = strlen(word[k]);

        if (!(without >> k & 1) || k < 2) {
            memcpy(out + n, word[k], len);
            n += len;
        }
        if (dice(200) == 0) {
            out[n++] = '\0';
        }
    }
    return n;
}

// Byte by byte nothing is read in blocks.
static void made_up_streams_end_where_they_end_byte_by_byte(void **state)
{
    char text[STREAM_MAX + 200];

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct span in = span_of(text, made_up(text));
        struct buf slow = run(in, 0, 1);

        assert_same(in, &slow, 0, in.n);
        assert_same(in, &slow, 0, 2 + dice(200));
        for (size_t cut = 1; i % 16 == 0 && cut < in.n; cut++) {
            assert_same(in, &slow, cut, in.n);
        }
        buf_free(&slow);
    }
}

// Every kind of byte that matters at every place of a block, with the stream cut at every byte.
static void what_ends_a_text_may_stand_anywhere_in_a_block(void **state)
{
    static const char *const tail[] = {
        "\"}\n{\"b\":1}", "\\\"\\\\\"}[1]\n",    "\"\n{\"b\":[\n{}]}",
        "\n{\"b\":1}",    "\":\n {\"c\":2}}\n1", "\" , [1,\n\n{}]}x\n",
        "\"} \\\" {}\n{", "\"\n  [1]\n]",        "\"}}}}{{{{\n\n\n\n{"};
    char text[400];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(tail); k++) {
        for (int lead = 0; lead < 64; lead++) {
            for (int len = 0; len < 140; len += 1 + lead % 3) {
                int n = snprintf(text, sizeof(text), "{%*s\"%0*d%s", lead, "", len, 0, tail[k]);
                struct span in = span_of(text, (size_t)n);
                struct buf slow = run(in, 0, 1);

                assert_same(in, &slow, 0, in.n);
                for (size_t cut = 1; lead == 5 && cut < in.n; cut++) {
                    assert_same(in, &slow, cut, in.n);
                }
                buf_free(&slow);
            }
        }
    }
}

// The depth from which on a brace that begins a line ends the text whatever stands before it.
static void the_bound_of_depth_is_the_same(void **state)
{
    char text[600];

    (void)state;
    for (size_t deep = JSON_CUT_DEEP - 2; deep <= JSON_CUT_DEEP + 2; deep++) {
        for (size_t lead = 0; lead < 64; lead++) {
            struct span in;
            struct buf slow;
            size_t n = 0;

            memset(text, '[', deep);
            n += deep;
            memset(text + n, ' ', lead);
            n += lead;
            n += (size_t)sprintf(text + n, "\n{\"a\":[\n[1],\n[]]}\n");
            memset(text + n, ']', deep);
            in = span_of(text, n + deep);
            slow = run(in, 0, 1);
            assert_same(in, &slow, 0, in.n);
            // a JSON_BEFORE is said, or the whole is one text
            assert_true((span_find_span(buf_span(&slow), SPAN_LIT("3@")) < slow.len) ==
                        (deep > JSON_CUT_DEEP));
            buf_free(&slow);
        }
    }
}

// Where the processor can, the blocks are read: the tests above would compare nothing else.
static void a_block_is_taken_at_once(void **state)
{
    char text[3 * JSON_BLOCK];
    struct json_cut c = {.begun = true, .depth = 1};
    uint64_t lines = 0;
    size_t at = 0;

    (void)state;
    if (!json_block_able()) {
        print_message("skipped: the processor lacks what is needed (AVX2, BMI, PCLMULQDQ)\n");
        skip();
    }
    memset(text, ' ', sizeof(text));
    text[70] = '\n';
    assert_int_equal(json_block_run(&c, span_of(text, sizeof(text) - 1), &at, &lines), JSON_MORE);
    assert_int_equal(at, 2 * JSON_BLOCK);
    assert_int_equal(lines, 1);
    assert_true(c.at_start);
    text[JSON_BLOCK + 1] = '\\'; // outside of strings: left to the pass byte by byte
    at = 0;
    assert_int_equal(json_block_run(&c, span_of(text, sizeof(text)), &at, &lines), JSON_MORE);
    assert_int_equal(at, JSON_BLOCK);
    assert_int_equal(lines, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_streams_end_where_they_end_byte_by_byte),
        cmocka_unit_test(what_ends_a_text_may_stand_anywhere_in_a_block),
        cmocka_unit_test(the_bound_of_depth_is_the_same),
        cmocka_unit_test(a_block_is_taken_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
