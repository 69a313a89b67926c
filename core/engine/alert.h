// alert.h - stage one: alerts and the groups their repeats fold into.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_ALERT_H
#define CORE_ENGINE_ALERT_H

#include "core/engine/scene.h"

// Why an alert is made: a rule of the set, the source's own word, or the engine's clock.
struct reason {
    const struct rule *rule; // NULL for the latter two
    struct span id, title;   // used when rule is NULL
    uint8_t severity;
    struct axes axes;
    struct span matched; // one line: what matched
};

// Makes the alert and its group; effects ALERT and RAW are written, the group is marked. `o` may be
// a synthetic observation (seq 0, no raw) for the engine's own alerts. False without memory.
bool alert_make(struct engine *e, const struct obs *o, const struct scene *s,
                const struct reason *why, struct made *ret, struct buf *out);

// Stage one for one observation: alerts of rules that say yes and of sources that alert by
// themselves; what stage two needs waits in e->pending.
void alert_observe(struct engine *e, const struct obs *o, struct buf *out);

struct row_group *alert_group(struct engine *e, uint64_t number);
// Texts for alarm handling of a group's rule, empty when its rule is not in the set in force.
const struct rule *alert_rule(const struct engine *e, const struct row_group *g);

#endif
