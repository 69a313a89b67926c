// emit.h - changed rows to effects, once a block, in the order of their first change.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_EMIT_H
#define CORE_ENGINE_EMIT_H

#include "core/engine/state.h"

void emit_dirty(struct engine *e, struct buf *out);
void emit_status(const struct engine *e, struct buf *out);

#endif
