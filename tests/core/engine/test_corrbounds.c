// test_corrbounds.c - correlations: exact counts and numbers, bounds, late hits, chains.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/engine/corrbed.h"

// ---- numbers and bounds

static void a_count_of_thousands_is_exact(void **state)
{
    struct named f[] = {{"user", "u"}};
    struct corrbed b;

    (void)state;
    bed_open(&b,
             EVENT_RULE("a") "---\ntitle: k\nid: k\ncorrelation: {type: event_count, rules: [a], "
                             "group-by: [user], timespan: 1h, condition: {gte: 3000}}\n");
    for (int i = 0; i < 2999; i++) {
        bed_one(&b, "a", 1000 + i / 4, f, 1);
    }
    assert_string_equal(bed_said(&b), "");
    bed_one(&b, "a", 1000 + 3600, f, 1); // the first four are exactly an hour old
    assert_string_equal(bed_said(&b), "k 4600 u\n");
    assert_int_equal(b.corr.entry->count, 3000);
    bed_one(&b, "a", 1000 + 3600 + 7200, f, 1);
    assert_int_equal(b.corr.entry->count, 1);
    corr_expire(&b.corr, (utime_t)20000 * UTIME_SECOND);
    assert_int_equal(b.corr.window->count, 0);
    assert_int_equal(b.corr.entry->count, 0);
    assert_int_equal(b.corr.window->expired, 1);
    bed_close(&b);
}

static void full_tables_let_go_of_the_oldest_and_count_it(void **state)
{
    static const char text[] =
        EVENT_RULE("a") "---\ntitle: k\nid: k\ncorrelation: {type: value_sum, rules: [a], "
                        "group-by: [user], timespan: 1h, condition: {field: number, gte: 100}}\n";
    struct corrbed b;
    char user[16];
    struct named f[] = {{"user", user}, {"number", "30"}};

    (void)state;
    bed_open(&b, text);
    b.corr.entry->bound = 5;
    b.corr.window->bound = 4;
    for (int i = 0; i < 6; i++) {
        (void)snprintf(user, sizeof(user), "u%d", i);
        bed_one(&b, "a", i, f, 2);
    }
    assert_int_equal(b.corr.window->count, 4);
    assert_int_equal(b.corr.window->evicted, 2);
    assert_int_equal(b.corr.entry->count, 4); // events went with their windows
    (void)snprintf(user, sizeof(user), "u2");
    bed_one(&b, "a", 10, f, 2);
    bed_one(&b, "a", 11, f, 2); // the oldest event of all goes: u2's first
    assert_int_equal(b.corr.entry->evicted, 1);
    bed_one(&b, "a", 12, f, 2); // u3's only one
    bed_one(&b, "a", 13, f, 2); // u4's: 30 x 4, and the first one does not count any more
    assert_string_equal(bed_said(&b), "k 13 u2\n");
    bed_close(&b);
}

static void numbers_are_exact_and_what_is_none_is_counted(void **state)
{
    static const char text[] =
        EVENT_RULE("a") "---\ntitle: k\nid: k\ncorrelation: {type: value_sum, rules: [a], "
                        "timespan: 1h, condition: {field: number, gt: 9007199254740993}}\n";
    static const char *const no_number[] = {"", "x", "1x", "0x10", "1e", "--1", ".", "1e99", "nan"};
    struct named f[] = {{"number", "9007199254740992"}};
    struct corrbed b;

    (void)state;
    bed_open(&b, text);
    bed_one(&b, "a", 1, f, 1);
    f[0].value = "1";
    bed_one(&b, "a", 2, f, 1); // equal: a double would not know
    for (size_t i = 0; i < ARRAY_LEN(no_number); i++) {
        f[0].value = no_number[i];
        bed_one(&b, "a", 3, f, 1);
    }
    assert_int_equal(b.dropped, ARRAY_LEN(no_number));
    assert_string_equal(bed_said(&b), "");
    f[0].value = "1e-6";
    bed_one(&b, "a", 4, f, 1);
    assert_string_equal(bed_said(&b), "k 4\n");
    bed_close(&b);
}

static void a_hit_without_its_group_value_is_dropped_and_counted(void **state)
{
    struct named f[] = {{"user", NULL}};
    struct corrbed b;

    (void)state;
    bed_open(&b,
             EVENT_RULE("a") "---\ntitle: k\nid: k\ncorrelation: {type: event_count, rules: [a], "
                             "group-by: [user], timespan: 1h, condition: {gte: 1}}\n");
    bed_one(&b, "a", 1, f, 1);
    assert_string_equal(bed_said(&b), "");
    assert_int_equal(b.dropped, 1);
    bed_close(&b);
}

static void a_late_hit_counts_where_it_belongs(void **state)
{
    struct named f[] = {{"user", "u"}};
    struct corrbed b;

    (void)state;
    bed_open(&b,
             EVENT_RULE("a") "---\ntitle: k\nid: k\ncorrelation: {type: event_count, rules: [a], "
                             "group-by: [user], timespan: 10s, condition: {gte: 3}}\n");
    bed_one(&b, "a", 100, f, 1);
    bed_one(&b, "a", 50, f, 1); // not of the window
    bed_one(&b, "a", 120, f, 1);
    bed_one(&b, "a", 112, f, 1);
    assert_string_equal(bed_said(&b), "");
    bed_one(&b, "a", 122, f, 1); // 112 is just in
    assert_string_equal(bed_said(&b), "k 122 u\n");
    bed_close(&b);
}

// ---- chains

#define CHAIN                                                                                      \
    EVENT_RULE("a")                                                                                \
    "---\n" EVENT_RULE(                                                                            \
        "b") "---\n"                                                                               \
             "title: many\nid: many\ncorrelation: {type: event_count, rules: [a], group-by: "      \
             "[user, host], "                                                                      \
             "timespan: 60s, condition: {gte: 3}}\n---\n"                                          \
             "title: k\nid: k\ncorrelation: {type: temporal_ordered, rules: [many, b], group-by: " \
             "[user], "                                                                            \
             "timespan: 20s}\n---\n"                                                               \
             "title: n\nid: n\ncorrelation: {type: value_count, rules: [many], group-by: [user], " \
             "timespan: 60s, condition: {field: host, gte: 2}}\n"

static void a_chain_counts_results_and_groups_by_its_own_fields(void **state)
{
    struct named f[] = {{"user", "u"}, {"host", "h1"}};
    struct corrbed b;

    (void)state;
    bed_open(&b, CHAIN);
    for (int t = 0; t <= 50; t += 10) { // holds from 20 on; the newest result is at 50
        bed_one(&b, "a", t, f, 2);
    }
    bed_one(&b, "b", 65, f, 1);
    assert_string_equal(bed_said(&b), "k 65 u\n");
    f[1].value = "h2";
    for (int t = 66; t <= 68; t++) {
        bed_one(&b, "a", t, f, 2);
    }
    assert_string_equal(bed_said(&b), "k 65 u\nn 68 u\n"); // the inner one does not alert by itself
    bed_close(&b);
}

// The event that completes the inner one has no user; an earlier one had.
static void a_result_carries_the_fields_of_all_its_events(void **state)
{
    struct named who[] = {{"host", "h"}, {"user", "u"}};
    struct corrbed b;

    (void)state;
    bed_open(&b, EVENT_RULE("a") "---\n" EVENT_RULE("b") "---\n" EVENT_RULE(
                     "c") "---\n"
                          "title: both\nid: both\ncorrelation: {type: temporal, rules: "
                          "[a, b], group-by: [host], timespan: 60s}\n---\n"
                          "title: k\nid: k\ncorrelation: {type: temporal, rules: [both, c], "
                          "group-by: [user], timespan: 60s}\n");
    bed_one(&b, "a", 1, who, 2);
    bed_one(&b, "b", 2, who, 1);
    bed_one(&b, "c", 3, who, 2);
    assert_string_equal(bed_said(&b), "k 3 u\n");
    bed_close(&b);
}

static void what_did_not_come_can_be_counted(void **state)
{
    struct named f[] = {{"host", "h"}};
    struct corrbed b;

    (void)state;
    bed_open(&b, EVENT_RULE("a") "---\ntitle: silent\nid: silent\ncorrelation: {type: absence, "
                                 "rules: [a], expect: [a], group-by: [host], timespan: 10s}\n---\n"
                                 "title: k\nid: k\ncorrelation: {type: event_count, rules: "
                                 "[silent], timespan: 60s, condition: {gte: 2}}\n");
    f[0].value = "h1";
    bed_one(&b, "a", 0, f, 1);
    f[0].value = "h2";
    bed_one(&b, "a", 1, f, 1);
    bed_one(&b, "a", 9, f, 1);
    corr_until(&b.corr, 19 * UTIME_SECOND); // not yet over for h2
    assert_string_equal(bed_said(&b), "");
    corr_until(&b.corr, 20 * UTIME_SECOND);
    assert_string_equal(bed_said(&b), "k 19 for a@9\n"); // no record completes it
    bed_close(&b);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_count_of_thousands_is_exact),
        T(full_tables_let_go_of_the_oldest_and_count_it),
        T(numbers_are_exact_and_what_is_none_is_counted),
        T(a_hit_without_its_group_value_is_dropped_and_counted),
        T(a_late_hit_counts_where_it_belongs),
        T(a_chain_counts_results_and_groups_by_its_own_fields),
        T(a_result_carries_the_fields_of_all_its_events),
        T(what_did_not_come_can_be_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
