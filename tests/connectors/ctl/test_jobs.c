// test_jobs.c - fabsocctl scan -j N: the same bytes whatever N is.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/scanned.h"

static void same_bytes_whatever_the_jobs(void **state)
{
    struct ran a = ran("scan", FEEDS "sensor-litho.rec", FEEDS "agents.rec", FEEDS "sshd.rec");
    struct ran b =
        ran("scan", "-j", "4", FEEDS "sensor-litho.rec", FEEDS "agents.rec", FEEDS "sshd.rec");

    (void)state;
    assert_int_equal(a.status, 0);
    assert_true(ran_lines(&a) > 0);
    assert_string_equal(a.out, b.out);
    ran_free(&a);
    ran_free(&b);
}

// Many batches, a small file between, one that ends inside a packed stream, bursts that lie over the
// border of batches, a clock that steps back.
static void many_batches_are_one_stream(void **state)
{
    static const char *const key[] = {"events", "matches", "undecoded", "resegmented"};
    char *small = ran_file("small.log", SPAN_LIT(GOOD("00:01") BAD("00:02")));
    char *torn = ran_file("torn.gz", SPAN_LIT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01"));
    char *rule = rules(), *big;
    AUTO_BUF text;

    (void)state;
    buf_init(&text, 16 << 20);
    for (unsigned i = 0; i < 9000; i++) {
        unsigned t = i / 10 - (i > 5000 ? 60 : 0);

        buf_printf(&text,
                   "<86>Nov  2 %02u:%02u:%02u h sshd[1]: %s password for root from 10.0.%u.9 port "
                   "2 ssh2%s\n",
                   t / 3600, t / 60 % 60, t % 60, i % 7 ? "Failed" : "Accepted", i / 50 % 200,
                   i % 100 ? "" : " and more that no pattern knows");
    }
    big = ran_file("big.log", buf_span(&text));
    for (int merge = 0; merge < 2; merge++) {
        const char *how = merge ? "--merge" : "--stats";
        struct ran a = ran("scan", "--stats", how, "--rules", rule, big, small, torn, big);

        assert_int_equal(a.status, 1);
        assert_true(count(&a, "accepted") > 2000);
        assert_true(count(&a, "many refused") > 100);
        for (int jobs = 2; jobs < 6; jobs += 3) {
            struct ran b = ran("scan", "-j", jobs == 2 ? "2" : "5", "--stats", how, "--rules", rule,
                               big, small, torn, big);
            json_t *x = stats(&a), *y = stats(&b);

            assert_int_equal(b.status, a.status);
            assert_string_equal(a.out, b.out);
            for (size_t i = 0; i < ARRAY_LEN(key); i++) {
                assert_int_equal(ran_int(x, key[i]), ran_int(y, key[i]));
            }
            assert_int_equal(ran_int(x, "resegmented"), 2);
            json_decref(x);
            json_decref(y);
            ran_free(&b);
        }
        ran_free(&a);
    }
}

// `slow` runs into its limit on a hostile line; it speaks through its other words up to the third such line,
// and the correlation over it counts no further either. On standard error the same, too.
static void a_rule_at_fault_says_the_same_whatever_the_jobs(void **state)
{
    static const char text[] =
        "title: slow\nid: slow-1\nname: slow\nlogsource: {product: linux, service: sshd}\n"
        "detection: {s: {'|re': '(x+x+)+y!'}, t: [Failed], condition: s or t}\nlevel: low\n---\n"
        "title: quick\nid: quick-1\nlogsource: {product: linux, service: sshd}\n"
        "detection: {t: [Failed], condition: t}\nlevel: low\n---\n"
        "title: many slow\nid: many-1\ncorrelation: {type: event_count, rules: [slow], "
        "group-by: [source.ip], timespan: 1h, condition: {gte: 1000}, generate: true}\nlevel: "
        "low\n";
    static const unsigned hostile[] = {100, 6500, 6900, 6950, 8000}, third = 6900, lines = 9000;
    char *rule = ran_file("slow.yml", span_str(text)), *big;
    struct ran a;
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 16 << 20);
    for (unsigned i = 0, h = 0; i < lines; i++) {
        bool bad = h < ARRAY_LEN(hostile) && hostile[h] == i;

        h += bad;
        buf_printf(&b, "<86>Nov  2 %02u:%02u:%02u h sshd[1]: ", i / 3600, i / 60 % 60, i % 60);
        buf_printf(&b, bad ? "%.60s y!\n" : "Failed password for root from 10.0.0.9 port 2 ssh2\n",
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    }
    big = ran_file("hostile.log", buf_span(&b));
    a = ran("scan", "--rules", rule, big);
    assert_int_equal(a.status, 0);
    assert_int_equal(count(&a, "slow"), third - 2);
    assert_int_equal(count(&a, "quick"), lines - ARRAY_LEN(hostile));
    assert_int_equal(count(&a, "many slow"), 2); // a third one would be at 8,200 s
    assert_non_null(strstr(a.err, "slow.yml:1:1: rule.fault: an expression of the rule passed its "
                                  "match limit on 3 records; the rule is in quarantine"));
    for (int jobs = 2; jobs < 7; jobs++) {
        const char n[] = {(char)('0' + jobs), '\0'};
        struct ran j = ran("scan", "-j", n, "--rules", rule, big);

        assert_int_equal(j.status, a.status);
        assert_string_equal(j.out, a.out);
        assert_string_equal(j.err, a.err);
        ran_free(&j);
    }
    ran_free(&a);
}

static void an_expression_selects_the_same_whatever_the_jobs(void **state)
{
    static const char what[] = "user.name = akira or message ~ \"log.?on\"";
    struct ran a = ran("scan", "--where", what, FEEDS "sensor-litho.rec", FEEDS "sshd.rec");
    struct ran b =
        ran("scan", "-j", "3", "--where", what, FEEDS "sensor-litho.rec", FEEDS "sshd.rec");

    (void)state;
    assert_int_equal(a.status, b.status);
    assert_string_equal(a.out, b.out);
    ran_free(&a);
    ran_free(&b);
    b = ran("scan", "-j", "3", "--where",
            "not ("
            "kind = nothing)",
            "--count", FEEDS "sshd.rec");
    a = ran("scan", "--where",
            "not ("
            "kind = nothing)",
            "--count", FEEDS "sshd.rec");
    assert_int_equal(b.status, 0);
    assert_true(strtol(b.out, NULL, 10) > 0);
    assert_string_equal(a.out, b.out);
    ran_free(&a);
    ran_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_whatever_the_jobs),
        cmocka_unit_test(many_batches_are_one_stream),
        cmocka_unit_test(a_rule_at_fault_says_the_same_whatever_the_jobs),
        cmocka_unit_test(an_expression_selects_the_same_whatever_the_jobs),
    };

    return cmocka_run_group_tests_name("jobs", tests, ran_begin, ran_end);
}
