// teddy.h - places of a value where one of a few short runs of bytes may begin, 32 bytes at a time.
// SPDX-License-Identifier: Apache-2.0
//
// The runs are dealt into eight buckets. For each of their first four bytes two tables of 16 say in
// which buckets a byte with this low half, and with this high half, occurs; byte shuffles look up 32
// places at once (Teddy, from Hyperscan: Wang et al., NSDI 2019). All places are found and some more,
// so that the caller compares there. Needs AVX2; whether the machine has it is asked once a process.
#ifndef CORE_DETECT_TEDDY_H
#define CORE_DETECT_TEDDY_H

#include "core/base/span.h"

// TEDDY_STEP: places looked at together. TEDDY_PAD: how far beyond a value's end is read.
enum { TEDDY_BYTES = 4, TEDDY_STEP = 32, TEDDY_PAD = TEDDY_STEP + TEDDY_BYTES };

struct teddy {
    uint8_t low[TEDDY_BYTES][16], high[TEDDY_BYTES][16]; // by half of a byte: one bit a bucket
};

struct teddy_run {
    uint32_t bytes; // the first one lowest; none beyond `size`
    uint32_t size;  // 1 to 4
};

// False: the runs are too many to be told apart well enough: of all places more than the share `vain` would
// be found in vain. Sorts run[].
bool teddy_build(struct teddy *t, struct teddy_run *run, size_t n, double vain);

bool teddy_usable(void);
void teddy_forbid(bool forbidden); // for tests; while nothing runs

// Places from *at on, in order, at most `max` (at least TEDDY_STEP) at once; *at is where to go on, text.n
// when all is done. Only where teddy_usable().
size_t teddy_find(const struct teddy *t, struct span text, size_t *at, uint32_t *place, size_t max);

#endif
