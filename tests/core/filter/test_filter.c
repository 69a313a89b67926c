// test_filter.c - filters say yes or no to an event, or are refused with a place.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/filter/filter.h"

static const struct okv fields[] = {
    {SPAN_LIT("user"), {.type = V_STR, .s = SPAN_LIT("Moreau")}},
    {SPAN_LIT("port"), {.type = V_INT, .s = SPAN_LIT("5003"), .i = 5003}},
    {SPAN_LIT("size"), {.type = V_STR, .s = SPAN_LIT("900")}},
    {SPAN_LIT("tag"), {.type = V_STR, .s = SPAN_LIT("vendor")}},
    {SPAN_LIT("tag"), {.type = V_STR, .s = SPAN_LIT("night shift")}},
    {SPAN_LIT("ok"), {.type = V_BOOL, .s = SPAN_LIT("true"), .i = 1}},
    {SPAN_LIT("file"), {.type = V_STR, .s = SPAN_LIT("C:\\temp\\a\"b.exe")}},
};

static bool match(const char *text)
{
    struct err err = ERR_INIT;
    struct filter *f = filter_compile(span_str(text), &err);
    struct event ev = {.source = "teleport",
                       .kind = KIND_LOGON,
                       .time = 1793577600000000, // 2026-11-02T00:00:00Z
                       .okv = fields,
                       .nokv = ARRAY_LEN(fields)};
    bool yes;

    if (!f) {
        fail_msg("%s: %s", text, err.msg);
    }
    yes = filter_match(f, &ev);
    filter_free(f);
    return yes;
}

static void filters_that_hold_hold(void **state)
{
    static const char *const yes[] = {
        "user = moreau",
        "user",
        "not nobody",
        "port = 5003",
        "port = 5000..5010",
        "port >= 5003 and port < 5004",
        "size > 1000 or size < 1000",
        "size < 1000", // a number written as text is a number
        "tag = vendor and tag = \"night shift\"",
        "tag in (day, vendor)",
        "ok = true",
        "user != kimura",
        "nobody != x",
        "user ~ ^mor",
        "user !~ xyz",
        "file = \"C:\\\\temp\\\\a\\\"b.exe\"",
        "source = teleport and kind = logon",
        "@timestamp >= 2026-11-02T00:00:00Z and @timestamp < 2026-11-02T00:00:01Z",
        "@timestamp = 2026-11-01T00:00:00Z..2026-11-03T00:00:00Z",
        "(user = x or user = moreau) and not (port = 1)",
        "user = x and port = 1 or ok = true",
        "NOT user = x AND port IN (5003)",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (!match(yes[i])) {
            fail_msg("does not hold: %s", yes[i]);
        }
    }
}

static void filters_that_do_not_hold_do_not(void **state)
{
    static const char *const no[] = {
        "user = more",
        "nobody",
        "port = 5004",
        "port = 1..5002",
        "tag = night",
        "tag != vendor",
        "user ~ ^oreau",
        "not user",
        "nobody = x",
        "nobody < 5",
        "nobody ~ .",
        "user in (a, b)",
        "kind = logoff",
        "user !~ moreau",
        "ok = false",
        "user = moreau and (port = 1 or port = 2)",
        "@timestamp < 2026-11-02T00:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        if (match(no[i])) {
            fail_msg("holds: %s", no[i]);
        }
    }
}

static void broken_filters_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *code;
        unsigned col;
    } bad[] = {
        {"", "filter.syntax", 1},
        {"user =", "filter.syntax", 7},
        {"user = a b", "filter.syntax", 10},
        {"(user", "filter.syntax", 6},
        {"user)", "filter.syntax", 5},
        {"= a", "filter.syntax", 1},
        {"user = \"a", "filter.syntax", 8},
        {"user in a", "filter.syntax", 9},
        {"user in (a", "filter.syntax", 11},
        {"user in ()", "filter.syntax", 10},
        {"user ~ \"(\"", "filter.regex", 9},
        {"and", "filter.syntax", 1},
        {"@timestamp > yesterday", "filter.time", 14},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = ERR_INIT;
        struct filter *f = filter_compile(span_str(bad[i].text), &err);

        if (f || strcmp(err.code, bad[i].code) != 0 || err.col != bad[i].col) {
            fail_msg("%s: %s at %u", bad[i].text, err.code, err.col);
        }
    }
    assert_null(filter_compile(SPAN_LIT("@timestamp > yesterday"), NULL));
    assert_null(filter_compile(SPAN_LIT("\xff"), NULL));
}

static void size_depth_and_tests_are_bounded(void **state)
{
    static char deep[FILTER_MAX + 2];
    struct err err = ERR_INIT;

    (void)state;
    memset(deep, '(', 3000);
    assert_null(filter_compile(span_str(deep), &err));
    assert_string_equal(err.code, "filter.depth");
    memset(deep, 'a', FILTER_MAX + 1);
    assert_null(filter_compile(span_str(deep), &err));
    assert_string_equal(err.code, "filter.bound");
    deep[0] = '\0';
    for (int i = 0; i < 100; i++) {
        strncat(deep, i ? " or user ~ a" : "user ~ a", sizeof(deep) - strlen(deep) - 1);
    }
    assert_null(filter_compile(span_str(deep), &err));
    assert_string_equal(err.code, "filter.bound");
}

static void costly_expressions_end(void **state)
{
    struct okv one = {SPAN_LIT("x"),
                      {.type = V_STR, .s = SPAN_LIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")}};
    struct event ev = {.source = "s", .okv = &one, .nokv = 1};
    static const char *const text[] = {"x ~ \"^(a+)+$\"", "x !~ \"^(a+)+$\"",
                                       "x or not x ~ \"^(a+)+$\""};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(text); i++) { // no answer is no yes, whatever is made of it
        struct filter *f = filter_compile(span_str(text[i]), NULL);

        assert_non_null(f);
        assert_false(filter_match(f, &ev));
        assert_false(filter_match(f, &ev));
        assert_int_equal(filter_faults(f), 2);
        filter_free(f);
    }
}

static void damaged_filters_end_with_a_verdict(void **state)
{
    static const char text[] =
        "(user = \"a\\\"b\" or port = 1..9) and not tag in (x, y) or z !~ \"a+\"";
    char copy[sizeof(text)];
    struct event ev = {.source = "s", .okv = fields, .nokv = ARRAY_LEN(fields)};

    (void)state;
    for (size_t i = 0; i < strlen(text); i++) {
        for (int c = 0; c < 128; c++) {
            struct filter *f;

            memcpy(copy, text, sizeof(text));
            copy[i] = (char)c;
            f = filter_compile(span_of(copy, strlen(text)), NULL);
            if (f) {
                assert_in_range(filter_match(f, &ev), 0, 1);
            }
            filter_free(f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_that_hold_hold),
        cmocka_unit_test(filters_that_do_not_hold_do_not),
        cmocka_unit_test(broken_filters_are_refused_with_their_place),
        cmocka_unit_test(size_depth_and_tests_are_bounded),
        cmocka_unit_test(costly_expressions_end),
        cmocka_unit_test(damaged_filters_end_with_a_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
