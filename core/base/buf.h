// buf.h - a growing run of bytes that cannot be made without its maximum.
// SPDX-License-Identifier: Apache-2.0
//
// Invariants: len <= cap <= max; p[0..len) is initialised. A put that would pass `max`, or that
// finds no memory, writes nothing and sets `failed`; every later put is then a no-op. So a writer
// puts all its fields and asks buf_ok() once at the end (sticky error, as rd.h on the reading side).
// Integers are little-endian. The buffer owns its memory: buf_init() / buf_free().
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/attr.h"
#include "core/base/span.h"

struct buf {
    char *p;
    size_t len, cap, max;
    bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);  // also of a zeroed one; leaves it empty with the same maximum
void buf_clear(struct buf *b); // forgets the content and the error, keeps the memory

static inline bool buf_ok(const struct buf *b)
{
    return !b->failed;
}
static inline struct span buf_span(const struct buf *b)
{
    return (struct span){b->p, b->len};
}

// Room for `n` more bytes at p+len, to be filled by the caller and claimed with buf_advance();
// NULL (and failed) when over the maximum.
char *buf_reserve(struct buf *b, size_t n);
void buf_advance(struct buf *b, size_t n);
void buf_drop(struct buf *b, size_t n);  // forgets the first n bytes (moves the rest down)
void buf_cut(struct buf *b, size_t len); // shortens to `len`

void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_span(struct buf *b, struct span s); // the bytes alone
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) ATTR_PRINTF(2, 3);

void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
void buf_blob(struct buf *b, struct span s); // u32 length, then the bytes

// Overwrites four bytes written earlier (a length that is known only at the end).
void buf_patch_u32(struct buf *b, size_t at, uint32_t v);

// For locals; `= {0}` where anything may return before buf_init(): it is freed on every way out.
#define AUTO_BUF ATTR_CLEANUP(buf_free) struct buf

#endif
