// engine.h - step(state, input, now) -> effects, and nothing else.
// SPDX-License-Identifier: Apache-2.0
//
// The engine is a pure function of its inputs: no clock, no socket, no disk, no database. `now` is
// the time of the last tick. Two runs over the same inputs give the same effects byte for byte.
//
//   for each block b in order:
//       engine_block(e, result of b, out)      stage one per record, stage two at its ticks
//       engine_input(e, input, out) ...        persons, agents, signatures: at block ends only
//       engine_end_block(e, out)               changed rows, status; folds the digest
//
// Stage one (at once): the alert row and its group's counters, with the asset's base tier. Stage two
// (behind the watermark, ordered by event time, source, epoch, seq; runs at ticks only, so that block
// borders do not matter): context, asks, correlation, incidents, tier changes, clocks.
//
// A step that finds no memory makes the engine `broken`: the shell must stop and start again from
// the last snapshot. A result that cannot be read is E_INPUT and changes nothing.
#ifndef CORE_ENGINE_ENGINE_H
#define CORE_ENGINE_ENGINE_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/detect/ruleset.h"
#include "core/model/effect.h"
#include "core/model/fab.h"
#include "core/model/policy.h"
#include "core/model/quarantine.h"
#include "core/model/roster.h"
#include "core/play/cacao.h"

// What one set of files amounts to. Everything is borrowed and must outlive the engine or the next
// engine_use_set().
struct engine_set {
    struct digest digest;
    const struct ruleset *rules;
    const struct fab *fab;
    const struct policy *policy;
    const struct roster *roster;
    size_t nplaybooks;
    struct cacao *const *playbook;
    struct span key_id; // of the command key: first 8 bytes of SHA-256 of the public key
};

struct engine;

struct engine *engine_new(const struct engine_set *set);
void engine_free(struct engine *e);

int engine_block(struct engine *e, struct span result, struct buf *effects, struct err *err);
// Applies one input at the end of the last block. 0, or E_STATE when it was refused: the refusal is
// an effect (with its code) and an audit row all the same.
int engine_input(struct engine *e, const struct input *in, struct buf *effects, struct err *err);
void engine_end_block(struct engine *e, struct buf *effects);
// Another set from the next block on: what waits behind the watermark is finished under the old one.
// Called before the engine_block() whose header names it; the effects belong to that block.
int engine_use_set(struct engine *e, const struct engine_set *set, struct buf *effects);

// Where it stands.
struct pos engine_pos(const struct engine *e);
struct digest engine_digest(const struct engine *e);
utime_t engine_now(const struct engine *e);
uint32_t engine_next_input(const struct engine *e); // n of the next input at this position
bool engine_wants_wall(const struct engine *e);     // a run or a command is under way
bool engine_broken(const struct engine *e);
// The condition a recording waits for, empty when none.
struct span engine_barrier(const struct engine *e);
uint64_t engine_barrier_block(const struct engine *e);   // where it stands
struct digest engine_wanted_set(const struct engine *e); // set named by the last block

// What detect is to be told: complete for every block up to QUARANTINE_AHEAD behind engine_pos().
void engine_quarantine(const struct engine *e, struct quarantine *ret);

// Snapshot: a versioned byte string, at block ends only. engine_load() into a new engine that was made
// with the set in force then: rows number rules and assets by it (engine_saved_set(); E_STATE else).
bool engine_saved_set(struct span state, struct digest *ret); // false: no snapshot of this version
void engine_save(const struct engine *e, struct buf *out);
int engine_load(struct engine *e, struct span state, struct err *err);

#endif
