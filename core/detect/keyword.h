// keyword.h - whether a record can hold a keyword, asked of the record as it came.
// SPDX-License-Identifier: Apache-2.0
//
// Keywords are looked for in the record and in each of its texts as they read without their quoting.
// Most records hold none of a set's, and to find that out a record of JSON need not be taken apart: each
// keyword has a run of bytes that JSON writes as they are, unless it writes a letter by its number. Where
// no such run and no such number is in the record, no text of it has a keyword.
//
// The answer is "perhaps" too often, never too rarely. Immutable once built; shared by threads.
#ifndef CORE_DETECT_KEYWORD_H
#define CORE_DETECT_KEYWORD_H

#include "core/detect/few.h"
#include "core/detect/lane.h"

struct keyword_probe {
    const struct lane *lane; // NULL: the lane has keys that need all texts
    struct lane_key *key;    // a run of each of the lane's, and the begin of a number
    size_t nkeys;
    struct grams grams;
    struct few few; // the same keys, when they are few and bytes beyond ASCII do not matter
};

// Of a lane over NAME_KEYWORD that is built and stays. False without memory.
bool keyword_build(struct arena *a, const struct lane *l, struct keyword_probe *ret);

// False: the lane calls nothing, whatever the texts of the event. Asks t->field for NAME_RECORD.
bool keyword_perhaps(const struct keyword_probe *p, const struct event *ev,
                     const struct leaf_tools *t);

#endif
