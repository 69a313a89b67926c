// test_hostile.c - whatever the bytes, a record becomes an event and a line of JSON.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <jansson.h>

#include "core/decode/print.h"
#include "tests/core/decode/own.h"

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct buf out;

static int begin(void **state)
{
    buf_init(&out, 64 << 20);
    return own_begin(state);
}

static int end(void **state)
{
    buf_free(&out);
    return own_end(state);
}

// The record in a copy of exactly its size, so that the sanitiser sees reads behind it.
static void survive(struct span raw, const char *format)
{
    char *copy = malloc(raw.n ? raw.n : 1);
    struct decode_in in = {
        .raw = span_of(copy, raw.n), .received = 1795140000000000000, .format = format};
    struct event ev;
    json_t *line;
    json_error_t e;

    assert_non_null(copy);
    memcpy(copy, raw.p, raw.n);
    decode(dec, &in, &ev);
    assert_true(ev.kind < KIND_COUNT);
    assert_true(span_eq(ev.raw, raw));
    buf_clear(&out);
    decode_print(&out, "f", 1, 1, &ev);
    assert_true(buf_ok(&out));
    line = json_loadb(out.p, out.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &e);
    // numbers beyond a double, halves of surrogate pairs, NUL in names: JSON's grammar, not the judge's
    if (!line && !strstr(e.text, "real number overflow") && !strstr(e.text, "Unicode") &&
        !strstr(e.text, "NUL byte in object key")) {
        fail_msg("no JSON (%s): " SPAN_FMT, e.text, SPAN_ARG(buf_span(&out)));
    }
    json_decref(line);
    free(copy);
}

static const char *const seeds[] = {
    "<165>1 2026-11-20T02:00:00.000123+09:00 h app 12 ID7 [a@1 k=\"v\\\"\" k=\"2\"][b x=\"\"] "
    "\xEF\xBB\xBFsaid",
    "<13>Nov  9 01:59:58 h sshd[12]: Failed password for invalid user x from 10.0.0.1 port 22 ssh2",
    "<85>Nov 20 03:00:01 h sudo:  k : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls",
    "<5>1 2026-11-20T02:09:00Z V CEF:0|Cyber-Ark|Vault|1\\|2|300|PSM|5|act=\"x\" cs1Label=a cs1=b "
    "msg=SessionID=1;A=b;",
    "LEEF:2.0|E|V|9|44|x5E|src=10.1.1.6^usrName=h^devTime=1763604000000",
    "{\"timestamp\":\"2026-11-20T02:00:00.1+0000\",\"event_type\":\"alert\",\"alert\":{"
    "\"severity\":1,"
    "\"metadata\":{\"a\":[\"\\u00e4\\ud83d\\ude00\",1e5,{},[],null,true]}},\"src_port\":-0}",
    "{\"time\":\"2026-11-20T02:00:00Z\",\"type\":\"grant.added\",\"grant\":\"G\",\"actions\":["
    "\"a\",\"b\"],\"end\":1}",
    "{\"event\":\"session.start\",\"code\":\"T2000I\",\"uid\":\"1\",\"time\":\"x\",\"addr.remote\":"
    "\"[::1]:22\"}",
};

static void mutated_records_become_events(void **state)
{
    static const char special[] = "\"\\{}[]:,=|<>-+. \n\0\xff\xc3\x80";
    uint32_t seed = 20261122;
    char text[1024];

    (void)state;
    for (int round = 0; round < 12000; round++) {
        struct span from = span_str(seeds[next(&seed) % ARRAY_LEN(seeds)]);
        size_t n = from.n;

        memcpy(text, from.p, n);
        for (uint32_t k = next(&seed) % 6; k > 0 && n > 1; k--) {
            size_t at = next(&seed) % n;

            switch (next(&seed) % 4) {
            case 0: text[at] = (char)next(&seed); break;
            case 1: text[at] = special[next(&seed) % (sizeof(special) - 1)]; break;
            case 2: n = at + 1; break;
            default:
                memmove(text + at, text + at + 1, n - at - 1);
                n--;
                break;
            }
        }
        survive(span_of(text, n), round % 7 ? "auto" : round % 2 ? "json" : "syslog");
    }
}

static void random_bytes_become_events(void **state)
{
    uint32_t seed = 7;
    char text[300];

    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t n = next(&seed) % sizeof(text);

        for (size_t i = 0; i < n; i++) {
            text[i] = (char)next(&seed);
        }
        survive(span_of(text, n), "auto");
    }
}

// 128 KiB built to cost the most: long joined names, many fields of one name, open quotes.
static void the_dearest_records_stay_within_their_bounds(void **state)
{
    enum { BIG = 128 * 1024 };
    static const char *const unit[] = {"a=b ", "[", "{\"a\":", "\"a\",", "cs1Label=x cs1=y ",
                                       "<",    "=", "\\",      "a=\""};
    char *text = malloc(BIG);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < ARRAY_LEN(unit); i++) {
        static const char *const head[] = {"", "{\"k\":[", "CEF:0|a|b|c|d|e|f|",
                                           "LEEF:1.0|a|b|c|d|", "<1>1 - - - - - [a "};

        for (size_t h = 0; h < ARRAY_LEN(head); h++) {
            size_t n = strlen(head[h]);

            memcpy(text, head[h], n);
            for (; n + strlen(unit[i]) < BIG; n += strlen(unit[i])) {
                memcpy(text + n, unit[i], strlen(unit[i]));
            }
            survive(span_of(text, n), "auto");
        }
    }
    memset(text, 'n', BIG);
    memcpy(text, "{\"", 2);
    for (size_t n = BIG / 2; n + 8 < BIG; n += 8) {
        memcpy(text + n, n == BIG / 2 ? "\":{\"a\":1" : ",\"b\":1  ", n == BIG / 2 ? 9 : 8);
    }
    survive(span_of(text, BIG), "auto");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_records_become_events),
        cmocka_unit_test(random_bytes_become_events),
        cmocka_unit_test(the_dearest_records_stay_within_their_bounds),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
