// commands.h - one action on its way: issued, signed, sent, and what the agent says.
// SPDX-License-Identifier: Apache-2.0
//
// The engine writes a command's exact bytes (play/command.h) into the outbox row; `sign` puts its
// signature beside them, which is an input; only then, in the commit of that input, is it to be sent.
// A command that was sent and not answered in time may have happened: it becomes indeterminate, and
// is never issued again by itself. An agent that comes back gets what was sent and is still in its
// window once more: the same id, so it answers from its journal instead of acting twice.
#ifndef CORE_ENGINE_COMMANDS_H
#define CORE_ENGINE_COMMANDS_H

#include "core/engine/runs.h"

enum { COMMAND_ANSWER_S = 30 }; // beyond window and run time

// Whether policy's bound of commands to one agent within a time lets one more go. False: `why` says it.
bool command_allowed(const struct engine *e, const char *agent, char *why, size_t size);
// False: its bytes do not fit the row; the command is over and the run is to be told.
bool command_issue(struct engine *e, struct row_run *run, const struct plan *p,
                   const struct run_do *d);
int command_signature(struct engine *e, const struct input_signature *in, struct buf *out,
                      struct err *err);
int command_control(struct engine *e, const struct input_control *in, struct buf *out,
                    struct err *err);
void commands_wall(struct engine *e, struct buf *out); // the wall clock moved
bool commands_open(const struct engine *e);            // any on its way
void commands_emit(struct engine *e, void *row, struct buf *out);
void agents_emit(struct engine *e, void *row, struct buf *out);

#endif
