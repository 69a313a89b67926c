// test_csv.c - lines of CSV with the header that names their columns, from the file to the event.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <zlib.h>

#include "core/base/buf.h"
#include "core/frame/frame.h"
#include "tests/core/decode/own.h"

#define DATA "../shared/data/alerts-labelled"

static struct event ev;

static void run(struct span raw)
{
    struct decode_in in = {.raw = raw, .received = 1795140000000000000};

    decode(dec, &in, &ev);
}

static void columns_become_fields_under_their_names(void **state)
{
    static const struct {
        const char *raw, *fields, *error, *line;
    } cases[] = {
        {"#csv ,\na,b,c\n1,2,3", "a=1|b=2|c=3|", "", "1,2,3"},
        {"#csv ;\nEvent ID;\"Date; Time\";c\n 7 ;\"x;\"\"y\"\"\";\"\"",
         "Event ID=7|Date; Time=x;\"y\"|c=|", "", " 7 ;\"x;\"\"y\"\"\";\"\""},
        {"#csv \t\na\tb\tc\n\t\t", "a=|b=|c=|", "", "\t\t"},
        {"#csv ,\na,b,c\n1,\"two\nlines\",3", "a=1|b=two\nlines|c=3|", "", "1,\"two\nlines\",3"},
        {"#csv ,\na,b,c,\n1,2,3,", "a=1|b=2|c=3|", "", "1,2,3,"},
        {"#csv ,\na,b,c\n1,2", "a=1|b=2|", "the line has fewer columns than its header", "1,2"},
        {"#csv ,\na,b,c\n1,2,3,4", "a=1|b=2|c=3|", "the line has more columns than its header",
         "1,2,3,4"},
        {"#csv ,\na,b,c\n1,\"x\"y,3", "a=1|b=\"x\"y|c=3|", "", "1,\"x\"y,3"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF got;

        buf_init(&got, 1000);
        run(span_str(cases[i].raw));
        for (size_t k = 0; k < ev.nokv; k++) {
            buf_printf(&got, SPAN_FMT "=" SPAN_FMT "|", SPAN_ARG(ev.okv[k].name),
                       SPAN_ARG(ev.okv[k].v.s));
        }
        buf_u8(&got, 0);
        assert_string_equal(got.p, cases[i].fields);
        assert_string_equal(ev.error, cases[i].error);
        assert_true(span_eq_str(ev.raw, cases[i].line));
        assert_true(span_eq_str(event_str(&ev, FIELD_MESSAGE), cases[i].line));
    }
}

static void what_no_file_knows_is_read_by_its_usual_names(void **state)
{
    (void)state;
    run(SPAN_LIT(
        "#csv ,\nTime,Source IP,Destination Port,User Name\n2026-11-20T01:00:00Z,10.0.0.7,443,"
        "v.brandt"));
    assert_string_equal(ev.source, "raw");
    assert_true(span_eq_str(event_str(&ev, FIELD_SOURCE_IP), "10.0.0.7"));
    assert_true(span_eq_str(event_str(&ev, FIELD_USER_NAME), "v.brandt"));
    assert_int_equal(ev.field[FIELD_DESTINATION_PORT].i, 443);
    assert_int_equal(ev.time, 1795136400 * UTIME_SECOND);
}

// A text that only begins so is text.
static void a_mark_alone_is_text(void **state)
{
    static const char *const texts[] = {"#csv ", "#csv ,", "#csv ,x", "#csv |\na|b|c\n1|2|3",
                                        "#csv\n"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        run(span_str(texts[i]));
        assert_true(span_eq_str(ev.raw, texts[i]));
        assert_int_equal(ev.nokv, 1);
    }
}

// ---- the labelled alerts, whose last two columns are the answers and none of a program's business

static void put_without_labels(struct buf *out, struct span line)
{
    for (int i = 0; i < 2; i++) {
        const char *comma = memrchr(line.p, ',', line.n);

        assert_non_null(comma);
        line.n = (size_t)(comma - line.p);
    }
    buf_put_span(out, line);
    buf_u8(out, '\n');
}

static bool put_alerts(const char *path, struct buf *out)
{
    static char line[1 << 16];
    gzFile in = gzopen(path, "rb");

    while (in && gzgets(in, line, sizeof(line))) {
        put_without_labels(out, span_trim(span_str(line)));
    }
    return in && gzclose(in) == Z_OK && buf_ok(out);
}

static void every_labelled_alert_is_one(void **state)
{
    static const char *const names[] = {"russellmitchell", "shaw", "santos"};
    static const size_t wanted[] = {45544, 70782, 130779};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct framer *f = framer_new(FRAME_AUTO);
        struct frame frame;
        size_t n = 0;
        char path[200];
        AUTO_BUF all;

        buf_init(&all, 64 << 20);
        assert_non_null(f);
        (void)snprintf(path, sizeof(path), DATA "/ait-ads-%s.csv.gz", names[i]);
        if (!put_alerts(path, &all)) {
            fail_msg("cannot run without %s", path);
        }
        framer_feed(f, buf_span(&all));
        framer_finish(f);
        for (; framer_next(f, &frame) == FRAME_ONE; n++) {
            struct span line;

            run(frame.bytes);
            line = ev.raw;
            assert_string_equal(ev.error, "");
            assert_string_equal(ev.source, "ait-ads");
            assert_int_equal(ev.kind, KIND_ALERT);
            assert_int_equal(ev.nokv, 5);
            for (size_t k = 0; k < ev.nokv; k++) { // none of them has a quote
                assert_true(span_eq(ev.okv[k].v.s, span_trim(span_cut(&line, ','))));
            }
            assert_int_equal(frame.line, n + 2);
            assert_int_equal(ev.time, strtoll(ev.raw.p, NULL, 10) * UTIME_SECOND);
        }
        assert_int_equal(n, wanted[i]);
        framer_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_become_fields_under_their_names),
        cmocka_unit_test(what_no_file_knows_is_read_by_its_usual_names),
        cmocka_unit_test(a_mark_alone_is_text),
        cmocka_unit_test(every_labelled_alert_is_one),
    };

    return cmocka_run_group_tests(tests, own_begin, own_end);
}
