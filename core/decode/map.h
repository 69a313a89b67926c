// map.h - the map, switches, kinds and patterns of a source over a taken-apart record.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_MAP_H
#define CORE_DECODE_MAP_H

#include "core/decode/apply.h"

// The rows of `patterns` that fit, one for each field that patterns look at. Named holes become
// original fields now; core holes and verdicts are set by patterns_settle().
struct fitting {
    size_t n;
    struct fit {
        const struct pattern_row *row;
        struct span value[TEMPLATE_PARTS];
    } fit[PATTERN_FIELDS];
};

void patterns_find(struct work *w, const struct sourceset *set, const struct source *s,
                   struct fitting *ret);
void patterns_settle(const struct fitting *f, struct event *ev);

// Returns the course of the fields as they are behind it.
const struct course *map_apply(struct work *w, const struct sourceset *set, const struct source *s,
                               struct event *ev);
void switches_apply(struct work *w, const struct course *c, struct event *ev);
void kinds_apply(struct work *w, const struct course *c, struct event *ev);
void constants_apply(struct event *ev, const struct constant *c, size_t n);

#endif
