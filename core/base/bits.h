// bits.h - texts as bits: one for each of 64 bytes, the first byte's is the lowest.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_BASE_BITS_H
#define CORE_BASE_BITS_H

#include <stdint.h>

// Bytes behind an odd run of backslashes (Langdale, Lemire: Parsing Gigabytes of JSON per Second, VLDB
// Journal 28, 2019, section 3.1.1). `back`: the backslashes. `*carry` is 0 or 1: the block's first byte
// is behind one; then the same of the next block.
static inline uint64_t bits_escaped(uint64_t back, uint64_t *carry)
{
    const uint64_t even = 0x5555555555555555;
    uint64_t follows, starts, sum;

    back &= ~*carry;
    follows = back << 1 | *carry;
    starts = back & ~even & ~follows;
    *carry = __builtin_add_overflow(starts, back, &sum);
    return (even ^ sum << 1) & follows;
}

#endif
