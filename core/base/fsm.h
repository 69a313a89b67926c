// fsm.h - life-cycles as tables: the only way a state changes.
// SPDX-License-Identifier: Apache-2.0
//
// A life-cycle is written once, in core/model/*.fsm; share/tools/fsmgen.awk turns it into a C table
// (build/gen/NAME_fsm.h), the rows of the database's transition trigger (build/gen/fsm.sql) and a
// diagram. States and events are small integers in the order of the file, state 0 is the initial one.
#ifndef CORE_BASE_FSM_H
#define CORE_BASE_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/span.h"

struct fsm_move {
    uint8_t from, event, to;
    const char *sentence; // what this move means, for help and manual
};

struct fsm {
    const char *name; // "incident"
    const char *noun; // "an incident", for refusals
    size_t nstates, nevents, nmoves;
    const char *const *state;      // names as stored in the database
    const char *const *state_text; // "that is closed"
    const char *const *event;      // names
    const char *const *event_text; // "be acknowledged"
    const bool *final;             // by state
    const struct fsm_move *move;
};

// The move of `event` from `from`, or NULL when the life-cycle has none.
const struct fsm_move *fsm_find(const struct fsm *f, uint8_t from, uint8_t event);
// Changes *state, or refuses with E_STATE, code "fsm.NAME" and the sentence
// "an incident that is closed cannot be acknowledged".
int fsm_step(const struct fsm *f, uint8_t *state, uint8_t event, struct err *err);
// Index of a name; -1 when unknown.
int fsm_state_of(const struct fsm *f, struct span name);

#endif
