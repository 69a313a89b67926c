// test_syslog.c - the usual header of a line read in one go, against the way for every header.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <stdlib.h>

#include "core/decode/syslog_usual.h"

enum { ROUNDS = 300000, PIECES = 7 };

static uint64_t seed = 20261122;

static size_t below(size_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (size_t)(seed >> 33) % n;
}

static const ntime_t received = 1795248000 * INT64_C(1000000000); // 2026-11-21T08:00:00Z

static void same_span(struct span a, struct span b)
{
    assert_int_equal(a.n, b.n);
    assert_true(a.n == 0 || a.p == b.p);
}

// Whether the header of `s` was read in one go, when `again` knows its minute.
static bool same(struct span s, struct stamp_memo *again)
{
    struct stamp_memo never = {0};
    struct syslog_now quick = {received, 0, again}, slow = {received, 0, &never};
    struct syslog a, b, usual = {0};
    bool is = syslog_usual(s, &quick, &usual);

    syslog_parse(s, &quick, &a);
    syslog_parse(s, &slow, &b);
    assert_int_equal(a.form, b.form);
    assert_int_equal(a.pri, b.pri);
    assert_int_equal(a.version, b.version);
    assert_true(a.time == b.time);
    assert_true(a.error == b.error);
    same_span(a.stamp, b.stamp);
    same_span(a.host, b.host);
    same_span(a.app, b.app);
    same_span(a.procid, b.procid);
    same_span(a.msgid, b.msgid);
    same_span(a.sd, b.sd);
    same_span(a.msg, b.msg);
    if (is) {
        same_span(usual.host, a.host);
        same_span(usual.msg, a.msg);
    }
    return is;
}

static void a_usual_header_is_what_every_header_is(void **state)
{
    static const char *const begins[] = {"Nov 21 08:00:07 ", "Nov 21 08:00:59 ",
                                         "Nov 21 08:00:60 ", "Nov 21 08:00:07",
                                         "Nov 21 08:01:07 ", "Nov 21 08:00:0x "};
    static const char *const pieces[] = {"host",
                                         "sshd",
                                         "[12345]: ",
                                         ": ",
                                         " ",
                                         "[",
                                         "]",
                                         ":",
                                         "UTC",
                                         "GMT ",
                                         "%",
                                         "%A-5-B: text",
                                         "{",
                                         "CEF:0|",
                                         "2026 ",
                                         "1",
                                         "kernel: ",
                                         "app[1]",
                                         "a-very-long-name-of-a-tag-or-of-a-host-that-goes-on",
                                         "[12345678901234567890123456789012]: ",
                                         "[1234567890123456789012345678901]: ",
                                         "text of some length ",
                                         "(x)",
                                         "a.b@c/d\\e+f~g_h",
                                         "  ",
                                         "-: ",
                                         "\xE9",
                                         "#fields\t",
                                         "="};
    static const char *const priorities[] = {"", "", "", "<13>", "<999>", "<13>1 "};
    struct stamp_memo m = {0};
    size_t usual = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char text[1024];
        const char *pri = priorities[below(sizeof(priorities) / sizeof(priorities[0]))];
        const char *begin = begins[below(4) ? 0 : below(sizeof(begins) / sizeof(begins[0]))];
        size_t n = strlen(pri), more = strlen(begin);
        char *copy;
        utime_t t;
        size_t used;

        memcpy(text, pri, n);
        memcpy(text + n, begin, more);
        n += more;
        if (below(2)) {
            memcpy(text + n, "fab-srv01 ", 10);
            n += 10;
        }
        for (size_t k = below(PIECES); k-- > 0;) {
            const char *p = pieces[below(sizeof(pieces) / sizeof(pieces[0]))];

            more = strlen(p);
            memcpy(text + n, p, more);
            n += more;
        }
        copy = malloc(n); // of its own size, so that a byte read behind it is seen
        assert_non_null(copy);
        memcpy(copy, text, n);
        assert_true(stamp_bsd_again(&m, SPAN_LIT("Nov 21 08:00:00 h"), received, 0, &t, &used));
        (void)same(span_of(copy, n), &m);
        n -= strlen(pri);
        usual += same(span_of(copy + strlen(pri), n), &m);
        free(copy);
    }
    assert_true(usual > ROUNDS / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_usual_header_is_what_every_header_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
