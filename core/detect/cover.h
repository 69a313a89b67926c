// cover.h - values of which an event must have at least one before a rule can match it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DETECT_COVER_H
#define CORE_DETECT_COVER_H

#include "core/detect/set.h"

enum cover_kind {
    COVER_WHOLE, // the whole value
    COVER_TAIL,  // what stands behind its last slash or backslash
};

struct cover_key {
    enum cover_kind kind;
    uint32_t name;
    struct span text; // lower case
};

enum { COVER_MAX = 256 };

// Returns how many keys; 0 = the rule has no cover and is always a candidate.
size_t cover_of(struct arena *a, const struct program *p, struct cover_key out[COVER_MAX]);

// The part of a value that COVER_TAIL compares; false when it has no separator.
bool cover_tail(struct span value, struct span *ret);

#endif
