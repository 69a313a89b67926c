// test_csv.c - a first line that names columns is told from one that does not, and goes with every record.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/model/block.h"
#include "tests/core/frame/frames.h"

#define HEAD "#csv ,\ntime,name,ip\n"

static void a_line_stands_behind_the_header(void **state)
{
    (void)state;
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\r\n1,a,b\r\n\r\n2,c,d\n3,e,f"),
                  "2-2@21+00:" HEAD "1,a,b\n4-4@29+00:" HEAD "2,c,d\n5-5@34+00:" HEAD "3,e,f\n");
    assert_frames(FRAME_LINES, SPAN_LIT("time,name,ip\n1,a,b\n"), "2-2@19+00:" HEAD "1,a,b\n");
    // as Excel and the consoles of Windows write it: a mark of the encoding, quotes, other delimiters
    assert_frames(FRAME_AUTO,
                  SPAN_LIT("\xEF\xBB\xBF\"Event ID\";\"Date and Time\";\"Source or user\"\n"
                           "7;\"a;b\";\"c\"\"d\"\n"),
                  ""
                  "2-2@62+00:#csv ;\n\"Event ID\";\"Date and Time\";\"Source or user\"\n"
                  "7;\"a;b\";\"c\"\"d\"\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("Zeit\tQuelle (IP)\tBenutzer\xC3\xA4\n1\t\t\n"),
                  "2-2@32+00:#csv \t\nZeit\tQuelle (IP)\tBenutzer\xC3\xA4\n1\t\t\n");
    // each line ends with the delimiter, and so does the header
    assert_frames(FRAME_AUTO, SPAN_LIT("a,b,c,\n1,2,3,\n"), "2-2@14+00:#csv ,\na,b,c,\n1,2,3,\n");
}

static void what_may_be_something_else_is_no_header(void **state)
{
    static const char *const streams[] = {
        "time,name,ip\n",               // nothing behind it
        "time,name\n1,a\n",             // two columns
        "time,name,ip\n1,a\n",          // another number of columns
        "time,name,ip\n1,a,b\n2,c\n",   // in the second line
        "time,name,ip\nx,a,b\n2,c,d\n", // names, and names
        "time,name,Time\n1,a,b\n",      // a name twice
        "time,7,ip\n1,a,b\n",           // a value
        "time,a=b,ip\n1,a,b\n",         // pairs
        "time,,ip\n1,a,b\n",            // a column without a name
        "<13>time,name,ip\n1,a,b\n",    // syslog
        "Nov 20 02:00:00 h app: a,b,c\n1,a,b\n",
        "time,name,\"ip\nx\"\n1,a,b\n",
        "we had to stop it because it was too late,a,b\n1,2,3\n",
        "\n1,2,3\ntime,name,ip\n4,5,6\n", // not at the beginning
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
        AUTO_BUF out;
        size_t want = 0, got = 0;

        buf_init(&out, 1 << 20);
        run(FRAME_AUTO, span_str(streams[i]), 1, 1, &out);
        for (const char *p = streams[i]; *p; p++) {
            want += *p == '\n' && p > streams[i] && p[-1] != '\n';
        }
        for (struct span rest = buf_span(&out); rest.n; got++) {
            (void)span_cut(&rest, '\n');
        }
        assert_true(span_find_span(buf_span(&out), SPAN_LIT("#csv")) == out.len);
        assert_int_equal(got, want);
    }
    // and is given once, in its place
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\n1,a,b\n2,c\n3\n"),
                  "1-1@13+00:time,name,ip\n2-2@19+00:1,a,b\n3-3@23+00:2,c\n4-4@25+00:3\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\n"), "1-1@13+00:time,name,ip\n");
    // a stream of syslog is none
    assert_frames(FRAME_SYSLOG, SPAN_LIT("time,name,ip\nx,1,2\n"),
                  "1-1@13+00:time,name,ip\n2-2@19+00:x,1,2\n");
}

static void a_value_in_quotes_may_go_over_lines(void **state)
{
    (void)state;
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\n1,\"a,\n\nb\",c\r\n2,d,e\n"),
                  "2-4@26+00:" HEAD "1,\"a,\n\nb\",c\n5-5@32+00:" HEAD "2,d,e\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\n1,\"a\"\"\nb\",c\n2,d,e\n"),
                  "2-3@25+00:" HEAD "1,\"a\"\"\nb\",c\n4-4@31+00:" HEAD "2,d,e\n");
    // a quote that nobody shuts does not swallow the next record
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\n0,a,b\n1,\"a,b\n2,d,e\n3,f,g\n"),
                  "2-2@19+00:" HEAD "0,a,b\n3-3@26+00:" HEAD "1,\"a,b\n4-4@32+00:" HEAD
                  "2,d,e\n5-5@38+00:" HEAD "3,f,g\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\n1,\"a,b\nno end"),
                  "2-3@26+00:" HEAD "1,\"a,b\nno end\n");
    // a quote within a value is none
    assert_frames(FRAME_AUTO, SPAN_LIT("time,name,ip\n1,5\" disk,c\n2,d,e\n"),
                  "2-2@25+00:" HEAD "1,5\" disk,c\n3-3@31+00:" HEAD "2,d,e\n");
}

static void what_stands_in_the_file_stays_a_record(void **state)
{
    (void)state;
    // other numbers of columns, what begins like something else; the header once more is no record
    assert_frames(FRAME_AUTO,
                  SPAN_LIT("time,name,ip\n1,a,b\n2,c,d\ntime,name,ip\n3\n#fields\tx\n{\"a\":1}\n"),
                  "2-2@19+00:" HEAD "1,a,b\n3-3@25+00:" HEAD "2,c,d\n5-5@40+00:" HEAD
                  "3\n6-6@50+00:" HEAD "#fields\tx\n7-7@58+00:" HEAD "{\"a\":1}\n");
}

static void a_record_over_the_bound_is_cut_and_counted(void **state)
{
    static const size_t cases[] = {RECORD_MAX - 20, RECORD_MAX, 3 * RECORD_MAX};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF in;
        struct framer *f = framer_new(FRAME_AUTO);
        struct frame frame;
        uint64_t all = 0;

        assert_non_null(f);
        buf_init(&in, 1 << 20);
        buf_str(&in, "time,name,ip\n1,a,b\n2,a,b\n3,c,");
        while (in.len < 29 + cases[i]) {
            buf_u8(&in, 'x');
        }
        framer_feed(f, buf_span(&in));
        framer_finish(f);
        for (int n = 0; n < 3; n++) {
            assert_int_equal(framer_next(f, &frame), FRAME_ONE);
        }
        all = sizeof(HEAD) - 1 + 4 + cases[i];
        assert_int_equal(frame.oversize, all > RECORD_MAX);
        assert_int_equal(frame.bytes.n + frame.skipped, all);
        assert_true(span_starts(frame.bytes, SPAN_LIT(HEAD "3,c,xx")));
        assert_int_equal(framer_next(f, &frame), FRAME_NONE);
        framer_free(f);
    }
    { // a quote that is open all the way
        AUTO_BUF in;
        struct framer *f = framer_new(FRAME_AUTO);
        struct frame frame;
        size_t n = 0, bytes = 0;

        assert_non_null(f);
        buf_init(&in, 4 << 20);
        buf_str(&in, "time,name,ip\n1,\"a,b\n");
        while (in.len < 3 * RECORD_MAX) {
            buf_str(&in, "text of it\n");
        }
        framer_feed(f, buf_span(&in));
        framer_finish(f);
        while (framer_next(f, &frame) == FRAME_ONE) {
            assert_true(frame.bytes.n <= RECORD_MAX);
            bytes += frame.bytes.n + frame.skipped - (sizeof(HEAD) - 1);
            n++;
        }
        assert_true(n > 2);
        assert_true(bytes + n + 13 >= in.len); // but for line ends nothing is lost
        framer_free(f);
    }
}

// Wherever a follower stopped, it goes on with the records that are left, and none twice.
static void a_follower_goes_on_at_any_place(void **state)
{
    static const char *const files[] = {"time,name,ip\n1,a,b\n2,c,d\n3,e,f\n",
                                        "time,name,ip\n1,a,b\n2,c\n3\n"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct span all = span_str(files[i]), rest = all;
        AUTO_BUF whole;

        buf_init(&whole, 1 << 20);
        run(FRAME_LINES, all, 0, 0, &whole);
        while (rest.n) {
            struct framer *f = framer_new(FRAME_LINES);
            size_t place;
            AUTO_BUF out;
            char at[32];

            (void)span_cut(&rest, '\n');
            place = all.n - rest.n;
            buf_init(&out, 1 << 20);
            assert_non_null(f);
            framer_prime(f, span_sub(all, 0, place));
            framer_seek(f, place, 1);
            framer_feed(f, span_sub(all, place, all.n));
            framer_finish(f);
            drain(f, &out);
            // every record that ends behind the place, and no other
            for (struct span w = buf_span(&whole); w.n;) {
                struct span line = span_cut(&w, '@');
                uint64_t end = 0;

                (void)line;
                (void)span_u64(span_sub(w, 0, span_find(w, '+')), &end);
                (void)snprintf(at, sizeof(at), "@%llu+", (unsigned long long)end);
                assert_int_equal(end > place && end <= all.n,
                                 span_find_span(buf_span(&out), span_str(at)) < out.len);
            }
            framer_free(f);
        }
    }
    { // nothing is known of the lines before: no header
        struct framer *f = framer_new(FRAME_LINES);
        struct frame frame;

        assert_non_null(f);
        framer_seek(f, 1000, 7);
        framer_feed(f, SPAN_LIT("time,name,ip\n1,a,b\n2,c,d\n"));
        assert_int_equal(framer_next(f, &frame), FRAME_ONE);
        assert_true(span_eq_str(frame.bytes, "time,name,ip"));
        framer_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_stands_behind_the_header),
        cmocka_unit_test(what_may_be_something_else_is_no_header),
        cmocka_unit_test(a_value_in_quotes_may_go_over_lines),
        cmocka_unit_test(what_stands_in_the_file_stays_a_record),
        cmocka_unit_test(a_record_over_the_bound_is_cut_and_counted),
        cmocka_unit_test(a_follower_goes_on_at_any_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
