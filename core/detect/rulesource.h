// rulesource.h - which of a set's log sources, as rules name them, an event is of.
// SPDX-License-Identifier: Apache-2.0
//
// A rule names up to three words: product, category, service; one that it does not name fits any. An
// event of several log sources is of all that fit one of them.
#ifndef CORE_DETECT_RULESOURCE_H
#define CORE_DETECT_RULESOURCE_H

#include "core/detect/set.h"

struct rulesource_words {
    uint32_t word[LS_COUNT]; // NAME_NONE fits anything
};

struct rulesources {
    struct names words; // lower case; words.a is set by the owner
    struct rulesource_words *v;
    size_t n, cap;
};

// Its number, from 0 in order of first sight; NAME_NONE without memory.
uint32_t rulesources_add(struct rulesources *p, struct arena *a, const struct span word[LS_COUNT]);

// Words of 64 bits that hold one bit a log source.
static inline size_t rulesources_bits(const struct rulesources *p)
{
    return p->n / 64 + 1;
}

// What one thread remembers of the log sources it saw. `p` stays as it is.
struct rulesource_memo;
struct rulesource_memo *rulesource_memo_new(const struct rulesources *p);
void rulesource_memo_free(struct rulesource_memo *m);

// One bit a log source that the event is of, until the next call.
const uint64_t *rulesource_select(struct rulesource_memo *m, const struct event *ev);

#endif
