// prefilter.h - which rules of a set can possibly say something about an event.
// SPDX-License-Identifier: Apache-2.0
//
// A prefilter may name rules that then say no; it never leaves one out that would say yes or ask. So
// back ends can be exchanged: the matcher confirms every candidate with its program. This one takes
// rules by log source and then by one *cover* each: a set of field values of which at least one must
// be there (whole values, or the last part of a path), looked up in one hash table. A multi-pattern
// engine takes the place of prefilter_run() and keeps cover.h.
#ifndef CORE_DETECT_PREFILTER_H
#define CORE_DETECT_PREFILTER_H

#include "core/detect/set.h"

// Built in the set's arena after its rules are numbered; NULL without memory.
struct prefilter *prefilter_new(struct ruleset *s);

// Sets the bit of every candidate; `bits` holds (nrules + 63) / 64 words, zeroed by the caller.
void prefilter_run(const struct prefilter *p, const struct event *ev, const struct leaf_tools *t,
                   uint64_t *bits);

#endif
