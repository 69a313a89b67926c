// correlate.h - Sigma correlations over a sliding window in event time.
// SPDX-License-Identifier: Apache-2.0
//
// Fed with hits in order of event time; used by the engine and, without one, by `fabsocctl scan`.
// The specification leaves open, and we decide:
//   - windows slide; a hit counts while it is at most `timespan` older than the newest one;
//   - fire once, then be quiet for the same group key until `timespan` after the firing has passed;
//   - a hit whose group value is absent is dropped and counted;
//   - temporal_ordered: the chain whose first step is newest is followed; equal times keep list order;
//   - a window remembers at most CORR_RING hits (rules that count farther are refused when loaded).
#ifndef CORE_ENGINE_CORRELATE_H
#define CORE_ENGINE_CORRELATE_H

#include "core/detect/ruleset.h"
#include "core/engine/table.h"

struct corr_fired {
    const struct rule *rule; // the correlation
};

// Feeds one hit at time `t`; fills `fired` (at most `max`) and returns how many correlations fired.
size_t corr_feed(struct table *tab, const struct ruleset *rules, const struct hit *h, utime_t t,
                 struct corr_fired *fired, size_t max, uint64_t *dropped);
// Deletes windows that are over at `t`.
void corr_expire(struct table *tab, const struct ruleset *rules, utime_t t);
// The hits to come begin again at `t`: deletes windows whose newest hit lies farther ahead of it than
// their time span. For scan, whose files may overlap; the engine's order never steps back.
void corr_rewind(struct table *tab, const struct ruleset *rules, utime_t t);
void corr_table_init(struct table *tab);

#endif
