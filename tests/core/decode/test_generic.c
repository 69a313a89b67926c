// test_generic.c - what records that no source file knows still say: names, labels, prose.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/decode/address.h"
#include "core/decode/token.h"
#include "tests/core/decode/own.h"

static struct event ev;

// Decodes a copy of exactly the text's size, so that the sanitiser sees reads behind it.
static char *run(const char *text)
{
    size_t n = strlen(text);
    char *copy = malloc(n + 1);
    struct decode_in in = {.raw = span_of(copy, n), .received = 1795140000000000000};

    assert_non_null(copy);
    memcpy(copy, text, n);
    decode(dec, &in, &ev);
    return copy;
}

static void is(enum field f, const char *expected)
{
    struct span v = event_has(&ev, f) ? ev.field[f].s : SPAN_NONE;

    if (!span_eq_str(v, expected)) {
        print_error("%s is \"" SPAN_FMT "\", not \"%s\"\n", field_name(f), SPAN_ARG(v), expected);
        fail();
    }
}

static void at(const char *expected)
{
    char text[TIME_TEXT];

    assert_string_equal(utime_text(ev.time, text), expected);
}

static void addresses_are_told_from_what_looks_like_them(void **state)
{
    static const char *const good[] = {"0.0.0.0",
                                       "255.255.255.255",
                                       "10.1.2.3",
                                       "::",
                                       "::1",
                                       "fe80::1%eth0",
                                       "2001:db8::8a2e:370:7334",
                                       "2001:0DB8:85a3:0000:0000:8a2e:0370:7334",
                                       "::ffff:1.2.3.4",
                                       "64:ff9b::192.0.2.33",
                                       "1::"};
    static const char *const bad[] = {"",
                                      "1.2.3",
                                      "92.140.985.97",
                                      "256.1.1.1",
                                      "1.2.3.4.5",
                                      "1.2.3.4a",
                                      "12:34:56",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1::2::3",
                                      "12345::1",
                                      "00:11:22:33:44:55",
                                      ":1",
                                      "1.2.3.x",
                                      "0001.2.3.4",
                                      "a.b.c.d",
                                      "fe80::1%",
                                      "1:2:3:4:5:6:7"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        if (!address_is(span_str(good[i]))) {
            fail_msg("%s is an address", good[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (address_is(span_str(bad[i]))) {
            fail_msg("%s is no address", bad[i]);
        }
    }
}

// Words of letters, marks and backslashes between what separates: cut the plain way.
static void words_are_what_stands_between_separators(void **state)
{
    static const char *const pieces[] = {"a",  "Word", " ",        "  ", "!", "?",   "\\",
                                         "\t", ",",    ")",        "(",  "{", "|",   "x-y",
                                         "_",  "7",    "\xC3\xA9", "\n", ";", "b\\c"};
    static const char between[] = " \t\r\n,;|=(){}[]<>\"";
    static struct tokens t;
    uint32_t seed = 11;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        char text[128] = "", *copy;
        size_t n, at = 0, word = 0;

        for (seed = seed * 1664525u + 1013904223u, n = (seed >> 8) % 16; n > 0; n--) {
            seed = seed * 1664525u + 1013904223u;
            strcat(text, pieces[(seed >> 8) % ARRAY_LEN(pieces)]);
        }
        n = strlen(text);
        copy = malloc(n + !n); // of its own size, so that a byte read behind it is seen
        assert_non_null(copy);
        memcpy(copy, text, n);
        tokens_read(span_of(copy, n), &t);
        while (at < n) {
            size_t end = strcspn(text + at, between), most = end;

            while (most > 1 && strchr("!?", text[at + most - 1])) {
                most--;
            }
            if (most > 1 || (most == 1 && !strchr("!?", text[at]))) {
                while (word < t.n && t.v[word].kind == TOKEN_EMPTY) {
                    word++;
                }
                assert_true(word < t.n);
                assert_int_equal(t.v[word].kind, TOKEN_WORD);
                assert_ptr_equal(t.v[word].s.p, copy + at);
                assert_int_equal(t.v[word].s.n, most);
                assert_int_equal(t.v[word].back, memchr(text + at, '\\', most) != NULL);
                assert_int_equal(t.v[word].cell,
                                 (word && at && strchr("\t,;|", text[at - 1])) ||
                                     (text[at + end] && strchr("\t,;|", text[at + end])));
                word++;
            }
            at += end + (at + end < n);
        }
        while (word < t.n && t.v[word].kind == TOKEN_EMPTY) {
            word++;
        }
        assert_int_equal(word, t.n);
        free(copy);
    }
}

// The plain way: four numbers up to 255 of one to three digits, dots between them.
static bool plain_dotted(const char *p)
{
    for (int part = 0; part < 4; part++) {
        int n = 0, v = 0;

        while (*p >= '0' && *p <= '9') {
            v = v * 10 + (*p++ - '0');
            if (++n > 3) {
                return false;
            }
        }
        if (n == 0 || v > 255 || (part < 3 && *p++ != '.')) {
            return false;
        }
    }
    return *p == '\0';
}

static void dotted_addresses_in_a_block_are_dotted_addresses(void **state)
{
    static const char *const pieces[] = {".",  "0",    "1",        "25", "255",  "256", "199",
                                         "1.", "300",  "10.",      "9",  "249",  "26",  "a",
                                         "..", ".1.1", "192.168.", "/",  "\xB1", "-",   "2.2.2.2"};
    uint32_t seed = 5;
    size_t good = 0;

    (void)state;
    for (int round = 0; round < 400000; round++) {
        char text[64] = "", *copy;
        size_t n;

        for (seed = seed * 1664525u + 1013904223u, n = (seed >> 8) % 8; n > 0; n--) {
            seed = seed * 1664525u + 1013904223u;
            strcat(text, pieces[(seed >> 8) % ARRAY_LEN(pieces)]);
        }
        n = strlen(text);
        copy = malloc(n + !n); // of its own size, so that a byte read behind it is seen
        assert_non_null(copy);
        memcpy(copy, text, n);
        if (address_is(span_of(copy, n)) != plain_dotted(text)) {
            fail_msg("\"%s\"", text);
        }
        good += plain_dotted(text);
        free(copy);
    }
    assert_true(good > 100);
}

static void an_address_and_its_port_come_apart(void **state)
{
    static const struct {
        const char *text, *ip, *port;
    } row[] = {{"1.2.3.4:22", "1.2.3.4", "22"},
               {"1.2.3.4#53", "1.2.3.4", "53"},
               {"1.2.3.4/8080", "1.2.3.4", "8080"},
               {"1.2.3.4/24", "1.2.3.4", ""},
               {"[2001:db8::1]:443", "2001:db8::1", "443"},
               {"::1#53", "::1", "53"},
               {"2001:db8::/32", "2001:db8::", ""},
               {"[::1]", "::1", ""}};
    static const char *const bad[] = {
        "1.2.3.4:",  "1.2.3.4:65536",        "1.2.3.4:x", "[::1", "[::1]x",
        "1.2.3.4-5", "10.0.0.1.in-addr.arpa"};
    struct address a;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        assert_true(address_read(span_str(row[i].text), &a));
        assert_true(span_eq_str(a.ip, row[i].ip) && span_eq_str(a.port, row[i].port));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(address_read(span_str(bad[i]), &a));
    }
}

static void a_text_comes_apart_into_words(void **state)
{
    static const struct {
        enum token_kind kind;
        const char *s;
    } want[] = {{TOKEN_WORD, "can't"},       {TOKEN_QUOTED, "a b"},
                {TOKEN_WORD, "x"},           {TOKEN_ADDRESS, "10.0.0.1/5"},
                {TOKEN_ARROW, "->"},         {TOKEN_ADDRESS, "10.0.0.2"},
                {TOKEN_WORD, "k"},           {TOKEN_WORD, "v"},
                {TOKEN_EMPTY, ""},           {TOKEN_WORD, "root"},
                {TOKEN_ADDRESS, "10.0.0.3"}, {TOKEN_URL, "http://h/p?q=1"},
                {TOKEN_QUOTED, "jo"}};
    struct tokens t;

    (void)state;
    tokens_read(
        SPAN_LIT("can't 'a b' x: 10.0.0.1/5->10.0.0.2. k=v,, root@10.0.0.3 http://h/p?q=1. <jo>"),
        &t);
    for (size_t i = 0; i < t.n && i < ARRAY_LEN(want); i++) {
        assert_int_equal(t.v[i].kind, want[i].kind);
        assert_true(span_eq_str(t.v[i].s, want[i].s));
    }
    assert_int_equal(t.n, ARRAY_LEN(want));
    assert_true(t.v[2].colon && t.v[10].host && !t.v[3].host);
}

static void words_say_who_came_from_where(void **state)
{
    char *text =
        run("sensord[88]: Failed login for jdoe from 10.1.1.1 port 60002 to 10.2.2.2:443 over TCP");

    (void)state;
    is(FIELD_SOURCE_IP, "10.1.1.1");
    is(FIELD_SOURCE_PORT, "60002");
    is(FIELD_DESTINATION_IP, "10.2.2.2");
    is(FIELD_DESTINATION_PORT, "443");
    is(FIELD_NETWORK_TRANSPORT, "tcp");
    is(FIELD_USER_NAME, "jdoe");
    is(FIELD_PROCESS_NAME, "sensord");
    is(FIELD_PROCESS_PID, "88");
    is(FIELD_EVENT_CATEGORY, "authentication");
    is(FIELD_EVENT_REASON, ""); // the text stands in `message` already
    free(text);
    text = run(
        "to 10.2.2.2 came 10.1.1.1"); // what no word announces is no source behind a destination
    is(FIELD_DESTINATION_IP, "10.2.2.2");
    is(FIELD_SOURCE_IP, "");
    free(text);
    text = run("client 10.1.1.1#1130 (10.3.0.1.in-addr.arpa): query refused (10.9.9.9)");
    is(FIELD_SOURCE_IP, "10.1.1.1");
    is(FIELD_SOURCE_PORT, "1130");
    is(FIELD_DESTINATION_IP, "");
    free(text);
    text = run("build 4.15.0.99999 of 1.2.3.4.5 at 12:30:00");
    is(FIELD_SOURCE_IP, "");
    free(text);
}

static void an_arrow_and_rows_of_values_have_two_ends(void **state)
{
    char *text = run("drop udp 10.0.0.1/1029->10.0.0.2/25 zone a");

    (void)state;
    is(FIELD_SOURCE_PORT, "1029");
    is(FIELD_DESTINATION_IP, "10.0.0.2");
    is(FIELD_DESTINATION_PORT, "25"); // no length of a prefix here
    free(text);
    text =
        run("7,,,100,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,10.0.0.1,10.0.0.2,40234,443,0");
    is(FIELD_SOURCE_IP, "10.0.0.1");
    is(FIELD_DESTINATION_IP, "10.0.0.2");
    is(FIELD_SOURCE_PORT, "40234");
    is(FIELD_DESTINATION_PORT, "443");
    is(FIELD_NETWORK_TRANSPORT, "tcp");
    is(FIELD_EVENT_ACTION, "block");
    free(text);
    free(run("2024-12-20,,12:04:05,a,b,c")); // an empty cell between date and clock
    text =
        run("\"1\" \"20Dec2024\" \"12:04:05\" \"eth1\" \"Accept\" \"443\" \"44250\" \"10.0.0.1\" "
            "\"10.0.0.2\" \"tcp\"");
    is(FIELD_SOURCE_PORT, "44250"); // the lower one is the service
    is(FIELD_DESTINATION_PORT, "443");
    is(FIELD_EVENT_ACTION, "Accept");
    at("2024-12-20T12:04:05.000000Z");
    free(text);
}

static void nobody_is_named_by_a_word_of_the_sentence(void **state)
{
    static const char *const no[] = {"user list updated",
                                     "user authentication failed",
                                     "timeout for request from peer list",
                                     "login failed",
                                     "disconnected by user",
                                     "user: - from console",
                                     "account N/A from console"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        char *text = run(no[i]);

        is(FIELD_USER_NAME, "");
        free(text);
    }
}

static void somebody_is_named_by_quotes_marks_and_what_follows(void **state)
{
    static const char *const yes[] = {"User 'jo' ran it",
                                      "user=jo done",
                                      "session opened for user jo",
                                      "Username: jo tried it",
                                      "jo@10.1.1.1 as root",
                                      "password for jo from 10.1.1.1",
                                      "Pool <g> User <jo> IP <10.1.1.1> gone",
                                      "a,b,FAB\\jo,c"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        char *text = run(yes[i]);

        is(FIELD_USER_NAME, "jo");
        is(FIELD_USER_DOMAIN, strchr(yes[i], '\\') ? "FAB" : "");
        free(text);
    }
}

static void commands_codes_and_requests_are_taken_whole(void **state)
{
    char *text = run("mgd[22]: UI_CMDLINE_READ_LINE: User 'jo' command 'show a | match b '");

    (void)state;
    is(FIELD_EVENT_ACTION, "UI_CMDLINE_READ_LINE");
    is(FIELD_PROCESS_COMMAND_LINE, "show a | match b ");
    free(text);
    text = run("cron[9]: (root) CMD (run-parts (a) b)");
    is(FIELD_PROCESS_COMMAND_LINE, "run-parts (a) b");
    free(text);
    text = run("AUT23457: no more licences");
    is(FIELD_EVENT_CODE, "AUT23457");
    free(text);
    text =
        run("10.0.0.7 - frank [10/Oct/2024:13:55:36 -0700] \"GET /a.gif?x=1 HTTP/1.0\" 200 2326");
    is(FIELD_SOURCE_IP, "10.0.0.7");
    is(FIELD_USER_NAME, "frank");
    is(FIELD_URL_ORIGINAL, "/a.gif?x=1");
    is(FIELD_URL_PATH, "/a.gif");
    is(FIELD_URL_QUERY, "x=1");
    at("2024-10-10T20:55:36.000000Z");
    free(text);
    text = run("see https://h.example/p/q?r=s.");
    is(FIELD_URL_FULL, "https://h.example/p/q?r=s");
    is(FIELD_URL_DOMAIN, "h.example");
    is(FIELD_URL_PORT, "443");
    is(FIELD_URL_PATH, "/p/q");
    free(text);
}

static void labels_are_names(void **state)
{
    char *text =
        run("EventPriority: Low, SrcIP: 10.0.0.1, DstIP: 10.0.0.2, DstPort: 53, Note: a, b");

    (void)state;
    is(FIELD_SOURCE_IP, "10.0.0.1");
    is(FIELD_DESTINATION_IP, "10.0.0.2");
    is(FIELD_DESTINATION_PORT, "53");
    is(FIELD_EVENT_REASON, "a, b");
    free(text);
    text = run("fw[action:\"Drop\"; src:\"10.0.0.1\"; dst:\"10.0.0.2\"; service:\"80\"]");
    is(FIELD_EVENT_ACTION, "Drop");
    is(FIELD_SOURCE_IP, "10.0.0.1");
    free(text);
    text = run("Note: this is prose, with src: nothing of a form");
    is(FIELD_EVENT_REASON, "");
    free(text);
}

static void names_count_by_their_last_words(void **state)
{
    char *text =
        run("{\"action_local_ip\":\"10.0.0.1\",\"action_remote_ip\":\"10.0.0.2\","
            "\"causality_process_image_path\":\"/x\",\"actor_process_image_path\":\"/bin/sh\","
            "\"securityEventDate\":\"2025-05-20T22:01:42Z\",\"uptime\":77,"
            "\"event_type\":\"File Event\","
            "\"login\":{\"userName\":\"FAB\\\\jo\"}}");

    (void)state;
    is(FIELD_SOURCE_IP, "10.0.0.1");
    is(FIELD_DESTINATION_IP, "10.0.0.2");
    is(FIELD_PROCESS_EXECUTABLE, "/bin/sh"); // "causality" is somebody else
    is(FIELD_PROCESS_NAME, "sh");
    is(FIELD_USER_NAME, "jo");
    is(FIELD_USER_DOMAIN, "FAB");
    is(FIELD_EVENT_TYPE, "connection"); // "File Event" is none of ECS
    at("2025-05-20T22:01:42.000000Z");
    free(text);
    text = run("{\"remote_addr\":\"10.0.0.2\",\"action\":12,\"severity\":5}");
    is(FIELD_SOURCE_IP, "10.0.0.2"); // alone it is who asked
    is(FIELD_DESTINATION_IP, "");
    is(FIELD_EVENT_ACTION, "");
    free(text);
}

// OCSF's numbers, where its words say nothing; a name of the field's first row wins.
static void another_row_of_a_field_has_a_table_of_its_own(void **state)
{
    static const struct {
        const char *text, *severity;
    } cases[] = {
        {"{\"class_uid\":4002,\"severity_id\":0}", "0"},
        {"{\"class_uid\":4002,\"severity_id\":1}", "10"},
        {"{\"class_uid\":4002,\"severity_id\":5}", "95"},
        {"{\"class_uid\":4002,\"severity_id\":6}", "100"},
        {"{\"class_uid\":4002,\"severity_id\":99}", ""},
        {"{\"class_uid\":4002,\"severity_id\":99,\"severity\":\"High\"}", "75"},
        {"{\"class_uid\":4002,\"severity_id\":4,\"severity\":\"urgent\"}", "75"},
        {"{\"class_uid\":4002,\"severity_id\":4,\"severity\":\"Low\"}", "25"},
        {"{\"class_uid\":4002,\"severity\":4}", "4"}, // of another scale
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = run(cases[i].text);

        is(FIELD_EVENT_SEVERITY, cases[i].severity);
        free(text);
    }
}

static void a_time_without_zone_takes_the_one_that_is_told(void **state)
{
    char *text = run("time=\"2024-03-03 14:21:10\" tz=+0100 src=10.0.0.1 user=jo");

    (void)state;
    at("2024-03-03T13:21:10.000000Z");
    free(text);
    text = run("time=2024-03-03 14:21:10 tz=-05:30 src=10.0.0.1 user=jo");
    at("2024-03-03T19:51:10.000000Z");
    free(text);
    text =
        run("id=vpn time=\"2024-03-03 14:21:10\" vp_time=\"2024-03-03 12:21:10 UTC\" src=10.0.0.1");
    at("2024-03-03T12:21:10.000000Z");
    free(text);
    text = run(
        "id=vpn time=\"2024-03-03 14:21:10\" old_time=\"2024-02-01 12:00:01 UTC\" src=10.0.0.1");
    at("2024-03-03T14:21:10.000000Z");
    free(text);
}

static void guesses_look_at_what_the_record_is_about(void **state)
{
    char *text = run("{\"password_changed\":false,\"failed\":0,\"host\":\"a\"}");

    (void)state;
    is(FIELD_EVENT_CATEGORY, "");
    is(FIELD_EVENT_OUTCOME, "");
    free(text);
    text = run("{\"type\":\"Malware alert\",\"host\":\"a\"}");
    is(FIELD_EVENT_CATEGORY, "malware");
    is(FIELD_EVENT_KIND, "alert");
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_told_from_what_looks_like_them),
        cmocka_unit_test(words_are_what_stands_between_separators),
        cmocka_unit_test(dotted_addresses_in_a_block_are_dotted_addresses),
        cmocka_unit_test(an_address_and_its_port_come_apart),
        cmocka_unit_test(a_text_comes_apart_into_words),
        cmocka_unit_test(words_say_who_came_from_where),
        cmocka_unit_test(an_arrow_and_rows_of_values_have_two_ends),
        cmocka_unit_test(nobody_is_named_by_a_word_of_the_sentence),
        cmocka_unit_test(somebody_is_named_by_quotes_marks_and_what_follows),
        cmocka_unit_test(commands_codes_and_requests_are_taken_whole),
        cmocka_unit_test(labels_are_names),
        cmocka_unit_test(names_count_by_their_last_words),
        cmocka_unit_test(another_row_of_a_field_has_a_table_of_its_own),
        cmocka_unit_test(a_time_without_zone_takes_the_one_that_is_told),
        cmocka_unit_test(guesses_look_at_what_the_record_is_about),
    };

    return cmocka_run_group_tests(tests, own_begin, own_end);
}
