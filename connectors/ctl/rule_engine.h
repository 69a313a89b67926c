// rule_engine.h - a sample's records through decoder, matcher and a fresh engine.
// SPDX-License-Identifier: Apache-2.0
//
// The engine is the service's (core/engine), each sample begins with its empty state: what it knows of
// windows, checkouts, lots and so on are the sample's own records, in their order. Each group of
// sources (sensor, agent, pam, fab, os, net) is one declared source that may be late by two seconds.
// After the last record the clock is at the newest event's time and a minute: what waits longer than
// that for something to stay away has not ended.
#ifndef CONNECTORS_CTL_RULE_ENGINE_H
#define CONNECTORS_CTL_RULE_ENGINE_H

#include "connectors/ctl/rule_samples.h"
#include "core/decode/decode.h"

struct fab;
struct rule_engine;

struct rule_found {
    bool fired, expected; // expected: as the rule's group stood at last
    bool fault;           // an expression passed its match limit
};

// Model NULL: that of share/; policy and roster are those of share/. Everything given is borrowed. NULL:
// could not (err says why), or a document was refused (that is a fault).
struct rule_engine *rule_engine_new(const struct ruleset *s, const struct sourceset *sources,
                                    const struct fab *model, struct faults *faults,
                                    struct err *err);
void rule_engine_free(struct rule_engine *x);

// Plays one sample with `lines`; `found` has one element a rule of the set and is filled anew.
// E_INPUT: a line that cannot be played; err names it in the file `path`.
int rule_engine_run(struct rule_engine *x, const char *path, const struct rule_sample *s,
                    struct rule_found *found, struct err *err);

#endif
