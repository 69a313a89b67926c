// rd.c - bounded reading of little-endian values.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/rd.h"

struct span rd_bytes(struct rd *r, size_t n)
{
    struct span s;

    if (r->failed || n > r->n) {
        r->failed = true;
        r->n = 0;
        return SPAN_NONE;
    }
    s = span_of((const char *)r->p, n);
    r->p += n;
    r->n -= n;
    return s;
}

static uint64_t rd_le(struct rd *r, size_t n)
{
    struct span s = rd_bytes(r, n);
    uint64_t v = 0;

    for (size_t i = s.n; i > 0; i--) {
        v = v << 8 | (unsigned char)s.p[i - 1];
    }
    return v;
}

uint8_t rd_u8(struct rd *r)
{
    return (uint8_t)rd_le(r, 1);
}

uint16_t rd_u16(struct rd *r)
{
    return (uint16_t)rd_le(r, 2);
}

uint32_t rd_u32(struct rd *r)
{
    return (uint32_t)rd_le(r, 4);
}

uint64_t rd_u64(struct rd *r)
{
    return rd_le(r, 8);
}

int64_t rd_i64(struct rd *r)
{
    return (int64_t)rd_le(r, 8);
}

struct span rd_blob(struct rd *r)
{
    return rd_bytes(r, rd_u32(r));
}
