// correlate.h - Sigma correlations over sliding windows in event time, and what did not come.
// SPDX-License-Identifier: Apache-2.0
//
// Fed with hits in order of event time; the same code for the engine and for `fabsocctl scan`. What the
// specification leaves open, and we decide (share/doc/SIGMA.md says it to authors):
//   - windows slide: at each hit the condition is asked about the time span that ends with it, both
//     ends included; so a hit counts while it is at most `timespan` older than the newest one;
//   - fire once, then be quiet for the same group key until `timespan` after the firing has passed;
//     temporal correlations over a correlation still see that its condition goes on to hold;
//   - a hit whose group value is absent is dropped and counted, and so is one without the value that a
//     value type looks at (for sum, average and percentile: without a number);
//   - temporal_ordered follows the chain whose first step is newest; steps are different records;
//   - a hit behind its window's newest one (later than the lateness) takes its place in the window and
//     moves nothing else; one older than the window is forgotten.
// Numbers are exact: fixed point, six decimals, magnitude below 10^18; further decimals are cut off.
//
// Memory: `keep` newest events a window where that decides the condition (corr_cond.c), the bounds of
// ruleset.h for sums, averages and percentiles; tables of tables.def for all windows together. What
// the bounds take away is counted in the tables' `evicted` and said by rule (corr_lost).
#ifndef CORE_ENGINE_CORRELATE_H
#define CORE_ENGINE_CORRELATE_H

#include "core/detect/ruleset.h"
#include "core/engine/table.h"

enum { CORR_WHO_MAX = 640 }; // bytes about the record that calls for an expected one

// What a correlation did not count, or could not keep.
enum corr_lost {
    CORR_LOST_KEY,    // a hit without a value to group by or to look at
    CORR_LOST_WINDOW, // a window that was given up for a newer one
    CORR_LOST_EVENT,  // an event of a window
    CORR_LOST_CARRY,  // a field that a result would have carried
    CORR_LOST_EXPECT, // an expected event that is not waited for any more
    CORR_LOST_KINDS
};

struct corr_fired {
    const struct rule *rule; // the correlation
    utime_t time;            // of the record that completes it, or when waiting was over
    bool
        waited; // an absence, or a chain over one: no record completes it, `who` tells of the one that called
    struct span who;
    struct span value[CORR_GROUP_MAX]; // of the group key
};

// Borrowed tables (CORR, CORRHIT, CORRCARRY, EXPECT of tables.def) and counters; plain values, saved by
// whoever owns them. `due` is made of EXPECT and only speeds it up.
struct corr {
    struct table *window, *entry, *carry, *expect;
    uint64_t *record;  // number of the record in hand
    uint64_t *dropped; // hits without a value, all correlations
    // Each loss with the correlation's index; may be NULL.
    void (*lost)(void *owner, uint32_t rule, enum corr_lost what);
    void *owner;
    const struct ruleset *rules;
    void (*fired)(void *ctx, const struct corr_fired *f);
    void *ctx;
    struct corr_due *due; // a heap by time
    size_t ndue, cap_due;
    void *sorted; // scratch of percentiles
    size_t cap_sorted;
    bool waiting; // what is fed follows from an absence
    bool broken;  // no memory
};

struct corr_tables {
    struct table window, entry, carry, expect;
};
void corr_tables_init(struct corr_tables *t); // with the engine's bounds, for who has no engine
void corr_tables_free(struct corr_tables *t);

void corr_free(struct corr *c); // scratch only
// After the tables were loaded or renumbered.
void corr_restore(struct corr *c);

// Another record begins at time `t`: absences whose waiting ended before it fire first.
void corr_record(struct corr *c, utime_t t);
// One hit of the record in hand. `who`: at most CORR_WHO_MAX bytes, told again when an absence that it
// calls for fires.
void corr_feed(struct corr *c, const struct hit *h, utime_t t, struct span who);
// Time has come to `t`: absences whose waiting ended before it fire.
void corr_until(struct corr *c, utime_t t);

// Deletes windows that are over at `t`; counts them as expired.
void corr_expire(struct corr *c, utime_t t);
// The hits to come begin again at `t`: deletes windows whose newest hit lies farther ahead of it than
// their time span. For scan, whose files may overlap; the engine's order never steps back.
void corr_rewind(struct corr *c, utime_t t);

void corr_say_lost(struct corr *c, uint32_t rule, enum corr_lost what);

struct row_corr;
void corr_drop(struct corr *c, struct row_corr *w); // a window and all that belongs to it

#endif
