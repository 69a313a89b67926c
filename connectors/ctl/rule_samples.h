// rule_samples.h - NAME.samples.yaml beside NAME.yml: records that its rules must find, and must not.
// SPDX-License-Identifier: Apache-2.0
//
// share/doc/SIGMA.md, "Samples", says what they look like. Two kinds: records or events through matcher and
// correlations, with a context that the sample names; and `lines` through the engine, which knows the
// context itself (rule_engine.h).
#ifndef CONNECTORS_CTL_RULE_SAMPLES_H
#define CONNECTORS_CTL_RULE_SAMPLES_H

#include "core/base/textfile.h"
#include "core/base/ydoc.h"
#include "core/detect/ruleset.h"

struct sample_event {
    struct span raw;   // empty: `fields`
    struct span group; // of an event by hand among `lines`; its kind:
    enum kind kind;
    const char *source;          // NULL: told by content
    const struct ynode *fields;  // a map
    const struct ynode *context; // a map, or NULL
    const struct rule *as;       // the rule whose log source the fields are of
    utime_t time;                // UTIME_NONE: not said; of an event by hand its own
    uint64_t repeat;             // at least 1
    utime_t every;
    unsigned line;
};

struct rule_sample {
    bool positive;
    bool lines;              // through the engine
    bool expected;           // lines, positive: it fires and a window makes it expected
    const struct rule *rule; // lines: NULL = whichever of the rules beside
    unsigned line;
    size_t n;
    struct sample_event *event;
};

struct rule_samples {
    struct ydocs docs;
    size_t n, cap;
    struct rule_sample *sample;
};

bool rule_samples_is(const char *path); // NAME.samples.yaml
// Whether a sample of the file `path` is about this rule.
bool rule_sample_means(const struct rule_sample *s, const char *path, const struct rule *r);
// Reads one file for the rules of `s`; every fault is said, samples without one are kept. The arena
// owns everything.
void rule_samples_read(struct arena *a, const struct ruleset *s, const struct textfile *f,
                       struct rule_samples *ret, struct faults *faults);

#endif
