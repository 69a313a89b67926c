// rule_samples.h - NAME.samples.yaml beside NAME.yml: records that its rules must find, and must not.
// SPDX-License-Identifier: Apache-2.0
//
//   positive:                      # a list; negative: the same
//     - rule: vendor_session       # id, name or title; left out: the file's only rule that alerts
//       raw: '{"event": ...}'      # a record as it comes; or lines: [...], several in order
//       source: teleport           # its source file; left out: told by content
//       time: 2026-11-20T02:00:00Z # receive time of `raw`, event time of `fields`
//       context: {fab.ctx.pm: false}   # what the engine would know
//     - fields: {fab.kind: session.start, user.name: x}   # no record: an event of the rule's log source
//       repeat: 10                 # the event so many times, `every` apart (1s)
//       every: 20s
//     - events: [{raw: ...}, {fields: ..., rule: NAME, time: ...}]   # for correlations; rule: whose
//                                                                    # log source the fields are of
//
// Times that are not said go on from the event before by a second. A positive sample must make the rule match at least once (a correlation: fire), a negative one never.
#ifndef CONNECTORS_CTL_RULE_SAMPLES_H
#define CONNECTORS_CTL_RULE_SAMPLES_H

#include "core/base/textfile.h"
#include "core/base/ydoc.h"
#include "core/detect/ruleset.h"

struct sample_event {
    struct span raw;             // empty: `fields`
    const char *source;          // NULL: told by content
    const struct ynode *fields;  // a map
    const struct ynode *context; // a map, or NULL
    const struct rule *as;       // the rule whose log source the fields are of
    utime_t time;                // UTIME_NONE: not said
    uint64_t repeat;             // at least 1
    utime_t every;
    unsigned line;
};

struct rule_sample {
    bool positive;
    const struct rule *rule;
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
// Reads one file for the rules of `s`; every fault is said, samples without one are kept. The arena
// owns everything.
void rule_samples_read(struct arena *a, const struct ruleset *s, const struct textfile *f,
                       struct rule_samples *ret, struct faults *faults);

#endif
