// mpack.h - the part of msgpack that signed bytes use, with exactly one encoding per value.
// SPDX-License-Identifier: Apache-2.0
//
// Unsigned integers, str, bin and arrays in their shortest form; nothing else exists here. The
// reader refuses every longer form, so equal values have equal bytes and a signature over bytes is a
// signature over values. Format: github.com/msgpack/msgpack spec.md. Big-endian.
//
// Reading is sticky like rd.h: after the first fault every read gives 0 or the empty span, and
// `why` says what was wrong first. Lengths are compared with what is left and with the caller's
// bound before use. Spans point into the input.
#ifndef CORE_PLAY_MPACK_H
#define CORE_PLAY_MPACK_H

#include "core/base/buf.h"
#include "core/base/rd.h"

void mpack_put_uint(struct buf *b, uint64_t v);
void mpack_put_str(struct buf *b, struct span s, size_t max); // over `max`, not UTF-8: b fails
void mpack_put_bin(struct buf *b, struct span s, size_t max);
void mpack_put_array(struct buf *b, uint32_t n); // at most 65535

enum mpack_fault {
    MPACK_OK,
    MPACK_SHORT, // the bytes end inside a value
    MPACK_TYPE,  // another type than the one that must stand here
    MPACK_LONG,  // not the shortest form
    MPACK_BOUND, // longer or larger than allowed here
    MPACK_UTF8,  // a str that is not UTF-8
};

struct mpack_rd {
    struct rd in;
    enum mpack_fault why; // the first fault
    unsigned item;        // values read so far, for the sentence
};

static inline struct mpack_rd mpack_of(struct span s)
{
    return (struct mpack_rd){.in = rd_of(s)};
}
uint64_t mpack_uint(struct mpack_rd *r, uint64_t max);
struct span mpack_str(struct mpack_rd *r, size_t max);
struct span mpack_bin(struct mpack_rd *r, size_t min, size_t max);
uint32_t mpack_array(struct mpack_rd *r, uint32_t min, uint32_t max);
const char *mpack_fault_code(enum mpack_fault f); // "short", "type", ...
const char *mpack_fault_text(enum mpack_fault f); // "the bytes end inside it"

#endif
