// engine_shell.h - what stands between the pure engine and its store: order, batches, restart.
// SPDX-License-Identifier: Apache-2.0
//
// Given results of blocks (from any number of detects, in any arrival order) it steps the engine in
// journal order, applies waiting inputs at block ends, and commits. It does no I/O of its own but
// through the store, so the role `engine` and tests/support/world.c use the same one.
//
//   start:   load the lease, the newest usable snapshot, the inputs behind it; step from there to the
//            committed position with effects discarded, their running digest compared with the
//            committed one; then go on live.
//   batch:   blocks whose results are here are stepped one after the other; one commit for all of
//            them, at most SHELL_BATCH_BLOCKS or SHELL_BATCH_BYTES. Persons' intents are fetched at
//            the end of a block, and the commit follows at once, so none is applied twice.
#ifndef CONNECTORS_ROLE_ENGINE_SHELL_H
#define CONNECTORS_ROLE_ENGINE_SHELL_H

#include "core/engine/engine.h"
#include "core/store.h"

enum {
    SHELL_DETECTS_MAX = 16,
    SHELL_QUEUE_MAX = 256, // results that wait for an earlier block, a detect
    SHELL_BATCH_BLOCKS = 64,
    SHELL_BATCH_BYTES = 8 << 20,
    SHELL_EFFECTS_MAX = 256 << 20,
    SHELL_SNAPSHOT_BLOCKS = 256,
    SHELL_SNAPSHOT_MAX = 512 << 20,
    SHELL_QUIET_BLOCKS = 8, // without news the store is asked again after so many blocks
    SHELL_INPUTS_MAX = 64,  // fetched at once
    SHELL_OWN_MAX = 512,    // inputs of our own that wait for a block's end
    SHELL_OWN_SPARE = 64,   // of them kept for notices while agents' reports are held back
};

struct shell_hooks {
    // The set with this digest; it stays valid until another two were asked for. NULL: cannot be loaded.
    const struct engine_set *(*set)(void *ctx, const struct digest *digest, struct err *err);
    void (*committed)(void *ctx, struct pos pos);
    void (*send)(void *ctx, const struct effect_send *cmd);     // after the commit that holds it
    void (*release)(void *ctx, uint32_t epoch, uint64_t block); // the barrier's condition holds
    utime_t (*wall)(void *ctx); // the wall clock, an input like others
    void *ctx;
};

struct shell;

// `set` is the digest to begin with when nothing was ever committed. Else the set is that of the snapshot,
// or, without a usable one, that which block 1 names: there is no engine until it comes.
int shell_open(struct store *store, const struct shell_hooks *hooks, unsigned detects,
               const struct digest *set, struct shell **ret, struct err *err);
void shell_close(struct shell *s);

// The journal holds blocks `first` to `last` of `epoch`. E_STATE with a sentence when the database's
// position does not fit it: the service must stop rather than guess.
int shell_tail(struct shell *s, uint32_t epoch, uint64_t first, uint64_t last, struct err *err);
// The first block that detect k has yet to answer (its results that wait here count as answered).
uint64_t shell_wants(const struct shell *s, unsigned k);
uint64_t shell_next_block(const struct shell *s); // the one to be stepped next

// A result of detect k, copied. E_INPUT: none that was asked for; E_LIMIT: too many wait.
int shell_result(struct shell *s, unsigned k, struct span bytes, struct err *err);
bool shell_full(const struct shell *s, unsigned k); // no further result of detect k fits
void shell_news(struct shell *s);                   // intents or signatures may wait
// An input of the shell's own (control frames, notices), applied at the next block end. E_LIMIT: too
// many wait; whoever reads from a peer stops reading while there is no room.
int shell_input(struct shell *s, struct span body);
bool shell_input_room(const struct shell *s);
// Says the inputs recorded behind the snapshot and shortly before it, as loaded at the start.
void shell_recorded(const struct shell *s, void (*say)(void *ctx, const struct input *in),
                    void *ctx);
// Steps what can be stepped; commits. E_STATE: another engine took over; E_SYSTEM: the store is away
// (call again after it came back: nothing of the batch is lost); others: stop.
int shell_work(struct shell *s, struct err *err);

bool shell_live(const struct shell *s); // the committed position was reached
struct pos shell_committed(const struct shell *s);
const struct engine *shell_engine(const struct shell *s); // never NULL when live

#endif
