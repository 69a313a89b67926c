// journal.h - the append-only log of raw input: writing, recovery, high water, pruning.
// SPDX-License-Identifier: Apache-2.0
//
// Intake is the only writer. Records are put into the open block; journal_flush() closes and writes
// it; journal_sync() makes everything written durable, and only then may it be announced or
// acknowledged. A failed write leaves the file at its last whole block and may be tried again; after
// a failed sync nothing is known any more and the process must end (the next start reads what is
// there). Opening recovers: see segment.h. There is no second file that could disagree.
#ifndef CONNECTORS_JOURNAL_JOURNAL_H
#define CONNECTORS_JOURNAL_JOURNAL_H

#include "core/base/err.h"
#include "core/model/block.h"

// All declarations must fit into the first block of a segment.
enum { JOURNAL_SOURCES_MAX = 2048, JOURNAL_DECL_MAX = 160, SEGMENT_SOFT = 64 << 20 };

// A source as the journal knows it: its declaration and how far it has come.
struct journal_source {
    struct span decl; // bytes of its newest REC_SOURCE; empty for a free number
    uint64_t seq;
    uint64_t origin_a, origin_b;
    ntime_t received;
};

struct journal_place {
    uint64_t segment, offset;
    uint32_t length;
};

// Where a recording stands: `waiting` while the newest thing it wrote is a barrier.
struct journal_barrier {
    bool waiting;
    uint64_t block;
    ntime_t time;
};

struct journal_found { // by the recovery of journal_open()
    uint64_t segments, blocks, torn_bytes, damaged_bytes, lost_blocks;
};

struct journal;

// `dirfd` is borrowed and must stay open. `segment_max`: bytes after which a segment is closed (0 =
// SEGMENT_SOFT). E_STATE: another writer holds the directory.
int journal_open(int dirfd, size_t segment_max, struct journal **ret, struct err *err);
void journal_close(struct journal *j); // what was not flushed is forgotten
const struct journal_found *journal_found(const struct journal *j);

uint32_t journal_epoch(const struct journal *j);
uint64_t journal_first(const struct journal *j);   // oldest block kept (last + 1 when none)
uint64_t journal_last(const struct journal *j);    // newest block written, 0 = none yet
uint64_t journal_durable(const struct journal *j); // newest block synced
uint64_t journal_bytes(const struct journal *j);   // of all segments
bool journal_find(const struct journal *j, uint64_t number, struct journal_place *ret);
const struct digest *journal_set(const struct journal *j); // set in force; zero in a new journal

struct journal_barrier journal_barrier(const struct journal *j);

// Sources are numbered from 1; 0 is the journal itself. NULL beyond the bound or when undeclared.
const struct journal_source *journal_source(const struct journal *j, uint16_t number);
// The number of the source with this name, 0 when it has none.
uint16_t journal_source_named(const struct journal *j, struct span name);
// Declares a new source (number 0 in `d`: the next free one is taken) or changes one. Returns the
// number, 0 when there are too many or the declaration is longer than JOURNAL_DECL_MAX.
uint16_t journal_declare(struct journal *j, const struct source_decl *d, ntime_t now);

// Adds a record to the open block: type, flags, source, received, origin and bytes are the caller's,
// epoch and seq the journal's. A record that does not fit closes the block first. E_SYSTEM: the disk
// refused the closed block; nothing was added.
int journal_put(struct journal *j, const struct record *r, struct err *err);
// Closes the open block, switches to the set and begins a block with a reload record.
int journal_reload(struct journal *j, const struct digest *set, ntime_t now, struct err *err);
size_t journal_pending(const struct journal *j); // bytes in the open block, 0 = none open
int journal_flush(struct journal *j, struct err *err);
int journal_sync(struct journal *j, struct err *err);

// Removes the oldest segments as long as all their blocks are below `committed` and more than `keep`
// bytes would stay. The two newest segments always stay. Returns how many went.
unsigned journal_prune(struct journal *j, uint64_t committed, uint64_t keep);

// Reading, by any process with the directory open.
struct journal_reader {
    int dirfd, fd;
    uint64_t segment;
};
void journal_reader_init(struct journal_reader *r, int dirfd); // dirfd is borrowed
void journal_reader_close(struct journal_reader *r);
// Reads and verifies one block into `ret` (at least BLOCK_MAX large).
int journal_read(struct journal_reader *r, const struct journal_place *at, struct buf *ret,
                 struct err *err);

#endif
