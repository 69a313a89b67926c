// result.h - what detect tells the engine about one block, as bytes.
// SPDX-License-Identifier: Apache-2.0
//
// Exactly one result a block, and it depends on the block's bytes, the set named in its header and the
// rules in quarantine there (quarantine.h) alone: so its bytes are the same whichever detect made it.
// Items stand in record order; the engine applies them one by one. All integers little-endian; spans point into the result's bytes.
//
//   result:  length u32 (all of it) | epoch u32 | block u64 | set 32 bytes | items ...
//   item:    type u8 | fields as in the structs below
#ifndef CORE_MODEL_RESULT_H
#define CORE_MODEL_RESULT_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/rd.h"
#include "core/model/block.h"
#include "core/model/event.h"

enum res_type {
    RES_OBS, // a record the engine must know of: a context kind, an alert of its source, or a hit
    RES_COUNTS,  // counters of one source since the previous RES_COUNTS of it; stands before every
                 // tick and at the end of the block, for each source with something to say
    RES_TICK,    // the engine's clock: time = the tick's receive time
    RES_SOURCE,  // a source was declared: `decl`
    RES_RELOAD,  // another set from here on: `set`
    RES_BARRIER, // the recording waits for the condition `name`
    RES_END,     // the recording is over
    RES_DEAD,    // a record that could not be processed: kept as bytes
    RES_FAULT,   // rules at fault on a record; behind its RES_OBS
};

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_ASK };

enum { HIT_CARRY_MAX = 12, OBS_HITS_MAX = 64, RESULT_MAX = 4 << 20 };

// One rule on one event. With VERDICT_ASK the leaves of the rule's program that are known, and which
// of them are true, bit by leaf; the engine finishes the same program with the context fields.
// `carry` = values of the names the rule's correlations want, in the rule's order; n = 0: absent.
struct hit {
    uint32_t rule; // index in the set
    enum verdict verdict;
    uint64_t known, truth;
    uint8_t ncarry;
    struct span carry[HIT_CARRY_MAX];
};

struct obs {
    uint32_t rec; // ordinal of the record in its block
    uint16_t source;
    uint32_t epoch;
    uint64_t seq;
    ntime_t received;
    utime_t time; // event time
    enum kind kind;
    uint32_t flags;       // enum event_flag
    struct fieldset mask; // carried fields that are present
    struct span field[FIELD_COUNT];
    struct span raw; // the record; empty when there are no hits and it is no alert
    uint32_t nhits;
    const struct hit *hit;
};

struct counts {
    uint16_t source;
    uint64_t records, bytes;
    uint64_t unknown;   // no source file knew the record
    uint64_t undecoded; // the decoder stopped with an error
    uint64_t clock_faults;
    uint64_t oversize, skipped_bytes, shed;
    uint64_t timed; // records with a time of the source's own,
    int64_t gap_low,
        gap_high;     // and how far that, offset added, was from receive time; 0 without any
    utime_t newest;   // newest event time seen, UTIME_NONE when none
    ntime_t received; // receive time of the newest record
};

struct dead {
    uint32_t rec;
    uint16_t source;
    uint32_t epoch;
    uint64_t seq;
    ntime_t received;
    struct span reason, bytes;
};

// Rules of which an expression passed its match limit on a record, or for which there was no memory:
// they may have said nothing where they should have spoken. `bytes` = the record, empty when it did not
// fit into the result any more.
struct rule_fault {
    uint32_t rec;
    uint16_t source;
    uint32_t epoch;
    uint64_t seq;
    ntime_t received;
    struct span bytes;
    struct rd rules; // u32 each
};

struct res_item {
    enum res_type type;
    uint32_t rec; // TICK, SOURCE, RELOAD, BARRIER, END
    union {
        struct obs obs;
        struct counts counts;
        struct dead dead;
        struct rule_fault fault;
        utime_t tick; // also the time of BARRIER and END
        struct source_decl decl;
        struct digest set;
    };
    struct span name; // BARRIER
    struct hit hit_store[OBS_HITS_MAX];
};

void result_begin(struct buf *b, uint32_t epoch, uint64_t block, const struct digest *set);
void result_obs(struct buf *b, const struct obs *o);
void result_counts(struct buf *b, const struct counts *c);
void result_tick(struct buf *b, uint32_t rec, utime_t t);
void result_source(struct buf *b, uint32_t rec, struct span decl);
void result_reload(struct buf *b, uint32_t rec, const struct digest *set);
void result_barrier(struct buf *b, uint32_t rec, utime_t t, struct span name);
void result_recording_end(struct buf *b, uint32_t rec, utime_t t);
void result_dead(struct buf *b, const struct dead *d);
void result_fault(struct buf *b, const struct rule_fault *f, const uint32_t *rule, size_t nrules);
int result_end(struct buf *b);

struct result {
    uint32_t epoch;
    uint64_t block;
    struct digest set;
    struct rd items;
};

int result_open(struct span bytes, struct result *ret);
// 1 = item, 0 = end, E_INPUT = damaged.
int result_next(struct result *r, struct res_item *ret);

#endif
