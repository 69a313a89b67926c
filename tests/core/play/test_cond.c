// test_cond.c - conditions and limits say true, false or error, and never guess.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/play/cond.h"

static const struct {
    const char *name, *value; // NULL: known by name only
} vars[] = {
    {"__n__", "7"},
    {"__f__", "2.5"},
    {"__s__", "quarantine-999"},
    {"__yes__", "true"},
    {"__quote__", "it's"},
    {"__empty__", ""},
    {"__dark__", NULL},
    {"tool_state", "productive"},
    {"lots_in_process", "3"},
    {"qtime_left", "1799"},
    {"pm_open", NULL},
};

static int look(void *ctx, struct span name, char out[COND_VALUE_MAX])
{
    (void)ctx;
    for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
        if (span_eq_str(name, vars[i].name)) {
            snprintf(out, COND_VALUE_MAX, "%s", vars[i].value ? vars[i].value : "");
            return vars[i].value != NULL;
        }
    }
    return -1;
}

static enum cond stix(const char *expr)
{
    return cond_eval(span_str(expr), COND_STIX, look, NULL, NULL, NULL);
}

static enum cond limit(const char *expr)
{
    return cond_eval(span_str(expr), COND_LIMIT, look, NULL, NULL, NULL);
}

static void check_all(const char *const *expr, size_t n, enum cond (*eval)(const char *),
                      enum cond want)
{
    for (size_t i = 0; i < n; i++) {
        if (eval(expr[i]) != want) {
            fail_msg("%s is %d, not %d", expr[i], (int)eval(expr[i]), (int)want);
        }
    }
}

static void true_expressions_are_true(void **state)
{
    static const char *const expr[] = {
        "__n__:value = 7",
        "__n__:value == 7.0",
        "__n__:value > -1",
        "__n__:value>=7",
        "__n__:value <> 8",
        "__n__:value = '7'",
        "__f__:value < 2.6",
        "__s__:value = 'quarantine-999'",
        "__s__:value LIKE 'quar%'",
        "__s__:value LIKE '%-99_'",
        "__s__:value NOT LIKE 'vlan%'",
        "__n__:value IN (1, 7, 9)",
        "__s__:value IN ('a', 'quarantine-999')",
        "__n__:value NOT IN (1, 2)",
        "__yes__:value = true",
        "__yes__:value != false",
        "__quote__:value = 'it\\'s'",
        "__empty__:value = ''",
        "NOT __n__:value = 8",
        "__n__:value NOT = 8",
        "(__n__:value = 7)",
        "[__n__:value = 7]",
        "EXISTS __n__:value",
        "NOT EXISTS __dark__:value",
        "__n__:value > __f__:value",
        "__n__:value = 8 AND __f__:value = 1 OR __n__:value = 7",
        "__n__:value = 7 OR __n__:value = 8 AND __n__:value = 9",
    };

    (void)state;
    check_all(expr, ARRAY_LEN(expr), stix, COND_TRUE);
}

static void false_expressions_are_false(void **state)
{
    static const char *const expr[] = {
        "__n__:value = 8",
        "__n__:value < 7",
        "__s__:value = 'QUARANTINE-999'",
        "__s__:value LIKE 'quarantine'",
        "__s__:value LIKE '_'",
        "__n__:value IN (1)",
        "__yes__:value = false",
        "(__n__:value = 7 OR __n__:value = 8) AND __n__:value = 9",
        "NOT (__n__:value = 7)",
    };

    (void)state;
    check_all(expr, ARRAY_LEN(expr), stix, COND_FALSE);
}

static void whatever_cannot_be_decided_is_an_error(void **state)
{
    static const char *const expr[] = {
        "",
        "   ",
        "__n__:value",
        "__n__ = 7",
        "__n__:value =",
        "__n__:value = 7 AND",
        "__n__:value = 7 OR OR __n__:value = 8",
        "(__n__:value = 7",
        "__n__:value = 7)",
        "[__n__:value = 7)",
        "__n__:value = 'open",
        "__n__:value = 7 8",
        "__n__:value & 7",
        "__n__:value = seven",
        "__n__:value = 0x7",
        "__n__:value IN 7",
        "__n__:value IN (7",
        "__n__:value IN (7]",
        "__n__:value IN ()",
        "__n__:value LIKE 7",
        "__n__:value = 7 and __n__:value = 7",
        "7 = __n__:value",
        "__gone__:value = 7",
        "__dark__:value = 7",
        "__s__:value > 5",
        "__s__:value = true",
        "__yes__:value > true",
        "__n__:value MATCHES '7'",
        "__n__:value ISSUBSET '10.0.0.0/8'",
        // an error anywhere is an error, whatever the other side says
        "__n__:value = 7 OR __gone__:value = 7",
        "__n__:value = 8 AND __s__:value > 5",
        "tool_state = 'productive'",
        "__n__:value = 7\n;",
    };

    (void)state;
    check_all(expr, ARRAY_LEN(expr), stix, COND_ERROR);
}

static void limits_read_bare_names_words_and_durations(void **state)
{
    static const char *const yes[] = {"tool_state = productive", "lots_in_process <= 3",
                                      "qtime_left < 30m", "qtime_left > 29m",
                                      "tool_state IN (standby, productive)"};
    static const char *const no[] = {"tool_state != productive", "lots_in_process <= 2",
                                     "qtime_left > 30m"};
    static const char *const bad[] = {"tool_sate != productive", "pm_open = true", "tool_state > 5",
                                      "lots_in_process <= few", "productive"};

    (void)state;
    check_all(yes, ARRAY_LEN(yes), limit, COND_TRUE);
    check_all(no, ARRAY_LEN(no), limit, COND_FALSE);
    check_all(bad, ARRAY_LEN(bad), limit, COND_ERROR);
}

static void depth_and_length_are_bounded(void **state)
{
    static char deep[COND_MAX + 2];
    size_t n = 0;
    struct err err = ERR_INIT;

    (void)state;
    for (; n < 400; n++) {
        deep[n] = '(';
    }
    assert_int_equal(cond_eval(span_str(deep), COND_STIX, look, NULL, NULL, &err), COND_ERROR);
    assert_string_equal(err.code, "cond.depth");
    err = ERR_INIT;
    memset(deep, ' ', sizeof(deep));
    assert_int_equal(cond_eval(span_of(deep, COND_MAX + 1), COND_STIX, look, NULL, NULL, &err),
                     COND_ERROR);
    assert_string_equal(err.code, "cond.bound");
}

static void a_check_needs_names_but_no_values(void **state)
{
    (void)state;
    assert_int_equal(cond_check(SPAN_LIT("__dark__:value = 7"), COND_STIX, look, NULL, NULL), 0);
    assert_true(cond_check(SPAN_LIT("__gone__:value = 7"), COND_STIX, look, NULL, NULL) < 0);
    assert_true(cond_check(SPAN_LIT("__dark__:value = "), COND_STIX, look, NULL, NULL) < 0);
}

static void names_that_were_read_are_told_with_their_values(void **state)
{
    struct cond_seen seen;

    (void)state;
    cond_eval(SPAN_LIT("lots_in_process <= 2 AND tool_state = standby"), COND_LIMIT, look, NULL,
              &seen, NULL);
    assert_int_equal(seen.n, 2);
    assert_true(span_eq_str(seen.at[0].name, "lots_in_process"));
    assert_string_equal(seen.at[0].value, "3");
    assert_string_equal(seen.at[1].value, "productive");
}

// Every prefix and every single-byte change of a long expression ends with a verdict.
static void broken_texts_end_with_a_verdict(void **state)
{
    static const char expr[] = "NOT (__n__:value IN (1, 7) AND [__s__:value LIKE '%x\\'_'] OR "
                               "__f__:value <= -2.5) AND EXISTS __yes__:value";
    char text[sizeof(expr)];

    (void)state;
    for (size_t n = 0; n <= strlen(expr); n++) {
        char *copy = malloc(n + 1);

        assert_non_null(copy);
        memcpy(copy, expr, n);
        assert_in_range(cond_eval(span_of(copy, n), COND_STIX, look, NULL, NULL, NULL), COND_FALSE,
                        COND_ERROR);
        free(copy);
    }
    for (size_t i = 0; i < strlen(expr); i++) {
        for (int c = 0; c < 256; c++) {
            memcpy(text, expr, sizeof(expr));
            text[i] = (char)c;
            assert_in_range(
                cond_eval(span_of(text, strlen(expr)), COND_STIX, look, NULL, NULL, NULL),
                COND_FALSE, COND_ERROR);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(true_expressions_are_true),
        cmocka_unit_test(false_expressions_are_false),
        cmocka_unit_test(whatever_cannot_be_decided_is_an_error),
        cmocka_unit_test(limits_read_bare_names_words_and_durations),
        cmocka_unit_test(depth_and_length_are_bounded),
        cmocka_unit_test(a_check_needs_names_but_no_values),
        cmocka_unit_test(names_that_were_read_are_told_with_their_values),
        cmocka_unit_test(broken_texts_end_with_a_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
