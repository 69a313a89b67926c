// test_decode.c - headers, times and errors of single records.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/decode/print.h"
#include "core/decode/syslog.h"
#include "tests/core/decode/own.h"

static struct event ev;

static utime_t iso(const char *text)
{
    utime_t t = 0;

    assert_true(utime_iso(span_str(text), 0, &t, NULL));
    return t;
}

static void run_at(const char *received, struct span raw)
{
    struct decode_in in = {.raw = raw, .received = iso(received) * 1000};

    decode(dec, &in, &ev);
}

static void run(struct span raw)
{
    run_at("2026-11-20T02:00:00Z", raw);
}

static void assert_field(enum field f, const char *expected)
{
    struct span s = event_str(&ev, f);

    if (!span_eq_str(s, expected)) {
        fail_msg("%s is \"" SPAN_FMT "\", expected \"%s\"", field_name(f), SPAN_ARG(s), expected);
    }
}

static void assert_time(const char *expected)
{
    char is[TIME_TEXT];

    assert_string_equal(utime_text(ev.time, is), expected);
}

static void a_header_of_rfc_5424_is_read_to_its_last_part(void **state)
{
    struct fval v;

    (void)state;
    run(SPAN_LIT("<165>1 2026-11-20T02:00:00.000123+09:00 h.example app 12 ID7 "
                 "[a@1 k=\"v\\\"\\]\\\\\" k=\"2\"][b] \xEF\xBB\xBFsaid"));
    assert_string_equal(ev.error, "");
    assert_string_equal(ev.source, "syslog");
    assert_field(FIELD_HOST_NAME, "h.example");
    assert_field(FIELD_PROCESS_NAME, "app");
    assert_field(FIELD_MESSAGE, "said");
    assert_int_equal(ev.field[FIELD_PROCESS_PID].i, 12);
    assert_time("2026-11-19T17:00:00.000123Z");
    assert_int_equal(event_values(&ev, SPAN_LIT("structured_data.a@1.k"), &v, 1), 2);
    assert_true(span_eq_str(v.s, "v\"]\\"));
    assert_int_equal(event_values(&ev, SPAN_LIT("structured_data.b"), &v, 1), 1);
    assert_int_equal(event_values(&ev, SPAN_LIT("msgid"), &v, 1), 1);
    assert_true(span_eq_str(v.s, "ID7"));
}

static void customs_of_rfc_3164_are_read(void **state)
{
    static const struct {
        const char *raw, *host, *app, *message;
    } cases[] = {
        {"<13>Nov 20 01:59:58 h mtad: x", "h", "mtad", "x"},
        {"<13>Nov  9 01:59:58 h postfix/smtpd[12]: x: y", "h", "postfix/smtpd", "x: y"},
        {"<13>Nov 20 01:59:58 mtad[1]: x", "", "mtad", "x"},
        {"<13>2026-11-20T01:59:58Z h app: x", "h", "app", "x"},
        {"<13>1 Nov 20 01:59:58 h app: x", "h", "app", "x"},
        {"<13> 11/20/2026:01:59:58 GMT ns1 0-PPE-0 : x", "ns1", "", "0-PPE-0 : x"},
        {"<13> 20/11/2026:01:59:58  ns1 0-PPE-0 : x", "ns1", "", "0-PPE-0 : x"},
        {"<13> 2026-11-20T01:59:58Z fw RT_FLOW - CLOSE [j@2636 a=\"1\"] x", "fw", "RT_FLOW", "x"},
        {"Nov 20 01:59:58 h loader: [1.2] x", "h", "loader", "[1.2] x"},
        {"<13>app: no time", "", "app", "no time"},
        {"<13>Nov 20 01:59:58 h no tag here", "h", "", "no tag here"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        run(span_str(cases[i].raw));
        assert_string_equal(ev.error, "");
        assert_string_equal(ev.source, "syslog");
        assert_field(FIELD_HOST_NAME, cases[i].host);
        assert_field(FIELD_PROCESS_NAME, cases[i].app);
        assert_field(FIELD_MESSAGE, cases[i].message);
    }
}

static void cisco_headers_are_read_in_any_order(void **state)
{
    static const struct {
        const char *raw, *host, *app, *message, *stamp;
    } cases[] = {
        {"<13>: Nov 20 01:59:58 UTC : %UCSM-6-AUDIT: x", "", "%UCSM-6-AUDIT", "x",
         "2026-11-20T01:59:58.000000Z"},
        {"%FTD-2-106001: x", "", "%FTD-2-106001", "x", ""},
        {"%ASA-4-750003 Local: x", "", "%ASA-4-750003", "Local: x", ""},
        {"sw1: Nov 20 2026 03:00:00.5 CET: %LINK-3-UPDOWN: x", "sw1", "%LINK-3-UPDOWN", "x",
         "2026-11-20T02:00:00.500000Z"},
        {"<189>77: sw1: *Nov 20 01:59:59.250: %SYS-5-CONFIG_I: x: y", "sw1", "%SYS-5-CONFIG_I",
         "x: y", "2026-11-20T01:59:59.250000Z"},
        {"Nov 20 01:59:00 10.1.1.1 77: Nov 20 01:59:59.1: %SYS-5-RESTART: x", "10.1.1.1",
         "%SYS-5-RESTART", "x", "2026-11-20T01:59:59.100000Z"},
        {"<189>2026 Nov 20 01:59:58 UTC: %ETHPORT-5-IF_UP: x", "", "%ETHPORT-5-IF_UP", "x",
         "2026-11-20T01:59:58.000000Z"},
        {"Nov 20 2026 01:59:58 CST: %SYS-5-CONFIG_I: x", "", "%SYS-5-CONFIG_I", "x",
         "2026-11-20T01:59:58.000000Z"},
        {"<189>29: *Nov 20 01:59:58.123 UTC: %SYS-5-CONFIG_I: x", "", "%SYS-5-CONFIG_I", "x",
         "2026-11-20T01:59:58.123000Z"},
        {"<189>Nov 20 2026 01:59:58 fw : %ASA-6-302015: Built", "fw", "%ASA-6-302015", "Built",
         "2026-11-20T01:59:58.000000Z"},
        {"<13>Nov 20 01:59:58 10.1.1.1: %ACE-3-2: x", "10.1.1.1", "%ACE-3-2", "x",
         "2026-11-20T01:59:58.000000Z"},
    };
    static const char *const none[] = {"it grew by 7 %-5-x and 100% A-5-B: no message name",
                                       "%A-8-B: no severity", "%A-5-B%: no end", "%A-5-"};
    struct stamp_memo memo = {0};
    struct syslog_now now = {iso("2026-11-20T02:00:00Z") * 1000, 0, &memo};
    struct syslog h;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        syslog_parse(span_str(cases[i].raw), &now, &h);
        assert_int_equal(h.form, SYSLOG_3164);
        assert_null(h.error);
        assert_true(span_eq_str(h.host, cases[i].host));
        assert_true(span_eq_str(h.app, cases[i].app));
        assert_true(span_eq_str(h.msg, cases[i].message));
        assert_true(h.time == (cases[i].stamp[0] ? iso(cases[i].stamp) : UTIME_NONE));
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        syslog_parse(span_str(none[i]), &now, &h);
        assert_int_equal(h.form, SYSLOG_NONE);
    }
}

static void a_broken_header_is_an_error_and_its_text_stays(void **state)
{
    static const char *const bad[] = {"<192>Nov 20 01:59:58 h a: b",
                                      "<01>a: b",
                                      "<>a",
                                      "<13>",
                                      "<13>1 2026-13-20T02:00:00Z h a - - - m",
                                      "<13>1 - h a - - [x m",
                                      "<13>hello there"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        run(span_str(bad[i]));
        if (i != 2) {
            assert_true(ev.error[0]);
            assert_string_equal(ev.source, "syslog");
        } else {
            assert_string_equal(ev.source, "raw");
        }
        assert_true(span_eq_str(ev.raw, bad[i]));
    }
    run(SPAN_LIT(
        "<01> @cee: {\"time\":\"2026-11-20T02:00:00Z\",\"type\":\"tool.state\",\"tool\":\"T\"}"));
    assert_true(ev.error[0]); // a leading zero
    assert_string_equal(ev.source, "fab-tool");
    run(SPAN_LIT("<13>1 2026-11-20T02:00:00 h app 7 - - no zone"));
    assert_true(ev.error[0]);
    assert_field(FIELD_PROCESS_NAME, "app");
    assert_field(FIELD_MESSAGE, "no zone");
}

static void what_nobody_knows_is_raw(void **state)
{
    (void)state;
    run(SPAN_LIT("just words"));
    assert_string_equal(ev.source, "raw");
    assert_int_equal(ev.kind, KIND_RAW);
    assert_int_equal(ev.source_id, UINT16_MAX);
    assert_true(ev.flags & EVENT_NO_TIME);
    assert_time("2026-11-20T02:00:00.000000Z");
    run(SPAN_LIT("{\"unknown\":1}"));
    assert_int_equal(ev.kind, KIND_RAW);
    assert_string_equal(ev.error, "");
    assert_int_equal(ev.nokv, 1);
    run(SPAN_LIT(""));
    assert_int_equal(ev.kind, KIND_RAW);
    run(SPAN_NONE);
    assert_int_equal(ev.kind, KIND_RAW);
}

static void the_year_that_a_header_leaves_out_is_the_nearest(void **state)
{
    (void)state;
    run_at("2027-01-01T00:00:02Z", SPAN_LIT("<13>Dec 31 23:59:59 h a: b"));
    assert_time("2026-12-31T23:59:59.000000Z");
    run_at("2026-12-31T23:59:58Z", SPAN_LIT("<13>Jan  1 00:00:01 h a: b"));
    assert_time("2027-01-01T00:00:01.000000Z");
    run_at("2028-03-01T00:00:00Z", SPAN_LIT("<13>Feb 29 12:00:00 h a: b"));
    assert_time("2028-02-29T12:00:00.000000Z");
    run_at("2027-03-01T00:00:00Z",
           SPAN_LIT("<13>Feb 29 12:00:00 h a: b")); // no such day within reach but 2028
    assert_time("2028-02-29T12:00:00.000000Z");
    run_at("2026-03-01T00:00:00Z", SPAN_LIT("<13>Feb 29 12:00:00 h a: b"));
    assert_true(ev.error[0] || ev.flags & EVENT_NO_TIME);
}

static void zone_offset_and_skew_are_those_of_the_source(void **state)
{
    struct decode_in in = {.raw = SPAN_LIT("<13>Nov 20 11:00:00 h a: b"),
                           .received = iso("2026-11-20T02:00:05Z") * 1000,
                           .zone_s = 9 * 3600,
                           .max_behind_us = UTIME_DAY,
                           .max_ahead_us = 60 * UTIME_SECOND};

    (void)state;
    decode(dec, &in, &ev);
    assert_time("2026-11-20T02:00:00.000000Z");
    assert_int_equal(ev.flags, 0);
    assert_false(event_has(&ev, FIELD_SOURCE_CLOCK)); // it is the event's time
    in.offset_us = -1500000;
    decode(dec, &in, &ev);
    assert_time("2026-11-20T01:59:58.500000Z");
    assert_field(FIELD_SOURCE_CLOCK, "2026-11-20T02:00:00.000000Z");
    in.offset_us = 65 * UTIME_SECOND; // exactly the skew: no fault
    decode(dec, &in, &ev);
    assert_int_equal(ev.flags, 0);
    in.offset_us += 1;
    decode(dec, &in, &ev);
    assert_int_equal(ev.flags, EVENT_CLOCK_FAULT);
    assert_time("2026-11-20T02:00:05.000000Z");
    assert_field(FIELD_SOURCE_CLOCK, "2026-11-20T02:00:00.000000Z");
    in.offset_us = 5 * UTIME_SECOND - UTIME_DAY; // exactly a day behind
    decode(dec, &in, &ev);
    assert_int_equal(ev.flags, 0);
    assert_time("2026-11-19T02:00:05.000000Z");
    in.offset_us -= 1;
    decode(dec, &in, &ev);
    assert_int_equal(ev.flags, EVENT_CLOCK_FAULT);
    in.raw = SPAN_LIT("{\"time\":99999999999999999999,\"type\":\"tool.state\",\"tool\":\"T\"}");
    decode(dec, &in, &ev);
    assert_int_equal(ev.kind, KIND_TOOL_STATE);
    assert_true(ev.flags & (EVENT_NO_TIME | EVENT_CLOCK_FAULT));
}

static void a_forged_user_name_does_not_move_the_address(void **state)
{
    (void)state;
    run(SPAN_LIT("Nov 20 01:00:00 h sshd[1]: Failed password for a from 9.9.9.9 port 1 ssh2 from "
                 "10.0.0.7 port 50000 ssh2"));
    assert_int_equal(ev.kind, KIND_LOGON_FAILED);
    assert_field(FIELD_SOURCE_IP, "10.0.0.7");
    assert_field(FIELD_USER_NAME, "a from 9.9.9.9 port 1 ssh2");
    run(SPAN_LIT("Nov 20 01:00:00 h sshd[1]: Failed password for Accepted password for root from "
                 "10.0.0.7 port 1 ssh2"));
    assert_int_equal(ev.kind, KIND_LOGON_FAILED);
}

static void numbers_keep_64_bits_and_their_type(void **state)
{
    struct fval v[8];

    (void)state;
    run(SPAN_LIT("{\"a\":[9223372036854775807,9223372036854775808,18446744073709551616,-0,1.0,"
                 "-9223372036854775808,true,null]}"));
    assert_int_equal(event_values(&ev, SPAN_LIT("a"), v, 8), 8);
    assert_true(v[0].type == V_INT && v[0].i == INT64_MAX);
    assert_true(v[1].type == V_UINT && (uint64_t)v[1].i == 9223372036854775808u);
    assert_true(v[2].type == V_FLOAT && span_eq_str(v[2].s, "18446744073709551616"));
    assert_true(v[3].type == V_INT && span_eq_str(v[3].s, "-0"));
    assert_true(v[4].type == V_FLOAT);
    assert_true(v[5].type == V_INT && v[5].i == INT64_MIN);
    assert_true(v[6].type == V_BOOL && v[6].i == 1);
    assert_true(v[7].type == V_NULL);
}

static void json_strings_are_unescaped(void **state)
{
    struct fval v;

    (void)state;
    run(SPAN_LIT("{\"a\\u002eb\":\"\\ud83d\\ude00\\ud800x\\u0000\\n\\/\"}"));
    assert_int_equal(event_values(&ev, SPAN_LIT("a.b"), &v, 1), 1);
    assert_true(span_eq(v.s, SPAN_LIT("\xf0\x9f\x98\x80\xef\xbf\xbdx\0\n/")));
}

static void a_cut_record_is_decoded_up_to_the_cut(void **state)
{
    struct decode_in in = {
        .raw =
            SPAN_LIT("{\"timestamp\":\"2026-11-20T02:00:00.000000+0000\",\"event_type\":\"alert\","
                     "\"src_ip\":\"10.0.0.1\",\"payload\":\"AAAA"),
        .received = iso("2026-11-20T02:00:05Z") * 1000,
        .oversize = true};

    (void)state;
    decode(dec, &in, &ev);
    assert_int_equal(ev.kind, KIND_ALERT);
    assert_field(FIELD_SOURCE_IP, "10.0.0.1");
    assert_true(ev.error[0]);
    assert_true(ev.flags & EVENT_OVERSIZE);
    in.oversize = false;
    decode(dec, &in, &ev);
    assert_int_equal(ev.kind, KIND_RAW);
    assert_true(ev.error[0]);
}

static void a_body_behind_a_header_finds_its_own_source(void **state)
{
    struct fval v;

    (void)state;
    run(SPAN_LIT("<13>Nov 20 01:00:00 relay suricata[7]: @cee: {\"timestamp\":"
                 "\"2026-11-20T02:00:00.000000+0000\",\"event_type\":\"dns\"}"));
    assert_string_equal(ev.source, "suricata-eve");
    assert_field(FIELD_OBSERVER_NAME, "relay");
    assert_int_equal(event_values(&ev, SPAN_LIT("header.appname"), &v, 1), 1);
    assert_time("2026-11-20T02:00:00.000000Z");
    run(SPAN_LIT("<13>Nov 20 01:00:00 h app: {broken"));
    assert_string_equal(ev.source, "syslog");
    assert_true(ev.error[0]);
    assert_field(FIELD_MESSAGE, "{broken");
}

static void cef_values_may_hold_blanks_bars_and_escapes(void **state)
{
    struct fval v;

    (void)state;
    run(SPAN_LIT(
        "CEF:0|V\\|x|P|1|9|N|Very-High|msg=a \\= b|c\\nd src=10.0.0.1 cs1=S p cs1Label=Safe empty= "
        "last=z  "));
    assert_string_equal(ev.source, "cef");
    assert_field(FIELD_OBSERVER_VENDOR, "V|x");
    assert_field(FIELD_EVENT_REASON, "a = b|c\nd");
    assert_field(FIELD_SOURCE_IP, "10.0.0.1");
    assert_field(FIELD_EVENT_SEVERITY, "95");
    assert_int_equal(event_values(&ev, SPAN_LIT("Safe"), &v, 1), 1);
    assert_true(span_eq_str(v.s, "S p"));
    assert_int_equal(event_values(&ev, SPAN_LIT("last"), &v, 1), 1);
    assert_true(span_eq_str(v.s, "z"));
    run(SPAN_LIT("CEF:0|too|short"));
    assert_true(ev.error[0]);
}

static void a_named_format_is_that_source_or_an_error(void **state)
{
    struct decode_in in = {.raw = SPAN_LIT("Nov 20 01:00:00 h sshd[1]: x"),
                           .format = "suricata-eve"};

    (void)state;
    decode(dec, &in, &ev);
    assert_string_equal(ev.source, "raw");
    assert_true(ev.error[0]);
    in.format = "no such source";
    decode(dec, &in, &ev);
    assert_true(ev.error[0]);
    in.format = "syslog";
    decode(dec, &in, &ev);
    assert_string_equal(ev.source, "syslog");
    assert_string_equal(ev.error, "");
    in.raw = SPAN_LIT("Failed none for guest from 10.0.0.7 port 5 ssh2");
    decode(dec, &in, &ev);
    assert_true(ev.error[0]); // no header
    in.format = "sshd";       // whose patterns need none
    decode(dec, &in, &ev);
    assert_int_equal(ev.kind, KIND_LOGON_FAILED);
    assert_field(FIELD_SOURCE_IP, "10.0.0.7");
    assert_string_equal(ev.error, "");
}

static void assert_printed(uint64_t line_end, const char *expected)
{
    AUTO_BUF out;

    buf_init(&out, 1 << 20);
    decode_print(&out, "f", 3, line_end, &ev);
    buf_u8(&out, 0);
    assert_true(buf_ok(&out));
    assert_string_equal(out.p, expected);
}

static void an_event_is_printed_as_one_line_of_json(void **state)
{
    (void)state;
    run(SPAN_LIT("{ \"a\" : [ 1.50, {\"b\": \"x y\\n\xff\"} ], \"n\":18446744073709551615 }"));
    assert_printed(
        5, "{\"file\":\"f\",\"line\":3,\"line_end\":5,\"source\":\"raw\",\"kind\":\"raw\","
           "\"@timestamp\":\"2026-11-20T02:00:00.000000Z\",\"ecs\":{\"event.kind\":\"event\","
           "\"event.type\":[\"info\"],\"message\":\"{ \\\"a\\\" : [ 1.50, {\\\"b\\\": "
           "\\\"x y\\\\n\\\\xff\\\"} ], \\\"n\\\":18446744073709551615 }\"},\"event\":"
           "{\"a\":[1.50,{\"b\":\"x y\\n\\\\xff\"}],\"n\":18446744073709551615},\"raw\":"
           "\"{ \\\"a\\\" : [ 1.50, {\\\"b\\\": \\\"x y\\\\n\\\\xff\\\"} ], "
           "\\\"n\\\":18446744073709551615 }\"}\n");
    run(SPAN_LIT("CEF:0|V|P|1|9|N|bad|a=1 b=2 a=3"));
    assert_printed(
        3, "{\"file\":\"f\",\"line\":3,\"source\":\"cef\",\"kind\":\"other\",\"@timestamp\":"
           "\"2026-11-20T02:00:00.000000Z\",\"ecs\":{\"event.type\":["
           "\"info\"],"
           "\"event.action\":\"N\",\"event.code\":\"9\","
           "\"message\":\"CEF:0|V|P|1|9|N|bad|a=1 b=2 a=3\","
           "\"observer.vendor\":\"V\",\"observer.product\":\"P\"},\"event\":{\"CEFVersion\":"
           "\"0\",\"DeviceVendor\":\"V\",\"DeviceProduct\":\"P\",\"DeviceVersion\":\"1\","
           "\"DeviceEventClassID\":\"9\",\"Name\":\"N\",\"Severity\":\"bad\",\"a\":[\"1\","
           "\"3\"],\"b\":\"2\"},\"raw\":\"CEF:0|V|P|1|9|N|bad|a=1 b=2 a=3\"}\n");
    run(SPAN_LIT("<13>Nov 20 01:00:00 h {\"k\": {}}"));
    {
        AUTO_BUF out;
        static const char part[] =
            "\"event\":{\"header\":{\"priority\":13,\"facility\":1,\"severity\":5,"
            "\"timestamp\":\"Nov 20 01:00:00\",\"hostname\":\"h\"},\"k\":{}}";

        buf_init(&out, 1 << 20);
        decode_print(&out, "f", 3, 3, &ev);
        buf_u8(&out, 0);
        assert_non_null(strstr(out.p, part));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_of_rfc_5424_is_read_to_its_last_part),
        cmocka_unit_test(customs_of_rfc_3164_are_read),
        cmocka_unit_test(cisco_headers_are_read_in_any_order),
        cmocka_unit_test(a_broken_header_is_an_error_and_its_text_stays),
        cmocka_unit_test(what_nobody_knows_is_raw),
        cmocka_unit_test(the_year_that_a_header_leaves_out_is_the_nearest),
        cmocka_unit_test(zone_offset_and_skew_are_those_of_the_source),
        cmocka_unit_test(a_forged_user_name_does_not_move_the_address),
        cmocka_unit_test(numbers_keep_64_bits_and_their_type),
        cmocka_unit_test(json_strings_are_unescaped),
        cmocka_unit_test(a_cut_record_is_decoded_up_to_the_cut),
        cmocka_unit_test(a_body_behind_a_header_finds_its_own_source),
        cmocka_unit_test(cef_values_may_hold_blanks_bars_and_escapes),
        cmocka_unit_test(a_named_format_is_that_source_or_an_error),
        cmocka_unit_test(an_event_is_printed_as_one_line_of_json),
    };

    return cmocka_run_group_tests(tests, own_begin, own_end);
}
