// clock.h - everything that happens because time passes: deadlines, silence, overruns, forgetting.
// SPDX-License-Identifier: Apache-2.0
//
// Driven by ticks alone. Each kind of work keeps the earliest time at which it may have something to
// do, so a tick costs nothing when nothing is due.
#ifndef CORE_ENGINE_CLOCK_H
#define CORE_ENGINE_CLOCK_H

#include "core/engine/alert.h"

// Sets or re-bases the clocks of an incident after its clocked tier rose (never when it fell).
void clock_set(struct engine *e, struct row_incident *inc);
// Marks clocks as met by the state the incident is in now.
void clock_on_state(struct engine *e, const struct row_incident *inc);
// The incident is open again: the clocks of the phases before it run anew from now.
void clock_restart(struct engine *e, const struct row_incident *inc);
// The function to call for a clock (may be NULL), and who holds it at `t` (NULL: nobody).
const char *clock_call(const struct engine *e, const struct row_clock *c);
const struct roster_duty *clock_duty(const struct engine *e, const struct row_clock *c, utime_t t);
// One tick: breaches, sessions beyond their window, silent sources, shelved groups, expiry.
void clock_tick(struct engine *e, struct buf *out);

enum { OVERRUN_GRACE_S = 300 }; // use case 3: alive after the window's end plus five minutes

// Phases that both incidents still owe are due when the sooner of the two is.
void clock_merge(struct engine *e, const struct row_incident *into,
                 const struct row_incident *from);

#endif
