// prefilter.h - which rules of a set can possibly say something about an event.
// SPDX-License-Identifier: Apache-2.0
//
// A prefilter may name rules that then say no; it never leaves one out that would say yes or ask. So
// back ends can be exchanged: the matcher confirms every candidate with its program. This one takes
// rules by log source, and of those by one cover each (cover.h), looked for field by field (lane.h).
#ifndef CORE_DETECT_PREFILTER_H
#define CORE_DETECT_PREFILTER_H

#include "core/detect/called.h"
#include "core/detect/keyword.h"
#include "core/detect/rulesource.h"
#include "core/detect/values.h"

struct prefilter_group { // rules of one log source
    struct lane *lane;
    size_t nlanes;
    struct keyword_probe keywords; // of the lane of that name, when there is one
    uint32_t *always;              // rules without a cover
    size_t nalways, calways;
};

struct prefilter {
    struct rulesources rulesources;
    struct prefilter_group *group; // by their numbers
    size_t ngroups, cgroups;
    uint32_t *rule; // what the keys call, see struct lane_key
};

// Built in the set's arena after its rules are numbered; NULL without memory.
struct prefilter *prefilter_new(struct ruleset *s);

// What one thread remembers: of each combination of log sources that it saw, what to ask. `values` is
// the cache whose tools prefilter_run() is given.
struct prefilter_memo;
struct prefilter_memo *prefilter_memo_new(const struct prefilter *p,
                                          const struct value_cache *values);
void prefilter_memo_free(struct prefilter_memo *m);
void prefilter_memo_steady(struct prefilter_memo *m, steady_text *steady, const void *ctx);

// Adds every candidate. Keywords are asked from t->field under NAME_KEYWORD. False: there was no memory
// to find out, nothing was added.
bool prefilter_run(struct prefilter_memo *m, const struct event *ev, const struct leaf_tools *t,
                   struct called *c);

#endif
