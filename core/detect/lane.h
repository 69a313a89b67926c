// lane.h - the keys of one log source and one field: what a value calls up.
// SPDX-License-Identifier: Apache-2.0
//
// Whole values and path ends are looked up by hash, what stands at an end of a value by its first or last
// bytes, and parts are found in one pass over the value (grams.h).
// Immutable after lane_build(); shared by threads.
#ifndef CORE_DETECT_LANE_H
#define CORE_DETECT_LANE_H

#include "core/detect/grams.h"

struct lane_table { // by hash of the whole text
    uint32_t *slot; // key, plus one
    size_t mask;
    uint64_t lengths; // bit (length & 63): such a text is there
};

struct lane {
    uint32_t name;
    struct lane_key *key;
    size_t nkeys;
    struct lane_table whole, tail;
    struct grams front, back, part, wider; // wider: parts, asked of values beyond ASCII only
    const struct lane_key *there, *wide;   // NULL: none
};

// key[] is filled but for what stands from `hash` on. False without memory.
bool lane_build(struct arena *a, struct lane *l);

// Calls for each key that the text has; some more than once. `low` is in lower case, and TEDDY_PAD bytes
// of zero stand behind it; `ascii`: all of its bytes are. lane_whole() is for another way to write the
// value, and reads nothing beyond it.
void lane_run(const struct lane *l, struct span low, bool ascii, lane_call *call, void *ctx);
void lane_whole(const struct lane *l, struct span text, lane_call *call, void *ctx);

#endif
