// intake.h - the role that takes input, makes it durable and hands blocks out.
// SPDX-License-Identifier: Apache-2.0
//
// Only writer of the journal. Announces durable blocks: detect k of N gets the blocks b with
// b mod N = k, in order, from where the engine said (MSG_FROM). At most one announcement waits in
// this process for each detect; the rest waits in the journal. A recording runs at most `ahead`
// blocks before the engine's commit. What detect has been told since its link began may be stale
// after an engine's restart: the next block then carries BLOCK_RESTART, and detect forgets the rest.
#ifndef CONNECTORS_ROLE_INTAKE_H
#define CONNECTORS_ROLE_INTAKE_H

// Bits of the byte `careful` in MSG_BLOCK.
enum { BLOCK_CAREFUL = 1, BLOCK_RESTART = 2 };

// The index and name of the story's directory among the FD_FOLLOW descriptors.
enum { STORY_INDEX = 255 };

int role_intake_run(void); // the exit code

#endif
