// test_stamp.c - a remembered minute reads as one that is read anew.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/decode/stamp.h"

static uint64_t seed = 20261122;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % n;
}

static void same(struct stamp_memo *m, const char *text, ntime_t received, int zone_s)
{
    utime_t a = UTIME_NONE, b = UTIME_NONE;
    size_t used_a = 0, used_b = 0;
    bool ok_a = stamp_bsd(span_str(text), received, zone_s, &a, &used_a);
    bool ok_b = stamp_bsd_again(m, span_str(text), received, zone_s, &b, &used_b);

    if (ok_a != ok_b || (ok_a && (a != b || used_a != used_b))) {
        fail_msg("\"%s\" at %lld: %lld (%zu) and %lld (%zu)", text, (long long)received,
                 (long long)a, used_a, (long long)b, used_b);
    }
}

// Receive times that creep over the half-year where another year becomes the nearest, and jump.
static void a_year_is_never_remembered_too_long(void **state)
{
    static const char *const minutes[] = {"Nov 21 08:00:", "Feb 29 23:59:", "Dec 31 23:59:",
                                          "Jan  1 00:00:", "Mar  1 00:00:", "Jul  2 11:59:"};
    static const char *const tails[] = {" host app: x", ".25 host", " 2024 host", " 7host", "",
                                        ": x",          "  x",      " 1999: x"};
    struct stamp_memo m = {0};
    char text[80];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        // around the middle between two years' instants of each minute, within two minutes
        ntime_t middle = (1763712000 + (ntime_t)below(12) * 15768000) * INT64_C(1000000000);
        ntime_t received = middle + ((ntime_t)below(240) - 120) * INT64_C(1000000000);

        (void)snprintf(text, sizeof(text), "%s%02u%s", minutes[i / 50 % ARRAY_LEN(minutes)],
                       below(62), tails[below(8) ? 0 : below(ARRAY_LEN(tails))]);
        same(&m, text, received, below(20) ? 0 : 3600);
    }
}

static void other_forms_go_their_own_way(void **state)
{
    static const char *const texts[] = {"Nov 2 08:00:01 host",  "Nov  2 8:00:01 host",
                                        "Nov 22 08:00:60 host", "Nov 22 08:00",
                                        "nov 22 08:00:01 h",    "Nov 22 2026 08:00:01 h",
                                        "Nov 31 08:00:01 host", "Nov 2 08:00:1 1 host"};
    struct stamp_memo m = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        same(&m, texts[below(ARRAY_LEN(texts))], 1763712000 * INT64_C(1000000000), 0);
    }
}

// Times of few minutes and all forms, broken ones among them, in any order.
static void iso_times_are_read_the_same_again(void **state)
{
    static const char *const minutes[] = {"2026-11-21T08:00:", "2026-11-21 08:00:",
                                          "2024-02-29T23:59:", "2026-11-21T8:00:0",
                                          "1969-12-31T23:59:", "2026-02-30T00:00:"};
    static const char *const tails[] = {"Z",         "",           ".5Z",          ".123+0000",
                                        ".12x+0000", ".",          ".646868Z",     ",25 +0100",
                                        ".1234567Z", "-05:30",     " UTC",         ".000001",
                                        "x",         ".999999999", ".646868+0000", ".64686",
                                        ".+10:00",   ":00",        " +0100",       ".25,5Z"};
    struct iso_memo m = {0};
    size_t right = 0;
    char text[80];

    (void)state;
    for (int i = 0; i < 300000; i++) {
        int zone_s = below(20) ? 0 : 3600;
        utime_t a = UTIME_NONE, b = UTIME_NONE;
        bool ok_a, ok_b;

        (void)snprintf(text, sizeof(text), "%s%02u%s", minutes[i / 40 % ARRAY_LEN(minutes)],
                       below(63),
                       tails[below(4) ? i / 300 % ARRAY_LEN(tails) : below(ARRAY_LEN(tails))]);
        ok_a = utime_iso(span_str(text), zone_s, &a, NULL);
        ok_b = stamp_iso_again(&m, span_str(text), zone_s, &b);
        if (ok_a != ok_b || (ok_a && a != b)) {
            fail_msg("\"%s\": %lld and %lld", text, (long long)a, (long long)b);
        }
        right += ok_a;
    }
    assert_true(right > 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_is_never_remembered_too_long),
        cmocka_unit_test(other_forms_go_their_own_way),
        cmocka_unit_test(iso_times_are_read_the_same_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
