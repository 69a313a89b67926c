// drift.c - whether a source's clock is constantly off.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/drift.h"

#include "core/base/shift.h"

enum { ODD_PART = 8 };

// Counts come together (a second's, a block's): they agree when all of them do.
static bool agrees(const struct drift *d, const struct counts *c)
{
    int64_t low = c->gap_low < d->low ? c->gap_low : d->low;
    int64_t high = c->gap_high > d->high ? c->gap_high : d->high;

    return (uint64_t)high - (uint64_t)low <= (uint64_t)DRIFT_SPREAD;
}

static void begin_anew(struct drift *d, const struct counts *c)
{
    bool one = (uint64_t)c->gap_high - (uint64_t)c->gap_low <= (uint64_t)DRIFT_SPREAD;

    *d = (struct drift){.n = one ? c->timed : 0,
                        .low = c->gap_low,
                        .high = c->gap_high,
                        .since = utime_of_ns(c->received),
                        .until = utime_of_ns(c->received)};
}

void drift_take(struct drift *d, const struct counts *c)
{
    if (c->timed == 0) {
        return;
    }
    if (d->n == 0) {
        begin_anew(d, c);
    } else if (agrees(d, c)) {
        d->low = c->gap_low < d->low ? c->gap_low : d->low;
        d->high = c->gap_high > d->high ? c->gap_high : d->high;
        d->n += c->timed;
        d->until = utime_of_ns(c->received);
    } else {
        d->odd += c->timed;
        if (d->odd > d->n / ODD_PART) {
            begin_anew(d, c);
        }
    }
}

int64_t drift_gap(const struct drift *d)
{
    if (d->n < DRIFT_RECORDS || d->until - d->since < DRIFT_TIME ||
        (d->high <= DRIFT_AHEAD && d->high >= -DRIFT_BEHIND)) {
        return 0;
    }
    return shift_round(d->high);
}
