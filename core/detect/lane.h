// lane.h - the keys of one log source and one field: what a value calls up.
// SPDX-License-Identifier: Apache-2.0
//
// Whole values and path ends are looked up by hash. Parts are found by *grams*: of each text one run of
// four bytes (two or three of shorter texts) is chosen, the one that a value is least likely to have;
// a value's bytes are walked once, each run asked in a bit table of at most 8 KiB, and only what is
// there is compared. This is the first step of Wu and Manber's matcher (TR-94-17, 1994) without its
// shifts: fields are short, sets are many, and nothing has to be compiled.
// Immutable after lane_build(); shared by threads.
#ifndef CORE_DETECT_LANE_H
#define CORE_DETECT_LANE_H

#include "core/detect/cover.h"

// One key and the rules that it calls.
struct lane_key {
    struct span text;
    uint32_t first, n; // in the prefilter's list of rules
    enum cover_kind kind;
    uint16_t gram_at; // of PART, FRONT, BACK: where in `text` the gram stands
    uint32_t next;    // of the same slot, plus one
};

struct lane_table { // by hash of the whole text
    uint32_t *slot;
    size_t mask;
    uint64_t lengths; // bit (length & 63): such a text is there
};

struct lane_grams { // by hash of a gram
    unsigned shift;
    uint64_t *bit;
    uint32_t *slot; // key, plus one
    unsigned slot_shift;
};

enum { GRAM_MIN = COVER_LEAST, GRAM_MAX = 4, GRAM_SIZES = GRAM_MAX - GRAM_MIN + 1 };

struct lane {
    uint32_t name;
    struct lane_key *key;
    size_t nkeys;
    struct lane_table whole, tail;
    struct lane_grams grams[GRAM_SIZES];
    const struct lane_key *there, *wide; // NULL: none
};

// key[] is filled but for what stands from `gram_at` on. False without memory.
bool lane_build(struct arena *a, struct lane *l);

typedef void lane_call(void *ctx, const struct lane_key *k);

// Calls for each key that the text has; some more than once. `low` is in lower case; `ascii`: all of
// its bytes are. lane_whole() is for another way to write the value.
void lane_run(const struct lane *l, struct span low, bool ascii, lane_call *call, void *ctx);
void lane_whole(const struct lane *l, struct span text, lane_call *call, void *ctx);

#endif
