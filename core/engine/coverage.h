// coverage.h - what the model in force says that nobody sees; in core/engine.
// SPDX-License-Identifier: Apache-2.0
//
// A row for each tool whose recipe writes are not visible, written when a set comes into force; the row of a
// tool that the next set has without a gap, or not at all, becomes empty.
#ifndef CORE_ENGINE_COVERAGE_H
#define CORE_ENGINE_COVERAGE_H

#include "core/engine/state.h"

void coverage_announce(const struct engine *e, struct buf *out);
// Before `next` is in force.
void coverage_withdraw(const struct engine *e, const struct engine_set *next, struct buf *out);

#endif
