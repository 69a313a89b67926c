// memory.h - what the exec half remembers of commands: the journal's content, in memory.
// SPDX-License-Identifier: Apache-2.0
//
// Rebuilt from the journal at start, changed only after the journal is durable. Holds the highest
// counter taken, the fencing token of each run, and the last MEMORY_COMMANDS_MAX commands with all
// their signed reports: the stored answers. An older command that comes again is below the counter
// and refused. Tokens are kept for the last MEMORY_RUNS_MAX runs.
#ifndef CONNECTORS_ACT_MEMORY_H
#define CONNECTORS_ACT_MEMORY_H

#include "core/base/buf.h"
#include "core/play/command.h"

enum { MEMORY_COMMANDS_MAX = 1024, MEMORY_RUNS_MAX = 256, MEMORY_REPORTS_MAX = 32 * 1024 };

enum act_state {
    ACT_RECEIVED, // journalled, nothing said yet
    ACT_ACCEPTED,
    ACT_STARTED,
    ACT_FINISHED,
    ACT_VERIFIED,
    ACT_DISPROVED,
    ACT_REFUSED,
    ACT_INDETERMINATE,
    ACT_STATES
};
extern const char *const act_state_name[ACT_STATES];
int act_state_of(struct span name); // -1: none of them
bool act_state_ended(enum act_state s);

struct memory_command {
    struct eid id;
    uint64_t counter;
    enum act_state state;
    struct buf bytes;   // the command, as signed
    struct buf reports; // blob report, blob signature, ... in order
};

struct memory {
    uint64_t counter; // highest taken
    size_t ncommands; // all ever taken; entry of the i-th is command[i % MAX]
    struct memory_command *command;
    size_t nruns;
    struct {
        struct eid run;
        uint64_t token;
    } run[MEMORY_RUNS_MAX];
};

int memory_init(struct memory *m, struct err *err);
void memory_free(struct memory *m);

struct memory_command *memory_find(struct memory *m, const struct eid *id); // NULL: not known
uint64_t memory_token(const struct memory *m, const struct eid *run);       // 0: not known

// A command was taken: raises counter and token. The oldest entry makes room.
struct memory_command *memory_take(struct memory *m, const struct command *c, struct span bytes);
void memory_report(struct memory_command *mc, enum act_state s, struct span report,
                   struct span signature);
// Commands from the oldest to the newest still held: i of memory_held().
size_t memory_held(const struct memory *m);
struct memory_command *memory_at(struct memory *m, size_t i);

#endif
