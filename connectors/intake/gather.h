// gather.h - from framed bytes to durable records: what every source's reader calls.
// SPDX-License-Identifier: Apache-2.0
//
// The gatherer owns the journal's open block: it is closed at `block` bytes or `gather` after its
// first record, then synced; `durable` is called after each sync, and only there may anything be
// announced or acknowledged. When the disk refuses, sources must stop (gather_stopped()) and the
// write is tried again every 250 ms. A failed sync ends the process: `fatal`.
#ifndef CONNECTORS_INTAKE_GATHER_H
#define CONNECTORS_INTAKE_GATHER_H

#include "connectors/journal/journal.h"
#include "connectors/os/loop.h"
#include "core/frame/frame.h"

struct gather {
    struct loop *loop;
    struct journal *journal;
    size_t block;
    utime_t wait;
    ntime_t due;    // monotonic; 0 = nothing waits
    bool refused;   // the disk said no: sources are stopped
    bool full;      // the journal holds `limit` bytes: likewise, until segments were pruned
    uint64_t limit; // 0 = none
    bool recording; // `now` is fab time of the recording, else wall time
    ntime_t now_recorded;
    void (*durable)(void *ctx);
    void (*fatal)(void *ctx, const struct err *err);
    void *ctx;
    int timer;
};

void gather_init(struct gather *g, struct loop *loop, struct journal *j, size_t block,
                 utime_t wait);

// Fab time for what arrives now.
ntime_t gather_now(const struct gather *g);
// A record; false when it could not be taken (disk full): try again later. A source's reader asks
// gather_stopped() before it takes a frame from its framer; then the frame's records always fit.
bool gather_put(struct gather *g, const struct record *r);
// A frame of a source: SKIPPED for what was thrown away before it, then the event. `received` 0 = now.
bool gather_frame(struct gather *g, uint16_t source, const struct frame *f, uint64_t origin_a,
                  uint64_t origin_b);
bool gather_skipped(struct gather *g, uint16_t source, uint64_t count, enum skip_reason why);
// Says whether the journal is full; after pruning.
void gather_measure(struct gather *g);
// Closes, syncs and tells at once.
bool gather_commit(struct gather *g);
static inline bool gather_stopped(const struct gather *g)
{
    return g->refused || g->full;
}

#endif
