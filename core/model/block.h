// block.h - the bytes of the journal: blocks of records.
// SPDX-License-Identifier: Apache-2.0
//
// A segment file is a run of blocks; a block is what intake writes and syncs at once, and what one
// detect reads. All integers little-endian, lengths in bytes.
//
//   block:   magic "FSB1" u32 | crc u32 | length u32 | count u32 | epoch u32 | flags u32 |
//            number u64 | set 32 bytes | records ...
//            `length` = whole block, header included, at most BLOCK_MAX; crc = CRC32C of everything
//            behind it (from `length` to the end); `set` = digest of the rule, policy and model set in
//            force (a reload record is always the first of its block and `set` names the new one).
//   record:  length u32 | crc u32 | type u8 | flags u8 | source u16 | epoch u32 | seq u64 |
//            received i64 (ns) | origin a u64 | origin b u64 | bytes ...
//            `length` = whole record, crc = CRC32C of everything behind it. `seq` is the record's
//            ordinal in its source (from 1), kept across restarts. Origin = (inode, end offset) of a
//            followed file, (agent epoch, seq) of an agent, 0,0 otherwise.
//
// A block can be read alone: before the first record of a source in a block stands that source's
// REC_SOURCE, with REC_REPEAT unless it is the very first of all; seq, received and origin of a
// REC_SOURCE are the source's high water before it (0 = nothing yet). The first block of a segment
// begins with the repeated declarations of all sources, so that a segment alone gives all high waters.
// Source 0 is the journal itself: TICK, BARRIER, RELOAD and END count in its seq; the origin of a
// BARRIER is its place in the recording, that of END is (UINT64_MAX, 0), others have none. SKIPPED and
// SOURCE never count. A block that was damaged on disk is replaced by one of the same number that
// holds a single SKIPPED record of source 0 with reason SKIP_DAMAGED and seq 0.
//
// A record holds at most RECORD_MAX bytes of input; of a longer one the first RECORD_MAX are kept
// (REC_OVERSIZE) and the count of skipped bytes stands in the next SKIPPED record of the source.
#ifndef CORE_MODEL_BLOCK_H
#define CORE_MODEL_BLOCK_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/span.h"
#include "core/base/time.h"
#include "core/model/ids.h"

enum {
    RECORD_MAX = 128 * 1024,
    BLOCK_MAX = 512 * 1024, // hard bound; intake closes a block at BLOCK_SOFT
    BLOCK_SOFT = 256 * 1024,
    BLOCK_HEAD = 64,
    RECORD_HEAD = 48,
};

enum rec_type {
    REC_EVENT,   // bytes = one framed record of a source
    REC_TICK,    // received = the tick's time; no bytes; source 0
    REC_SOURCE,  // declares a source: bytes = struct source_decl; seq = its high water
    REC_RELOAD,  // bytes = 32 byte digest of the set from here on
    REC_BARRIER, // bytes = name of the condition; the recording waits until it holds
    REC_SKIPPED, // bytes = u64 count of input bytes thrown away, u8 reason (enum skip_reason)
    REC_END,     // the recording's last record was written; ticks go on at wall speed
    REC_TYPE_COUNT
};

// RECORDED: received comes from a recording. REPEAT: a REC_SOURCE that was said before.
enum rec_flag { REC_OVERSIZE = 1, REC_RECORDED = 2, REC_REPEAT = 4 };

// The count is in bytes, for SHED in records (datagrams that the kernel dropped).
enum skip_reason { SKIP_OVERSIZE, SKIP_FRAMING, SKIP_SHED, SKIP_DAMAGED, SKIP_ROTATED };

struct record {
    enum rec_type type;
    uint8_t flags;
    uint16_t source;
    uint32_t epoch;
    uint64_t seq;
    ntime_t received;
    uint64_t origin_a, origin_b;
    struct span bytes;
};

// What a REC_SOURCE says. `format` is the name of a share/sources file, or "auto" (told by content).
// `kind` is one of sensor, agent, pam, fab, os, net. Spans point into the record.
struct source_decl {
    uint16_t number;
    struct span name, format, kind, area;
    int32_t zone_s;      // zone assumed when the record names none, seconds east of UTC
    int64_t offset_us;   // constant clock offset: event time = source time + offset
    int64_t lateness_us; // how much later than its neighbours a record may come
    int64_t silence_us;  // silent for longer than this = an alert; 0 = never
    int64_t
        behind_us; // how far its records may be behind; 0 = SOURCE_BEHIND, negative = as far as they are
    int64_t ahead_us; // how far its clock may be ahead of receive time; 0 = SOURCE_AHEAD
};

// How far a record's time may lie from its receipt; farther is a clock fault. Behind: a spool may hold a night;
// a file may hold years, so that there no time is too old. Ahead: only a wrong clock explains it; five minutes are what networks commonly allow (RFC
// 4120, 5.5.1: "typically 5 minutes").
#define SOURCE_BEHIND UTIME_DAY
#define SOURCE_AHEAD  (5 * UTIME_MINUTE)

void source_decl_put(struct buf *b, const struct source_decl *d);
bool source_decl_get(struct span bytes, struct source_decl *ret);

// Writing: block_begin(), block_add() ..., block_end(). The buffer holds exactly one block.
void block_begin(struct buf *b, uint32_t epoch, uint64_t number, const struct digest *set);
void block_add(struct buf *b, const struct record *r);
int block_end(struct buf *b); // 0, or E_LIMIT when the buffer failed

struct block {
    uint32_t epoch, count;
    uint64_t number;
    struct digest set;
    size_t length;
    struct span records; // to be walked with block_next()
};

// Checks magic, length, CRC of the block. `bytes` may be longer than the block. E_EOF: fewer bytes
// than the header or its length asks for; E_INPUT: damaged.
int block_open(struct span bytes, struct block *ret, struct err *err);
// Length of the block that begins here by its header alone (not verified); 0 when it is none.
size_t block_length(struct span head);
// Next record: 1, 0 at the end, E_INPUT when damaged (its CRC is checked).
int block_next(struct span *records, struct record *ret, struct err *err);

#endif
