// test_take.c - every way to take something of a value, as share/doc/SOURCES.md and take.def say it.
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

#define PAN "{\"v\":\"uid=jo,ou=x,dc=y\"}"

static const struct {
    const char *take, *record, *want; // `v` is the field
} cases[] = {
    {"all", "{\"v\":\" a b \"}", " a b "},
    {"host", "{\"v\":\"10.0.0.1:443\"}", "10.0.0.1"},
    {"host", "{\"v\":\"[2001:db8::1]:443\"}", "2001:db8::1"},
    {"host", "{\"v\":\"2001:db8::1\"}", "2001:db8::1"},
    {"host", "{\"v\":\"srv1\"}", "srv1"},
    {"port", "{\"v\":\"10.0.0.1:443\"}", "443"},
    {"port", "{\"v\":\"[2001:db8::1]:8443\"}", "8443"},
    {"port", "{\"v\":\"2001:db8::1\"}", ""},
    {"port", "{\"v\":\"srv1\"}", ""},
    {"lower", "{\"v\":\"AbC-1\\u00c4\"}", "abc-1\xC3\x84"},
    {"upper", "{\"v\":\"AbC-1\"}", "ABC-1"},
    {"time", "{\"v\":\"2026-11-20T03:00:00+01:00\"}", "2026-11-20T02:00:00.000000Z"},
    {"time", "{\"v\":\"1601-01-01T00:00:00Z\"}", ""}, // how Windows writes that there is none
    {"time", "{\"v\":\"soon\"}", ""},
    {"join", "{\"v\":[\"a\",\"\",null,\"b\",1]}", "a b 1"},
    {"list", "{\"v\":[\"a\",\"b\"]}", "a,b"},
    {"last", "{\"v\":[\"a\",\"b\",null]}", "b"},
    {"base", "{\"v\":\"C:\\\\a\\\\b.exe\"}", "b.exe"},
    {"base", "{\"v\":\"/usr/bin/nc\"}", "nc"},
    {"base", "{\"v\":\"nc\"}", "nc"},
    {"base", "{\"v\":\"/usr/\"}", ""},
    {"dir", "{\"v\":\"/usr/bin/nc\"}", "/usr/bin/"},
    {"dir", "{\"v\":\"nc\"}", ""},
    {"path", "{\"v\":\"/usr/bin/nc\"}", "/usr/bin/nc"},
    {"path", "{\"v\":\"nc\"}", ""},
    {"ip", "{\"v\":\"::ffff:10.0.0.1\"}", "10.0.0.1"},
    {"ip", "{\"v\":\"fe80::1\"}", "fe80::1"},
    {"ip", "{\"v\":\"10.0.0.256\"}", ""},
    {"ip", "{\"v\":\"srv1\"}", ""},
    {"name", "{\"v\":\"srv1\"}", "srv1"},
    {"name", "{\"v\":\"10.0.0.1\"}", ""},
    {"letters", "{\"v\":\"https\"}", "https"},
    {"letters", "{\"v\":\"49000\"}", ""},
    {"letters", "{\"v\":\"true\"}", ""},
    {"letters", "{\"v\":\"6f9619ff-8b86-d011-b42d-00cf4fc964ff\"}", ""},
    {"mac", "{\"v\":\"00-1A-2b-3C-4d-5E\"}", "00:1a:2b:3c:4d:5e"},
    {"mac", "{\"v\":\"001a.2b3c.4d5e\"}", "00:1a:2b:3c:4d:5e"},
    {"mac", "{\"v\":\"00:1a:2b:3c:4d\"}", ""},
    {"mac", "{\"v\":\"00:1a:2b:3c:4d:5e:6f\"}", ""},
    {"user", "{\"v\":\"FAB\\\\jo\"}", "jo"},
    {"user", "{\"v\":\"FAB\\\\\\\\jo\"}", "jo"},
    {"user", "{\"v\":\"jo@fab.example\"}", "jo"},
    {"user", "{\"v\":\"jo\"}", "jo"},
    {"domain", "{\"v\":\"FAB\\\\jo\"}", "FAB"},
    {"domain", "{\"v\":\"jo@fab.example\"}", "fab.example"},
    {"domain", "{\"v\":\"jo\"}", ""},
    {"hex", "{\"v\":\"6E63002D6C\"}", "nc -l"},
    {"hex", "{\"v\":\"nc -l\"}", "nc -l"},
    {"int", "{\"v\":\"0x1a4\"}", "420"},
    {"int", "{\"v\":\"007\"}", "7"},
    {"int", "{\"v\":\"12 ms\"}", "12"},
    {"int", "{\"v\":\"0xffffffffffffffff\"}", "18446744073709551615"},
    {"int", "{\"v\":\"many\"}", ""},
    {"first", "{\"v\":\"tcp syn\"}", "tcp"},
    {"strip", "{\"v\":\"['root']\"}", "root"},
    {"strip", "{\"v\":\"'root\"}", "'root"},
    {"url.scheme", "{\"v\":\"https://jo@srv.example:8443/a/b?c=d#e\"}", "https"},
    {"url.domain", "{\"v\":\"https://jo@srv.example:8443/a/b?c=d#e\"}", "srv.example"},
    {"url.port", "{\"v\":\"https://jo@srv.example:8443/a/b?c=d#e\"}", "8443"},
    {"url.path", "{\"v\":\"https://jo@srv.example:8443/a/b?c=d#e\"}", "/a/b"},
    {"url.query", "{\"v\":\"https://jo@srv.example:8443/a/b?c=d#e\"}", "c=d"},
    {"url.path", "{\"v\":\"/a?b\"}", "/a"},
    {"url.domain", "{\"v\":\"/a?b\"}", ""},
    {"url.scheme", "{\"v\":\"srv.example/a\"}", ""},
    {"url.domain", "{\"v\":\"srv.example/a\"}", "srv.example"},
    {"dn.name", PAN, "jo"},
    {"dn.name", "{\"v\":\"CN=Jo\\\\, B.,OU=x\"}", "Jo\\, B."},
    {"dn.name", "{\"v\":\"ou=x\"}", ""},
    {"dn.domain", PAN, "x.y"},
    {"execve", "{\"v\":\"argc=3 a0=\\\"nc\\\" a1=\\\"-lp\\\" a2=3434203434\"}", "nc -lp 44 44"},
    {"execve", "{\"v\":\"a0=\\\"x\\\" a1_len=9 a1[0]=\\\"ab\\\" a1[1]=\\\"cd\\\"\\na0=no\"}",
     "x abcd"},
    {"{words: codes}", "{\"v\":\"%%1, %%9\"}", "READ, %%9"},
    {"{words: codes}", "{\"v\":\"%%9\"}", ""},
    {"{split: \", \", at: 1}", "{\"v\":\"a, b, c\"}", "b"},
    {"{split: \", \"}", "{\"v\":\"a, b, c\"}", "a"},
    {"{split: \", \", at: -1}", "{\"v\":\"a, b, c\"}", "c"},
    {"{split: \", \", at: 3}", "{\"v\":\"a, b, c\"}", ""},
    {"{trim: \"' \"}", "{\"v\":\" 'a b' \"}", "a b"},
    {"{after: \": \"}", "{\"v\":\"a: b: c\"}", "b: c"},
    {"{after: \": \"}", "{\"v\":\"a\"}", ""},
    {"{before: \": \"}", "{\"v\":\"a: b: c\"}", "a"},
    {"{before: \": \"}", "{\"v\":\"a\"}", "a"},
    {"{not: \"-\"}", "{\"v\":\"-\"}", ""},
    {"{not: \"-\"}", "{\"v\":\"--\"}", "--"},
    {"{prefix: \"zeek.\"}", "{\"v\":\"conn\"}", "zeek.conn"},
    {"{suffix: \"!\"}", "{\"v\":\"a\"}", "a!"},
    {"[lower, {before: \"/\"}]", "{\"v\":\"TCP/443\"}", "tcp"},
    {"[{after: \":\"}, int]", "{\"v\":\"pid:x\"}", ""},
};

static void a_value_is_taken_as_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[400];
        struct textfile file = {"s/t.yaml", SPAN_NONE};
        struct faults faults = {0};
        struct decode_in in = {.raw = span_str(cases[i].record), .received = 1795140000000000000};
        struct sourceset *set;
        struct decoder *dec;
        static struct event ev;

        (void)snprintf(text, sizeof(text),
                       "name: t\ngroup: os\nmechanism: json\ntables:\n  codes: {\"%%%%1\": READ}\n"
                       "map:\n  user.name: {from: v, take: %s}\n",
                       cases[i].take);
        file.text = span_str(text);
        set = sourceset_load(&file, 1, &faults);
        if (!set || faults.count) {
            fail_msg("not read: %s", text);
        }
        dec = decoder_new(set);
        assert_non_null(dec);
        decode(dec, &in, &ev);
        if (!span_eq_str(event_str(&ev, FIELD_USER_NAME), cases[i].want)) {
            fail_msg("%s of %s is \"" SPAN_FMT "\", not \"%s\"", cases[i].take, cases[i].record,
                     SPAN_ARG(event_str(&ev, FIELD_USER_NAME)), cases[i].want);
        }
        decoder_free(dec);
        sourceset_free(set);
    }
}

// A way that nobody tries is a way that nobody knows.
static void no_way_is_left_out(void **state)
{
    static const char *const words[] = {
#define TAKE(NAME, word, needs) word,
#include "core/decode/take.def"
#undef TAKE
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t n = 0;

        for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
            const char *take = cases[k].take + (cases[k].take[0] == '{');
            size_t len = strlen(words[i]);

            n += strncmp(take, words[i], len) == 0 && (take[len] == '\0' || take[len] == ':');
        }
        if (n == 0) {
            fail_msg("\"%s\" is not tried", words[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_taken_as_said),
        cmocka_unit_test(no_way_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
