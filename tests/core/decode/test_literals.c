// test_literals.c - pieces found in one pass against the plain way to look for them.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/decode/literals.h"

static uint64_t seed = 20261122;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % n;
}

#define IN(s)                                                                                      \
    {                                                                                              \
        SPAN_LIT(s), false                                                                         \
    }
#define AT(s)                                                                                      \
    {                                                                                              \
        SPAN_LIT(s), true                                                                          \
    }

// Of three bytes and more, of one begin, one within another, rare bytes at the front and at the back.
static const struct literal piece[] = {
    IN("aba"),    IN("Aba"),      IN("b b"),  IN("abab"),         IN("ABab"),
    IN("baAB"),   IN("ab ab"),    IN("a<b"),  IN("aab<"),         IN("<aab"),
    IN("abAab"),  IN("bbbbbb"),   IN("b <a"), AT("aba"),          AT("<ab"),
    AT("aB bA<"), AT("abababab"), AT("b  "),  AT("ab ab"),        IN("a b a b a b a b A b"),
    IN("<<<"),    AT("<<<<"),     IN("AAAA"), IN("a a a a a a a")};
static struct source owner[ARRAY_LEN(piece)];
static bool met[ARRAY_LEN(piece)];

static void meet(void *ctx, const struct source *of)
{
    assert_ptr_equal(ctx, met);
    met[of - owner] = true;
}

static bool plainly(const struct literal *l, struct span reach, struct span text)
{
    return l->starts ? span_starts(reach, l->s) || (text.n && span_starts(text, l->s))
                     : span_find_span(reach, l->s) < reach.n;
}

// Texts of few letters; the text begins anywhere in what is searched, or there is none.
static void made_up_texts_give_the_same(void **state)
{
    static const char letters[] = "aaAbbB <";
    size_t n_met[2] = {0};
    struct literals *l;
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    l = literals_new(&a, ARRAY_LEN(piece));
    assert_non_null(l);
    for (size_t i = 0; i < ARRAY_LEN(piece); i++) {
        literals_add(l, &piece[i], &owner[i]);
    }
    for (int round = 0; round < 40000; round++) {
        char buf[40];
        size_t n = below(sizeof(buf) + 1), lead = below((unsigned)n + 1);
        struct span reach, text;

        for (size_t i = 0; i < n; i++) {
            buf[i] = letters[below(sizeof(letters) - 1)];
        }
        reach = span_of(buf + sizeof(buf) - n, n); // so that what is read behind it is seen
        memmove(buf + sizeof(buf) - n, buf, n);
        text = below(4) ? span_sub(reach, lead, n) : SPAN_NONE;
        memset(met, 0, sizeof(met));
        literals_find(l, reach, text, meet, met);
        for (size_t i = 0; i < ARRAY_LEN(piece); i++) {
            if (met[i] != plainly(&piece[i], reach, text)) {
                fail_msg("\"%s\" in \"%.*s\" from %zu", piece[i].s.p, (int)n, reach.p, lead);
            }
            n_met[piece[i].starts] += met[i];
        }
    }
    assert_true(n_met[0] > 1000 && n_met[1] > 1000);
    arena_free(&a);
}

static void a_long_piece_is_met_at_every_place(void **state)
{
    static const struct literal p = IN("Response={Class=CACS:");
    struct arena a;
    struct literals *l;
    char text[64];

    (void)state;
    arena_init(&a, 1 << 20);
    l = literals_new(&a, 1);
    assert_non_null(l);
    literals_add(l, &p, owner);
    for (size_t at = 0; at + p.s.n <= sizeof(text); at++) {
        memset(text, '.', sizeof(text));
        memcpy(text + at, p.s.p, p.s.n);
        met[0] = false;
        literals_find(l, span_of(text, sizeof(text)), SPAN_NONE, meet, met);
        assert_true(met[0]);
        met[0] = false; // one byte short of it
        literals_find(l, span_of(text, at + p.s.n - 1), SPAN_NONE, meet, met);
        assert_false(met[0]);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_texts_give_the_same),
        cmocka_unit_test(a_long_piece_is_met_at_every_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
