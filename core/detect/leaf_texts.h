// leaf_texts.h - the texts of a leaf that has many, asked at once.
// SPDX-License-Identifier: Apache-2.0
//
// A leaf that is content with any of its texts asks a lane of its own (lane.h) instead of one text after
// the other: what a value costs does not grow with the list. The answer is the same.
// Immutable after loading; shared by threads.
#ifndef CORE_DETECT_LEAF_TEXTS_H
#define CORE_DETECT_LEAF_TEXTS_H

#include "core/detect/lane.h"

struct leaf_texts {
    struct lane lane;
    uint32_t *rest; // tests that are not in the lane, in order
    uint32_t nrest;
};

// Gives the leaves of a program theirs where it pays. False without memory.
bool leaf_texts_build(struct arena *a, struct program *p);

// Whether a text of the lane is what it asks of the value; `v` is no null.
bool leaf_texts_hold(const struct leaf_texts *x, struct value *v, const struct leaf_tools *t);

#endif
