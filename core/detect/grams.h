// grams.h - which of many texts stand in a value.
// SPDX-License-Identifier: Apache-2.0
//
// Of each text one *gram* is chosen: four bytes of it (all of a shorter one), the run that values are
// least likely to have, and rather one that other texts have as well, since few grams are told from a
// value faster than many. A value is passed over once, or twice when there are shorter ones: 32 bytes at
// a time when the grams are few and the machine can (teddy.h), else run by run against a table of bits
// (gram_walk.h). This is the first step of Wu and Manber's matcher (TR-94-17, 1994) without its shifts:
// fields are short, sets are many, and nothing has to be compiled.
//
// Where a gram stands the texts that it was chosen for are compared. Many of them are told apart by a
// *window* first: some bytes at the same distance from the gram in all of them, looked up by hash. So a
// gram that is there costs the same whether five texts have it or a thousand.
//
// Texts that must stand at the front or at the back of a value are looked for there only.
// Immutable once built; shared by threads.
#ifndef CORE_DETECT_GRAMS_H
#define CORE_DETECT_GRAMS_H

#include "core/detect/cover.h"
#include "core/detect/gram_walk.h"
#include "core/detect/teddy.h"

// One key of a lane and the rules that it calls.
struct lane_key {
    struct span text;
    uint32_t first, n; // in the prefilter's list of rules
    enum cover_kind kind;
    uint32_t hash;    // of `text`: of whole values and path ends
    uint32_t next;    // key of the same list, plus one
    uint16_t gram_at; // where in `text` the gram stands
};

typedef void lane_call(void *ctx, const struct lane_key *k);

enum { GRAM_MIN = 1, GRAM_SIZES = GRAM_MAX - GRAM_MIN + 1 };

// Its keys: those that reach over the window are in `slot`, the others in `list`.
struct gram {
    uint32_t bytes; // the first one lowest, none beyond its size
    uint32_t next;  // gram of the same slot of the table, plus one
    uint32_t list;  // key, plus one
    int16_t window; // where it begins, seen from the gram
    uint8_t width;  // of the window; 0: there is none
    uint8_t shift;
    uint32_t *slot; // by hash of the window: key, plus one
};

struct gram_table { // the grams of one size
    uint32_t *slot; // by hash: gram, plus one; NULL: there are none
    uint8_t shift;
    struct gram_bits bits;
};

// The shuffles find those of less than `walked` bytes, a walk the others.
struct grams {
    struct gram *gram;
    size_t ngrams;
    struct gram_table table[GRAM_SIZES];
    struct teddy *teddy; // NULL: none
    size_t walked;
    size_t least; // of the sizes that there are
};

// Of the keys of one kind: COVER_PART, COVER_WIDER, COVER_FRONT or COVER_BACK. False without memory.
bool grams_build(struct arena *a, struct grams *g, struct lane_key *key, size_t nkeys,
                 enum cover_kind kind);

// Chooses gram_at of those keys: for COVER_FRONT and COVER_BACK the end they stand at. (gram_choose.c)
bool grams_choose(struct lane_key *key, size_t nkeys, enum cover_kind kind);

// How rare a byte is in logs, in quarters of a bit. (gram_choose.c)
unsigned gram_rarity(unsigned char c);

static inline size_t gram_size(const struct lane_key *k)
{
    return k->text.n < GRAM_MAX ? k->text.n : GRAM_MAX;
}

// Each calls for every key whose text stands in `low` (at its front, at its back), for some more than
// once. TEDDY_PAD bytes of zero stand behind `low`.
void grams_run(const struct grams *g, const struct lane_key *key, struct span low, lane_call *call,
               void *ctx);
void grams_front(const struct grams *g, const struct lane_key *key, struct span low,
                 lane_call *call, void *ctx);
void grams_back(const struct grams *g, const struct lane_key *key, struct span low, lane_call *call,
                void *ctx);

#endif
