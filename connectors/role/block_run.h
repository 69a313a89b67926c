// block_run.h - one block of the journal to one result: decode, match, count.
// SPDX-License-Identifier: Apache-2.0
//
// The result depends on the block's bytes (block.h: each block declares its sources), the set and the
// quarantine told alone, so any detect gives the same. Counters of a source stand before each tick and at
// the end of the block. A record whose result would not fit is dead-lettered with the reason; so is one
// that more rules match than a result may name, which are named all the same. Rules at fault are said by
// record; one with three faults is not asked again in the block, and what holds beyond it the engine decides.
#ifndef CONNECTORS_ROLE_BLOCK_RUN_H
#define CONNECTORS_ROLE_BLOCK_RUN_H

#include "core/decode/decode.h"
#include "core/detect/ruleset.h"
#include "core/model/quarantine.h"
#include "core/model/result.h"

struct block_run;

// Both sets are borrowed. NULL without memory.
struct block_run *block_run_new(const struct sourceset *sources, const struct ruleset *rules);
void block_run_free(struct block_run *b);
// From now on; borrowed, may be NULL. Only what names the block and its set counts.
void block_run_quarantine(struct block_run *b, const struct quarantine *q);

// Writes the whole result (result_end() done) into `result`, whose maximum must be RESULT_MAX.
// `skip`: records to be dead-lettered unseen. `at` (may be NULL) is called before each record is
// decoded. E_INPUT: the block is damaged.
int block_run(struct block_run *b, struct span block, const uint32_t *skip, size_t nskip,
              void (*at)(void *ctx, uint32_t rec), void *ctx, struct buf *result, struct err *err);

#endif
