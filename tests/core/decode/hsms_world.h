// hsms_world.h - one HSMS message after the other through writer, decoder and printer.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_DECODE_HSMS_WORLD_H
#define TESTS_CORE_DECODE_HSMS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>

#include "core/decode/hsms_record.h"
#include "core/decode/print.h"
#include "core/model/block.h"
#include "tests/core/decode/own.h"

#define LIT(s) span_of(s, sizeof(s) - 1)
#define HOST   "10.20.1.5:40000"
#define TOOL   "10.20.3.13:5000"

static inline struct hsms_seen message(struct buf *b, unsigned stream, unsigned function,
                                       struct span text, enum hsms_role sender)
{
    buf_clear(b);
    buf_put(b, (char[]){0, 0, (char)stream, (char)function, 0, 0, 0, 0, 0, 9}, 10);
    buf_put_span(b, text);
    return (struct hsms_seen){.what = HSMS_SEEN_MESSAGE,
                              .frame = 7,
                              .frame_first = 5,
                              .time = 1795309874222278000,
                              .src = sender == HSMS_HOST ? HOST : TOOL,
                              .dst = sender == HSMS_HOST ? TOOL : HOST,
                              .sender = sender,
                              .offset = 100,
                              .length = (uint32_t)b->len,
                              .bytes = buf_span(b),
                              .connection = 1,
                              .ordinal = 3,
                              .selected = true};
}

struct world {
    struct hsms_writer writer;
    struct recipe_book *book;
    struct buf wire, record, line;
    struct event ev;
};

static inline void world_begin(struct world *w, const struct fab *fab)
{
    *w = (struct world){.book = recipe_book_new()};
    hsms_writer_init(&w->writer, LIT("a key of the site"), RECORD_MAX, fab, w->book);
    buf_init(&w->wire, 1 << 22);
    buf_init(&w->record, 1 << 22);
    buf_init(&w->line, 1 << 22);
}

static inline void world_end(struct world *w)
{
    hsms_writer_free(&w->writer);
    recipe_book_free(w->book);
    buf_free(&w->wire);
    buf_free(&w->record);
    buf_free(&w->line);
}

// Writes, decodes, prints; the record must never hold `secret`.
static inline void run(struct world *w, unsigned stream, unsigned function, struct span text,
                       enum hsms_role sender, struct span secret)
{
    struct hsms_seen s = message(&w->wire, stream, function, text, sender);
    struct decode_in in;
    json_t *j;

    buf_clear(&w->record);
    buf_clear(&w->line);
    hsms_record_put(&w->writer, &s, &w->record);
    assert_true(buf_ok(&w->record));
    assert_true(w->record.len <= RECORD_MAX);
    if (secret.n) {
        assert_int_equal(span_find_span(buf_span(&w->record), secret), w->record.len);
    }
    in = (struct decode_in){.raw = buf_span(&w->record), .received = s.time};
    decode(dec, &in, &w->ev);
    decode_print(&w->line, "-", 1, 1, &w->ev);
    j = json_loadb(w->line.p, w->line.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    assert_non_null(j);
    json_decref(j);
}

static inline void assert_field(const struct world *w, const char *name, const char *should)
{
    struct fval v[1] = {{0}};

    (void)event_values(&w->ev, span_str(name), v, 1);
    assert_int_equal(v[0].s.n, strlen(should));
    assert_memory_equal(v[0].s.p, should, v[0].s.n);
}

#endif
