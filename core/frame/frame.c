// frame.c - cutting a stream of bytes into records.
// SPDX-License-Identifier: Apache-2.0
//
// Every kind works the same way: take() moves bytes of the record in work from the piece to `held`
// (at most KEEP of them, the rest is only counted) or, when the record lies whole in the piece, points
// at it; close() makes a frame of it. So the answer does not depend on how the bytes were cut.
#include "core/frame/frame.h"

#include <stdlib.h>

#include "core/frame/audit.h"
#include "core/frame/header.h"
#include "core/frame/json_cut.h"
#include "core/frame/probe.h"
#include "core/model/block.h"

enum {
    PREFIX = 64,                    // room for "@2026-11-22T01:02:03.456789012+09:00 "
    KEEP = RECORD_MAX + PREFIX + 1, // and for the CR of a record that just fits
    COUNT_DIGITS = 9,
};

struct framer {
    enum frame_kind kind; // never FRAME_AUTO once decided
    bool finished, broken, counted;
    struct span early; // bytes collected while the kind was open; read before the piece
    struct span piece;
    struct buf held;
    uint64_t total;  // bytes of the record in work, held or not
    char last;       // its last byte
    uint64_t want;   // octet counting: length of the message, valid when `counted`
    uint64_t offset; // of the next byte to read
    uint64_t line;   // number of the line in work
    uint64_t begin;  // line on which the record in work began
    uint64_t skipped;
    uint64_t trimmed; // line ends at the end of a JSON text that were left out
    struct json_cut cut;
    size_t matched; // XML: bytes of the declaration that a line began with, or more: it does not
    struct header header; // LINES
    struct audit audit;   // LINES
    bool remarks;         // lines of '#' before a header say nothing
    bool muted;           // framer_prime(): only what later lines need counts
    char probe[FRAME_PROBE];
    size_t nprobe;
};

struct framer *framer_new(enum frame_kind kind)
{
    struct framer *f = calloc(1, sizeof(*f));

    if (f) {
        f->kind = kind;
        f->line = 1;
        buf_init(&f->held, KEEP);
        header_init(&f->header);
        audit_init(&f->audit);
    }
    return f;
}

void framer_free(struct framer *f)
{
    if (f) {
        buf_free(&f->held);
        header_free(&f->header);
        audit_free(&f->audit);
        free(f);
    }
}

static void forget(struct framer *f)
{
    buf_clear(&f->held);
    f->total = 0;
}

void framer_seek(struct framer *f, uint64_t offset, uint64_t line)
{
    forget(f);
    f->offset = offset;
    f->line = line;
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
    size_t rest = f->early.n + f->piece.n + (f->kind == FRAME_AUTO ? f->nprobe : 0);

    return f->total > SIZE_MAX - rest ? SIZE_MAX : (size_t)f->total + rest;
}

// The input in reading order: what was collected before the kind was known, then the piece.
static struct span *input(struct framer *f)
{
    return f->early.n ? &f->early : &f->piece;
}

static void drop(struct framer *f, size_t n)
{
    struct span *in = input(f);

    *in = span_sub(*in, n, in->n);
    f->offset += n;
}

// Moves n bytes of input behind the record in work.
static void take(struct framer *f, size_t n)
{
    struct span s = span_sub(*input(f), 0, n);

    if (n == 0) {
        return;
    }
    if (f->total == 0) {
        f->begin = f->line;
    }
    if (f->held.len < KEEP) {
        buf_put_span(&f->held, span_sub(s, 0, KEEP - f->held.len));
    }
    f->total += n;
    f->last = s.p[n - 1];
    drop(f, n);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_end(char c)
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

    if (header_line(&f->header, *s)) {
        f->remarks = false;
        return false;
    }
    *s = f->header.in_force ? header_record(&f->header, *s) : audit_record(&f->audit, *s);
    if (f->muted || (f->remarks && s->p[0] == '#')) {
        return false;
    }
    *total += s->n - n;
    return true;
}

// Makes a frame of the record in work, whose first bytes are `s`; its line end is already behind.
// False when there is none: an empty line, or a line of a recording that says nothing.
static bool close_record(struct framer *f, struct span s, struct frame *ret)
{
    uint64_t total = f->total;
    bool line = !f->counted && f->kind != FRAME_DATAGRAM;

    *ret = (struct frame){.line = f->begin, .line_end = f->begin, .end_offset = f->offset};
    f->trimmed = 0;
    if (line && f->kind != FRAME_JSON && f->kind != FRAME_XML) {
        total -= total && f->last == '\r';
    } else if (total <= s.n) {
        while (total && (line ? is_blank(s.p[total - 1]) : is_end(s.p[total - 1]))) {
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

// Closes the record whose last `n` bytes are next in the input, `ending` bytes of line end behind them.
static bool give(struct framer *f, size_t n, size_t ending, struct frame *ret)
{
    struct span direct = span_sub(*input(f), 0, n);
    bool whole = f->total == 0 && n <= KEEP, is;

    if (whole) {
        f->begin = f->line;
        f->total = n;
        f->last = n ? direct.p[n - 1] : '\0';
        drop(f, n);
    } else {
        take(f, n);
    }
    drop(f, ending);
    is = close_record(f, whole ? direct : buf_span(&f->held), ret);
    f->total = 0; // the held bytes stay until the next call
    f->line++;
    return is;
}

// Position of the byte that ends a line, or in.n.
static size_t line_end(const struct framer *f, struct span in)
{
    size_t lf = span_find(in, '\n');

    if (f->kind == FRAME_SYSLOG) {
        size_t nul = span_find(span_sub(in, 0, lf), '\0');

        return nul < lf ? nul : lf;
    }
    return lf;
}

static enum frame_rc next_line(struct framer *f, struct frame *ret)
{
    while (input(f)->n) {
        struct span in = *input(f);
        size_t at = line_end(f, in);

        if (at == in.n) {
            take(f, in.n);
        } else if (give(f, at, 1, ret)) {
            return FRAME_ONE;
        } else {
            forget(f);
            if (f->kind == FRAME_SYSLOG) {
                return FRAME_NONE; // the next byte decides anew
            }
        }
    }
    return FRAME_NONE;
}

static enum frame_rc next_json(struct framer *f, struct frame *ret)
{
    while (input(f)->n) {
        struct span in = *input(f);
        uint64_t lines, line, begin = f->total ? f->begin : f->line;
        size_t i;
        enum json_step step = json_cut_run(&f->cut, in, &i, &lines);

        line = f->line + lines - (step == JSON_BEFORE && in.p[i - 1] == '\n');
        if (step == JSON_BLANK) {
            drop(f, 1);
            f->line = line;
            continue;
        }
        if (step == JSON_MORE) {
            take(f, in.n);
            f->line = line;
            continue;
        }
        i -= step == JSON_BEFORE;
        {
            // A text that ended with its line keeps the line end out; LF belongs to nobody.
            size_t lf = step == JSON_END && in.p[i - 1] == '\n';
            bool is = give(f, i - lf, lf, ret);

            f->line = line;
            ret->line = begin;
            ret->line_end = line - lf - f->trimmed;
            if (is) {
                return FRAME_ONE;
            }
            forget(f);
        }
    }
    return FRAME_NONE;
}

// The declaration stands at the very beginning of a document (XML 1.0, 2.8), so a line that begins with
// it begins a document, and one that was cut short does not swallow the next.
static const struct span declaration = SPAN_LIT("<?xml");

// Gives the record in work without the declaration behind it, which is read again.
static bool give_document(struct framer *f, struct frame *ret)
{
    uint64_t begin = f->begin, line = f->line;
    bool is;

    f->total -= declaration.n;
    f->held.len = f->held.len < f->total ? f->held.len : (size_t)f->total;
    f->offset -= declaration.n;
    f->early =
        f->early.n ? span_of(f->early.p - declaration.n, f->early.n + declaration.n) : declaration;
    is = close_record(f, buf_span(&f->held), ret);
    f->total = 0;
    ret->line = begin;
    ret->line_end = line - f->trimmed;
    return is;
}

static enum frame_rc next_xml(struct framer *f, struct frame *ret)
{
    while (input(f)->n) {
        struct span in = *input(f);
        size_t n = 1;

        if (f->total == 0 && is_blank(in.p[0])) {
            f->line += in.p[0] == '\n';
            drop(f, 1);
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
        take(f, n);
        f->line += f->last == '\n';
        if (f->matched == declaration.n && f->total > declaration.n) {
            if (give_document(f, ret)) {
                return FRAME_ONE;
            }
            forget(f);
        }
    }
    return FRAME_NONE;
}

static enum frame_rc broken(struct framer *f, struct frame *ret)
{
    *ret = (struct frame){.line = f->line, .line_end = f->line, .end_offset = f->offset};
    ret->skipped = f->skipped + f->total + f->early.n + f->piece.n;
    f->broken = true;
    f->skipped = 0;
    f->early = f->piece = SPAN_NONE;
    forget(f);
    return FRAME_BROKEN;
}

// "LEN SP": reads the digits into `held`, one by one, since they may arrive alone.
static enum frame_rc read_count(struct framer *f, struct frame *ret)
{
    while (input(f)->n) {
        char c = input(f)->p[0];
        struct span digits = buf_span(&f->held);

        if (c >= '0' && c <= '9' && digits.n < COUNT_DIGITS) {
            take(f, 1);
        } else if (c == ' ' && digits.p[0] != '0' && span_u64(digits, &f->want)) {
            drop(f, 1);
            forget(f);
            f->counted = true;
            return FRAME_ONE;
        } else {
            return broken(f, ret);
        }
    }
    return FRAME_NONE;
}

static enum frame_rc next_counted(struct framer *f, struct frame *ret)
{
    while (input(f)->n) {
        struct span in = *input(f);
        uint64_t need = f->want - f->total;

        if (in.n < need) {
            take(f, in.n);
            continue;
        }
        if (give(f, (size_t)need, 0, ret)) {
            f->counted = false;
            return FRAME_ONE;
        }
        forget(f);
        f->counted = false;
        return FRAME_NONE;
    }
    return FRAME_NONE;
}

static enum frame_rc next_syslog(struct framer *f, struct frame *ret)
{
    while (input(f)->n) {
        enum frame_rc rc;
        char first = f->total ? f->held.p[0] : input(f)->p[0];

        if (f->counted) {
            rc = next_counted(f, ret);
        } else if (first >= '0' && first <= '9') {
            rc = read_count(f, ret);
            if (rc == FRAME_ONE) {
                continue;
            }
        } else {
            rc = next_line(f, ret);
        }
        if (rc != FRAME_NONE) {
            return rc;
        }
    }
    return FRAME_NONE;
}

static enum frame_rc next_datagram(struct framer *f, struct frame *ret)
{
    struct span in = *input(f);

    if (in.n == 0 || give(f, in.n, 0, ret)) {
        return in.n ? FRAME_ONE : FRAME_NONE;
    }
    forget(f);
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
    case FRAME_SYSLOG: return next_syslog(f, ret);
    case FRAME_JSON: return next_json(f, ret);
    case FRAME_XML: return next_xml(f, ret);
    case FRAME_LINES:
    case FRAME_RECORDED: return next_line(f, ret);
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
    enum frame_rc rc;

    *ret = (struct frame){0};
    if (f->broken) {
        ret->skipped = f->piece.n;
        f->piece = SPAN_NONE;
        return FRAME_BROKEN;
    }
    if (f->total == 0) {
        forget(f);
    }
    if (f->kind == FRAME_AUTO && !decide(f)) {
        return FRAME_NONE;
    }
    rc = next_by_kind(f, ret);
    if (rc == FRAME_NONE && f->finished && f->total) {
        uint64_t begin = f->begin, last = f->line;
        bool is = give(f, 0, 0, ret);

        ret->line = begin;
        ret->line_end = f->kind == FRAME_JSON || f->kind == FRAME_XML ? last - f->trimmed : begin;
        f->counted = false;
        rc = is ? FRAME_ONE : FRAME_NONE;
    }
    return rc;
}
