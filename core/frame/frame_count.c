// frame_count.c - syslog over a stream, RFC 6587: octet counting and lines by turns.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/frame_work.h"

static enum frame_rc broken(struct framer *f, struct frame *ret)
{
    *ret = (struct frame){.line = f->line, .line_end = f->line, .end_offset = f->offset};
    ret->skipped = f->skipped + f->total + f->back.n + f->early.n + f->piece.n;
    f->broken = true;
    f->skipped = 0;
    f->back = f->early = f->piece = SPAN_NONE;
    frame_forget(f);
    return FRAME_BROKEN;
}

// "LEN SP": reads the digits into `held`, one by one, since they may arrive alone.
static enum frame_rc read_count(struct framer *f, struct frame *ret)
{
    while (frame_input(f)->n) {
        char c = frame_input(f)->p[0];
        struct span digits = buf_span(&f->held);

        if (c >= '0' && c <= '9' && digits.n < COUNT_DIGITS) {
            frame_take(f, 1);
        } else if (c == ' ' && digits.p[0] != '0' && span_u64(digits, &f->want)) {
            frame_drop(f, 1);
            frame_forget(f);
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
    while (frame_input(f)->n) {
        struct span in = *frame_input(f);
        uint64_t need = f->want - f->total;

        if (in.n < need) {
            frame_take(f, in.n);
            continue;
        }
        if (frame_give(f, (size_t)need, 0, ret)) {
            f->counted = false;
            return FRAME_ONE;
        }
        frame_forget(f);
        f->counted = false;
        return FRAME_NONE;
    }
    return FRAME_NONE;
}

enum frame_rc frame_next_syslog(struct framer *f, struct frame *ret)
{
    while (frame_input(f)->n) {
        enum frame_rc rc;
        char first = f->total ? f->held.p[0] : frame_input(f)->p[0];

        if (f->counted) {
            rc = next_counted(f, ret);
        } else if (first >= '0' && first <= '9') {
            rc = read_count(f, ret);
            if (rc == FRAME_ONE) {
                continue;
            }
        } else {
            rc = frame_next_line(f, ret);
        }
        if (rc != FRAME_NONE) {
            return rc;
        }
    }
    return FRAME_NONE;
}
