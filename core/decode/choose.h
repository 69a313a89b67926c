// choose.h - which source a record is from.
// SPDX-License-Identifier: Apache-2.0
//
// No source is asked that cannot be meant: every automatic source hangs at the one thing of its `match`
// that fewest others ask for: a field with a value (hash of slot and value), a field's presence, the
// syslog application, or a piece of text (all pieces of all sources are looked for in one pass over the
// first LITERAL_REACH bytes). Of those that are asked and hold, the one with most conditions wins, at a
// tie the first by name. What cannot be hung anywhere (no conditions) is asked last.
#ifndef CORE_DECODE_CHOOSE_H
#define CORE_DECODE_CHOOSE_H

#include "core/decode/apply.h"

enum { LITERAL_REACH = 1024 };

struct chooser;

struct chooser *chooser_new(struct sourceset *s); // in the set's arena; NULL without memory

// What an answer was made of, besides the fields that are there, the application and the values of the
// fields at which sources hang: conditions, in the order of asking.
enum { CHOICE_CONDITIONS = 12 };
struct choice_trace {
    bool untold; // also of something else: of a piece of text, of more conditions than find room
    size_t n;
    struct {
        const struct condition *condition;
        bool held;
    } asked[CHOICE_CONDITIONS];
};

// NULL when no source is meant. `ret` may be NULL.
const struct source *choose_source(const struct work *w, const struct sourceset *s,
                                   enum mechanism m, struct choice_trace *ret);
// Whether sources hang at values of this field.
bool choose_by_value(const struct sourceset *s, enum mechanism m, uint32_t slot);

bool condition_holds(const struct work *w, const struct condition *c);
bool conditions_hold(const struct work *w, const struct condition *c, size_t n);
static inline bool asked_hold(const struct work *w, const struct asked *a)
{
    for (uint32_t i = 0; i < a->n; i++) {
        if (!condition_holds(w, a->condition[i])) {
            return false;
        }
    }
    return true;
}

#endif
