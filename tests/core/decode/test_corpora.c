// test_corpora.c - the shared logs of whole products through framer, sources and decoder.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <ftw.h>
#include <jansson.h>

#include "core/frame/frame.h"
#include "tests/core/decode/own.h"

#define DATA "../shared/data"

static const ntime_t received = 1795140000000000000; // 2026-11-20T02:00:00Z
static size_t logs, lines, columns;

static void run(struct span raw, struct event *ev)
{
    struct decode_in in = {.raw = raw, .received = received};

    decode(dec, &in, ev);
}

// ---- Zeek

struct columns {
    char separator[8];
    struct span names; // of "#fields", without its key
};

// What the header says that is in force on a line, by the test's own reading of the file.
static struct columns columns_at(struct span text, uint64_t line)
{
    struct columns c = {.separator = "\t"};

    for (uint64_t i = 1; i < line; i++) {
        struct span l = span_cut(&text, '\n');

        l = span_sub(l, 0, l.n - (l.n && l.p[l.n - 1] == '\r'));
        if (span_starts(l, SPAN_LIT("#separator "))) {
            (void)snprintf(c.separator, sizeof(c.separator), "%s",
                           span_eq_str(l, "#separator \\x09") ? "\t"
                           : span_eq_str(l, "#separator ||")  ? "||"
                                                              : "|");
        } else if (span_starts(l, SPAN_LIT("#fields"))) {
            c.names = span_sub(l, 7 + strlen(c.separator), l.n);
        }
    }
    return c;
}

static struct span cut_by(struct span *rest, const char *by)
{
    size_t at = span_find_span(*rest, span_str(by));
    struct span v = span_sub(*rest, 0, at);

    *rest = span_sub(*rest, at + strlen(by), rest->n);
    return v;
}

// The record's fields are the header's columns in their order; those of a set stand one behind the other.
static void check_frame(const char *path, const struct frame *f, struct columns c)
{
    struct event ev;
    size_t i = 0;

    run(f->bytes, &ev);
    if (ev.error[0] || strcmp(ev.source, "zeek") != 0) {
        fail_msg("%s:%llu: %s: %s", path, (unsigned long long)f->line, ev.source, ev.error);
    }
    i += ev.nokv && span_eq_str(ev.okv[0].name, "_path");
    while (c.names.n) {
        struct span name = cut_by(&c.names, c.separator);

        if (i == ev.nokv || !span_eq(ev.okv[i].name, name)) {
            fail_msg("%s:%llu: no column " SPAN_FMT, path, (unsigned long long)f->line,
                     SPAN_ARG(name));
        }
        while (i < ev.nokv && span_eq(ev.okv[i].name, name)) {
            i++;
        }
        columns++;
    }
    lines++;
}

static int check_log(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    struct span text;
    struct framer *f;
    struct frame frame;
    size_t wanted = 0, got = 0;

    (void)st;
    (void)at;
    if (flag != FTW_F || !span_ends(span_str(path), SPAN_LIT(".log"))) {
        return 0;
    }
    text = file_read(path);
    if (span_find_span(text, SPAN_LIT("\n#separator ")) == text.n) { // JSON, or plain text
        free((void *)(uintptr_t)text.p);
        return 0;
    }
    logs++;
    for (struct span rest = text; rest.n;) {
        struct span l = span_cut(&rest, '\n');

        wanted += span_trim(l).n && l.p[0] != '#';
    }
    f = framer_new(FRAME_AUTO);
    assert_non_null(f);
    framer_feed(f, text);
    framer_finish(f);
    while (framer_next(f, &frame) == FRAME_ONE) {
        check_frame(path, &frame, columns_at(text, frame.line));
        got++;
    }
    assert_int_equal(got, wanted);
    framer_free(f);
    free((void *)(uintptr_t)text.p);
    return 0;
}

static void every_line_of_every_zeek_log_has_the_columns_of_its_header(void **state)
{
    (void)state;
    if (nftw(DATA "/zeek", check_log, 16, FTW_PHYS) != 0) {
        fail_msg("cannot run without %s", DATA "/zeek");
    }
    print_message("%zu logs, %zu lines, %zu columns\n", logs, lines, columns);
    assert_true(logs > 100 && lines > 1000);
}

// ---- syslog by templates: mark, time and host are ours and must come out again

static bool put_slot(struct buf *out, struct span name)
{
    static const char *const slots[][2] = {{"mark", "<111>"},
                                           {"bsd", "Nov 20 01:59:58"},
                                           {"iso", "2026-11-20T01:59:58.123"},
                                           {"iso_header", "2026-11-20T01:59:58.123"},
                                           {"host", "fabsrv7"},
                                           {"date", "11/20/2026"},
                                           {"time", "11/20/2026:01:59:58"},
                                           {"tzoffset", "+00:00"},
                                           {"tzname", "UTC"},
                                           {"pid", "4711"},
                                           {"epoch", "1795139998"}};

    for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
        if (span_eq_str(name, slots[i][0])) {
            buf_str(out, slots[i][1]);
            return true;
        }
    }
    buf_put_span(out, name);
    return false;
}

static void fill(struct buf *out, struct span text)
{
    while (text.n) {
        size_t open = span_find_span(text, SPAN_LIT("{{")), shut;

        buf_put_span(out, span_sub(text, 0, open));
        text = span_sub(text, open + 2, text.n);
        shut = span_find_span(text, SPAN_LIT("}}"));
        if (text.n) {
            (void)put_slot(out, span_trim(span_sub(text, 0, shut)));
        }
        text = span_sub(text, shut + 2, text.n);
    }
}

// "MARK TIME HOST ": only of these does the template say where the host stands.
static bool plain_head(struct span t)
{
    static const char *const heads[] = {
        "{{ mark }} {{ bsd }} {{ host }} ",   "{{ mark }}{{ bsd }} {{ host }} ",
        "{{ mark }} {{ iso }}Z {{ host }} ",  "{{ mark }}{{ iso }}Z {{ host }} ",
        "{{ mark }}1 {{ iso }}Z {{ host }} ", "{{ mark }} {{ time }} GMT {{ host }} "};

    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        if (span_starts(t, span_str(heads[i]))) {
            return true;
        }
    }
    return false;
}

static void check_template(const char *vendor, struct span t, size_t *checked)
{
    AUTO_BUF line;
    struct event ev;
    struct span host;

    buf_init(&line, 1 << 20);
    fill(&line, t);
    run(span_sub(buf_span(&line), 0, span_find(buf_span(&line), '\n')), &ev);
    if (strcmp(ev.source, "raw") == 0 && span_starts(t, SPAN_LIT("{{ mark }}"))) {
        fail_msg("%s: raw: %.100s", vendor, buf_span(&line).p);
    }
    if (!plain_head(t)) {
        return;
    }
    host = event_str(&ev, FIELD_HOST_NAME);
    if (!span_eq_str(host, "fabsrv7")) {
        host = event_str(&ev, FIELD_OBSERVER_NAME);
    }
    // a body may name the device itself, here by a placeholder of the template's own ("$..."), and may have
    // a time of its own, which then is the event's
    if ((!span_eq_str(host, "fabsrv7") && !span_starts(host, SPAN_LIT("$"))) ||
        ev.flags & (EVENT_NO_TIME | EVENT_CLOCK_FAULT)) {
        fail_msg("%s: host \"" SPAN_FMT "\" of %.100s", vendor, SPAN_ARG(host), buf_span(&line).p);
    }
    ++*checked;
}

static void hosts_and_times_of_the_vendors_templates_are_read(void **state)
{
    struct span s = file_read(DATA "/syslog/sc4s-message-templates.json");
    json_t *all = s.p ? json_loadb(s.p, s.n, 0, NULL) : NULL, *list, *one;
    const char *vendor;
    size_t i, checked = 0;

    (void)state;
    if (!all) {
        fail_msg("cannot run without %s", DATA "/syslog/sc4s-message-templates.json");
    }
    json_object_foreach(all, vendor, list)
    {
        json_array_foreach(list, i, one)
        {
            json_t *t = json_object_get(one, "template");

            check_template(vendor, span_of(json_string_value(t), json_string_length(t)), &checked);
        }
    }
    print_message("%zu templates with mark, time and host\n", checked);
    assert_true(checked >= 40);
    json_decref(all);
    free((void *)(uintptr_t)s.p);
}

// ---- octet counting

static void octet_counted_streams_give_the_records_that_are_right(void **state)
{
    struct span s = file_read(DATA "/syslog/framing-octet-counting.json");
    json_t *all = s.p ? json_loadb(s.p, s.n, JSON_ALLOW_NUL, NULL) : NULL, *one;
    size_t i, streams = 0;

    (void)state;
    if (!all) {
        fail_msg("cannot run without %s", DATA "/syslog/framing-octet-counting.json");
    }
    json_array_foreach(all, i, one)
    {
        json_t *in = json_object_get(one, "input"),
               *want = json_object_get(one, "results_best_effort"), *w;
        struct framer *f = framer_new(FRAME_SYSLOG);
        size_t k, whole = 0, got = 0;
        struct frame frame;

        if (json_is_string(in)) {
            json_array_foreach(want, k, w)
            {
                whole += json_is_true(json_object_get(w, "message")) &&
                         !json_is_true(json_object_get(w, "error"));
            }
            framer_feed(f, span_of(json_string_value(in), json_string_length(in)));
            while (framer_next(f, &frame) == FRAME_ONE) {
                struct event ev;

                run(frame.bytes, &ev);
                got += strcmp(ev.source, "raw") != 0 && !ev.error[0];
            }
            if (got < whole) {
                fail_msg("%s: %zu of %zu", json_string_value(json_object_get(one, "descr")), got,
                         whole);
            }
            streams++;
        }
        framer_free(f);
    }
    assert_true(streams >= 5);
    json_decref(all);
    free((void *)(uintptr_t)s.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_every_zeek_log_has_the_columns_of_its_header),
        cmocka_unit_test(hosts_and_times_of_the_vendors_templates_are_read),
        cmocka_unit_test(octet_counted_streams_give_the_records_that_are_right),
    };

    return cmocka_run_group_tests(tests, own_begin, own_end);
}
