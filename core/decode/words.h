// words.h - which of some words stand in a text, found in one pass.
// SPDX-License-Identifier: Apache-2.0
//
// ASCII case does not count. Of each word the first three bytes are entered in a table (the first
// step of Wu and Manber's matcher, TR-94-17, 1994); what begins like a word is compared. Words of one
// or two bytes, of which there are few, are looked for one by one. Immutable after loading.
#ifndef CORE_DECODE_WORDS_H
#define CORE_DECODE_WORDS_H

#include "core/base/arena.h"
#include "core/base/span.h"

enum { WORDS_MAX = 256, WORDS_GRAMS = 4096 };

struct words {
    size_t n;
    struct span word[WORDS_MAX];
    uint16_t next[WORDS_MAX]; // of the same gram, plus one
    uint16_t brief[WORDS_MAX], nbrief;
    uint16_t first[WORDS_GRAMS]; // by gram: word, plus one
};

struct words_set { // bit i: word i is there
    uint64_t w[WORDS_MAX / 64];
};

// The number of a word, which is added when it is new, whatever its case (the text is borrowed); -1 when
// it is empty or there are too many.
int words_add(struct words *w, struct span word);
void words_find(const struct words *w, struct span text, struct words_set *ret);

static inline void words_set_add(struct words_set *s, unsigned i)
{
    s->w[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline bool words_meet(const struct words_set *a, const struct words_set *b)
{
    _Static_assert(WORDS_MAX == 4 * 64, "four words of bits");
    return (a->w[0] & b->w[0]) | (a->w[1] & b->w[1]) | (a->w[2] & b->w[2]) | (a->w[3] & b->w[3]);
}

static inline bool words_has(const struct words_set *s, unsigned i)
{
    return s->w[i / 64] >> (i % 64) & 1;
}

#endif
