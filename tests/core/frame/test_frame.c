// test_frame.c - records do not depend on how the bytes of a stream were cut.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdlib.h>

#include "core/model/block.h"
#include "tests/core/frame/frames.h"

static void lines_end_with_lf_or_crlf_and_empty_ones_only_count(void **state)
{
    (void)state;
    assert_frames(FRAME_LINES, SPAN_LIT("one\n\r\n\ntwo\r\nth\rree"),
                  "1-1@4+00:one\n4-4@12+00:two\n5-5@18+00:th\rree\n");
    assert_frames(FRAME_LINES, SPAN_LIT(""), "");
    assert_frames(FRAME_LINES, SPAN_LIT("\n\n"), "");
}

static void nul_stays_in_lines_and_ends_a_syslog_record(void **state)
{
    AUTO_BUF out;

    (void)state;
    buf_init(&out, 1000);
    run(FRAME_LINES, SPAN_LIT("a\0b\nc"), 1, 1, &out);
    assert_memory_equal(out.p, "1-1@4+00:a\0b\n", 13);
    assert_frames(FRAME_SYSLOG, SPAN_LIT("<1>a\0<2>b\r\n\0\n<3>c"),
                  "1-1@5+00:<1>a\n2-2@11+00:<2>b\n5-5@17+00:<3>c\n");
}

static void both_framings_may_alternate_in_one_stream(void **state)
{
    (void)state;
    assert_frames(FRAME_SYSLOG, SPAN_LIT("5 <1>ab6 <2>cd\n<3>ef\n4 <4>g"),
                  "1-1@7+00:<1>ab\n2-2@15+00:<2>cd\n3-3@21+00:<3>ef\n4-4@27+00:<4>g\n");
}

static void two_counted_records_in_one_segment_are_two(void **state)
{
    (void)state;
    assert_frames(FRAME_SYSLOG,
                  SPAN_LIT("48 <1>1 2003-10-11T22:14:15.003Z host.local - - - -"
                           "25 <3>1 - host.local - - - -38 <2>1 - host.local su - - - "
                           "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"),
                  "1-1@51+00:<1>1 2003-10-11T22:14:15.003Z host.local - - - -\n"
                  "2-2@79+00:<3>1 - host.local - - - -\n"
                  "3-3@120+00:<2>1 - host.local su - - - "
                  "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\n");
}

static void a_broken_count_breaks_the_stream(void **state)
{
    static const struct span bad[] = {SPAN_LIT("16<1>1"), SPAN_LIT("0 a"), SPAN_LIT("12x"),
                                      SPAN_LIT("1234567890 a"),
                                      SPAN_LIT("2026-11-22T01:02:03Z a b")};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_frames(FRAME_SYSLOG, bad[i], "broken!\n");
    }
    assert_frames(FRAME_SYSLOG, SPAN_LIT("16 <1>1 - - - - - -xaaa"),
                  "1-1@19+00:<1>1 - - - - - -\n2-2@23+00:xaaa\n");
}

static void a_broken_count_says_how_much_was_lost(void **state)
{
    struct framer *f = framer_new(FRAME_SYSLOG);
    struct frame frame;

    (void)state;
    framer_feed(f, SPAN_LIT("12x456789"));
    assert_int_equal(framer_next(f, &frame), FRAME_BROKEN);
    assert_int_equal(frame.skipped, 9);
    assert_int_equal(framer_next(f, &frame), FRAME_BROKEN);
    assert_int_equal(frame.skipped, 0);
    framer_free(f);
}

static void a_count_cut_short_by_the_end_keeps_its_bytes(void **state)
{
    (void)state;
    assert_frames(FRAME_SYSLOG, SPAN_LIT("50 <1>half"), "1-1@10+00:<1>half\n");
}

static void every_datagram_is_one_record(void **state)
{
    struct framer *f = framer_new(FRAME_DATAGRAM);
    AUTO_BUF out;

    (void)state;
    buf_init(&out, 1000);
    framer_feed(f, SPAN_LIT("<1>a\nb\r\n\0"));
    drain(f, &out);
    framer_feed(f, SPAN_LIT("\n"));
    drain(f, &out);
    framer_feed(f, SPAN_LIT("5 <1>c"));
    drain(f, &out);
    buf_u8(&out, 0);
    assert_string_equal(out.p, "1-1@9+00:<1>a\nb\n3-3@16+00:5 <1>c\n");
    framer_free(f);
}

static void recorded_lines_carry_their_receive_time(void **state)
{
    (void)state;
    assert_frames(
        FRAME_RECORDED,
        SPAN_LIT("# a recording\n@2026-11-20T02:00:00.5Z <1>a\r\n"
                 "!2026-11-20T02:00:01Z barrier approved\n@2026-11-20T11:00:02+09:00  b\n"),
        "2-2@44+01795140000500000000:<1>a\n3-3@83+0b1795140001000000000:approved\n"
        "4-4@113+01795140002000000000: b\n");
}

static void what_a_recording_does_not_say_is_counted(void **state)
{
    (void)state;
    assert_frames(FRAME_RECORDED,
                  SPAN_LIT("nonsense\n@x y\n!2026-11-20T02:00:01Z stop\n"
                           "@2026-11-20T02:00:00Z a\n"),
                  "4-4@65+381795140000000000000:a\n");
}

static void json_texts_are_told_apart_by_nesting(void **state)
{
    (void)state;
    assert_frames(
        FRAME_JSON,
        SPAN_LIT("{\"a\":1}\n\n{\n \"b\": \"}\\\"{\",\n \"c\": [\n{}]\n}\n[1]{\"d\":2} 42\r\n"),
        "1-1@7+00:{\"a\":1}\n3-7@38+00:{\n \"b\": \"}\\\"{\",\n \"c\": [\n{}]\n}\n"
        "8-8@42+00:[1]\n8-8@49+00:{\"d\":2}\n8-8@54+00:42\n");
}

static void a_broken_json_line_does_not_swallow_the_next(void **state)
{
    (void)state;
    assert_frames(FRAME_JSON, SPAN_LIT("{\"a\":{\"b\":1}\n{\"c\":2}\n"),
                  "1-1@13+00:{\"a\":{\"b\":1}\n2-2@20+00:{\"c\":2}\n");
    assert_frames(FRAME_JSON, SPAN_LIT("{\"a\":\"open\n{\"c\":2}\nplain text\n{\"d\":3}"),
                  "1-1@11+00:{\"a\":\"open\n2-2@18+00:{\"c\":2}\n3-3@30+00:plain text\n"
                  "4-4@37+00:{\"d\":3}\n");
}

// Brackets that never close would else take in every line behind them.
static void a_text_too_deep_to_be_read_ends_with_its_lines(void **state)
{
    struct framer *f = framer_new(FRAME_JSON);
    char deep[1000];
    struct frame frame;

    (void)state;
    memset(deep, '[', sizeof(deep));
    deep[sizeof(deep) - 1] = '\n';
    framer_feed(f, span_of(deep, sizeof(deep)));
    assert_int_equal(framer_next(f, &frame), FRAME_NONE);
    framer_feed(f, SPAN_LIT("{\"a\":1}\n"));
    assert_int_equal(framer_next(f, &frame), FRAME_ONE);
    assert_int_equal(frame.bytes.n, sizeof(deep) - 1);
    assert_int_equal(framer_next(f, &frame), FRAME_ONE);
    assert_true(span_eq_str(frame.bytes, "{\"a\":1}"));
    assert_int_equal(framer_next(f, &frame), FRAME_NONE);
    framer_free(f);
}

static void a_declaration_at_the_beginning_of_a_line_begins_a_document(void **state)
{
    (void)state;
    assert_frames(FRAME_XML,
                  SPAN_LIT("\n<?xml v?>\n<a>\n <b/></a>\r\n\n<?xml v?><c>cut <?xml\n<?xml v?><d/>"),
                  "2-4@24+00:<?xml v?>\n<a>\n <b/></a>\n6-6@49+00:<?xml v?><c>cut <?xml\n"
                  "7-7@62+00:<?xml v?><d/>\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("\xEF\xBB\xBF<?xml v?>\n<a/>\n"),
                  "1-2@17+00:<?xml v?>\n<a/>\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("<34>a\n<?xml\n"), "1-1@6+00:<34>a\n2-2@12+00:<?xml\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("<?x"), "1-1@3+00:<?x\n");
}

// A follower need not wait for the next document to have this one.
static void a_document_ends_with_its_root(void **state)
{
    (void)state;
    assert_frames(FRAME_XML,
                  SPAN_LIT("<a x='>' y=\"</a>\"><!-- </a> -- > --><![CDATA[</a>]] ]]></a><b/>\n"
                           "<?p <c>? ?><!DOCTYPE c [<!ELEMENT c (d)>]>\n<c><d/>\n<d></d></c> <e"),
                  "1-1@59+00:<a x='>' y=\"</a>\"><!-- </a> -- > --><![CDATA[</a>]] ]]></a>\n"
                  "1-1@63+00:<b/>\n2-4@126+00:<?p <c>? ?><!DOCTYPE c [<!ELEMENT c (d)>]>\n"
                  "<c><d/>\n<d></d></c>\n4-4@129+00:<e\n");
}

// Nozomi's form: a line end between parts of the header and before each key.
static void a_cef_record_over_several_lines_is_one(void **state)
{
    (void)state;
    assert_frames(
        FRAME_LINES,
        SPAN_LIT("CEF:0|V|P|1|A:B|\nSigned in|0|\ncs1=Mozilla\nFirefox/69.0\r\nsrc=1.2.3.4\r\n"
                 "<14>Nov 20 02:00:00 g CEF:0|V|P|1|H|x|0|\nmsg=a\n"
                 "2026-11-20 02:00:00 plain\nno=cef\n"),
        "1-5@69+00:CEF:0|V|P|1|A:B|\nSigned in|0|\ncs1=Mozilla\nFirefox/69.0\r\nsrc=1.2.3.4\n"
        "6-7@116+00:<14>Nov 20 02:00:00 g CEF:0|V|P|1|H|x|0|\nmsg=a\n"
        "8-8@142+00:2026-11-20 02:00:00 plain\n9-9@149+00:no=cef\n");
    // an empty line, another CEF record and the end of the stream end it
    assert_frames(
        FRAME_LINES,
        SPAN_LIT("CEF:0|V|P|1|H|x|0|\na=b\n\nc=d\nCEF:0|V|P|1|H|x|0|\nCEF:0|V|P|1|H|x|0|\ne=f"),
        "1-2@23+00:CEF:0|V|P|1|H|x|0|\na=b\n4-4@28+00:c=d\n5-5@47+00:CEF:0|V|P|1|H|x|0|\n"
        "6-7@69+00:CEF:0|V|P|1|H|x|0|\ne=f\n");
    // text that only ends with a bar is none; nor is a JSON line behind one taken for a part of it
    assert_frames(FRAME_LINES, SPAN_LIT("a|b|\nc=d\nCEF:0|V|P|1|H|\n{\"a\":1}\n"),
                  "1-1@5+00:a|b|\n2-2@9+00:c=d\n3-3@24+00:CEF:0|V|P|1|H|\n4-4@32+00:{\"a\":1}\n");
    // over TCP too, where a counted message may follow
    assert_frames(FRAME_SYSLOG, SPAN_LIT("<1>CEF:0|V|P|1|H|\nx|0|a=b\n<2>c\n5 <3>de"),
                  "1-2@26+00:<1>CEF:0|V|P|1|H|\nx|0|a=b\n3-3@31+00:<2>c\n4-4@38+00:<3>de\n");
}

// Check Point's form, which only a file shows for sure: a blank is left at the end of the line.
static void in_a_file_a_blank_at_the_end_of_cef_says_that_more_comes(void **state)
{
    (void)state;
    assert_frames(FRAME_AUTO,
                  SPAN_LIT("CEF:0|V|P|1|H|x|0|a=b \nc=d e\nf=g\nCEF:0|V|P|1|H|x|0|h=i\nj=k\n"),
                  "1-3@33+00:CEF:0|V|P|1|H|x|0|a=b \nc=d e\nf=g\n4-4@55+00:CEF:0|V|P|1|H|x|0|h=i\n"
                  "5-5@59+00:j=k\n");
    assert_frames(FRAME_LINES, SPAN_LIT("CEF:0|V|P|1|H|x|0|a=b \nc=d e\n"),
                  "1-1@23+00:CEF:0|V|P|1|H|x|0|a=b \n2-2@29+00:c=d e\n");
}

// What the bound leaves out is counted, and the line behind the record is read as it is.
static void a_long_cef_record_over_many_lines_is_cut_and_counted(void **state)
{
    AUTO_BUF in;
    AUTO_BUF out;
    AUTO_BUF all;
    char expected[64];

    (void)state;
    buf_init(&in, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_init(&all, 1 << 20);
    buf_str(&in, "CEF:0|V|P|1|H|x|0|\n");
    while (in.len < RECORD_MAX + 5000) {
        buf_str(&in, "key=0123456789012345678901234567890123456789\n");
    }
    buf_str(&in, "<14>Nov 20 02:00:00 g last\n");
    run(FRAME_LINES, buf_span(&in), 0, 1, &all);
    for (unsigned step = 1; step < 3000; step = step * 3 + 1) {
        buf_clear(&out);
        run(FRAME_LINES, buf_span(&in), step, 7, &out);
        assert_true(span_eq(buf_span(&out), buf_span(&all)));
    }
    (void)snprintf(expected, sizeof(expected), "@%zu+", in.len);
    assert_true(span_find_span(buf_span(&all), span_str(expected)) < all.len);
    assert_true(span_find_span(buf_span(&all), SPAN_LIT("o0:CEF:0|V|P|1|H|x|0|\n")) < all.len);
}

static void auto_tells_recordings_json_and_lines_by_their_first_bytes(void **state)
{
    (void)state;
    assert_frames(FRAME_AUTO, SPAN_LIT("\xEF\xBB\xBF\n {\n\"a\":1}"), "2-3@13+00:{\n\"a\":1}\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("[ {\"a\":1}]"), "1-1@10+00:[ {\"a\":1}]\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("[Sun Nov 22] {\nx"),
                  "1-1@15+00:[Sun Nov 22] {\n2-2@16+00:x\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("@2026-11-20T02:00:00Z a\n"),
                  "1-1@24+01795140000000000000:a\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("# the story\n# by us\n@2026-11-20T02:00:00Z a\n"),
                  "3-3@44+01795140000000000000:a\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("#separator \\x09\n"), ""); // a header alone says nothing
    assert_frames(FRAME_AUTO, SPAN_LIT("# no end"), "1-1@8+00:# no end\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("@user said\n"), "1-1@11+00:@user said\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("\n\n<1>a\n"), "3-3@7+00:<1>a\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("x"), "1-1@1+00:x\n");
    assert_frames(FRAME_AUTO, SPAN_LIT(""), "");
}

static void random_streams_give_the_same_records_however_cut(void **state)
{
    static const char *const word[] = {"\n",
                                       "\r\n",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       "\"",
                                       "\\",
                                       ",",
                                       ":",
                                       "7 ",
                                       "<1>a",
                                       "x",
                                       " ",
                                       "@2026-11-20T02:00:00Z ",
                                       "!2026-11-20T02:00:00Z barrier b",
                                       "# ",
                                       "\xEF\xBB\xBF",
                                       "0",
                                       "<?xml",
                                       "<?",
                                       "12",
                                       "CEF:0|a|b|",
                                       "|",
                                       "#separator \\x09\n#fields\ta\n",
                                       "type=SYSCALL msg=audit(1:1): a=b\n",
                                       "type=EXECVE msg=audit(1:1): a0=c\n",
                                       "node=n "};
    unsigned seed = 42;

    (void)state;
    for (int round = 0; round < 600; round++) {
        AUTO_BUF in;

        buf_init(&in, 1 << 16);
        for (unsigned n = (seed = seed * 1103515245u + 12345u) / 65536u % 60; n > 0; n--) {
            seed = seed * 1103515245u + 12345u;
            buf_str(&in, word[seed / 65536u % ARRAY_LEN(word)]);
            if (seed / 65536u % 37 == 0) {
                buf_u8(&in, 0);
            }
        }
        for (int kind = FRAME_LINES; kind <= FRAME_AUTO; kind++) {
            AUTO_BUF whole;

            buf_init(&whole, 1 << 20);
            run((enum frame_kind)kind, buf_span(&in), 0, 1, &whole);
            for (unsigned step = 1; step < 9; step += 2) {
                AUTO_BUF cut;

                buf_init(&cut, 1 << 20);
                run((enum frame_kind)kind, buf_span(&in), step, (unsigned)round, &cut);
                if (!span_eq(buf_span(&whole), buf_span(&cut))) {
                    fail_msg("kind %d, step %u: \"" SPAN_FMT "\" gives\n" SPAN_FMT "and\n" SPAN_FMT,
                             kind, step, SPAN_ARG(buf_span(&in)), SPAN_ARG(buf_span(&whole)),
                             SPAN_ARG(buf_span(&cut)));
                }
            }
        }
    }
}

static void check_oversize(enum frame_kind kind, const char *head, const char *tail, size_t body,
                           unsigned step)
{
    AUTO_BUF in;
    struct frame frame;
    struct framer *f = framer_new(kind);
    size_t at = 0, total = strlen(head) + body;
    bool found = false;

    buf_init(&in, 32 << 20);
    buf_str(&in, head);
    memset(buf_reserve(&in, body), 'x', body);
    buf_advance(&in, body);
    buf_str(&in, tail);
    while (at < in.len || !found) {
        size_t n = in.len - at < step ? in.len - at : step;

        framer_feed(f, span_of(in.p + at, n));
        at += n;
        if (at == in.len) {
            framer_finish(f);
        }
        while (framer_next(f, &frame) == FRAME_ONE) {
            if (!found) {
                size_t whole = total - (kind == FRAME_SYSLOG ? strlen(head) - 3 : 0);

                assert_int_equal(frame.oversize, whole > RECORD_MAX);
                assert_int_equal(frame.bytes.n, whole > RECORD_MAX ? RECORD_MAX : whole);
                assert_int_equal(frame.skipped, whole > RECORD_MAX ? whole - RECORD_MAX : 0);
                found = true;
            } else {
                assert_memory_equal(frame.bytes.p, "<9>next", 7);
                assert_int_equal(frame.bytes.n, 7);
            }
        }
        assert_true(framer_pending(f) <= in.len);
    }
    framer_free(f);
}

static void a_record_over_the_bound_is_cut_and_counted(void **state)
{
    static const unsigned steps[] = {4096, 65537, 1 << 25};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        check_oversize(FRAME_LINES, "<1>", "\n<9>next\n", 10 << 20, steps[i]);
        check_oversize(FRAME_SYSLOG, "<1>", "\n<9>next\n", 10 << 20, steps[i]);
        check_oversize(FRAME_SYSLOG, "1000003 <1>", "7 <9>next", 1000000, steps[i]);
        check_oversize(FRAME_LINES, "<1>", "\r\n<9>next\n", RECORD_MAX - 3, steps[i]);
        check_oversize(FRAME_LINES, "<1>", "\r\n<9>next\n", RECORD_MAX - 2, steps[i]);
    }
}

static void a_follower_goes_on_where_it_stopped(void **state)
{
    struct framer *f = framer_new(FRAME_LINES);
    struct frame frame;

    (void)state;
    framer_seek(f, 1000, 17);
    framer_feed(f, SPAN_LIT("ab\ncd"));
    assert_int_equal(framer_next(f, &frame), FRAME_ONE);
    assert_int_equal(frame.end_offset, 1003);
    assert_int_equal(frame.line, 17);
    assert_int_equal(framer_next(f, &frame), FRAME_NONE);
    assert_int_equal(framer_pending(f), 2);
    framer_free(f);
}

static void a_line_stands_behind_the_header_in_force(void **state)
{
#define HEAD "#separator \\x09\n#path\tconn\n#fields\tts\tuid\n"
    static const char in[] =
        "### a remark\n#separator \\x09\n#path\tconn\n#open\tnow\n#fields\tts\tuid\n"
        "1\ta\r\n\n#close\tnow\n2\tb\n#fields\tts\n3\n"
        "#separator \\x7c\n#fields|x\ny";

    (void)state;
    assert_frames(FRAME_AUTO, SPAN_LIT(in),
                  "6-6@70+00:" HEAD "1\ta\n" // lines and offsets are those of the line itself
                  "9-9@86+00:" HEAD "2\tb\n"
                  "11-11@99+00:#separator \\x09\n#path\tconn\n#fields\tts\n3\n"
                  "14-14@126+00:#separator \\x7c\n#fields|x\ny\n");
    assert_frames(FRAME_LINES, SPAN_LIT("# a\n#fields\tb\nc\n"),
                  "1-1@4+00:# a\n2-2@14+00:#fields\tb\n3-3@16+00:c\n");
    assert_frames(FRAME_AUTO, SPAN_LIT("#a\nb\n"), "1-1@3+00:#a\n2-2@5+00:b\n");
#undef HEAD
}

static void a_follower_reads_the_header_before_its_place(void **state)
{
    static const struct span all =
        SPAN_LIT("#separator \\x09\n#fields\ta\tb\n1\t2\n#fields\ta\n3\n4\n");
    struct framer *f = framer_new(FRAME_LINES);
    struct frame frame;

    (void)state;
    assert_non_null(f);
    for (size_t i = 0; i < all.n - 2; i++) {
        framer_prime(f, span_sub(all, i, 1));
    }
    framer_seek(f, all.n - 2, 1);
    framer_feed(f, span_sub(all, all.n - 2, all.n));
    assert_int_equal(framer_next(f, &frame), FRAME_ONE);
    assert_true(span_eq_str(frame.bytes, "#separator \\x09\n#fields\ta\n4"));
    assert_int_equal(frame.end_offset, all.n);
    assert_int_equal(framer_next(f, &frame), FRAME_NONE);
    framer_free(f);
}

#define SYSCALL_ "type=SYSCALL msg=audit(1.5:7): syscall=59 exe=\"/bin/nc\""
#define EXECVE_  "type=EXECVE msg=audit(1.5:7): argc=1 a0=\"nc\""

static void an_execve_carries_its_syscall(void **state)
{
    (void)state;
    assert_frames(FRAME_LINES,
                  SPAN_LIT(SYSCALL_ "\n" EXECVE_ "\ntype=CWD msg=audit(1.5:7): cwd=1\n"),
                  "1-1@56+00:" SYSCALL_ "\n2-2@101+00:" EXECVE_ "\n" SYSCALL_
                  "\n3-3@134+00:type=CWD msg=audit(1.5:7): cwd=1\n");
    // of another event, of another host, with another line's end, and none
    assert_frames(FRAME_LINES, SPAN_LIT(SYSCALL_ "\ntype=EXECVE msg=audit(1.5:8): a0=1\n"),
                  "1-1@56+00:" SYSCALL_ "\n2-2@91+00:type=EXECVE msg=audit(1.5:8): a0=1\n");
    assert_frames(FRAME_LINES, SPAN_LIT("node=a " SYSCALL_ "\nnode=b " EXECVE_ "\n"),
                  "1-1@63+00:node=a " SYSCALL_ "\n2-2@115+00:node=b " EXECVE_ "\n");
    assert_frames(FRAME_LINES, SPAN_LIT("node=a " SYSCALL_ "\r\nnode=a " EXECVE_ "\r\n"),
                  "1-1@64+00:node=a " SYSCALL_ "\n2-2@117+00:node=a " EXECVE_ "\nnode=a " SYSCALL_
                  "\n");
    assert_frames(FRAME_LINES, SPAN_LIT(EXECVE_ "\ntype=EXECVE\ntype=EXECVE msg=audit(\n"),
                  "1-1@45+00:" EXECVE_
                  "\n2-2@57+00:type=EXECVE\n3-3@80+00:type=EXECVE msg=audit(\n");
}

static void a_follower_knows_the_syscall_before_its_place(void **state)
{
    static const struct span all = SPAN_LIT(SYSCALL_ "\n" EXECVE_ "\n");
    struct framer *f = framer_new(FRAME_LINES);
    struct frame frame;

    (void)state;
    assert_non_null(f);
    framer_prime(f, span_sub(all, 0, 56));
    framer_seek(f, 56, 2);
    framer_feed(f, span_sub(all, 56, all.n));
    assert_int_equal(framer_next(f, &frame), FRAME_ONE);
    assert_true(span_eq_str(frame.bytes, EXECVE_ "\n" SYSCALL_));
    assert_int_equal(frame.line, 2);
    framer_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_with_lf_or_crlf_and_empty_ones_only_count),
        cmocka_unit_test(nul_stays_in_lines_and_ends_a_syslog_record),
        cmocka_unit_test(both_framings_may_alternate_in_one_stream),
        cmocka_unit_test(two_counted_records_in_one_segment_are_two),
        cmocka_unit_test(a_broken_count_breaks_the_stream),
        cmocka_unit_test(a_broken_count_says_how_much_was_lost),
        cmocka_unit_test(a_count_cut_short_by_the_end_keeps_its_bytes),
        cmocka_unit_test(every_datagram_is_one_record),
        cmocka_unit_test(recorded_lines_carry_their_receive_time),
        cmocka_unit_test(what_a_recording_does_not_say_is_counted),
        cmocka_unit_test(json_texts_are_told_apart_by_nesting),
        cmocka_unit_test(a_broken_json_line_does_not_swallow_the_next),
        cmocka_unit_test(a_text_too_deep_to_be_read_ends_with_its_lines),
        cmocka_unit_test(a_declaration_at_the_beginning_of_a_line_begins_a_document),
        cmocka_unit_test(a_document_ends_with_its_root),
        cmocka_unit_test(a_cef_record_over_several_lines_is_one),
        cmocka_unit_test(in_a_file_a_blank_at_the_end_of_cef_says_that_more_comes),
        cmocka_unit_test(a_long_cef_record_over_many_lines_is_cut_and_counted),
        cmocka_unit_test(auto_tells_recordings_json_and_lines_by_their_first_bytes),
        cmocka_unit_test(random_streams_give_the_same_records_however_cut),
        cmocka_unit_test(a_record_over_the_bound_is_cut_and_counted),
        cmocka_unit_test(a_follower_goes_on_where_it_stopped),
        cmocka_unit_test(a_line_stands_behind_the_header_in_force),
        cmocka_unit_test(a_follower_reads_the_header_before_its_place),
        cmocka_unit_test(an_execve_carries_its_syscall),
        cmocka_unit_test(a_follower_knows_the_syscall_before_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
