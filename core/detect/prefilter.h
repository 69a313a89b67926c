// prefilter.h - which rules of a set can possibly say something about an event.
// SPDX-License-Identifier: Apache-2.0
//
// A prefilter may name rules that then say no; it never leaves one out that would say yes or ask. So
// back ends can be exchanged: the matcher confirms every candidate with its program. This one takes
// rules by log source, and of those by one cover each (cover.h), looked for field by field (lane.h).
#ifndef CORE_DETECT_PREFILTER_H
#define CORE_DETECT_PREFILTER_H

#include "core/detect/called.h"
#include "core/detect/rulesource.h"

// Built in the set's arena after its rules are numbered; NULL without memory.
struct prefilter *prefilter_new(struct ruleset *s);

// What one thread remembers; freed by rulesource_memo_free().
struct rulesource_memo *prefilter_memo_new(const struct prefilter *p);

// Adds every candidate. Keywords are asked from t->field under NAME_KEYWORD.
void prefilter_run(const struct prefilter *p, struct rulesource_memo *m, const struct event *ev,
                   const struct leaf_tools *t, struct called *c);

#endif
