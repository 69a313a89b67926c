// csv_header.c - a CSV file's first line, which names the columns of those behind it.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/csv_header.h"

#include "core/model/block.h"
#include "core/model/csv_mark.h"

enum { MARK_N = sizeof(CSV_MARK) + 1, WHOLE_MAX = CSV_HEAD_MAX + 2 * RECORD_MAX + 16 };

void csv_init(struct csv_header *c)
{
    *c = (struct csv_header){.state = CSV_FIRST};
    buf_init(&c->lines, CSV_HELD * RECORD_MAX);
    buf_init(&c->head, CSV_HEAD_MAX + 16);
    buf_init(&c->record, WHOLE_MAX);
}

void csv_free(struct csv_header *c)
{
    buf_free(&c->lines);
    buf_free(&c->head);
    buf_free(&c->record);
}

static struct span bytes_of(const struct csv_header *c, const struct csv_line *l)
{
    return span_of(c->lines.p + l->at, l->frame.bytes.n);
}

// ---- whether it is one

static bool is_header(struct csv_header *c)
{
    for (size_t i = 1; i < c->nheld; i++) {
        struct csv_scan s = {0};
        struct span line = bytes_of(c, &c->held[i]);

        csv_count(&s, line, c->delimiter);
        if (s.quoted ? s.columns > c->columns : s.columns != c->columns) {
            return false;
        }
        if (i == 1 && !csv_has_number(line, c->delimiter)) {
            return false;
        }
        if (s.quoted) { // the next line belongs to this one
            break;
        }
    }
    return c->nheld > 1;
}

static void settle(struct csv_header *c)
{
    struct span names = bytes_of(c, &c->held[0]);

    c->next = 0;
    c->state = CSV_REPLAY;
    if (!is_header(c)) {
        return;
    }
    names = span_starts(names, SPAN_LIT("\xEF\xBB\xBF")) ? span_sub(names, 3, names.n) : names;
    buf_put_span(&c->head, SPAN_LIT(CSV_MARK));
    buf_u8(&c->head, (unsigned char)c->delimiter);
    buf_u8(&c->head, '\n');
    buf_put_span(&c->head, names);
    buf_u8(&c->head, '\n');
    if (buf_ok(&c->head)) {
        c->state = CSV_IS;
        c->next = 1;
    }
}

void csv_hold(struct csv_header *c, const struct frame *line, bool known)
{
    if (c->state == CSV_FIRST) {
        c->state = csv_names(line->bytes, &c->delimiter, &c->columns) ? CSV_MAYBE : CSV_REPLAY;
    }
    if (c->next == c->nheld) {
        c->next = c->nheld = 0;
        buf_clear(&c->lines);
    }
    c->held[c->nheld++] = (struct csv_line){.frame = *line, .at = c->lines.len, .known = known};
    buf_put_span(&c->lines, line->bytes);
    if (c->state == CSV_MAYBE && c->nheld == CSV_HELD) {
        settle(c);
    }
}

void csv_end(struct csv_header *c)
{
    c->ended = true;
    if (c->state == CSV_MAYBE) {
        settle(c);
    }
}

// ---- its records

static void begin_record(struct csv_header *c, const struct csv_line *l)
{
    buf_clear(&c->record);
    buf_put_span(&c->record, buf_span(&c->head));
    buf_put_span(&c->record, bytes_of(c, l));
    c->work = l->frame;
    c->scan = (struct csv_scan){0};
    csv_count(&c->scan, bytes_of(c, l), c->delimiter);
}

// One more line of the record in work, and the empty ones before it, which are no lines to the framer.
static void go_on(struct csv_header *c, const struct csv_line *l)
{
    for (uint64_t i = c->work.line_end; i < l->frame.line; i++) {
        buf_u8(&c->record, '\n');
        if (c->record.len > RECORD_MAX) {
            break;
        }
    }
    buf_put_span(&c->record, bytes_of(c, l));
    csv_count(&c->scan, bytes_of(c, l), c->delimiter);
    c->work.line_end = l->frame.line_end;
    c->work.end_offset = l->frame.end_offset;
    c->work.skipped += l->frame.skipped;
    c->work.oversize |= l->frame.oversize;
}

static bool give(struct csv_header *c, struct frame *ret)
{
    c->open = false;
    *ret = c->work;
    ret->bytes = span_sub(buf_span(&c->record), 0, RECORD_MAX);
    ret->skipped += c->record.len - ret->bytes.n;
    ret->oversize |= c->record.len > RECORD_MAX;
    return true;
}

static bool is_whole(const struct csv_header *c, struct span line)
{
    struct csv_scan s = {0};

    csv_count(&s, line, c->delimiter);
    return !s.quoted && s.columns == c->columns;
}

// With the next line that is held: true when a record is there. The line stays when it is not of that record.
static bool with_line(struct csv_header *c, struct frame *ret)
{
    const struct csv_line *l = &c->held[c->next];
    struct span line = bytes_of(c, l), names = buf_span(&c->head);

    if (!c->open) {
        c->next++;
        if (l->known || span_eq(line, span_sub(names, MARK_N, names.n - MARK_N - 1))) {
            return false;
        }
        begin_record(c, l);
        c->open = c->scan.quoted;
        return !c->open && give(c, ret);
    }
    if (is_whole(c, line)) {
        struct csv_scan s = c->scan;

        csv_count(&s, line, c->delimiter);
        if (s.quoted || s.columns != c->columns) {
            return give(c, ret);
        }
    }
    c->next++;
    go_on(c, l);
    return (!c->scan.quoted || c->record.len > RECORD_MAX) && give(c, ret);
}

bool csv_next(struct csv_header *c, struct frame *ret)
{
    while (c->state == CSV_REPLAY && c->next < c->nheld) {
        const struct csv_line *l = &c->held[c->next++];

        if (!l->known) {
            *ret = l->frame;
            ret->bytes = bytes_of(c, l);
            return true;
        }
    }
    if (c->state == CSV_REPLAY) {
        c->state = CSV_NONE;
    }
    while (c->state == CSV_IS && c->next < c->nheld) {
        if (with_line(c, ret)) {
            return true;
        }
    }
    return c->open && c->ended && give(c, ret);
}

size_t csv_pending(const struct csv_header *c)
{
    size_t n = c->open ? c->record.len - c->head.len : 0;

    for (size_t i = c->next; i < c->nheld && c->state != CSV_NONE; i++) {
        n += c->held[i].frame.bytes.n;
    }
    return n;
}
