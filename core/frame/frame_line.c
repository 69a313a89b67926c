// frame_line.c - lines, and records over several of them.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/frame_work.h"

bool frame_usual_line(struct framer *f, struct frame *ret)
{
    struct span in = f->piece;
    const char *end;
    size_t n;
    char first, last;

    if (in.n == 0 || f->total || f->back.n || f->early.n ||
        (f->kind != FRAME_LINES && f->kind != FRAME_SYSLOG) ||
        (f->muted | f->broken | f->counted | f->header.in_force)) {
        return false;
    }
    end = memchr(in.p, '\n', in.n < KEEP ? in.n : KEEP);
    n = end ? (size_t)(end - in.p) : 0;
    if (n == 0 || n > RECORD_MAX) {
        return false;
    }
    first = in.p[0];
    last = in.p[n - 1];
    // header, audit record (node=, type=), count; a line end of two bytes, a CEF record that goes on
    if (first == '#' || first == 'n' || first == 't' || last == '\r' || last == '|' ||
        last == ' ' ||
        (f->kind == FRAME_SYSLOG && ((first >= '0' && first <= '9') || memchr(in.p, '\0', n)))) {
        return false;
    }
    f->piece = span_of(end + 1, in.n - n - 1);
    f->offset += n + 1;
    *ret = (struct frame){.bytes = span_of(in.p, n),
                          .line = f->line,
                          .line_end = f->line,
                          .end_offset = f->offset,
                          .skipped = f->skipped};
    f->skipped = 0;
    f->line++;
    return true;
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

// ---- records over several lines

// Whether the line that ends at `*end` of the input begins such a record; it is then in `held`. Else
// `*end` is where the line's end stands now.
static bool begin_joining(struct framer *f, size_t *end)
{
    size_t at = *end;
    struct span line = span_sub(*frame_input(f), 0, at);

    if (frame_input(f)->p[at] != '\n') { // of a syslog stream: NUL
        return false;
    }
    if (f->total) { // most of it came before
        if (f->held.len + at >= KEEP) {
            return false;
        }
        frame_take(f, at);
        line = buf_span(&f->held);
        *end = at = 0;
    }
    if (f->kind == FRAME_RECORDED || !join_opens(line, f->file)) {
        return false;
    }
    frame_take(f, at + 1);
    f->joining = true;
    f->joined = false;
    f->line_at = f->held.len;
    f->line++;
    return true;
}

// Gives the lines before the last one, which is read again.
static bool give_joined(struct framer *f, struct frame *ret)
{
    struct span held = buf_span(&f->held), tail = span_sub(held, f->line_at, JOIN_LOOK);
    uint64_t begin = f->begin, last = f->line - 1;
    size_t n = f->line_at;
    bool is;

    memcpy(f->look, tail.p, tail.n);
    f->back = span_of(f->look, tail.n);
    f->offset -= tail.n;
    while (n && frame_is_end(held.p[n - 1])) {
        n--;
    }
    f->total = f->total == held.n ? n : f->total - tail.n;
    f->last = '\0';
    f->joining = false;
    is = frame_close(f, span_sub(held, 0, n), ret);
    f->total = 0;
    ret->line = begin;
    ret->line_end = last;
    if (!is) {
        frame_forget(f);
    }
    return is;
}

// Whether the last line of the record, as far as it is known, begins another one.
static bool begins_another(struct framer *f)
{
    struct span line = span_sub(buf_span(&f->held), f->line_at, JOIN_LOOK);

    f->joined = f->joined || join_goes_on(line);
    return !f->joined;
}

// One more step with a line that may belong to the record. True: a record is there.
static bool next_joined(struct framer *f, struct frame *ret)
{
    struct span in = *frame_input(f);
    size_t at = line_end(f, in), n = at < in.n ? at + 1 : at, known = f->held.len - f->line_at;
    bool ended;

    if (!f->joined && n > JOIN_LOOK - known) {
        n = JOIN_LOOK - known;
    }
    ended = n == at + 1;
    frame_take(f, n);
    if (!f->joined && (known + n == JOIN_LOOK || ended) && begins_another(f)) {
        return give_joined(f, ret);
    }
    if (!ended) {
        return false;
    }
    if (f->held.len > KEEP) {
        buf_cut(&f->held, KEEP);
    }
    f->line++;
    f->joined = false;
    f->line_at = f->held.len;
    return false;
}

bool frame_finish_joined(struct framer *f, struct frame *ret)
{
    if (f->held.len > f->line_at && !begins_another(f)) {
        f->line_at = f->held.len;
        f->line++;
    }
    return give_joined(f, ret);
}

enum frame_rc frame_next_line(struct framer *f, struct frame *ret)
{
    while (frame_input(f)->n) {
        struct span in = *frame_input(f);
        size_t at = line_end(f, in);

        if (f->joining) {
            if (next_joined(f, ret)) {
                return FRAME_ONE;
            }
        } else if (at == in.n) {
            frame_take(f, in.n);
        } else if (begin_joining(f, &at)) {
            continue;
        } else if (frame_give(f, at, 1, ret)) {
            return FRAME_ONE;
        } else {
            frame_forget(f);
            if (f->kind == FRAME_SYSLOG) {
                return FRAME_NONE; // the next byte decides anew
            }
        }
    }
    return FRAME_NONE;
}
