// test_load.c - a broken source file is refused with its place, and templates match as they say.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/decode/template.h"
#include "tests/core/decode/files.h"

#define HEAD "name: x\ngroup: os\nmechanism: json\n"

struct heard {
    struct err first;
    size_t n;
};

static void hear(void *ctx, const struct err *err)
{
    struct heard *h = ctx;

    if (h->n++ == 0) {
        h->first = *err;
    }
}

static void refused(const char *text, unsigned line, const char *code)
{
    struct textfile files[] = {{"dir/x.yaml", span_str(text)},
                               {"dir/ok.yaml", SPAN_LIT("name: ok\ngroup: os\nmechanism: json\n")}};
    struct heard h = {0};
    struct faults faults = {.say = hear, .ctx = &h};
    struct sourceset *s = sourceset_load(files, 2, &faults);

    assert_non_null(s);
    assert_int_equal(faults.count, 1);
    assert_string_equal(h.first.path, "dir/x.yaml");
    assert_string_equal(h.first.code, code);
    assert_int_equal(h.first.line, line);
    assert_true(h.first.col > 0);
    assert_int_equal(sourceset_count(s), 1); // the other one stands
    assert_string_equal(sourceset_name(s, 0), "ok");
    sourceset_free(s);
}

static void every_fault_names_path_line_and_reason(void **state)
{
    (void)state;
    refused(HEAD "patterns:\n  - {field: a, text: x}\n  - {field: b, text: x}\n"
                 "  - {field: c, text: x}\n  - {field: a, text: y}\n  - {text: x}\n"
                 "  - {field: d, text: x}\n",
            5, "source.pattern");
    refused("name: x\ngroup: os\n", 1, "yaml.missing");
    refused("name: y\ngroup: os\nmechanism: json\n", 1, "source.name");
    refused("name: x\ngroup: us\nmechanism: json\n", 2, "source.word");
    refused("name: x\ngroup: os\nmechanism: xyz\n", 3, "source.word");
    refused(HEAD "colour: red\n", 4, "yaml.unknown");
    refused(HEAD "map:\n  user.nam: u\n", 5, "source.field");
    refused(HEAD "map:\n  user.name: {from: u, take: half}\n", 5, "source.take");
    refused(HEAD "map:\n  user.name: {take: all}\n", 5, "source.missing");
    refused(HEAD "constants:\n  source.port: many\n", 5, "source.value");
    refused(HEAD "kinds:\n  - when: {a: b}\n    kind: no.such\n", 6, "source.kind");
    refused(HEAD "kinds:\n  - kind: other\n    whem: {a: b}\n", 6, "source.field");
    refused(HEAD "switch:\n  - {on: a, rows: elsewhere}\n", 5, "source.switch");
    refused(HEAD "rows:\n  r: {1: {kind: no.such}}\n", 5, "source.kind");
    refused(HEAD "cut:\n  - {field: l, as: members, key: n}\n", 5, "source.cut");
    refused(HEAD "guess: 3\n", 4, "source.type");
    refused(HEAD "kinds: other\n", 4, "source.type");
    refused(HEAD "severity: {field: s, range: [1]}\n", 4, "source.severity");
    refused(HEAD "severity: {field: s, values: {high: 101}}\n", 4, "source.severity");
    refused(HEAD "time:\n  - {field: t, format: tuesday}\n", 5, "source.format");
    refused(HEAD "patterns:\n  - text: \"a {b c\"\n    kind: other\n", 5, "source.template");
    refused(HEAD "patterns:\n  - text: \"a {user.nam} c\"\n    kind: other\n", 5, "source.field");
    refused(HEAD "samples:\n  - raw: x\n", 5, "yaml.missing");
    refused(HEAD "match: {fields: [a]}\n", 4, "source.type");
    refused("- a\n", 1, "source.type");
    refused("a: [\n", 2, "yaml.syntax");
    refused("", 1, "source.documents");
    refused("text\n", 1, "source.type");
}

// Rows of shared tables: the file's name begins with '_'.
static void a_field_has_so_many_rows_of_names(void **state)
{
    static const struct {
        const char *rows, *code;
    } cases[] = {
        {"[{names: [a]}, {names: [b], values: {x: y}}]", ""},
        {"[{names: [a]}, {names: [b]}, {names: [c]}, {names: [d]}, {names: [e]}]", ""},
        {"[{names: [a]}, {names: [b]}, {names: [c]}, {names: [d]}, {names: [e]}, {names: [f]}]",
         "source.alias"},
        {"[{names: [a]}, {values: {x: y}}]", "source.alias"},
        {"[{names: [a]}, b]", "source.type"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[300];
        struct textfile file = {"dir/_x.yaml", SPAN_NONE};
        struct heard h = {0};
        struct faults faults = {.say = hear, .ctx = &h};
        struct sourceset *s;

        (void)snprintf(text, sizeof(text), "aliases:\n  user.name: %s\n", cases[i].rows);
        file.text = span_str(text);
        s = sourceset_load(&file, 1, &faults);
        assert_int_equal(faults.count, *cases[i].code ? 1 : 0);
        if (h.n) {
            assert_string_equal(h.first.code, cases[i].code);
            assert_int_equal(h.first.line, 2);
        }
        sourceset_free(s);
    }
}

static void one_name_is_one_source(void **state)
{
    struct textfile files[] = {{"a/x.yaml", SPAN_LIT(HEAD)}, {"b/x.yaml", SPAN_LIT(HEAD)}};
    struct heard h = {0};
    struct faults faults = {.say = hear, .ctx = &h};
    struct sourceset *s = sourceset_load(files, 2, &faults);

    (void)state;
    assert_int_equal(faults.count, 1);
    assert_string_equal(h.first.path, "b/x.yaml");
    assert_string_equal(h.first.code, "source.twice");
    sourceset_free(s);
}

static void a_sample_that_is_not_met_is_a_fault(void **state)
{
    struct textfile file = {"x.yaml",
                            SPAN_LIT(HEAD "map: {user.name: u}\nkinds:\n  - kind: logon\nsamples:\n"
                                          "  - raw: '{\"u\":\"a\"}'\n    kind: logon\n"
                                          "    fields: {user.name: a}\n"
                                          "  - raw: '{\"u\":\"a\"}'\n    kind: logoff\n"
                                          "    fields: {user.name: b}\n")};
    struct heard h = {0};
    struct faults faults = {.say = hear, .ctx = &h};
    struct sourceset *s = sourceset_load(&file, 1, &faults);

    (void)state;
    assert_int_equal(faults.count, 0);
    assert_int_equal(sourceset_selftest(s, &faults), 1);
    assert_int_equal(faults.count, 2);
    assert_string_equal(h.first.code, "sample.kind");
    assert_int_equal(h.first.line, 11);
    sourceset_free(s);
}

static bool fits(const char *template, const char *text, struct span *value)
{
    struct template t;
    struct err err = ERR_INIT;

    assert_int_equal(template_parse(span_str(template), &t, &err), 0);
    return template_match(&t, span_str(text), value);
}

static void holes_take_what_they_say(void **state)
{
    struct span v[TEMPLATE_PARTS];

    (void)state;
    assert_true(fits("a {user.name} b", "a x b", v) && span_eq_str(v[0], "x"));
    assert_true(fits("a {user.name} b", "a x b b", v) && span_eq_str(v[0], "x b"));
    assert_false(fits("a {user.name} b", "a  b", v)); // a field hole takes at least one byte
    assert_true(fits("a {_} b", "a  b", v));
    assert_true(fits("{user.name} from {source.ip}", "x from y from z", v));
    assert_true(span_eq_str(v[0], "x") && span_eq_str(v[1], "y from z"));
    assert_true(fits("{user.name*} from {source.ip}", "x from y from z", v));
    assert_true(span_eq_str(v[0], "x from y") && span_eq_str(v[1], "z"));
    assert_true(fits("port {source.port}", "port 65535", v));
    assert_false(fits("port {source.port}", "port 22a", v));
    assert_false(fits("port {source.port}", "Port 22", v));
    assert_true(fits("exact", "exact", v));
    assert_false(fits("exact", "exactly", v));
}

static void broken_templates_are_refused(void **state)
{
    static const char too_many[] = "{_} {_} {_} {_} {_} {_} {_} {_} {_} {_} {_} {_} {_} {_} {_} "
                                   "{_} {_} {_} {_} {_} {_} {_} {_} "
                                   "{_} {_}";
    static const char *const bad[] = {"",   "{user.name", "user}", "{_}{_}", "{user.name*} {_*}",
                                      "{}", "{no.such}",  too_many};
    struct template t;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = ERR_INIT;

        assert_true(template_parse(span_str(bad[i]), &t, &err) < 0);
        assert_true(err.msg[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_names_path_line_and_reason),
        cmocka_unit_test(a_field_has_so_many_rows_of_names),
        cmocka_unit_test(one_name_is_one_source),
        cmocka_unit_test(a_sample_that_is_not_met_is_a_fault),
        cmocka_unit_test(holes_take_what_they_say),
        cmocka_unit_test(broken_templates_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
