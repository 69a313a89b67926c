// json_blocks.h - the grammar of JSON by the bits of 64 bytes; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// Values in which nothing is wanted are checked without a loop over their members: the bytes of a block
// become bits by kind (Langdale, Lemire: Parsing Gigabytes of JSON per Second, VLDB Journal 28, 2019,
// section 3.1), and what may stand behind what is told by shifts. Only brackets are gone through one by
// one, and numbers that are more than digits. It is no more than a shortcut: texts with blanks between
// their values and wrong ones are left to the reader byte by byte (json_skip.h).
#ifndef CORE_DECODE_JSON_BLOCKS_H
#define CORE_DECODE_JSON_BLOCKS_H

#include "core/decode/json_levels.h"
#include "core/decode/json_string.h"

#if defined(__x86_64__)

// From a member or an element, before which a comma stands, to behind the bracket that closes the
// outermost of the levels. NULL: not told; `l` is then in disorder.
const char *json_blocks_skip(const char *p, const char *end, struct json_levels *l);

// The two ways of it, for tests.
const char *json_blocks_skip_32(const char *p, const char *end, struct json_levels *l);
const char *json_blocks_skip_64(const char *p, const char *end, struct json_levels *l);

#endif

#endif
