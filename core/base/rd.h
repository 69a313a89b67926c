// rd.h - a reading cursor with a sticky error.
// SPDX-License-Identifier: Apache-2.0
//
// Read, read, read, then ask rd_ok() once: after the first read past the end every read gives 0 or
// the empty span. No length that comes from outside is ever used before it was compared with what
// is left. Integers are little-endian, the counterpart of buf.h. Spans point into the input.
#ifndef CORE_BASE_RD_H
#define CORE_BASE_RD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

struct rd {
    const unsigned char *p;
    size_t n;    // bytes left
    bool failed; // sticky
};

static inline struct rd rd_of(struct span s)
{
    return (struct rd){(const unsigned char *)s.p, s.n, false};
}
static inline bool rd_ok(const struct rd *r)
{
    return !r->failed;
}
static inline bool rd_done(const struct rd *r) // everything read, and nothing failed
{
    return !r->failed && r->n == 0;
}

struct span rd_bytes(struct rd *r, size_t n);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
int64_t rd_i64(struct rd *r);
struct span rd_blob(struct rd *r); // u32 length, then the bytes

#endif
