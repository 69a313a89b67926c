// merge.h - two incidents that turn out to be one.
// SPDX-License-Identifier: Apache-2.0
//
// The older one keeps its number, its state and its owner and takes everything of the younger: groups,
// entities, what leads to it, plans and runs, the sooner of two clocks, the graver tier. The younger is closed and says
// where it went; what was written under its number stays there and is read under both. No incident
// is part of one that is part of another: those already merged into the younger go along.
#ifndef CORE_ENGINE_MERGE_H
#define CORE_ENGINE_MERGE_H

#include "core/engine/state.h"

// Both are open. `alert`: what showed it.
void merge_incidents(struct engine *e, struct row_incident *into, struct row_incident *from,
                     const struct eid *alert, struct buf *out);

#endif
