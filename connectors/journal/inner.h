// inner.h - the journal's state, shared by the files of this shelf only.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_JOURNAL_INNER_H
#define CONNECTORS_JOURNAL_INNER_H

#include "connectors/journal/journal.h"

struct place { // of one block; `segment` counts from the journal's segment_base
    uint32_t segment, offset, length;
};

struct journal {
    int dirfd, lock, fd; // fd: current segment, -1 = the next block begins one
    size_t segment_max, segment_len;
    uint32_t epoch;
    uint64_t last, durable;
    struct digest set;

    uint64_t *segment; // first block of each segment, oldest first
    uint64_t *size;    // its bytes
    size_t nsegments, segments_cap;
    uint32_t segment_base; // how many were pruned before segment[0]
    struct place *index;   // of blocks index_first ..
    uint64_t index_first;
    size_t nindex, index_cap;

    struct journal_source source[JOURNAL_SOURCES_MAX];
    uint64_t in_block[JOURNAL_SOURCES_MAX / 64]; // declared in the open block
    struct buf open;                             // the open block
    bool closed;                                 // it is closed and waits to be written
    struct journal_barrier barrier;
    struct journal_found found;
};

// recover.c: reads and repairs what lies in the directory.
int journal_recover(struct journal *j, struct err *err);

// index.c: growing arrays; false without memory.
bool journal_index_segment(struct journal *j, uint64_t first);
bool journal_index_block(struct journal *j, uint64_t number, size_t offset, size_t length);
void journal_unindex_oldest(struct journal *j);
// Notes what a record says about its source's high water.
void journal_note(struct journal *j, const struct record *r);

#endif
