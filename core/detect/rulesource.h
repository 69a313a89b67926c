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

// What one thread remembers of the log sources it saw; `p` stays as it is. An event's log sources, all of
// them together, get a place: the same texts come to the same place, until others take it.
enum { RULESOURCE_PLACES = 257 };
struct rulesource_memo;
struct rulesource_memo *rulesource_memo_new(const struct rulesources *p);
void rulesource_memo_free(struct rulesource_memo *m);
void rulesource_memo_steady(struct rulesource_memo *m, steady_text *steady, const void *ctx);

// The place, below RULESOURCE_PLACES; *ret_fresh: it was made for these texts just now.
size_t rulesource_place(struct rulesource_memo *m, const struct event *ev, bool *ret_fresh);

void rulesource_forget(struct rulesource_memo *m, size_t place);

// Whether an event of log sources that have just been given their place is of the rules' log source `at`.
bool rulesource_fits(const struct rulesource_memo *m, size_t at);

#endif
