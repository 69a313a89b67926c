// drift.h - whether a source's clock is constantly off; in core/engine.
// SPDX-License-Identifier: Apache-2.0
//
// A record's gap = what its source says of the time, with the configured offset, less when it was received. A
// clock that is off (a zone nobody configured, a lab's date) shows as gaps that stay near one value; records
// that are only late do not: their gaps spread, and those of old files that are read at once spread most. So a
// gap is known when DRIFT_RECORDS records over DRIFT_TIME of receive time lay within DRIFT_SPREAD of each
// other, but for one in eight, and it is far: ahead of receipt by more than DRIFT_AHEAD, which no way of a record
// explains, or behind by more than DRIFT_BEHIND, which slow ways do not reach so evenly. It is only ever shown:
// what is done about it is configuration (`offset`).
//
// The gap that is told is the highest seen: of the record that was on its way shortest. Within 30 s of a whole
// quarter of an hour it is that: all zones are.
#ifndef CORE_ENGINE_DRIFT_H
#define CORE_ENGINE_DRIFT_H

#include "core/base/time.h"
#include "core/model/result.h"

enum { DRIFT_RECORDS = 20 };
#define DRIFT_TIME   UTIME_MINUTE
#define DRIFT_SPREAD (2 * UTIME_MINUTE)
#define DRIFT_AHEAD  (2 * UTIME_SECOND)
#define DRIFT_BEHIND (10 * UTIME_MINUTE)

struct drift {
    uint64_t n, odd;   // records that agree, and those since that do not
    int64_t low, high; // their gaps
    utime_t since, until;
};

void drift_take(struct drift *d, const struct counts *c);
int64_t drift_gap(const struct drift *d); // microseconds, 0 = none known

#endif
