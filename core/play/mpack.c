// mpack.c - msgpack values in their shortest form only.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/mpack.h"

#include "core/base/utf8.h"

// First bytes of the msgpack specification, the ones used here.
enum {
    M_FIXARRAY = 0x90,
    M_FIXSTR = 0xa0,
    M_BIN8 = 0xc4,
    M_BIN16 = 0xc5,
    M_UINT8 = 0xcc,
    M_UINT16 = 0xcd,
    M_UINT32 = 0xce,
    M_UINT64 = 0xcf,
    M_STR8 = 0xd9,
    M_STR16 = 0xda,
    M_ARRAY16 = 0xdc,
};

static void put_be(struct buf *b, uint8_t head, uint64_t v, unsigned width)
{
    unsigned char out[9] = {head};

    for (unsigned i = 0; i < width; i++) {
        out[1 + i] = (unsigned char)(v >> (8 * (width - 1 - i)));
    }
    buf_put(b, out, 1 + width);
}

void mpack_put_uint(struct buf *b, uint64_t v)
{
    if (v < 0x80) {
        buf_u8(b, (uint8_t)v);
    } else if (v <= UINT8_MAX) {
        put_be(b, M_UINT8, v, 1);
    } else if (v <= UINT16_MAX) {
        put_be(b, M_UINT16, v, 2);
    } else if (v <= UINT32_MAX) {
        put_be(b, M_UINT32, v, 4);
    } else {
        put_be(b, M_UINT64, v, 8);
    }
}

void mpack_put_str(struct buf *b, struct span s, size_t max)
{
    if (s.n > max || s.n > UINT16_MAX || !utf8_valid(s)) {
        b->failed = true;
        return;
    }
    if (s.n < 32) {
        buf_u8(b, (uint8_t)(M_FIXSTR | s.n));
    } else if (s.n <= UINT8_MAX) {
        put_be(b, M_STR8, s.n, 1);
    } else {
        put_be(b, M_STR16, s.n, 2);
    }
    buf_put_span(b, s);
}

void mpack_put_bin(struct buf *b, struct span s, size_t max)
{
    if (s.n > max || s.n > UINT16_MAX) {
        b->failed = true;
        return;
    }
    if (s.n <= UINT8_MAX) {
        put_be(b, M_BIN8, s.n, 1);
    } else {
        put_be(b, M_BIN16, s.n, 2);
    }
    buf_put_span(b, s);
}

void mpack_put_array(struct buf *b, uint32_t n)
{
    if (n > UINT16_MAX) {
        b->failed = true;
    } else if (n < 16) {
        buf_u8(b, (uint8_t)(M_FIXARRAY | n));
    } else {
        put_be(b, M_ARRAY16, n, 2);
    }
}

static void fail(struct mpack_rd *r, enum mpack_fault why)
{
    if (r->why == MPACK_OK) {
        r->why = why;
    }
    r->in.failed = true;
    r->in.n = 0;
}

static uint64_t get_be(struct mpack_rd *r, unsigned width)
{
    uint64_t v = 0;

    if (r->in.n < width) {
        fail(r, MPACK_SHORT);
        return 0;
    }
    for (unsigned i = 0; i < width; i++) {
        v = v << 8 | rd_u8(&r->in);
    }
    return v;
}

// A number in `width` bytes that the next shorter form, which reaches to `below`, cannot hold.
static uint64_t get_shortest(struct mpack_rd *r, unsigned width, uint64_t below)
{
    uint64_t v = get_be(r, width);

    if (r->why == MPACK_OK && v <= below) {
        fail(r, MPACK_LONG);
        return 0;
    }
    return v;
}

static uint8_t get_head(struct mpack_rd *r)
{
    r->item++;
    return (uint8_t)get_be(r, 1);
}

uint64_t mpack_uint(struct mpack_rd *r, uint64_t max)
{
    uint8_t head = get_head(r);
    uint64_t v = 0;

    switch (head) {
    case M_UINT8: v = get_shortest(r, 1, 0x7f); break;
    case M_UINT16: v = get_shortest(r, 2, UINT8_MAX); break;
    case M_UINT32: v = get_shortest(r, 4, UINT16_MAX); break;
    case M_UINT64: v = get_shortest(r, 8, UINT32_MAX); break;
    default:
        if (head >= 0x80) {
            fail(r, MPACK_TYPE);
        }
        v = head;
    }
    if (v > max) {
        fail(r, MPACK_BOUND);
    }
    return r->why == MPACK_OK ? v : 0;
}

static struct span get_bytes(struct mpack_rd *r, size_t n, size_t min, size_t max)
{
    if (r->why != MPACK_OK) {
        return SPAN_NONE;
    }
    if (n < min || n > max) {
        fail(r, MPACK_BOUND);
        return SPAN_NONE;
    }
    if (n > r->in.n) {
        fail(r, MPACK_SHORT);
        return SPAN_NONE;
    }
    return rd_bytes(&r->in, n);
}

struct span mpack_str(struct mpack_rd *r, size_t max)
{
    uint8_t head = get_head(r);
    struct span s;
    size_t n = 0;

    if (head == M_STR8) {
        n = get_shortest(r, 1, 31);
    } else if (head == M_STR16) {
        n = get_shortest(r, 2, UINT8_MAX);
    } else if ((head & 0xe0) == M_FIXSTR) {
        n = head & 0x1f;
    } else {
        fail(r, MPACK_TYPE);
    }
    s = get_bytes(r, n, 0, max);
    if (!utf8_valid(s)) {
        fail(r, MPACK_UTF8);
        return SPAN_NONE;
    }
    return s;
}

struct span mpack_bin(struct mpack_rd *r, size_t min, size_t max)
{
    uint8_t head = get_head(r);
    size_t n = 0;

    if (head == M_BIN8) {
        n = get_be(r, 1);
    } else if (head == M_BIN16) {
        n = get_shortest(r, 2, UINT8_MAX);
    } else {
        fail(r, MPACK_TYPE);
    }
    return get_bytes(r, n, min, max);
}

uint32_t mpack_array(struct mpack_rd *r, uint32_t min, uint32_t max)
{
    uint8_t head = get_head(r);
    uint32_t n = 0;

    if (head == M_ARRAY16) {
        n = (uint32_t)get_shortest(r, 2, 15);
    } else if ((head & 0xf0) == M_FIXARRAY) {
        n = head & 0x0f;
    } else {
        fail(r, MPACK_TYPE);
    }
    if (n < min || n > max) {
        fail(r, MPACK_BOUND);
    }
    return r->why == MPACK_OK ? n : 0;
}

const char *mpack_fault_code(enum mpack_fault f)
{
    static const char *const code[] = {"ok", "short", "type", "encoding", "bound", "utf8"};

    return code[f];
}

const char *mpack_fault_text(enum mpack_fault f)
{
    static const char *const text[] = {
        "is right",
        "ends before it is complete",
        "has another type than the one that belongs here",
        "is not in its shortest form",
        "is outside its bounds",
        "is not UTF-8",
    };

    return text[f];
}
