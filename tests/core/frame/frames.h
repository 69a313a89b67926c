// frames.h - streams through a framer in pieces of any size, for its tests.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_FRAME_FRAMES_H
#define TESTS_CORE_FRAME_FRAMES_H

#include <stdlib.h>

#include "core/base/attr.h"
#include "core/frame/frame.h"

// What a run of the framer gave, as one text: "line-line_end@end_offset+skipped[flags]:bytes\n".
static inline void add_frame(struct buf *out, const struct frame *f)
{
    buf_printf(out, "%llu-%llu@%llu+%llu%s%s%lld:", (unsigned long long)f->line,
               (unsigned long long)f->line_end, (unsigned long long)f->end_offset,
               (unsigned long long)f->skipped, f->oversize ? "o" : "", f->barrier ? "b" : "",
               (long long)f->received);
    buf_put_span(out, f->bytes);
    buf_u8(out, '\n');
}

static inline void drain(struct framer *f, struct buf *out)
{
    struct frame frame;
    enum frame_rc rc;

    while ((rc = framer_next(f, &frame)) == FRAME_ONE) {
        add_frame(out, &frame);
    }
    if (rc == FRAME_BROKEN && (out->len < 2 || out->p[out->len - 2] != '!')) {
        buf_str(out, "broken!\n");
    }
}

// Feeds `in` in pieces: step 0 = all at once, 1 = byte by byte, else random lengths up to `step`.
// Every piece is a fresh copy of exactly its size, so that the sanitiser sees reads behind it.
static inline void run(enum frame_kind kind, struct span in, unsigned step, unsigned seed,
                       struct buf *out)
{
    struct framer *f = framer_new(kind);

    assert_non_null(f);
    while (in.n) {
        size_t n = step == 0   ? in.n
                   : step == 1 ? 1
                               : 1 + (seed = seed * 1103515245u + 12345u) / 65536u % step;
        struct span piece = span_sub(in, 0, n);
        char *copy = malloc(piece.n);

        assert_non_null(copy);
        memcpy(copy, piece.p, piece.n);
        framer_feed(f, span_of(copy, piece.n));
        drain(f, out);
        free(copy);
        in = span_sub(in, piece.n, in.n);
    }
    framer_finish(f);
    drain(f, out);
    assert_int_equal(framer_pending(f), 0);
    framer_free(f);
    assert_true(buf_ok(out));
}

static inline void assert_frames(enum frame_kind kind, struct span in, const char *expected)
{
    static const unsigned steps[] = {0, 1, 2, 3, 7, 64, 1000};

    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        for (unsigned seed = 1; seed < 6; seed++) {
            AUTO_BUF out;

            buf_init(&out, 64 << 20);
            run(kind, in, steps[i], seed, &out);
            buf_u8(&out, 0);
            assert_string_equal(out.p, expected);
        }
    }
}

#endif
