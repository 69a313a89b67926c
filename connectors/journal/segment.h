// segment.h - one file of the journal: its name, and finding the good blocks in it.
// SPDX-License-Identifier: Apache-2.0
//
// A segment's name is the number of its first block, 20 decimal digits and ".seg". What follows the
// last good block of the last segment is a torn write: it was never announced, so it is cut off.
// Damage before a good block is repaired: the file is kept as NAME.bad (.bad.1, ...), its good blocks
// are copied, and each lost number is filled with a block that says so (block.h). All pure but
// segment_store() and segment_load().
#ifndef CONNECTORS_JOURNAL_SEGMENT_H
#define CONNECTORS_JOURNAL_SEGMENT_H

#include "core/base/err.h"
#include "core/model/block.h"

enum { SEGMENT_NAME = 32, SEGMENT_GAP_MAX = 1 << 20 };

char *segment_name(uint64_t first, char out[SEGMENT_NAME]);
bool segment_parse_name(struct span name, uint64_t *ret_first);

// A walk over a segment's bytes. `expect` is the number the next block should have (0 = any).
struct segment_walk {
    struct span bytes;
    size_t at;
    uint64_t expect;
    uint32_t epoch; // of the newest good block; an older epoch is no good block
    struct digest set;
};

enum segment_found {
    SEGMENT_END,  // nothing left
    SEGMENT_GOOD, // `block` at `at`
    SEGMENT_GAP,  // `lost` bytes at `at`, and the blocks expect .. block.number - 1; then `block`
    SEGMENT_TAIL, // `lost` bytes at `at` and no good block behind them
};

struct segment_item {
    enum segment_found found;
    size_t at, lost;
    uint64_t missing; // GAP: how many numbers are lost
    struct block block;
};

// GAP leaves the walk before the good block: the next call gives it as GOOD.
void segment_next(struct segment_walk *w, struct segment_item *ret);

// A block in place of lost ones (see block.h).
void segment_fill(struct buf *b, uint32_t epoch, uint64_t number, const struct digest *set,
                  uint64_t lost_bytes, ntime_t received);

int segment_load(int dirfd, uint64_t first, struct buf *ret, struct err *err);
// Replaces the segment by `bytes`, keeping the old file as *.bad when `keep`.
int segment_store(int dirfd, uint64_t first, struct span bytes, bool keep, struct err *err);

#endif
