// incident.h - alerts that belong together: joining, tier, score, timeline.
// SPDX-License-Identifier: Apache-2.0
//
// Joining: an alert shares an asset, a (non-generic) person, a session or a stranger's address with
// an incident whose last alert is within the join horizon: the oldest such incident takes it. Else
// it opens one, if it is grave enough (severity 50 or more, or tier T0); one that was closed within that
// horizon is reopened instead and keeps its number, its first sign and its owner, and its clocks run
// anew. A grave alert that belongs to several open ones shows that they are one: the younger become part of
// the oldest (merge.h). What is expected inside a PM
// window is counted and shown, and joins nothing.
//
// Tier: base tier of the gravest asset among its alerts, raised by one step for production (Q time
// running out, spares lost), one for spread (the same sign on several assets) and one for what the
// rule itself says; never into T0. Clocks run by tier_clocked(). The hazard is base tier and
// production alone: the threat never makes an action harder to permit.
#ifndef CORE_ENGINE_INCIDENT_H
#define CORE_ENGINE_INCIDENT_H

#include "core/engine/alert.h"

enum { OPEN_SEVERITY = 50 };

// Stage two for one alert.
void incident_take(struct engine *e, const struct obs *o, const struct scene *s,
                   const struct reason *why, const struct made *m, struct buf *out);

struct row_incident *incident_get(struct engine *e, uint64_t number);
void incident_timeline(struct engine *e, const struct row_incident *inc, utime_t event_time,
                       const char *kind, struct span actor, struct span text,
                       const struct eid *alert, struct buf *out);
// Moves the life-cycle and keeps the clocks; E_STATE with the refusal's sentence.
int incident_move(struct engine *e, struct row_incident *inc, uint8_t event, struct span actor,
                  struct span reason, struct buf *out, struct err *err);
// Its area is another one: rows that say it, and whom to call there, are written again.
void incident_moved(struct engine *e, const struct row_incident *inc);
// Key of an incident's entity in its table.
struct key128 incident_entity_key(uint64_t number, uint8_t kind, struct span value);
void incident_kinds_text(uint8_t kinds, char *out, size_t size); // "agent,pam"

#endif
