// cover.h - what an event must have, at least one of it, before a rule can match.
// SPDX-License-Identifier: Apache-2.0
//
// Each key names one thing that a value of a field must be or hold. The cover of an AND is the one of
// its children that fits the fewest events, by a rough estimate; that of an OR is the union.
#ifndef CORE_DETECT_COVER_H
#define CORE_DETECT_COVER_H

#include "core/detect/set.h"

enum cover_kind {
    COVER_THERE, // the field is there
    COVER_WIDE,  // a value has bytes beyond ASCII
    COVER_WIDER, // it has, and the text stands in it
    COVER_WHOLE, // a value is the text
    COVER_TAIL,  // what stands behind a value's last slash or backslash is the text
    COVER_PART,  // the text stands in a value
    COVER_FRONT, // ... at its beginning
    COVER_BACK,  // ... at its end
    COVER_KINDS
};

struct cover_key {
    enum cover_kind kind;
    uint32_t name;    // of the set's names, or NAME_KEYWORD
    struct span text; // lower case; of PART, FRONT, BACK and WIDER one that cover_tells()
};

// COVER_MAX: a rule whose cover has more keys is always a candidate.
enum { COVER_MAX = 8192, COVER_LEAST = 2 };

// A list in `a`; *ret_n = 0: the rule has no cover and is always a candidate.
const struct cover_key *cover_of(struct arena *a, const struct program *p, size_t *ret_n);

// How a text that stands anywhere in a value is looked for: one beyond ASCII stands in no value of ASCII.
static inline enum cover_kind cover_part_kind(struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] >= 0x80) {
            return COVER_WIDER;
        }
    }
    return COVER_PART;
}

// The part of a value that COVER_TAIL compares; false when it has no separator.
bool cover_tail(struct span value, struct span *ret);

// Texts of which at least one stands in every subject that the expression matches, lower case; 0: none
// is known. At most `max`. (cover_regex.c)
size_t cover_regex(struct arena *a, struct span expression, struct span *out, size_t max);

// How many of a thousand values have this, guessed; of several keys over one field, given their sum; and
// whether a text within a value is worth looking for. (cover_guess.c)
double cover_guess(const struct cover_key *k);
double cover_guess_field(double sum);
bool cover_tells(struct span text);

#endif
