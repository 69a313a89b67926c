// gram_walk.h - places of a value where one of many runs of bytes may begin: a table of bits by hash.
// SPDX-License-Identifier: Apache-2.0
//
// All places are found and some more, so that the caller compares there. Runs of four bytes are asked
// eight at a time where the machine can (AVX2, asked once).
#ifndef CORE_DETECT_GRAM_WALK_H
#define CORE_DETECT_GRAM_WALK_H

#include "core/base/arena.h"
#include "core/base/span.h"

enum { GRAM_MAX = 4 };

// GRAM_PLACES: looked at together. GRAM_PAD: how far beyond a value's end is read.
enum { GRAM_PLACES = 256, GRAM_PAD = 24 };

struct gram_bits {
    uint32_t *bit; // by hash: one may be there
    uint8_t shift;
};

static inline uint32_t gram_hash(uint32_t gram)
{
    return gram * 0x9e3779b1u;
}

// The bytes of a run, the first one lowest, out of four.
static inline uint32_t gram_mask(size_t size)
{
    return (uint32_t)(UINT64_C(0xffffffff) >> (8 * (GRAM_MAX - size)));
}

static inline bool gram_may_be(const struct gram_bits *t, uint32_t gram)
{
    uint32_t h = gram_hash(gram) >> t->shift;

    return t->bit[h / 32] >> h % 32 & 1;
}

// For `n` runs; false without memory.
bool gram_bits_make(struct arena *a, struct gram_bits *t, size_t n);
void gram_bits_add(struct gram_bits *t, uint32_t gram);

// Places from *at on where a run of `size` bytes may stand, in order; *at is where to go on, text.n when
// all is done.
size_t gram_walk(const struct gram_bits *t, size_t size, struct span text, size_t *at,
                 uint32_t place[GRAM_PLACES]);

void gram_walk_plainly(bool plainly); // for tests: one place at a time; while nothing runs

#endif
