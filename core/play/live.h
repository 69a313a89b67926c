// live.h - what the engine knows of a target at this moment, as limits and conditions see it.
// SPDX-License-Identifier: Apache-2.0
//
// Plain values filled in by the engine from its tables. What is not known stays unknown: a limit
// that reads it does not hold, a condition that reads it is an error. Each value has one name:
//
//   name              limit                          condition of an if step
//   tool_state        tool_state != productive       __tool_state__:value != 'productive'
//   lots_in_process   lots_in_process <= 2           __lots_in_process__:value <= 2
//   lots_queued       lots_queued < 10               __lots_queued__:value < 10
//   qtime_left        qtime_left > 30m               __qtime_left__:value > 1800     (seconds)
//   pm_open           pm_open = true                 __pm_open__:value = true
//   session_open      session_open = true            __session_open__:value = true
//
// qtime_left without a lot inside a queue-time window is known and very long: nothing can be late.
#ifndef CORE_PLAY_LIVE_H
#define CORE_PLAY_LIVE_H

#include "core/base/time.h"

// SEMI E10 (E10-0304) has six exclusive states.
enum e10 {
    E10_UNKNOWN,
    E10_PRODUCTIVE,
    E10_STANDBY,
    E10_ENGINEERING,
    E10_SCHEDULED_DOWN,
    E10_UNSCHEDULED_DOWN,
    E10_NONSCHEDULED,
    E10_COUNT,
};

const char *e10_name(enum e10 s); // "productive", "scheduled-down", ...; "" when unknown
enum e10 e10_of(struct span s);   // case, blanks, '-' and '_' do not matter; else E10_UNKNOWN

enum live_flag { LIVE_NO, LIVE_YES, LIVE_UNKNOWN };

struct live {
    enum e10 state;
    bool lots_known;
    uint32_t lots_in_process, lots_queued;
    bool qtime_known;
    utime_t qtime_left; // of the most urgent lot here; UTIME_NONE = no lot is in a window
    enum live_flag pm_open, session_open;
};

#define LIVE_NOTHING_KNOWN ((struct live){.pm_open = LIVE_UNKNOWN, .session_open = LIVE_UNKNOWN})

enum { LIVE_VALUE_MAX = 32 };

// The value's text by its bare name ("tool_state"): 1 known (text in `out`, terminated), 0 the name
// is one of ours but its value is not known, -1 no such name. `l` may be NULL: nothing is known.
int live_get(const struct live *l, struct span name, char out[LIVE_VALUE_MAX]);

#endif
