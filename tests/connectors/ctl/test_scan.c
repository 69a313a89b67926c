// test_scan.c - fabsocctl scan: matches, correlations, order, statistics.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/scanned.h"

#include <dirent.h>

#define DATA "../shared/data/"

static void match_has_the_promised_names(void **state)
{
    char *f = ran_file("a.log", SPAN_LIT("\n" GOOD("01:00")));
    struct ran r = ran("scan", "--rules", rules(), f);
    json_t *v = ran_json(&r, 0);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_int_equal(ran_lines(&r), 1);
    assert_string_equal(ran_text(v, "rule_id"), "22222222-2222-4222-8222-222222222222");
    assert_string_equal(ran_text(v, "rule_title"), "accepted");
    assert_string_equal(ran_text(v, "level"), "high");
    assert_string_equal(ran_text(v, "kind"), "event");
    assert_non_null(strstr(ran_text(v, "@timestamp"), "-11-02T00:01:00.000000Z"));
    assert_string_equal(ran_text(v, "file"), f);
    assert_int_equal(ran_int(v, "line"), 2);
    assert_int_equal(ran_int(v, "seq"), 1);
    assert_string_equal(ran_text(json_object_get(v, "fields"), "fab.kind"), "logon");
    json_decref(v);
    ran_free(&r);
}

static void correlation_names_the_record_that_completes_it(void **state)
{
    struct ran r = ran_with(SPAN_LIT(BAD("01:00") BAD("02:00") GOOD("02:30") BAD("03:00")), "scan",
                            "--rules", rules(), "-", NULL);
    json_t *v = ran_json(&r, 4);

    (void)state;
    assert_int_equal(ran_lines(&r), 5);
    assert_string_equal(ran_text(v, "kind"), "correlation");
    assert_int_equal(ran_int(v, "line"), 4);
    assert_string_equal(ran_text(json_object_get(v, "fields"), "source.ip"), "10.0.0.9");
    json_decref(v);
    ran_free(&r);
}

// What a correlation could not count or keep is said with its title: ten thousand windows more than there is
// room for, and a record without the value to group by.
static void what_correlations_lose_is_said_by_rule(void **state)
{
    enum { ROOM = 20000, MORE = 10000 };
    struct ran r;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 16 << 20);
    for (unsigned i = 0; i < ROOM + MORE; i++) {
        buf_printf(&b,
                   "<86>Nov  2 00:01:00 h sshd[1]: Failed password for root from 10.%u.%u.%u port "
                   "2 ssh2\n",
                   i >> 16, i >> 8 & 255, i & 255);
    }
    buf_str(&b, "<86>Nov  2 00:01:01 h sshd[1]: pam_unix(sshd:auth): authentication failure; "
                "logname= uid=0 euid=0 tty=ssh ruser= rhost=  user=root\n");
    r = ran_with(buf_span(&b), "scan", "--rules", rules(), "-", NULL);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.err, "scan.windows: 10000 windows were given up for newer ones by "
                                  "\"many refused\""));
    assert_non_null(strstr(r.err, "scan.group: 1 hits had no value to group by or to look at and "
                                  "were not counted by \"many refused\""));
    ran_free(&r);
}

static const char absence_text[] =
    "title: no logon follows\nid: 44444444-4444-4444-8444-444444444444\n"
    "correlation: {type: absence, rules: [refused], expect: [accepted], group-by: [source.ip], "
    "timespan: 5m}\nlevel: high\n";

// It names the record that called and the time at which waiting was over; the last one is still open.
static void an_absence_fires_when_the_input_has_passed_its_time(void **state)
{
    char *more = ran_file("absence.yml", span_str(absence_text));
    struct ran r = ran_with(SPAN_LIT(BAD("01:00") GOOD("03:00") BAD("04:00") GOOD("09:01")
                                         BAD("20:00") GOOD("25:00") BAD("25:30")),
                            "scan", "--rules", rules(), "--rules", more, "-", NULL);
    json_t *v = NULL;

    (void)state;
    assert_int_equal(count(&r, "no logon follows"), 1);
    for (size_t i = 0; i < ran_lines(&r); i++) {
        json_t *l = ran_json(&r, i);

        if (strcmp(ran_text(l, "rule_title"), "no logon follows") == 0) {
            v = json_incref(l);
        }
        json_decref(l);
    }
    assert_int_equal(ran_int(v, "line"), 3);
    assert_non_null(strstr(ran_text(v, "@timestamp"), "T00:09:00.000000Z"));
    assert_string_equal(ran_text(json_object_get(v, "fields"), "source.ip"), "10.0.0.9");
    assert_non_null(strstr(r.err, "scan.open: 1 "));
    json_decref(v);
    ran_free(&r);
}

// The second half of the file lies before the first in time: correlated as if it had not.
static void segments_are_correlated_in_order_of_event_time(void **state)
{
    struct ran r = ran_with(SPAN_LIT(BAD("04:00") BAD("20:00") BAD("01:00") BAD("02:00")), "scan",
                            "--stats", "--rules", rules(), "-", NULL);
    json_t *s = stats(&r), *v = ran_json(&r, 4);

    (void)state;
    assert_int_equal(count(&r, "many refused"), 1);
    assert_int_equal(ran_int(v, "line"), 1); // 00:04 completes 00:01, 00:02, 00:04
    assert_int_equal(ran_int(s, "resegmented"), 1);
    json_decref(s);
    json_decref(v);
    ran_free(&r);
}

static void windows_live_on_from_file_to_file(void **state)
{
    char *a = ran_file("1.log", SPAN_LIT(BAD("01:00") BAD("02:00")));
    char *b = ran_file("2.log", SPAN_LIT(BAD("03:00")));
    char *late = ran_file("3.log", SPAN_LIT(BAD("40:00") BAD("40:01")));
    struct ran r = ran("scan", "--rules", rules(), a, b);
    json_t *v = ran_json(&r, 3);

    (void)state;
    assert_string_equal(ran_text(v, "kind"), "correlation");
    assert_string_equal(ran_text(v, "file"), b);
    json_decref(v);
    ran_free(&r);
    r = ran("scan", "--rules", rules(), late, b); // what comes half an hour later does not count
    assert_int_equal(count(&r, "many refused"), 0);
    ran_free(&r);
}

static void merge_is_one_stream_by_event_time(void **state)
{
    char *a = ran_file("1.log", SPAN_LIT(BAD("01:00") BAD("20:00") GOOD("21:00")));
    char *b = ran_file("2.log", SPAN_LIT(BAD("02:00") BAD("03:00")));
    struct ran r = ran("scan", "--merge", "--rules", rules(), a, b);
    char last[64] = "";

    (void)state;
    assert_int_equal(count(&r, "many refused"), 1);
    for (size_t i = 0; i < ran_lines(&r); i++) {
        json_t *v = ran_json(&r, i);

        assert_true(strcmp(ran_text(v, "@timestamp"), last) >= 0);
        (void)snprintf(last, sizeof(last), "%s", ran_text(v, "@timestamp"));
        if (strcmp(ran_text(v, "kind"), "correlation") == 0) {
            assert_string_equal(ran_text(v, "file"), b);
            assert_int_equal(ran_int(v, "line"), 2);
        }
        json_decref(v);
    }
    ran_free(&r);
}

// Neither an expression nor its negation selects a record that it cannot be answered for.
static void a_record_that_where_cannot_answer_for_is_counted(void **state)
{
    static const char line[] =
        "<86>Nov  2 00:01:00 h sshd[1]: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y!\n";
    char *f = ran_file("hostile.log", SPAN_LIT(line));
    static const char *const what[] = {"message ~ \"(x+x+)+y!\"", "message !~ \"(x+x+)+y!\""};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(what); i++) {
        struct ran r = ran("scan", "--count", "--where", what[i], f);

        assert_string_equal(r.out, "0\n");
        assert_non_null(strstr(r.err, "scan.where: 1 records were left out"));
        ran_free(&r);
    }
}

static void statistics_have_the_promised_keys(void **state)
{
    static const char *const key[] = {"events",       "matches",      "undecoded",
                                      "resegmented",  "seconds",      "events_per_second",
                                      "rules_loaded", "rules_refused"};
    struct ran r = ran_with(SPAN_LIT(GOOD("01:00") "nobody knows this\n"), "scan", "--stats",
                            "--rules", rules(), "--rules", "share/rules", "-", NULL);
    json_t *s = stats(&r);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(key); i++) {
        assert_true(json_is_number(json_object_get(s, key[i])));
    }
    assert_int_equal(ran_int(s, "events"), 2);
    assert_int_equal(ran_int(s, "matches"), (json_int_t)ran_lines(&r));
    assert_int_equal(ran_int(s, "undecoded"), 1);
    assert_int_equal(ran_int(s, "rules_refused"), 0);
    assert_true(json_array_size(json_object_get(s, "needs_context")) > 0);
    json_decref(s);
    ran_free(&r);
}

static void refused_rule_does_not_stop_a_scan(void **state)
{
    char *bad = ran_file("bad.yml", SPAN_LIT("title: x\nlogsource: {product: a}\n"
                                             "detection:\n  a: {b|nosuch: c}\n  condition: a\n"));
    struct ran r = ran_with(SPAN_LIT(GOOD("01:00")), "scan", "--stats", "--rules", bad, "--rules",
                            rules(), "-", NULL);
    json_t *s = stats(&r);
    char place[600];

    (void)state;
    assert_int_equal(r.status, 1);
    assert_int_equal(count(&r, "accepted"), 1);
    (void)snprintf(place, sizeof(place), "%s:4:", bad);
    assert_true(strncmp(r.err, place, strlen(place)) == 0);
    assert_int_equal(ran_int(s, "rules_refused"), 1);
    assert_int_equal(ran_int(s, "rules_loaded"), 3);
    json_decref(s);
    ran_free(&r);
}

static void rules_that_need_the_engine_are_named_not_asked(void **state)
{
    struct ran r = ran("scan", "--stats", FEEDS "recipes.rec", FEEDS "tools.rec");
    json_t *s = stats(&r), *list = json_object_get(s, "needs_context"), *id;
    size_t i;

    (void)state;
    json_array_foreach(list, i, id)
    {
        assert_null(strstr(r.out, json_string_value(id)));
    }
    assert_non_null(strstr(r.err, "1550b61c-3591-46d8-ab10-01b3be4c93c2")); // recipe write
    json_decref(s);
    ran_free(&r);
}

static void no_rules_no_matches(void **state)
{
    struct ran r = ran("scan", "--rules", "none", "--stats", FEEDS "sshd.rec");
    json_t *s = stats(&r);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "");
    assert_int_equal(ran_int(s, "rules_loaded"), 0);
    assert_true(ran_int(s, "events") > 1000);
    json_decref(s);
    ran_free(&r);
}

static void table_is_one_line_a_match_and_clean(void **state)
{
    struct ran r = ran("scan", "--format", "table", FEEDS "sensor-litho.rec");
    struct ran j = ran("scan", "--format", "jsonl", FEEDS "sensor-litho.rec");

    (void)state;
    assert_int_equal(r.status, 0);
    assert_true(ran_lines(&j) > 0);
    assert_int_equal(ran_lines(&r), ran_lines(&j));
    assert_non_null(strstr(r.out, FEEDS "sensor-litho.rec:"));
    ran_free(&r);
    ran_free(&j);
}

static void usage_is_64_and_a_missing_file_2(void **state)
{
    static const char *const wrong[][2] = {{"--incidents", "x"},
                                           {"--count", "x"},
                                           {"--format=xml", "x"},
                                           {"-j0", "x"},
                                           {"--nosuch", "x"}};
    struct ran r;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        r = ran("scan", wrong[i][0], wrong[i][1]);
        assert_int_equal(r.status, 64);
        assert_string_equal(r.out, "");
        assert_true(r.err[0] != '\0');
        ran_free(&r);
    }
    r = ran("scan", "/nonexistent");
    assert_int_equal(r.status, 2);
    ran_free(&r);
    r = ran("scan", "--rules", "/nonexistent", FEEDS "sshd.rec");
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    ran_free(&r);
    r = ran("scan", "--fab", ran_file("fab.yaml", SPAN_LIT("fab: {}\n")), FEEDS "windows.rec");
    assert_int_equal(r.status, 1);
    ran_free(&r);
}

static void add_file(struct buf *all, const char *path)
{
    FILE *f = fopen(path, "rb");
    char piece[65536];
    size_t n;

    while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0) {
        buf_put(all, piece, n);
    }
    if (f) {
        buf_u8(all, '\n');
        fclose(f);
    }
}

static void where_finds_counts_and_narrows(void **state)
{
    const struct span in = SPAN_LIT(BAD("01:00") GOOD("02:00") GOOD("03:00"));
    struct ran r = ran_with(in, "scan", "--where", "kind = logon", "-", NULL);
    json_t *v = ran_json(&r, 0);

    (void)state;
    assert_int_equal(ran_lines(&r), 2);
    assert_int_equal(ran_int(v, "line"), 2);
    assert_string_equal(ran_text(v, "kind"), "logon");
    json_decref(v);
    ran_free(&r);
    r = ran_with(in, "scan", "--where", "source.ip = 10.0.0.9", "--count", "-", NULL);
    assert_string_equal(r.out, "3\n");
    ran_free(&r);
    r = ran_with(in, "scan", "--where", "kind = logon", "--rules", rules(), "-", NULL);
    assert_int_equal(count(&r, "accepted"), 2);
    ran_free(&r);
    r = ran_with(in, "scan", "--where", "kind != logon", "--rules", rules(), "-", NULL);
    assert_int_equal(count(&r, "accepted"), 0);
    ran_free(&r);
    r = ran_with(in, "scan", "--where", "kind = = x", "-", NULL);
    assert_int_equal(r.status, 64);
    assert_true(strncmp(r.err, "--where:1:", 10) == 0);
    ran_free(&r);
}

// The labels of the sensor itself: every EVE alert of severity 1 is a match of our rule, no other.
static void suricata_alerts_of_severity_one_match(void **state)
{
    DIR *d = opendir(DATA "suricata-eve");
    struct dirent *e;
    size_t want = 0;
    struct ran r, all;
    AUTO_BUF text;

    (void)state;
    if (!d) {
        fail_msg("cannot run without %s", DATA "suricata-eve");
    }
    buf_init(&text, 256 << 20);
    while ((e = readdir(d)) != NULL) {
        char path[600];

        (void)snprintf(path, sizeof(path), "%s/%s/eve.json", DATA "suricata-eve", e->d_name);
        add_file(&text, path);
    }
    closedir(d);
    all = ran_with(buf_span(&text), "decode", "-", NULL);
    for (const char *at = all.out; (at = strstr(at, "\"event_type\":\"alert\"")) != NULL; at++) {
        const char *end = strchr(at, '\n'), *severity = strstr(at, "\"severity\":1");
        const char *raw = strstr(at, "\"raw\":");

        want +=
            severity && raw && severity < raw && raw < end && !strchr("0123456789", severity[12]);
    }
    assert_true(ran_lines(&all) > 4000 && want > 0);
    r = ran_with(buf_span(&text), "scan", "--rules", "share/rules/suricata_high.yml", "-", NULL);
    assert_int_equal(r.status, 0);
    assert_int_equal(ran_lines(&r), want);
    ran_free(&all);
    ran_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match_has_the_promised_names),
        cmocka_unit_test(correlation_names_the_record_that_completes_it),
        cmocka_unit_test(what_correlations_lose_is_said_by_rule),
        cmocka_unit_test(an_absence_fires_when_the_input_has_passed_its_time),
        cmocka_unit_test(segments_are_correlated_in_order_of_event_time),
        cmocka_unit_test(windows_live_on_from_file_to_file),
        cmocka_unit_test(merge_is_one_stream_by_event_time),
        cmocka_unit_test(a_record_that_where_cannot_answer_for_is_counted),
        cmocka_unit_test(statistics_have_the_promised_keys),
        cmocka_unit_test(refused_rule_does_not_stop_a_scan),
        cmocka_unit_test(rules_that_need_the_engine_are_named_not_asked),
        cmocka_unit_test(no_rules_no_matches),
        cmocka_unit_test(table_is_one_line_a_match_and_clean),
        cmocka_unit_test(usage_is_64_and_a_missing_file_2),
        cmocka_unit_test(where_finds_counts_and_narrows),
        cmocka_unit_test(suricata_alerts_of_severity_one_match),
    };

    return cmocka_run_group_tests(tests, ran_begin, ran_end);
}
