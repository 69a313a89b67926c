// frame.c - cutting a stream of bytes into records.
// SPDX-License-Identifier: Apache-2.0
//
// Every kind works the same way: frame_take() moves bytes of the record in work from the piece to `held`
// (at most KEEP of them, the rest is only counted) or, when the record lies whole in the piece, points
// at it; frame_close() makes a frame of it. So the answer does not depend on how the bytes were cut.
#include <stdlib.h>

#include "core/frame/frame_work.h"

struct framer *framer_new(enum frame_kind kind)
{
    struct framer *f = calloc(1, sizeof(*f));

    if (f) {
        f->kind = kind;
        f->line = 1;
        buf_init(&f->held, KEEP + JOIN_LOOK);
        header_init(&f->header);
        audit_init(&f->audit);
        csv_init(&f->csv);
        f->csv.state = kind == FRAME_LINES || kind == FRAME_AUTO ? CSV_FIRST : CSV_NONE;
    }
    return f;
}

void framer_free(struct framer *f)
{
    if (f) {
        buf_free(&f->held);
        header_free(&f->header);
        audit_free(&f->audit);
        csv_free(&f->csv);
        free(f);
    }
}

void frame_forget(struct framer *f)
{
    buf_clear(&f->held);
    f->total = 0;
    f->joining = false;
}

void framer_seek(struct framer *f, uint64_t offset, uint64_t line)
{
    frame_forget(f);
    f->back = SPAN_NONE;
    f->offset = offset;
    f->line = line;
    if (offset && f->csv.state == CSV_FIRST) { // its first line is not known
        f->csv.state = CSV_NONE;
    }
}

void framer_feed(struct framer *f, struct span piece)
{
    f->piece = piece;
}

void framer_finish(struct framer *f)
{
    f->finished = true;
}

size_t framer_pending(const struct framer *f)
{
    size_t rest = f->back.n + f->early.n + f->piece.n + (f->kind == FRAME_AUTO ? f->nprobe : 0) +
                  csv_pending(&f->csv);

    return f->total > SIZE_MAX - rest ? SIZE_MAX : (size_t)f->total + rest;
}

struct span *frame_input(struct framer *f)
{
    return f->back.n ? &f->back : f->early.n ? &f->early : &f->piece;
}

void frame_drop(struct framer *f, size_t n)
{
    struct span *in = frame_input(f);

    *in = span_sub(*in, n, in->n);
    f->offset += n;
}

void frame_take(struct framer *f, size_t n)
{
    struct span s = span_sub(*frame_input(f), 0, n);
    size_t keep = f->joining && !f->joined ? KEEP + JOIN_LOOK : KEEP; // a line to be looked at

    if (n == 0) {
        return;
    }
    if (f->total == 0) {
        f->begin = f->line;
    }
    if (f->held.len < keep) {
        buf_put_span(&f->held, span_sub(s, 0, keep - f->held.len));
    }
    f->total += n;
    f->last = s.p[n - 1];
    frame_drop(f, n);
}

bool frame_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool frame_is_end(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

// "@TIME record" or "!TIME barrier NAME" out of a whole line; false when it is neither.
static bool read_recorded(struct span *s, uint64_t *total, struct frame *ret)
{
    static const struct span word = SPAN_LIT(" barrier ");
    struct span rest;
    utime_t t;
    size_t used = 0;

    if (s->n < 2 || (s->p[0] != '@' && s->p[0] != '!') ||
        !utime_iso(span_sub(*s, 1, PREFIX), 0, &t, &used)) {
        return false;
    }
    rest = span_sub(*s, 1 + used, s->n);
    if (s->p[0] == '!') {
        if (!span_starts(rest, word)) {
            return false;
        }
        ret->barrier = true;
        rest = span_trim(span_sub(rest, word.n, rest.n));
        *total = rest.n;
    } else if (rest.n < 2 || rest.p[0] != ' ') {
        return false;
    } else {
        rest = span_sub(rest, 1, rest.n);
        *total -= 2 + used;
    }
    ret->received = t * 1000;
    *s = rest;
    return s->n > 0;
}

// A line that needs lines before it becomes a record with them. False when it is none: a header's own line.
static bool as_record(struct framer *f, struct span *s, uint64_t *total)
{
    size_t n = s->n;

    if (f->csv.state == CSV_IS) {
        return !f->muted;
    }
    if (header_line(&f->header, *s)) {
        f->remarks = false;
        return false;
    }
    *s = f->header.in_force ? header_record(&f->header, *s) : audit_record(&f->audit, *s);
    if ((f->muted && f->csv.state > CSV_MAYBE) || (f->remarks && s->p[0] == '#')) {
        return false;
    }
    *total += s->n - n;
    return true;
}

bool frame_close(struct framer *f, struct span s, struct frame *ret)
{
    uint64_t total = f->total;
    bool line = !f->counted && f->kind != FRAME_DATAGRAM;

    *ret = (struct frame){.line = f->begin, .line_end = f->begin, .end_offset = f->offset};
    f->trimmed = 0;
    if (line && f->kind != FRAME_JSON && f->kind != FRAME_XML) {
        total -= total && f->last == '\r';
    } else if (total <= s.n) {
        while (total && (line ? frame_is_blank(s.p[total - 1]) : frame_is_end(s.p[total - 1]))) {
            f->trimmed += s.p[--total] == '\n';
        }
    }
    s = span_sub(s, 0, total < s.n ? (size_t)total : s.n);
    if (total == 0) {
        return false;
    }
    if (f->kind == FRAME_RECORDED) {
        bool comment = s.p[0] == '#';

        uint64_t all = total;

        if (comment || !read_recorded(&s, &total, ret)) {
            f->skipped += comment ? 0 : all;
            return false;
        }
    }
    if (f->kind == FRAME_LINES && !as_record(f, &s, &total)) {
        return false;
    }
    ret->oversize = total > RECORD_MAX;
    if (ret->oversize) {
        f->skipped += total - RECORD_MAX;
    }
    ret->bytes = span_sub(s, 0, RECORD_MAX);
    ret->skipped = f->skipped;
    f->skipped = 0;
    return true;
}

bool frame_give(struct framer *f, size_t n, size_t ending, struct frame *ret)
{
    struct span direct = span_sub(*frame_input(f), 0, n);
    bool whole = f->total == 0 && n <= KEEP, is;

    if (whole) {
        f->begin = f->line;
        f->total = n;
        f->last = n ? direct.p[n - 1] : '\0';
        frame_drop(f, n);
    } else {
        frame_take(f, n);
    }
    frame_drop(f, ending);
    is = frame_close(f, whole ? direct : buf_span(&f->held), ret);
    f->total = 0; // the held bytes stay until the next call
    f->line++;
    return is;
}

static enum frame_rc next_datagram(struct framer *f, struct frame *ret)
{
    struct span in = *frame_input(f);

    if (in.n == 0 || frame_give(f, in.n, 0, ret)) {
        return in.n ? FRAME_ONE : FRAME_NONE;
    }
    frame_forget(f);
    return FRAME_NONE;
}

// Collects bytes until the kind is known. True when it is.
static bool decide(struct framer *f)
{
    for (;;) {
        enum frame_kind kind =
            frame_probe(span_of(f->probe, f->nprobe), f->finished && !f->piece.n);

        if (f->nprobe && kind != FRAME_AUTO) {
            size_t bom = kind != FRAME_LINES && f->probe[0] == '\xEF' ? 3 : 0;

            f->kind = kind;
            f->file = true;
            f->remarks = kind == FRAME_LINES && frame_has_header(span_of(f->probe, f->nprobe));
            f->early = span_of(f->probe + bom, f->nprobe - bom);
            f->offset += bom;
            return true;
        }
        if (f->piece.n == 0) {
            return false;
        }
        f->probe[f->nprobe++] = f->piece.p[0];
        f->piece = span_sub(f->piece, 1, f->piece.n);
    }
}

static enum frame_rc next_by_kind(struct framer *f, struct frame *ret)
{
    switch (f->kind) {
    case FRAME_DATAGRAM: return next_datagram(f, ret);
    case FRAME_SYSLOG: return frame_next_syslog(f, ret);
    case FRAME_JSON: return frame_next_json(f, ret);
    case FRAME_XML: return frame_next_xml(f, ret);
    case FRAME_LINES:
    case FRAME_RECORDED: return frame_next_line(f, ret);
    case FRAME_AUTO: break;
    }
    return FRAME_NONE;
}

void framer_prime(struct framer *f, struct span piece)
{
    struct frame frame;

    f->muted = true;
    framer_feed(f, piece);
    while (framer_next(f, &frame) == FRAME_ONE) {
    }
    f->muted = false;
}

enum frame_rc framer_next(struct framer *f, struct frame *ret)
{
    return f->csv.state == CSV_NONE ? frame_next_any(f, ret) : frame_next_csv(f, ret);
}

enum frame_rc frame_next_any(struct framer *f, struct frame *ret)
{
    enum frame_rc rc;

    if (frame_usual_line(f, ret)) {
        return FRAME_ONE;
    }
    *ret = (struct frame){0};
    if (f->broken) {
        ret->skipped = f->piece.n;
        f->piece = SPAN_NONE;
        return FRAME_BROKEN;
    }
    if (f->total == 0) {
        frame_forget(f);
    }
    if (f->kind == FRAME_AUTO && !decide(f)) {
        return FRAME_NONE;
    }
    rc = next_by_kind(f, ret);
    if (rc == FRAME_NONE && f->finished && f->joining) {
        return frame_finish_joined(f, ret) ? FRAME_ONE : FRAME_NONE;
    }
    if (rc == FRAME_NONE && f->finished && f->total) {
        uint64_t begin = f->begin, last = f->line;
        bool is = frame_give(f, 0, 0, ret);

        ret->line = begin;
        ret->line_end = f->kind == FRAME_JSON || f->kind == FRAME_XML ? last - f->trimmed : begin;
        f->counted = false;
        rc = is ? FRAME_ONE : FRAME_NONE;
    }
    return rc;
}
