// test_data.c - the decoder on third-party input with known answers (../shared/data).
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <jansson.h>

#include "core/base/hash.h"
#include "core/base/jsonw.h"
#include "core/base/ydoc.h"
#include "core/decode/print.h"
#include "core/frame/frame.h"
#include "tests/core/decode/own.h"

#define DATA "../shared/data"

static const ntime_t received = 1795140000000000000; // 2026-11-20T02:00:00Z

// Fails with a sentence when the data are not there.
static struct span need_file(const char *path)
{
    struct span s = file_read(path);

    if (!s.p) {
        fail_msg("cannot run without %s (the shared test data)", path);
    }
    return s;
}

static json_t *need_json(const char *path)
{
    struct span s = need_file(path);
    json_error_t e;
    json_t *j = json_loadb(s.p, s.n, JSON_ALLOW_NUL, &e);

    free((void *)(uintptr_t)s.p);
    assert_non_null(j);
    return j;
}

static void run(const char *format, struct span raw, struct event *ev)
{
    struct decode_in in = {.raw = raw, .received = received, .format = format};

    decode(dec, &in, ev);
}

static struct span json_span(const json_t *j)
{
    return span_of(json_string_value(j), json_string_length(j));
}

// Expected part of a syslog case against the field of the same name.
static void check_part(const struct event *ev, const char *name, const json_t *want,
                       struct span input)
{
    struct fval v = {0};
    size_t n = event_values(ev, span_str(name), &v, 1);

    if (json_is_null(want)) {
        return;
    }
    if (n == 0 && json_is_string(want) && json_string_length(want) == 0) {
        return;
    }
    if (n == 0 ||
        (json_is_string(want) ? !span_eq(v.s, json_span(want)) : v.i != json_integer_value(want))) {
        fail_msg("%s is \"" SPAN_FMT "\" in: " SPAN_FMT, name, SPAN_ARG(v.s), SPAN_ARG(input));
    }
}

static void check_structured_data(const struct event *ev, json_t *want, struct span input)
{
    const char *id, *param;
    json_t *element, *value;

    json_object_foreach(want, id, element)
    {
        json_object_foreach(element, param, value)
        {
            char name[300];

            (void)snprintf(name, sizeof(name), "structured_data.%s.%s", id, param);
            check_part(ev, name, value, input);
        }
    }
}

static struct span from_hex(struct span hex, unsigned char *out, size_t size)
{
    assert_true(hex.n > 0 && hex.n / 2 <= size && hex_get(hex, out, hex.n / 2));
    return span_of((const char *)out, hex.n / 2);
}

static size_t check_syslog_cases(const char *path)
{
    static const char *const parts[] = {"priority", "facility", "severity", "version", "hostname",
                                        "appname",  "procid",   "msgid",    "message"};
    json_t *cases = need_json(path), *c;
    size_t i, checked = 0;

    json_array_foreach(cases, i, c)
    {
        json_t *input = json_object_get(c, "input"), *want = json_object_get(c, "expected");
        bool valid = json_is_true(json_object_get(c, "valid"));
        unsigned char bytes[512];
        struct span text;
        struct event ev;

        text = json_is_string(input)
                   ? json_span(input)
                   : from_hex(json_span(json_object_get(c, "input_hex")), bytes, sizeof(bytes));
        run("syslog", text, &ev);
        if (valid != !ev.error[0]) {
            fail_msg("case %zu: valid is %d, error is \"%s\": " SPAN_FMT, i, valid, ev.error,
                     SPAN_ARG(text));
        }
        for (size_t k = 0; want && k < ARRAY_LEN(parts); k++) {
            if (json_object_get(want, parts[k])) {
                check_part(&ev, parts[k], json_object_get(want, parts[k]), text);
            }
        }
        check_structured_data(&ev, json_object_get(want, "structured_data"), text);
        checked++;
    }
    json_decref(cases);
    return checked;
}

static void syslog_verdicts_and_parts_are_those_of_the_cases(void **state)
{
    (void)state;
    assert_true(check_syslog_cases(DATA "/syslog/rfc5424-cases.json") >= 80);
    assert_true(check_syslog_cases(DATA "/syslog/rfc3164-cases.json") >= 4);
}

// ---- JSON test suite

static void json_suite_is_accepted_and_refused_as_named(void **state)
{
    struct dirent **list;
    int n = scandir(DATA "/json/test_parsing", &list, NULL, alphasort);
    size_t wrong = 0, seen = 0;

    (void)state;
    if (n < 0) {
        fail_msg("cannot run without %s", DATA "/json/test_parsing");
    }
    for (int i = 0; i < n; i++) {
        char path[1024];
        const char *name = list[i]->d_name;

        if (name[0] != '.') {
            struct span s;
            struct event ev;

            (void)snprintf(path, sizeof(path), "%s/json/test_parsing/%s", DATA, name);
            s = file_read(path);
            run("json", s, &ev);
            if ((name[0] == 'y' && ev.error[0]) || (name[0] == 'n' && !ev.error[0])) {
                print_message("%s: error is \"%s\"\n", name, ev.error);
                wrong++;
            }
            seen++;
            free((void *)(uintptr_t)s.p);
        }
        free(list[i]);
    }
    free(list);
    assert_true(seen > 100);
    assert_int_equal(wrong, 0);
}

static void json_too_deep_is_an_error_and_no_crash(void **state)
{
    enum { DEEP = 100000 };
    char *text = malloc(2 * DEEP + 10);
    struct event ev;

    (void)state;
    assert_non_null(text);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    run("json", span_of(text, 2 * DEEP), &ev);
    assert_string_equal(ev.error, "JSON at byte 65: nested deeper than 64 levels");
    assert_int_equal(ev.kind, KIND_RAW);
    for (int i = 0; i < DEEP / 5; i++) {
        memcpy(text + (size_t)i * 5, "{\"a\":", 5);
    }
    run("auto", span_of(text, DEEP), &ev);
    assert_int_equal(ev.kind, KIND_RAW);
    assert_true(ev.error[0]);
    assert_int_equal(ev.raw.n, DEEP);
    free(text);
}

// ---- Suricata

static size_t leaves;
// The judge has no unsigned 64-bit integers: an event with one is read again with all numbers as reals.
static bool reals;

static bool same_value(const json_t *j, const struct fval *v)
{
    switch (json_typeof(j)) {
    case JSON_STRING: return v->type == V_STR && span_eq(v->s, json_span(j));
    case JSON_INTEGER: return v->type == V_INT && v->i == json_integer_value(j);
    case JSON_REAL:
        return (v->type == V_FLOAT || (reals && (v->type == V_INT || v->type == V_UINT))) &&
               strtod(v->s.p, NULL) == json_real_value(j);
    case JSON_TRUE: return v->type == V_BOOL && v->i == 1;
    case JSON_FALSE: return v->type == V_BOOL && v->i == 0;
    case JSON_NULL: return v->type == V_NULL;
    case JSON_OBJECT: return v->type == V_NULL && span_eq_str(v->s, "{}");
    case JSON_ARRAY: return v->type == V_NULL && span_eq_str(v->s, "[]");
    }
    return false;
}

// Every leaf below `j` is among the values under its dotted name.
static void check_leaf(const struct event *ev, const char *name, const json_t *j)
{
    const char *key;
    json_t *child;
    size_t i;
    struct fval v[1024];
    bool found = false;
    size_t n;

    if (json_is_object(j) && json_object_size(j)) {
        json_object_foreach((json_t *)(uintptr_t)j, key, child)
        {
            char path[2048];

            (void)snprintf(path, sizeof(path), "%s%s%s", name, name[0] ? "." : "", key);
            check_leaf(ev, path, child);
        }
        return;
    }
    if (json_is_array(j) && json_array_size(j)) {
        json_array_foreach(j, i, child)
        {
            check_leaf(ev, name, child);
        }
        return;
    }
    n = event_values(ev, span_str(name), v, ARRAY_LEN(v));
    for (i = 0; i < n && i < ARRAY_LEN(v) && !found; i++) {
        found = same_value(j, &v[i]);
    }
    if (!found) {
        fail_msg("%s is not there as it was written, %zu values", name, n);
    }
    leaves++;
}

static void check_printed(const struct event *ev, json_t *original)
{
    size_t flags = JSON_ALLOW_NUL | (reals ? JSON_DECODE_INT_AS_REAL : 0);
    AUTO_BUF out;
    json_t *line;
    json_error_t e;

    buf_init(&out, 16 << 20);
    decode_print(&out, "f", 1, 1, ev);
    assert_true(buf_ok(&out));
    line = json_loadb(out.p, out.len, flags, &e);
    if (!line) {
        fail_msg("the printed line is no JSON: %s: " SPAN_FMT, e.text, SPAN_ARG(buf_span(&out)));
    }
    assert_true(json_equal(json_object_get(line, "event"), original));
    assert_true(span_eq(json_span(json_object_get(line, "raw")), ev->raw));
    json_decref(line);
}

static size_t check_eve(const char *path, size_t *alerts)
{
    struct span text = file_read(path), rest = text;
    size_t n = 0;

    while (rest.n) {
        struct span line = span_cut(&rest, '\n');
        json_error_t e;
        json_t *j = line.n ? json_loadb(line.p, line.n, JSON_ALLOW_NUL, &e) : NULL;
        struct event ev;
        bool alert;

        if (line.n == 0) {
            continue;
        }
        reals = !j && strstr(e.text, "too big integer");
        if (reals) {
            j = json_loadb(line.p, line.n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &e);
        }
        if (!j) {
            fail_msg("%s: the judge cannot read it: %s", path, e.text);
        }
        run("auto", line, &ev);
        if (strcmp(ev.source, "suricata-eve") != 0 || ev.error[0]) {
            fail_msg("%s: source %s, error \"%s\": " SPAN_FMT, path, ev.source, ev.error,
                     SPAN_ARG(line));
        }
        alert = strcmp(json_string_value(json_object_get(j, "event_type")), "alert") == 0;
        assert_int_equal(alert, ev.kind == KIND_ALERT);
        assert_int_equal(alert, (ev.flags & EVENT_IS_ALERT) != 0);
        *alerts += alert;
        if (json_object_get(j, "flow_id") && !reals) {
            struct fval v;

            assert_int_equal(event_values(&ev, SPAN_LIT("flow_id"), &v, 1), 1);
            assert_int_equal(v.i, json_integer_value(json_object_get(j, "flow_id")));
        }
        check_leaf(&ev, "", j);
        check_printed(&ev, j);
        json_decref(j);
        n++;
    }
    free((void *)(uintptr_t)text.p);
    return n;
}

static void every_leaf_of_every_eve_event_is_reachable_with_its_type(void **state)
{
    struct dirent **list;
    int n = scandir(DATA "/suricata-eve", &list, NULL, alphasort);
    size_t events = 0, alerts = 0;

    (void)state;
    if (n < 0) {
        fail_msg("cannot run without %s", DATA "/suricata-eve");
    }
    for (int i = 0; i < n; i++) {
        char path[1024];

        (void)snprintf(path, sizeof(path), "%s/suricata-eve/%s/eve.json", DATA, list[i]->d_name);
        if (list[i]->d_name[0] != '.') {
            events += check_eve(path, &alerts);
        }
        free(list[i]);
    }
    free(list);
    print_message("%zu events, %zu alerts, %zu leaves\n", events, alerts, leaves);
    assert_true(events > 1000 && alerts > 300);
}

// ---- others

static size_t check_wazuh(const char *path, const char *source)
{
    struct span text = need_file(path), rest = text;
    size_t n = 0;

    while (rest.n) {
        struct span line = span_cut(&rest, '\n'), log;
        size_t equal = span_find_span(line, SPAN_LIT(" pass = "));
        struct event ev;

        if (!span_starts(line, SPAN_LIT("log ")) || equal == line.n) {
            continue;
        }
        log = span_sub(line, equal + 8, line.n);
        run("auto", log, &ev);
        if (strcmp(ev.source, source) != 0) {
            print_message("%s: " SPAN_FMT "\n", ev.source, SPAN_ARG(log));
            n += 1000000;
        }
        n++;
    }
    free((void *)(uintptr_t)text.p);
    return n;
}

static void sshd_and_sudo_lines_are_known(void **state)
{
    size_t n;

    (void)state;
    n = check_wazuh(DATA "/wazuh/sshd.ini", "sshd");
    assert_true(n > 30 && n < 1000000);
    n = check_wazuh(DATA "/wazuh/sudo.ini", "sudo");
    assert_true(n >= 8 && n < 1000000);
}

static void cyberark_json_behind_a_short_header_is_known(void **state)
{
    struct span s = need_file(DATA "/pam-elastic/cyberarkpas-4-user-authentication.log");
    struct event ev;

    (void)state;
    run("auto", span_trim(s), &ev);
    assert_string_equal(ev.source, "cyberark-json");
    assert_string_equal(ev.error, "");
    assert_int_equal(ev.kind, KIND_LOGON_FAILED);
    assert_true(span_eq_str(event_str(&ev, FIELD_EVENT_CODE), "4"));
    assert_true(span_eq_str(event_str(&ev, FIELD_USER_NAME), "Administrator"));
    assert_true(span_eq_str(event_str(&ev, FIELD_SOURCE_IP), "67.43.156.13"));
    free((void *)(uintptr_t)s.p);
}

// A YAML node as JSON: the samples stand in YAML's flow style.
static void put_node(struct jsonw *w, const struct ynode *n, int depth)
{
    bool yes;
    int64_t i;

    assert_true(depth < 20);
    if (n->type == Y_SCALAR) {
        if (y_bool(n, &yes)) {
            jsonw_bool(w, yes);
        } else if (y_int(n, &i)) {
            jsonw_i64(w, i);
        } else {
            jsonw_str(w, n->text);
        }
        return;
    }
    jsonw_open(w, n->type == Y_MAP ? '{' : '[');
    for (size_t k = 0; k < n->n; k++) {
        if (n->type == Y_MAP) {
            jsonw_key(w, n->key[k]);
        }
        put_node(w, n->item[k], depth + 1);
    }
    jsonw_close(w, n->type == Y_MAP ? '}' : ']');
}

static size_t check_teleport(const struct textfile *file)
{
    struct arena arena;
    struct ydocs docs;
    struct err err = ERR_INIT;
    struct ynode *tests;
    size_t n = 0;

    arena_init(&arena, 64 << 20);
    assert_int_equal(ydoc_load(&arena, file->text, file->path, &docs, &err), 0);
    tests = y_get(docs.doc[0], "Tests");
    for (size_t i = 0; tests && i < tests->n; i++) {
        const struct ynode *log = y_get(tests->item[i], "Log");
        struct span name = y_text(y_get(log, "event"));
        AUTO_BUF text;
        struct jsonw w = jsonw_of(&text);
        struct event ev;

        buf_init(&text, 1 << 20);
        put_node(&w, log, 0);
        run("auto", buf_span(&text), &ev);
        assert_string_equal(ev.error, "");
        assert_string_equal(ev.source, "teleport");
        assert_true(span_eq(event_str(&ev, FIELD_EVENT_ACTION), name));
        assert_int_equal(ev.kind == KIND_LOGON, span_eq_str(name, "user.login"));
        assert_false(ev.flags & EVENT_NO_TIME);
        n++;
    }
    arena_free(&arena);
    return n;
}

static void teleport_samples_are_known(void **state)
{
    static struct files ff;
    size_t n = 0;

    (void)state;
    files_load(&ff, DATA "/pam-teleport", ".yml");
    for (size_t i = 0; i < ff.n; i++) {
        n += check_teleport(&ff.f[i]);
    }
    files_free(&ff);
    if (n < 5) {
        fail_msg("cannot run without %s", DATA "/pam-teleport");
    }
}

static void cef_fields_are_those_expected(void **state)
{
    json_t *cases = need_json(DATA "/pam-elastic/cef-sample.json"), *c, *want;
    const char *name;
    size_t i;

    (void)state;
    json_array_foreach(cases, i, c)
    {
        struct event ev;

        run("auto", json_span(json_object_get(c, "line")), &ev);
        assert_string_equal(ev.source, "cef");
        json_object_foreach(json_object_get(c, "expected"), name, want)
        {
            int f = field_of(span_str(name));

            // its severity scale is that product's own; what it calls message is our reason or, of a
            // record that gives none, its Name, which is our action: message is the record as it came
            f = f != FIELD_MESSAGE                           ? f
                : fieldset_has(&ev.mask, FIELD_EVENT_REASON) ? (int)FIELD_EVENT_REASON
                                                             : (int)FIELD_EVENT_ACTION;
            if (f < 0 || f == FIELD_EVENT_SEVERITY) {
                continue;
            }
            if (json_is_string(want) ? !span_eq(event_str(&ev, (enum field)f), json_span(want))
                                     : ev.field[f].i != json_integer_value(want)) {
                fail_msg("%s: \"" SPAN_FMT "\"", name, SPAN_ARG(event_str(&ev, (enum field)f)));
            }
        }
    }
    json_decref(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syslog_verdicts_and_parts_are_those_of_the_cases),
        cmocka_unit_test(json_suite_is_accepted_and_refused_as_named),
        cmocka_unit_test(json_too_deep_is_an_error_and_no_crash),
        cmocka_unit_test(every_leaf_of_every_eve_event_is_reachable_with_its_type),
        cmocka_unit_test(sshd_and_sudo_lines_are_known),
        cmocka_unit_test(cyberark_json_behind_a_short_header_is_known),
        cmocka_unit_test(teleport_samples_are_known),
        cmocka_unit_test(cef_fields_are_those_expected),
    };

    return cmocka_run_group_tests(tests, own_begin, own_end);
}
