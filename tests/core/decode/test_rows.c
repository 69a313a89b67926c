// test_rows.c - the index over a source's rows asks no row too few, and keeps their order.
// SPDX-License-Identifier: Apache-2.0
//
// One source of many patterns made by chance out of few words, so that heads and literals are much alike,
// and of a map and conditions with many values; the answer of decode() against every row tried in order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/decode/template.h"
#include "tests/core/decode/files.h"

enum { ROWS = 90, TEXTS = 20000, SETS = 6, TEXT_MAX = 400 };

static const char *const words[] = {"pam_", "open", "opened ", "close ", "(a:b): ", " from ",
                                    "x",    "xx ",  " port ",  "se",     "session", " user "};

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void add_words(char *out, uint32_t *seed, size_t most)
{
    for (size_t n = 1 + next_random(seed) % most; n; n--) {
        strcat(out, words[next_random(seed) % ARRAY_LEN(words)]);
    }
}

// A literal, or literals with holes between them.
static void make_template(char *out, uint32_t *seed)
{
    size_t holes = next_random(seed) % 4;

    out[0] = '\0';
    if (next_random(seed) % 3) {
        add_words(out, seed, 3);
    }
    for (size_t i = 0; i < holes; i++) {
        strcat(out, next_random(seed) % 2 ? "{_}" : "{@h}");
        add_words(out, seed, 2);
    }
    if (!out[0]) {
        add_words(out, seed, 2);
    }
}

// A text that begins with no blank: mostly one that some row fits.
static void make_text(char *out, const char *row, uint32_t *seed)
{
    size_t stop = next_random(seed) % 4 ? SIZE_MAX : next_random(seed) % 20;

    out[0] = '\0';
    for (const char *p = row; *p && strlen(out) < stop;) {
        if (*p == '{') {
            add_words(out, seed, 1);
            p = strchr(p, '}') + 1;
        } else {
            size_t n = strlen(out);

            out[n] = *p++;
            out[n + 1] = '\0';
        }
    }
    if (next_random(seed) % 4 == 0) {
        add_words(out, seed, 6);
    }
}

static struct sourceset *load(char row[ROWS][TEXT_MAX])
{
    struct textfile file = {.path = "rows.yaml"};
    struct faults faults = {0};
    struct sourceset *s;
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_printf(&b, "name: rows\ngroup: os\nmechanism: syslog\nmatch:\n  apps: [rows]\npatterns:\n");
    for (int i = 0; i < ROWS; i++) {
        buf_printf(&b, "  - {text: \"%s\", kind: other, set: {event.code: \"%d\"}}\n", row[i], i);
    }
    file.text = buf_span(&b);
    s = sourceset_load(&file, 1, &faults);
    assert_int_equal(faults.count, 0);
    buf_free(&b);
    return s;
}

static int first_that_fits(char row[ROWS][TEXT_MAX], const char *text)
{
    struct span v[TEMPLATE_PARTS];
    struct template t;
    struct err err = ERR_INIT;

    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(template_parse(span_str(row[i]), &t, &err), 0);
        if (template_match(&t, span_trim(span_str(text)), v)) {
            return i;
        }
    }
    return -1;
}

static void the_first_row_that_fits_is_taken(void **state)
{
    static char row[ROWS][TEXT_MAX];
    uint32_t seed = 7;
    size_t fit = 0;

    (void)state;
    for (int k = 0; k < SETS; k++) {
        struct sourceset *s;
        struct decoder *d;

        for (int i = 0; i < ROWS; i++) {
            make_template(row[i], &seed);
        }
        s = load(row);
        d = decoder_new(s);
        assert_non_null(d);
        for (int i = 0; i < TEXTS / SETS; i++) {
            char text[4 * TEXT_MAX], raw[5 * TEXT_MAX];
            struct decode_in in = {.received = 1795200000 * INT64_C(1000000000)};
            struct event ev;
            int want;

            make_text(text, row[next_random(&seed) % ROWS], &seed);
            (void)snprintf(raw, sizeof(raw), "Nov 20 02:11:09 h rows: %s", text);
            in.raw = span_str(raw);
            decode(d, &in, &ev);
            want = first_that_fits(row, text);
            if (!span_trim(span_str(text)).n) {
                continue;
            }
            fit += want >= 0;
            if (want < 0) {
                assert_false(event_has(&ev, FIELD_EVENT_CODE));
            } else {
                char code[16];

                (void)snprintf(code, sizeof(code), "%d", want);
                assert_true(span_eq_str(event_str(&ev, FIELD_EVENT_CODE), code));
            }
        }
        decoder_free(d);
        sourceset_free(s);
    }
    assert_true(fit > TEXTS / 4);
}

// More rows than a word has bits, rows that feed later rows, and a condition with many values.
static void every_row_whose_field_is_there_is_asked(void **state)
{
    static const char *const fields[] = {"event.code", "event.action", "event.reason",
                                         "user.name",  "host.name",    "rule.name",
                                         "file.name",  "event.id",     "process.name"};
    struct textfile file = {.path = "map.yaml"};
    struct faults faults = {0};
    struct sourceset *s;
    struct decoder *d;
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "name: map\ngroup: os\nmechanism: json\nmatch:\n  fields: {kind: [");
    for (int i = 0; i < 40; i++) {
        buf_printf(&b, "%sk%d", i ? ", " : "", i);
    }
    buf_printf(&b, "]}\nmap:\n");
    for (int i = 0; i < 150; i++) { // rows that are there for others' sake
        buf_printf(&b, "  \"@n%d\": m%d\n", i, i);
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) { // each reads what an earlier row has made
        buf_printf(&b, "  %s: n%zu\n", fields[i], i * 17);
    }
    file.text = buf_span(&b);
    s = sourceset_load(&file, 1, &faults);
    assert_int_equal(faults.count, 0);
    d = decoder_new(s);
    for (int k = 0; k < 42; k++) {
        for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
            char raw[200], value[16];
            struct decode_in in = {.received = 1795200000 * INT64_C(1000000000)};
            struct event ev;

            (void)snprintf(value, sizeof(value), "v%d", k);
            (void)snprintf(raw, sizeof(raw), "{\"kind\":\"k%d\",\"m%zu\":\"%s\",\"other\":1}", k,
                           i * 17, value);
            in.raw = span_str(raw);
            decode(d, &in, &ev);
            assert_int_equal(strcmp(ev.source, "map") == 0, k < 40);
            for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
                enum field id = (enum field)field_of(span_str(fields[f]));

                assert_true(span_eq_str(event_str(&ev, id), k < 40 && f == i ? value : ""));
            }
        }
    }
    decoder_free(d);
    sourceset_free(s);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_row_that_fits_is_taken),
        cmocka_unit_test(every_row_whose_field_is_there_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
