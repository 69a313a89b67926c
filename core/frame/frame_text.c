// frame_text.c - JSON texts, XML documents and CSV with a header.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/frame_work.h"

enum frame_rc frame_next_json(struct framer *f, struct frame *ret)
{
    while (frame_input(f)->n) {
        struct span in = *frame_input(f);
        uint64_t lines, line, begin = f->total ? f->begin : f->line;
        size_t i;
        enum json_step step = json_cut_run(&f->cut, in, &i, &lines);

        line = f->line + lines - (step == JSON_BEFORE && in.p[i - 1] == '\n');
        if (step == JSON_BLANK) {
            frame_drop(f, 1);
            f->line = line;
            continue;
        }
        if (step == JSON_MORE) {
            frame_take(f, in.n);
            f->line = line;
            continue;
        }
        i -= step == JSON_BEFORE;
        {
            // A text that ended with its line keeps the line end out; LF belongs to nobody.
            size_t lf = step == JSON_END && in.p[i - 1] == '\n';
            bool is = frame_give(f, i - lf, lf, ret);

            f->line = line;
            ret->line = begin;
            ret->line_end = line - lf - f->trimmed;
            if (is) {
                return FRAME_ONE;
            }
            frame_forget(f);
        }
    }
    return FRAME_NONE;
}

// The declaration stands at the very beginning of a document (XML 1.0, 2.8), so a line that begins with
// it begins a document, and one that was cut short does not swallow the next.
static const struct span declaration = SPAN_LIT("<?xml");

// Gives the record in work without the declaration behind it (`again` bytes), which is read again.
static bool give_document(struct framer *f, size_t again, struct frame *ret)
{
    uint64_t begin = f->begin, line = f->line;
    bool is;

    f->total -= again;
    f->held.len = f->held.len < f->total ? f->held.len : (size_t)f->total;
    f->offset -= again;
    if (again) {
        f->early = f->early.n ? span_of(f->early.p - again, f->early.n + again) : declaration;
    }
    is = frame_close(f, buf_span(&f->held), ret);
    f->total = 0;
    ret->line = begin;
    ret->line_end = line - f->trimmed;
    return is;
}

enum frame_rc frame_next_xml(struct framer *f, struct frame *ret)
{
    while (frame_input(f)->n) {
        struct span in = *frame_input(f);
        size_t n = 1;
        bool closed;

        if (f->total == 0 && frame_is_blank(in.p[0])) {
            f->line += in.p[0] == '\n';
            frame_drop(f, 1);
            continue;
        }
        if (f->total == 0 || f->last == '\n') {
            f->matched = 0;
        }
        if (f->matched < declaration.n && in.p[0] == declaration.p[f->matched]) {
            f->matched++;
        } else {
            f->matched = declaration.n + 1;
            n = span_find(in, '\n');
            n = n < in.n ? n + 1 : in.n;
        }
        if (f->total == 0) {
            f->xml = (struct xml_cut){0};
        }
        closed = xml_cut_run(&f->xml, span_sub(in, 0, n), &n);
        frame_take(f, n);
        f->line += f->last == '\n';
        if (closed || (f->matched == declaration.n && f->total > declaration.n)) {
            if (give_document(f, closed ? 0 : declaration.n, ret)) {
                return FRAME_ONE;
            }
            frame_forget(f);
        }
    }
    return FRAME_NONE;
}

// Lines while they may be CSV, or are.
enum frame_rc frame_next_csv(struct framer *f, struct frame *ret)
{
    while (!csv_next(&f->csv, ret)) {
        enum frame_rc rc = frame_next_any(f, ret);

        if (rc == FRAME_ONE && f->kind != FRAME_LINES) {
            f->csv.state = CSV_NONE;
        }
        if (f->csv.state == CSV_NONE) {
            return rc;
        }
        if (rc == FRAME_ONE) {
            csv_hold(&f->csv, ret, f->muted);
        } else if (f->finished && !f->csv.ended) {
            csv_end(&f->csv);
        } else {
            return rc;
        }
    }
    return FRAME_ONE;
}
