// corr_window.h - the events of one correlation window; for correlate.c only.
// SPDX-License-Identifier: Apache-2.0
//
// A window's events are rows of CORRHIT, linked by time; equal times in the order they came. All
// windows share that table: when it is full the event added longest ago goes, whosever it is.
#ifndef CORE_ENGINE_CORR_WINDOW_H
#define CORE_ENGINE_CORR_WINDOW_H

#include "core/engine/correlate.h"
#include "core/engine/state.h"

typedef __int128 micro_t; // millionths

bool micro_read(struct span text, micro_t *ret); // false: no number, or 10^18 and more

// Adds an event; `id` 0: one more; else the value seen before moves to its new time. Then at most
// `keep` stay; `counted`: those that go are evicted, not just no longer needed.
void window_add(struct corr *c, struct row_corr *w, uint64_t id, utime_t t, micro_t value,
                uint32_t keep, bool counted);
void window_prune(struct corr *c, struct row_corr *w, utime_t before); // events before that time
void window_clear(struct corr *c, struct row_corr *w);
micro_t window_sum(const struct row_corr *w);
uint64_t window_same(struct corr *c, const struct row_corr *w,
                     micro_t value); // events of that value
// The p-th percentile times 100, linear between ranks; 0 of an empty window.
micro_t window_percentile(struct corr *c, const struct row_corr *w, int p);

#endif
