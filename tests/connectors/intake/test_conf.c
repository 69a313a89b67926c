// test_conf.c - sources and stories as they are written, and what is refused.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#include "connectors/intake/conf.h"

static int load(struct arena *a, const char *text, struct intake_conf *ret, struct err *err)
{
    struct ydocs d;

    arena_init(a, 1 << 20);
    if (ydoc_load(a, span_str(text), "c.yaml", &d, err) < 0) {
        return E_INPUT;
    }
    return intake_conf_load(a, &d, d.doc[0], ret, err);
}

static void a_source_is_read_with_its_defaults(void **state)
{
    struct arena a;
    struct intake_conf c;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(
        load(&a,
             "sources:\n"
             "  - {name: fw, input: udp, listen: '[::1]:514', kind: net, zone: '+09:00',"
             " offset: -3s, silence: 10m, ahead: 1h}\n"
             "  - {name: f, input: follow, path: /var/log/x, kind: os}\n"
             "  - {name: g, input: follow, path: /var/log/y, kind: os, behind: 30d}\n"
             "  - {name: t, input: tcp, listen: '[::1]:601', kind: os, behind: any}\n"
             "block_kib: 64\n",
             &c, &err),
        0);
    assert_int_equal(c.n, 4);
    assert_int_equal(c.source[0].decl.zone_s, 9 * 3600);
    assert_int_equal(c.source[0].decl.offset_us, -3 * UTIME_SECOND);
    assert_int_equal(c.source[0].decl.silence_us, 10 * UTIME_MINUTE);
    assert_int_equal(c.source[0].decl.lateness_us, 2 * UTIME_SECOND);
    assert_int_equal(c.source[0].decl.ahead_us, UTIME_HOUR);
    assert_int_equal(c.source[1].decl.ahead_us, 5 * UTIME_MINUTE);
    assert_int_equal(c.source[0].decl.behind_us, 0);  // a day
    assert_int_equal(c.source[1].decl.behind_us, -1); // a file may hold years
    assert_int_equal(c.source[2].decl.behind_us, 30 * UTIME_DAY);
    assert_int_equal(c.source[3].decl.behind_us, -1);
    assert_true(span_eq_str(c.source[1].decl.format, "auto"));
    assert_int_equal(c.block, 64 * 1024);
    assert_int_equal(c.gather, 5000);
    arena_free(&a);
}

static void each_fault_has_its_place(void **state)
{
    static const struct {
        const char *text, *code;
        unsigned line;
    } bad[] = {
        {"sources:\n  - {name: a, input: udp, listen: x, kind: os}\n", "conf.listen", 2},
        {"sources:\n  - {name: a, input: udp, listen: 'h:70000', kind: os}\n", "conf.listen", 2},
        {"sources:\n  - {name: a, input: tape, kind: os}\n", "conf.word", 2},
        {"sources:\n  - {name: a, input: stdin, kind: planet}\n", "conf.word", 2},
        {"sources:\n  - {name: a, input: follow, path: x, kind: os}\n", "conf.path", 2},
        {"sources:\n  - {name: a, input: stdin, kind: os, silence: soon}\n", "conf.duration", 2},
        {"sources:\n  - {name: a, input: stdin, kind: os, zone: '9'}\n", "conf.zone", 2},
        {"sources:\n  - {name: a, input: stdin, kind: os}\n"
         "  - {name: a, input: stdin, kind: os}\n",
         "conf.twice", 3},
        {"sources:\n  - {name: a, input: stdin, kind: os, xml: perhaps}\n", "conf.bool", 2},
        {"sources:\n  - {name: a, input: stdin, kind: os, xml: true, json: true}\n", "conf.form",
         2},
        {"block_kib: 1\n", "conf.number", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct arena a;
        struct intake_conf c;
        struct err err = ERR_INIT;

        assert_int_equal(load(&a, bad[i].text, &c, &err), E_INPUT);
        assert_string_equal(err.code, bad[i].code);
        assert_int_equal(err.line, bad[i].line);
        arena_free(&a);
    }
}

static void a_feed_stays_below_feeds(void **state)
{
    struct arena a;
    struct intake_conf c;
    struct err err = ERR_INIT;

    (void)state;
    arena_init(&a, 1 << 20);
    assert_int_equal(intake_story_load(&a,
                                       SPAN_LIT("name: n\nfeeds:\n"
                                                "  - {file: a.rec, name: a, kind: os}\n"),
                                       "story.yaml", &c, &err),
                     0);
    assert_string_equal(c.source[0].path, "a.rec");
    assert_int_equal(intake_story_load(&a,
                                       SPAN_LIT("feeds:\n"
                                                "  - {file: ../a.rec, name: a, kind: os}\n"),
                                       "story.yaml", &c, &err),
                     E_INPUT);
    assert_string_equal(err.code, "conf.path");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_read_with_its_defaults),
        cmocka_unit_test(each_fault_has_its_place),
        cmocka_unit_test(a_feed_stays_below_feeds),
    };

    return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
