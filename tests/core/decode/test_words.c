// test_words.c - words found in one pass against the plain way to look for them.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/decode/words.h"

static uint64_t seed = 20261122;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % n;
}

static bool plainly(struct span text, struct span word)
{
    for (size_t i = 0; i + word.n <= text.n; i++) {
        if (span_eq_nocase(span_sub(text, i, word.n), word)) {
            return true;
        }
    }
    return false;
}

// Texts of few letters, so that words overlap, end at the end, and share their first bytes.
static void made_up_texts_give_the_same(void **state)
{
    static const char letters[] = "aAbB c@`";
    static const char *const list[] = {
        "a",   "b c", "ab",  "aba",  "abab", "ABBA", "c",   "bab a", "cab",  "baba", " a b",
        "`ab", "@ab", "aab", "abbb", "b",    "ca",   "c c", "c  c",  "bbbb", "acab", "aaaaaaaa"};
    static struct words w;
    struct words_set found;
    char text[40];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(list); i++) {
        assert_int_equal(words_add(&w, span_str(list[i])), i);
    }
    for (int round = 0; round < 20000; round++) {
        size_t n = below(sizeof(text) + 1);

        for (size_t i = 0; i < n; i++) {
            text[i] = letters[below(sizeof(letters) - 1)];
        }
        words_find(&w, span_of(text, n), &found);
        for (unsigned i = 0; i < ARRAY_LEN(list); i++) {
            if (words_has(&found, i) != plainly(span_of(text, n), span_str(list[i]))) {
                fail_msg("\"%s\" in \"%.*s\"", list[i], (int)n, text);
            }
        }
    }
}

static void a_word_is_kept_once_and_there_is_an_end(void **state)
{
    static struct words w;
    static char text[WORDS_MAX + 1][2];

    (void)state;
    assert_int_equal(words_add(&w, SPAN_NONE), -1);
    assert_int_equal(words_add(&w, SPAN_LIT("Logon")), 0);
    assert_int_equal(words_add(&w, SPAN_LIT("lOGON")), 0);
    for (int i = 1; i <= WORDS_MAX; i++) {
        text[i][0] = (char)(1 + i / 16);
        text[i][1] = (char)(1 + i % 16);
        assert_int_equal(words_add(&w, span_of(text[i], 2)), i < WORDS_MAX ? i : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_texts_give_the_same),
        cmocka_unit_test(a_word_is_kept_once_and_there_is_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
