// test_template.c - templates matched in blocks against the plain way to match them.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <stdlib.h>

#include "core/base/attr.h"
#include "core/decode/template.h"

enum { ROUNDS = 150000, PARTS = 5, TEXT = 512 };

static uint64_t seed = 20261122;

static size_t below(size_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (size_t)(seed >> 33) % n;
}

// ---- the plain way, by the words of template.h

static bool plain_takes(const struct template *t, size_t i, struct span v)
{
    static const char *const sets[] = {NULL, "0123456789", "0123456789abcdefABCDEF.:", NULL};
    enum hole_type type = t->part[i].type;
    uint64_t number; // digits that are no number of 64 bits are none

    if (t->part[i].hole == HOLE_SKIP && type == HOLE_ANY) {
        return true;
    }
    for (size_t k = 0; k < v.n; k++) {
        if ((sets[type] && (!v.p[k] || !strchr(sets[type], v.p[k]))) ||
            (type == HOLE_WORD && (v.p[k] == ' ' || v.p[k] == '\t'))) {
            return false;
        }
    }
    return v.n > (type == HOLE_IP) && (type != HOLE_INT || span_u64(v, &number));
}

static bool plain_from(const struct template *t, size_t i, struct span text, struct span *value)
{
    struct span before = i < t->n ? t->part[i].before : t->tail, next;
    size_t most, least = 0;

    if (!span_starts(text, before)) {
        return false;
    }
    text = span_sub(text, before.n, text.n);
    if (i == t->n) {
        return text.n == 0;
    }
    next = i + 1 < t->n ? t->part[i + 1].before : t->tail;
    most = text.n;
    while (t->part[i].greedy && most + 1 > 0) { // the longest behind which the rest fits
        value[i] = span_trim(span_sub(text, 0, most));
        if (span_starts(span_sub(text, most, text.n), next) && plain_takes(t, i, value[i]) &&
            (i + 1 < t->n || text.n == most + next.n) &&
            plain_from(t, i + 1, span_sub(text, most, text.n), value)) {
            return i + 1 == t->n || most < text.n;
        }
        most--;
    }
    if (t->part[i].greedy) {
        return false;
    }
    if (t->part[i].hole != HOLE_SKIP || t->part[i].type != HOLE_ANY) { // at least one byte
        while (least < text.n && (text.p[least] == ' ' || text.p[least] == '\t')) {
            least++;
        }
        least += least < text.n;
    }
    if (i + 1 == t->n) {
        least = text.n < next.n ? text.n + 1 : text.n - next.n;
    }
    while (least <= text.n && !span_starts(span_sub(text, least, text.n), next)) {
        least++;
    }
    if (least > text.n) {
        return false;
    }
    value[i] = span_trim(span_sub(text, 0, least));
    return plain_takes(t, i, value[i]) &&
           plain_from(t, i + 1, span_sub(text, least, text.n), value);
}

// ---- both

static size_t add(char *out, size_t n, const char *piece)
{
    size_t more = strlen(piece);

    memcpy(out + n, piece, more);
    return n + more;
}

// What is found behind each stem of it, of every length, is what is found without.
static void stems_match_alike(const struct template *t, struct span text, bool fits,
                              const struct span *value)
{
    bool greedy = false;

    for (size_t parts = 1; parts < t->n; parts++) {
        struct template_stem stem = {t, parts, 0};
        struct span mine[TEMPLATE_PARTS];
        struct stem_fit fit;
        size_t most = template_shares(t, t, parts);

        greedy |= t->part[parts - 1].greedy;
        assert_int_equal(most == 0, greedy);
        if (greedy) {
            return;
        }
        stem.n = 1 + below(most);
        template_stem(&stem, text, mine, &fit);
        if (fit.n == 0) {
            assert_false(fits);
            continue;
        }
        if (template_match_stem(t, &fit, 0, mine) != fits) {
            fail_msg("\"%.*s\" behind %zu parts: %d", (int)text.n, text.p, parts, !fits);
        }
        for (size_t i = 0; fits && i < t->n; i++) {
            if (!t->part[i].any) {
                assert_int_equal(mine[i].n, value[i].n);
                assert_true(mine[i].n == 0 || mine[i].p == value[i].p);
            }
        }
    }
}

static void templates_in_blocks_are_templates_byte_by_byte(void **state)
{
    static const char *const literals[] = {"a",   " from ", " : ", "x",
                                           "ab",  " port ", "aa",  "=",
                                           "a a", " TTY=",  ";",   " a long literal of 30 bytes "};
    static const char *const holes[] = {"{_}",       "{@v}",  "{@v:int}", "{@v:ip}",
                                        "{@v:word}", "{@v*}", "{_:word}", "{source.port}"};
    static const char *const words[] = {"a",
                                        "1",
                                        "10.0.0.1",
                                        " ",
                                        "b",
                                        "ab",
                                        "12345678901234567890",
                                        "99999999999999999999999",
                                        "\t",
                                        "word of more than sixteen bytes"};
    size_t fits = 0;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char pattern[TEXT], made[TEXT], *copy;
        struct span value[TEMPLATE_PARTS] = {{0}}, plain[TEMPLATE_PARTS] = {{0}};
        struct template t;
        struct err err = ERR_INIT;
        size_t n = 0, m = 0, parts = 1 + below(PARTS);
        bool is, greedy = false;

        for (size_t i = 0; i < parts; i++) {
            const char *l = literals[below(ARRAY_LEN(literals))];
            const char *h = holes[below(ARRAY_LEN(holes))];

            if (i || below(3)) {
                n = add(pattern, n, l);
                m = add(made, m, below(12) ? l : "");
            }
            h = strchr(h, '*') && greedy ? "{_}" : h;
            greedy |= strchr(h, '*') != NULL;
            n = add(pattern, n, h);
            for (size_t k = below(3); k-- > 0;) {
                m = add(made, m, words[below(ARRAY_LEN(words))]);
            }
            m = below(8) ? m : add(made, m, literals[below(ARRAY_LEN(literals))]);
        }
        if (below(2)) {
            const char *l = literals[below(ARRAY_LEN(literals))];

            n = add(pattern, n, l);
            m = add(made, m, below(8) ? l : "");
        }
        assert_int_equal(template_parse(span_of(pattern, n), &t, &err), 0);
        copy = malloc(m + !m); // of its own size, so that a byte read behind it is seen
        assert_non_null(copy);
        memcpy(copy, made, m);
        is = template_match(&t, span_of(copy, m), value);
        if (is != plain_from(&t, 0, span_of(copy, m), plain)) {
            fail_msg("\"%.*s\" and \"%.*s\": %d", (int)n, pattern, (int)m, made, is);
        }
        for (size_t i = 0; is && i < t.n; i++) {
            if (!t.part[i].any) {
                assert_int_equal(value[i].n, plain[i].n);
                assert_true(value[i].n == 0 || value[i].p == plain[i].p);
            }
        }
        stems_match_alike(&t, span_of(copy, m), is, value);
        fits += is;
        free(copy);
    }
    assert_true(fits > ROUNDS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_in_blocks_are_templates_byte_by_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
