// store.h - the port between the engine's shell and the memory: load, commit.
// SPDX-License-Identifier: Apache-2.0
//
// Exactly one engine writes. Each commit is one transaction that begins with
//     UPDATE soc.position ... WHERE pos = old AND token = lease
// and holds: the position, the effects' rows, the inputs applied, the audit rows (last) and one
// NOTIFY. No row updated = another engine has taken over: E_STATE, and this one must stop.
// Implementations: connectors/pg/store_pg (PostgreSQL) and tests/support/store_mem; the same suite
// (tests/support/store_suite.c) runs on both.
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/span.h"
#include "core/base/time.h"
#include "core/model/ids.h"

// An input that was not a journal block, where it was applied: at the end of block pos.block, the
// n-th there. body = input_put_*() bytes.
struct store_input {
    struct pos pos;
    uint32_t n;
    utime_t now; // fab time given to step()
    struct span body;
};

struct store_snapshot {
    struct pos pos;       // state after this position
    struct digest digest; // running digest there
    struct span state;    // engine_save() bytes
};

struct store_state {
    bool fresh;           // nothing was ever committed; pos.epoch = 0
    struct pos pos;       // committed position (rec = POS_END)
    struct digest digest; // running digest of all effects up to there
    uint64_t token;       // the lease this load took; later commits must carry it
    uint16_t site;
    size_t nsnapshots; // at most 3, newest first
    struct store_snapshot snapshot[3];
};

struct store_commit {
    uint64_t token;
    struct pos from, to;  // `from` as committed before
    struct digest digest; // after
    struct span effects;  // effect_put_*() bytes, in order
    size_t ninputs;
    const struct store_input *input;
    const struct store_snapshot *snapshot; // NULL, or one to keep (the oldest of four goes)
};

// A person's intent or a signature that waits to become an input.
struct store_waiting {
    size_t n;
    struct span *body; // input_put_*() bytes, in arrival order
};

// A barrier's name is a condition, sql/queries/barrier_CONDITION.sql, and perhaps how many:
// "idle", "intents_3". Lower case letters and underscores, then a number of at most nine digits.
struct store_barrier {
    struct span name; // points into the name given
    uint64_t count;   // 0 when none was written
};
bool store_barrier_name(struct span name, struct store_barrier *ret); // false: not of that form

struct store {
    const struct store_ops *ops;
};

struct store_ops {
    // Takes the lease (token = previous + 1) and reads where things stand; spans live in `a`.
    int (*load)(struct store *s, struct arena *a, struct store_state *ret, struct err *err);
    // Inputs with pos > from, in order; for stepping from a snapshot to the committed position.
    int (*inputs)(struct store *s, struct pos from, struct arena *a, struct store_input **ret,
                  size_t *ret_n, struct err *err);
    int (*commit)(struct store *s, const struct store_commit *c, struct err *err);
    // Intents and signatures not yet applied, oldest first, at most `max`.
    int (*waiting)(struct store *s, size_t max, struct arena *a, struct store_waiting *ret,
                   struct err *err);
    // Whether a barrier's named condition holds now (sql/queries/barrier_NAME.sql).
    int (*barrier)(struct store *s, struct span name, bool *ret, struct err *err);
    // To poll for NOTIFY (new intents, signatures); -1 when there is none.
    int (*fd)(struct store *s);
    // Reads pending notifications; true when something waits.
    bool (*news)(struct store *s);
    void (*close)(struct store *s);
};

#endif
