// test_conditions.c - conditions, the names that every record has, and ways to cut, as share/doc/SOURCES.md says them.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>

#include "core/base/attr.h"
#include "core/base/textfile.h"
#include "core/decode/decode.h"

static struct event ev;

// One record under a file of one source; "" as its raw text: what load() refuses is a fault of the test.
static void run(const char *file_text, const char *record)
{
    struct textfile file = {"s/t.yaml", span_str(file_text)};
    struct faults faults = {0};
    struct decode_in in = {.raw = span_str(record), .received = 1795140000000000000};
    static struct sourceset *set;
    static struct decoder *dec;

    decoder_free(dec);
    sourceset_free(set);
    set = sourceset_load(&file, 1, &faults);
    if (!set || faults.count) {
        fail_msg("not read: %s", file_text);
    }
    dec = decoder_new(set);
    assert_non_null(dec);
    decode(dec, &in, &ev);
}

static void a_condition_holds_as_it_is_written(void **state)
{
    static const struct {
        const char *condition;
        const char *holds[4], *fails[4]; // records' members
    } cases[] = {
        {"abc",
         {"\"v\":\"abc\""},
         {"\"v\":\"ABC\"", "\"v\":\"abcd\"", "\"w\":\"abc\"", "\"v\":null"}},
        {"7", {"\"v\":7", "\"v\":\"7\""}, {"\"v\":70", "\"v\":\"07\""}},
        {"\"ab*\"", {"\"v\":\"ab\"", "\"v\":\"abc\""}, {"\"v\":\"xab\"", "\"v\":\"a\""}},
        {"\"*ab\"", {"\"v\":\"ab\"", "\"v\":\"xab\""}, {"\"v\":\"abx\""}},
        {"\"*ab*\"", {"\"v\":\"ab\"", "\"v\":\"xaby\""}, {"\"v\":\"axb\"", "\"v\":\"\""}},
        {"\"a*b*c\"",
         {"\"v\":\"abc\"", "\"v\":\"aXbYc\"", "\"v\":\"abbcc\""},
         {"\"v\":\"acb\"", "\"v\":\"ab\""}},
        {"5..10",
         {"\"v\":5", "\"v\":10", "\"v\":\"7\""},
         {"\"v\":4", "\"v\":11", "\"v\":\"x\"", "\"v\":7.5"}},
        {"\">=5\"", {"\"v\":5", "\"v\":9999999999"}, {"\"v\":4", "\"v\":-5"}},
        {"\"<=5\"", {"\"v\":5", "\"v\":-9"}, {"\"v\":6", "\"v\":\"\""}},
        {"\"*\"", {"\"v\":\"x\"", "\"v\":0"}, {"\"w\":1", "\"v\":null"}},
        {"\"!*\"", {"\"w\":1", "\"v\":null", "\"v\":\"\""}, {"\"v\":\"x\"", "\"v\":0"}},
        {"\"!abc\"", {"\"v\":\"abcd\"", "\"w\":1"}, {"\"v\":\"abc\""}},
        {"\"!ab*\"", {"\"v\":\"xab\"", "\"w\":1"}, {"\"v\":\"abc\""}},
        {"[a, \"b*\"]",
         {"\"v\":\"a\"", "\"v\":\"bc\"", "\"v\":[\"x\",\"a\"]"},
         {"\"v\":\"c\"", "\"v\":\"ab\""}},
        {"[\"*\", \"!a*\", \"!*z\"]", {"\"v\":\"b\""}, {"\"v\":\"ab\"", "\"v\":\"bz\"", "\"w\":1"}},
        {"[\"!a\", \"!b\"]", {"\"v\":\"c\"", "\"w\":1"}, {"\"v\":\"a\"", "\"v\":\"b\""}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t k = 0; k < 8; k++) {
            const char *members = k < 4 ? cases[i].holds[k] : cases[i].fails[k - 4];
            char file[400], record[100];

            if (!members) {
                continue;
            }
            (void)snprintf(file, sizeof(file),
                           "name: t\ngroup: os\nmechanism: json\n"
                           "kinds:\n  - {when: {v: %s}, kind: logon}\n",
                           cases[i].condition);
            (void)snprintf(record, sizeof(record), "{%s}", members);
            run(file, record);
            if ((ev.kind == KIND_LOGON) != (k < 4)) {
                fail_msg("%s of %s: %s", cases[i].condition, record,
                         k < 4 ? "does not hold" : "holds");
            }
        }
    }
}

// All conditions of a row must hold; the first row that holds is taken.
static void rows_are_asked_in_order(void **state)
{
    static const char file[] = "name: t\ngroup: os\nmechanism: json\nkinds:\n"
                               "  - {when: {a: 1, b: 2}, kind: logon}\n"
                               "  - {when: {a: 1}, kind: logoff}\n"
                               "  - {kind: flow}\n";

    (void)state;
    run(file, "{\"a\":1,\"b\":2}");
    assert_int_equal(ev.kind, KIND_LOGON);
    run(file, "{\"a\":1,\"b\":3}");
    assert_int_equal(ev.kind, KIND_LOGOFF);
    run(file, "{\"b\":2}");
    assert_int_equal(ev.kind, KIND_FLOW);
}

static void every_record_has_some_names(void **state)
{
    static const char file[] =
        "name: t\ngroup: os\nmechanism: syslog\nmatch: {apps: [\"ap*\"]}\n"
        "map:\n  user.name: \"@app\"\n  agent.name: \"@host\"\n  event.code: \"@severity\"\n"
        "  event.reason: \"@text\"\n  event.id: \"@record\"\n"
        "kinds:\n  - {when: {\"@severity\": error, \"@text\": \"*two\"}, kind: logon}\n";

    (void)state;
    run(file, "<27>Nov 20 01:59:58 h7 app[12]: one two");
    assert_true(span_eq_str(event_str(&ev, FIELD_USER_NAME), "app"));
    assert_true(span_eq_str(event_str(&ev, FIELD_AGENT_NAME), "h7"));
    assert_true(span_eq_str(event_str(&ev, FIELD_EVENT_CODE), "error"));
    assert_true(span_eq_str(event_str(&ev, FIELD_EVENT_REASON), "one two"));
    assert_true(
        span_eq_str(event_str(&ev, FIELD_EVENT_ID), "<27>Nov 20 01:59:58 h7 app[12]: one two"));
    assert_int_equal(ev.kind, KIND_LOGON);
    run(file, "<30>Nov 20 01:59:58 h7 bapp[12]: one two"); // another program's
    assert_string_equal(ev.source, "raw");
}

static void values_are_cut_as_said(void **state)
{
    static const struct {
        const char *cut, *value, *fields; // of the JSON text `value`; the fields that are new
    } cases[] = {
        {"{field: v}", "\"a=1 b='two words' c=x y\"", "v.a=1|v.b=two words|v.c=x|"},
        {"{field: v, runs: true}", "\"a=1 b=two words c=x y\"", "v.a=1|v.b=two words|v.c=x y|"},
        {"{field: v, brackets: true}", "\"a=[1 2] b=(x y) c={z}\"", "v.a=[1 2]|v.b=(x y)|v.c={z}|"},
        {"{field: v, separator: \", \", assign: \": \"}", "\"a: 1, b: x y\"", "v.a=1|v.b=x y|"},
        {"{field: v, separator: \"\\\\r\\\\n\"}", "\"a=1\\\\r\\\\nb=2\"", "v.a=1|v.b=2|"},
        {"{field: v, prefix: p}", "\"a=1\"", "p.a=1|"},
        {"{field: v, prefix: \"\"}", "\"a=1\"", "a=1|"},
        {"{field: v, as: json}", "\"{\\\"a\\\":{\\\"b\\\":1}}\"", "v.a.b=1|"},
        {"{field: v, as: json}", "\"no JSON\"", ""},
        {"{field: v, as: xml}", "\"<e><a>1</a><Data Name='b'>2</Data></e>\"", "v.a=1|v.b=2|"},
        {"{field: v, as: cef}", "\"CEF:0|V|P|1|7|N|3|src=10.0.0.1\"",
         "v.CEFVersion=0|v.DeviceVendor=V|v.DeviceProduct=P|v.DeviceVersion=1|v.DeviceEventClassID="
         "7|"
         "v.Name=N|v.Severity=3|v.src=10.0.0.1|"},
        {"{field: v, as: leef}", "\"LEEF:1.0|V|P|1|7|src=10.0.0.1\\tsev=3\"",
         "v.LEEFVersion=1.0|v.Vendor=V|v.Product=P|v.Version=1|v.EventID=7|v.src=10.0.0.1|v.sev="
         "3|"},
        {"{field: v, as: csv, columns: [a, \"-\", \"\", b]}",
         "\"1,2,3,\\\"x,\\\"\\\"y\\\"\\\"\\\"\"", "v.a=1|v.b=x,\"y\"|"},
        {"{field: v, as: csv, separator: \";\", columns: [a, \"rest*\"]}", "\"1;2;3\"",
         "v.a=1|v.rest=2;3|"},
        {"{field: v, take: {after: \": \"}}", "\"a=0: b=1\"", "v.b=1|"},
        {"{field: v, when: {w: 1}}", "\"a=1\"", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char file[400], record[300], got[400];
        size_t used = 0;

        (void)snprintf(file, sizeof(file), "name: t\ngroup: os\nmechanism: json\ncut:\n  - %s\n",
                       cases[i].cut);
        (void)snprintf(record, sizeof(record), "{\"v\":%s}", cases[i].value);
        run(file, record);
        assert_string_equal(ev.source, "t");
        got[0] = '\0';
        for (size_t k = 1; k < ev.nokv; k++) {
            used += (size_t)snprintf(got + used, sizeof(got) - used, SPAN_FMT "=" SPAN_FMT "|",
                                     SPAN_ARG(ev.okv[k].name), SPAN_ARG(ev.okv[k].v.s));
            assert_true(used < sizeof(got));
        }
        if (strcmp(got, cases[i].fields) != 0) {
            fail_msg("%s of %s gives %s, not %s", cases[i].cut, cases[i].value, got,
                     cases[i].fields);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_holds_as_it_is_written),
        cmocka_unit_test(rows_are_asked_in_order),
        cmocka_unit_test(every_record_has_some_names),
        cmocka_unit_test(values_are_cut_as_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
