// facts.h - the engine's longer memory: what was last said of whom, and who was seen with what.
// SPDX-License-Identifier: Apache-2.0
//
// Four tables: requests; facts (rotation, badge, scan, protection, build ...), of which the newest and
// the one before it are kept; sightings (a person on a target, from an address) and flows, with first and
// last time. All are bounded and part of the snapshot. Facts and flows are forgotten after FACT_DAYS,
// sightings after SEEN_DAYS: who comes back after half a year must not be taken for new. Flows have a
// table of their own: there are so many that they would push persons out.
// Fed in order of event time (stage two) before a rule asks, so the event itself has been entered:
// what was so *before* it stands in `before`.
#ifndef CORE_ENGINE_FACTS_H
#define CORE_ENGINE_FACTS_H

#include "core/engine/scene.h"

enum { FACT_DAYS = 120, SEEN_DAYS = 400 };
enum { RESTART_AGAIN_S = 60 }; // told again within so long: by another source, the same restart

enum fact {
    FACT_ROTATION = 'r',   // of an account on a target: ok, failed
    FACT_IDENTITY = 'i',   // of a person: second factor or number changed
    FACT_BADGE = 'b',      // of a person: inside, outside
    FACT_SCAN = 's',       // of a device or target: clean, infected
    FACT_WORK = 'w',       // of a target: a vendor's session or a window ended
    FACT_SESSION = 'e',    // of a target: a brokered session ended
    FACT_RECORDING = 'g',  // of a session: on, off
    FACT_PROTECTION = 'p', // of a target: on, off
    FACT_BUILD = 'o',      // of a target: build and updates
    FACT_RESTART = 'x',    // of a target
    FACT_LOT = 'l',        // of a target: a lot moved
    FACT_DISPATCH = 'd',   // of a lot
};

enum seen {
    SEEN_USE = 'u',      // an account or person was used
    SEEN_TARGET = 't',   // a person on a target
    SEEN_ADDRESS = 'a',  // a person from an address
    SEEN_APPROVAL = 'm', // a person approved for another
    SEEN_HOST = 'h',     // a host joined
    SEEN_COUNTED = 'c',  // was counted (usual.h)
};

void facts_apply(struct engine *e, const struct obs *o, const struct scene *s);

const struct row_fact *fact_get(const struct engine *e, enum fact f, struct span who,
                                struct span what);
const struct row_seen *seen_get(const struct engine *e, enum seen how, struct span who,
                                struct span what);
// Enters a sighting; NULL when nobody is named.
const struct row_seen *facts_see(struct engine *e, enum seen how, struct span who, struct span what,
                                 utime_t t);
const struct row_flow *flow_get(const struct engine *e, const struct obs *o, const struct scene *s);
const struct row_request *request_get(const struct engine *e, struct span id);
// The device that an observation is about where it names one, else the target.
struct span fact_device(const struct obs *o, const struct scene *s);

#endif
