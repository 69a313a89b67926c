// json_block.h - the pass of json_cut.h over 64 bytes at a time; internal to core/frame.
// SPDX-License-Identifier: Apache-2.0
//
// Gives what the pass byte by byte gives, from vector compares: one bit a byte for quotes, backslashes,
// brackets and line ends, and the bytes inside strings from the quotes' parity (Langdale, Lemire:
// Parsing Gigabytes of JSON per Second, VLDB Journal 28, 2019, section 3.1). Where no text ends in a
// block, only its brackets are counted.
#ifndef CORE_FRAME_JSON_BLOCK_H
#define CORE_FRAME_JSON_BLOCK_H

#include "core/frame/json_cut.h"

enum { JSON_BLOCK = 64 };

// Whether this processor can (AVX2, BMI, POPCNT, PCLMULQDQ).
bool json_block_able(void);

// Reads whole blocks from `*at` on; `c` is in a list or an object. Stops behind the byte that says
// something else than JSON_MORE, where less than a block is left, or before a block with a backslash
// outside of strings, which only the pass byte by byte understands. Adds to `*lines`.
enum json_step json_block_run(struct json_cut *c, struct span in, size_t *at, uint64_t *lines);

#endif
