// buf.c - bounded growing buffer.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (b->failed || n > b->max - b->len) {
        b->failed = true;
        return NULL;
    }
    if (!b->p || b->len + n > b->cap) {
        size_t cap = b->cap ? b->cap : 256;
        char *p;

        while (cap < b->len + n) {
            cap *= 2;
        }
        if (cap > b->max) {
            cap = b->max;
        }
        p = realloc(b->p, cap);
        if (!p) {
            b->failed = true;
            return NULL;
        }
        b->p = p;
        b->cap = cap;
    }
    return b->p + b->len;
}

void buf_advance(struct buf *b, size_t n)
{
    b->len += n;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
    } else if (n) {
        memmove(b->p, b->p + n, b->len - n);
        b->len -= n;
    }
}

void buf_cut(struct buf *b, size_t len)
{
    if (len < b->len) {
        b->len = len;
    }
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    char *at = n ? buf_reserve(b, n) : NULL;

    if (at) {
        memcpy(at, p, n);
        b->len += n;
    }
}

void buf_put_span(struct buf *b, struct span s)
{
    buf_put(b, s.p, s.n);
}

void buf_str(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int n;
    char *at;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    at = n < 0 ? NULL : buf_reserve(b, (size_t)n + 1);
    if (!at) {
        b->failed = true;
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(at, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

void buf_u8(struct buf *b, uint8_t v)
{
    buf_put(b, &v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
    unsigned char c[2] = {(unsigned char)v, (unsigned char)(v >> 8)};

    buf_put(b, c, sizeof(c));
}

static void store32(unsigned char *c, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        c[i] = (unsigned char)(v >> (8 * i));
    }
}

void buf_u32(struct buf *b, uint32_t v)
{
    unsigned char c[4];

    store32(c, v);
    buf_put(b, c, sizeof(c));
}

void buf_u64(struct buf *b, uint64_t v)
{
    unsigned char c[8];

    store32(c, (uint32_t)v);
    store32(c + 4, (uint32_t)(v >> 32));
    buf_put(b, c, sizeof(c));
}

void buf_i64(struct buf *b, int64_t v)
{
    buf_u64(b, (uint64_t)v);
}

void buf_blob(struct buf *b, struct span s)
{
    if (s.n > UINT32_MAX) {
        b->failed = true;
        return;
    }
    buf_u32(b, (uint32_t)s.n);
    buf_put_span(b, s);
}

void buf_patch_u32(struct buf *b, size_t at, uint32_t v)
{
    if (!b->failed && at + 4 <= b->len) {
        store32((unsigned char *)b->p + at, v);
    }
}
