// test_json_take.c - the wanted fields are those of the plain reader, for right and for wrong texts.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/decode/json.h"
#include "core/decode/json_take.h"
#include "tests/core/decode/files.h"

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

static struct wants *want;
static struct fields taken, flat;
static struct arena taken_arena, flat_arena;
static struct json_memo memo;
static bool able;

static int begin(void **state)
{
    (void)state;
    want = wants_new();
    for (size_t i = 0; want && i < ARRAY_LEN(names); i++) {
        (void)wants_add(want, span_str(names[i]));
    }
    arena_init(&taken_arena, 8 << 20);
    arena_init(&flat_arena, 8 << 20);
    if (!want || !fields_init(&taken, want, &taken_arena) ||
        !fields_init(&flat, want, &flat_arena)) {
        return -1;
    }
    (void)json_memo_init(&memo, want);
    able = json_take(&memo, SPAN_LIT("{}"), &taken);
#ifdef __x86_64__
    // where the processor can, a reader that takes nothing is a failure and no reason to skip
    if (!able && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2")) {
        print_error("json_take() refuses \"{}\" on a processor that it is made for\n");
        return -1;
    }
#endif
    return 0;
}

static int end(void **state)
{
    (void)state;
    fields_free(&taken);
    fields_free(&flat);
    arena_free(&taken_arena);
    arena_free(&flat_arena);
    json_memo_free(&memo);
    wants_free(want);
    return 0;
}

static void assert_same(const struct okv *a, const struct okv *b, struct span text)
{
    if (!span_eq(a->name, b->name) || a->v.type != b->v.type || !span_eq(a->v.s, b->v.s) ||
        a->v.i != b->v.i) {
        fail_msg("\"" SPAN_FMT "\" = \"" SPAN_FMT "\" and not \"" SPAN_FMT "\" = \"" SPAN_FMT
                 "\" in: " SPAN_FMT,
                 SPAN_ARG(a->name), SPAN_ARG(a->v.s), SPAN_ARG(b->name), SPAN_ARG(b->v.s),
                 SPAN_ARG(text));
    }
}

// What the fast reader leaves to the plain one whether it is right or not.
static bool bare(struct span s)
{
    s = span_trim(span_starts(s, SPAN_LIT("\xEF\xBB\xBF")) ? span_sub(s, 3, s.n) : s);
    return s.n == 0 || (s.p[0] != '{' && s.p[0] != '[');
}

// The text at the very end of its memory, so that reading behind it is seen (with ASan).
static bool both(struct span text)
{
    char *copy = malloc(text.n ? text.n : 1);
    struct span s = span_of(copy, text.n);
    struct json_fault fault;
    size_t k = 0;
    bool a, b;

    assert_non_null(copy);
    memcpy(copy, text.p, text.n);
    fields_clear(&taken);
    fields_clear(&flat);
    arena_reset(&taken_arena);
    arena_reset(&flat_arena);
    a = json_take(&memo, s, &taken);
    b = json_flatten(s, &flat, &fault);
    fields_index(&flat);
    if (bare(s)) {
        assert_false(a);
        free(copy);
        return b;
    }
    if (a != b) {
        fail_msg("%d and not %d (%s at byte %zu): " SPAN_FMT, a, b, b ? "" : fault.why,
                 b ? 0 : fault.at, SPAN_ARG(text));
    }
    for (size_t i = 0; b && i < flat.n; i++) {
        if (wants_find(want, flat.v[i].name) != WANTS_NONE) {
            assert_true(k < taken.n);
            assert_same(&taken.v[k], &flat.v[i], text);
            assert_int_equal(taken.next[k] != 0, flat.next[i] != 0);
            k++;
        }
    }
    assert_true(!b || k == taken.n);
    free(copy);
    return b;
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
    if (!able) {
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
    if (!able) {
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
    if (!able) {
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_texts_give_the_same_fields),
        cmocka_unit_test(the_json_corpus_gets_the_same_verdicts),
        cmocka_unit_test(a_string_may_begin_and_end_anywhere),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
