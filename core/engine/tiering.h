// tiering.h - tier, hazard, priority and why.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_TIERING_H
#define CORE_ENGINE_TIERING_H

#include "core/engine/incident.h"

// Notes that the group's rule fired on this asset (for the spread modifier).
void tiering_spread(struct engine *e, const struct row_group *g, int asset, utime_t t);
// The incident's tier, hazard, score and clocks after an alert of `s` by `rule` (NULL: none).
void tiering_incident(struct engine *e, struct row_incident *inc, const struct scene *s,
                      const struct rule *rule, struct buf *out);
// The group's tier and ack time; `inc` may be NULL.
void tiering_group(struct engine *e, struct row_group *g, const struct row_incident *inc);
// Base tier and production modifiers of an asset now; the reason is written to `why` ("" = none).
enum tier tiering_hazard(const struct engine *e, int asset, enum tier base, char *why, size_t size);
// The same for a tool's row; marks it when its tier is another one.
void tiering_tool(struct engine *e, struct row_tool *t);

#endif
