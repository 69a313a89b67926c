// test_logsource.c - the table of log sources: what an event is besides, and under which names.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/decode/decode.h"

static const char source[] =
    "name: t\ntitle: T\ngroup: pam\nmechanism: json\nlogsource: {product: Acme, service: log}\n"
    "map: {user.name: who}\nkinds: [{when: {x: \"*\"}, kind: logon}]\nsamples: []\n";

static struct sourceset *set;
static struct decoder *dec;
static struct event ev;
static struct err heard;

static void hear(void *ctx, const struct err *err)
{
    (void)ctx;
    heard = *err;
}

static size_t load(const char *table)
{
    struct textfile files[] = {{"s/t.yaml", span_str(source)}, {"s/_l.yaml", span_str(table)}};
    struct faults faults = {.say = hear};

    decoder_free(dec);
    sourceset_free(set);
    set = sourceset_load(files, 2, &faults);
    assert_non_null(set);
    dec = decoder_new(set);
    assert_non_null(dec);
    return faults.count;
}

static void run(const char *text)
{
    struct decode_in in = {
        .raw = span_str(text), .format = "t", .received = 1790000000 * INT64_C(1000000000)};

    decode(dec, &in, &ev);
}

// "product/category/service" of all but the first, joined with blanks.
static void also(const char *want)
{
    char text[1000];
    int n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < ev.nalso; i++) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, "%s" SPAN_FMT "/" SPAN_FMT "/" SPAN_FMT,
                      i ? " " : "", SPAN_ARG(ev.also[i][0]), SPAN_ARG(ev.also[i][1]),
                      SPAN_ARG(ev.also[i][2]));
    }
    assert_string_equal(text, want);
    assert_true(span_eq_str(ev.logsource[0], "Acme") && span_eq_str(ev.logsource[2], "log"));
}

static void original(const char *name, const char *want)
{
    struct fval v[4] = {{0}};
    size_t n = event_values(&ev, span_str(name), v, 4);

    if (!want ? n != 0 : n != 1 || !span_eq_str(v[0].s, want)) {
        fail_msg("%s is \"" SPAN_FMT "\" (%zu)", name, SPAN_ARG(v[0].s), n);
    }
}

static const char table[] = "logsources:\n"
                            "  - {group: pam, also: {category: pam}}\n"
                            "  - {group: net, also: {category: network}}\n"
                            "  - is: {product: acme}\n"
                            "    field: [Channel, channel]\n"
                            "    rows: {Sec: {service: security}, Sys: {service: system}}\n"
                            "  - is: {service: security}\n"
                            "    field: id\n"
                            "    rows:\n"
                            "      1: {category: start, fields: {Image: New, User: user.name}}\n"
                            "      2: [{category: key}, {category: del, when: {op: [d, e]}}]\n"
                            "  - {is: {product: other}, also: {category: never}}\n"
                            "  - {kind: [logoff, logon], also: {category: authentication}}\n"
                            "  - {kind: logon, group: net, also: {category: never}}\n"
                            "  - is: {category: start}\n"
                            "    also: {fields: {Again: Image}}\n";

static void tables_see_what_those_before_added(void **state)
{
    (void)state;
    assert_int_equal(load(table), 0);
    run("{\"y\": 1}");
    also("Acme/pam/log");
    run("{\"Channel\": \"SEC\"}"); // case does not count
    also("Acme/pam/log Acme//security");
    run("{\"channel\": \"Sys\", \"id\": 1}");
    also("Acme/pam/log Acme//system");
    run("{\"Channel\": \"Sec\", \"id\": 1}");
    also("Acme/pam/log Acme//security Acme/start/security");
    run("{\"Channel\": \"Sec\", \"id\": \"2\"}");
    also("Acme/pam/log Acme//security Acme/key/security");
    run("{\"Channel\": \"Sec\", \"id\": 2, \"op\": \"e\"}");
    also("Acme/pam/log Acme//security Acme/key/security Acme/del/security");
    run("{\"Channel\": \"Sec\", \"id\": 22}");
    also("Acme/pam/log Acme//security");
}

static void a_table_may_be_about_kinds_whoever_says_them(void **state)
{
    (void)state;
    assert_int_equal(load(table), 0);
    run("{\"x\": 1}");
    also("Acme/pam/log Acme/authentication/log");
    run("{\"x\": 1, \"Channel\": \"Sys\"}");
    also("Acme/pam/log Acme//system Acme/authentication/log");
    run("{\"y\": 1}");
    also("Acme/pam/log");
}

static void a_row_gives_values_the_names_that_rules_use(void **state)
{
    (void)state;
    assert_int_equal(load(table), 0);
    run("{\"Channel\": \"Sec\", \"id\": 1, \"New\": \"a.exe\", \"who\": \"bob\"}");
    original("Image", "a.exe");
    original("Again", "a.exe"); // by a later table, of a name that one before it gave
    original("User", "bob");    // out of a core field
    original("New", "a.exe");
    run("{\"Channel\": \"Sec\", \"id\": 1, \"New\": \"a.exe\", \"Image\": \"b.exe\"}");
    original("Image", "b.exe"); // the record's own word stands
    original("User", NULL);
    run("{\"Channel\": \"Sec\", \"id\": 2, \"New\": \"a.exe\"}");
    original("Image", NULL);
}

static void what_is_no_table_is_refused_with_its_place(void **state)
{
    static const char *const bad[] = {
        "logsources: {a: b}\n",
        "logsources:\n  - {also: {category: x}}\n",
        "logsources:\n  - {is: {product: x}}\n",
        "logsources:\n  - {is: {product: x}, field: f}\n",
        "logsources:\n  - {is: {product: x}, field: f, rows: {a: {category: x}}, also: {}}\n",
        "logsources:\n  - {is: {prodct: x}, also: {category: x}}\n",
        "logsources:\n  - {is: {product: x}, also: {categry: x}}\n",
        ("logsources:\n  - {is: {product: x}, field: f, rows: {a: {category: x}, A: {category: "
         "y}}}\n"),
        "logsources:\n  - {is: {product: x}, also: {fields: [a]}}\n",
        "logsources:\n  - {kind: logn, also: {category: x}}\n",
        "logsources:\n  - {kind: [], also: {category: x}}\n",
        "logsources:\n  - {kind: {logon: 1}, also: {category: x}}\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        heard = ERR_INIT;
        if (load(bad[i]) != 1 || heard.line == 0 || !heard.msg[0]) {
            fail_msg("not refused: %s", bad[i]);
        }
    }
}

static void log_sources_beyond_the_bound_are_said(void **state)
{
    char text[2000];
    int n = snprintf(text, sizeof(text), "logsources:\n  - is: {product: acme}\n    also:\n");

    (void)state;
    for (int i = 0; i < EVENT_ALSO_MAX + 1; i++) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, "      - {category: c%d}\n", i);
    }
    assert_int_equal(load(text), 0);
    run("{}");
    assert_int_equal(ev.nalso, EVENT_ALSO_MAX);
    assert_string_not_equal(ev.error, "");
}

static int clean_up(void **state)
{
    (void)state;
    decoder_free(dec);
    sourceset_free(set);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_see_what_those_before_added),
        cmocka_unit_test(a_table_may_be_about_kinds_whoever_says_them),
        cmocka_unit_test(a_row_gives_values_the_names_that_rules_use),
        cmocka_unit_test(what_is_no_table_is_refused_with_its_place),
        cmocka_unit_test(log_sources_beyond_the_bound_are_said),
    };

    return cmocka_run_group_tests(tests, NULL, clean_up);
}
