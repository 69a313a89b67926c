// remap.h - rows that number rules and assets by a set find them again in the next one.
// SPDX-License-Identifier: Apache-2.0
//
// By id: a rule by its id, an asset by its id in the model that is left (for rows that keep what the
// record called an unknown one, by that name). What the new set does not know any more stands at -1;
// a tool's row, a correlation's window and an entry of a spread without their subject are deleted.
#ifndef CORE_ENGINE_REMAP_H
#define CORE_ENGINE_REMAP_H

#include "core/engine/state.h"

// e->set is the set that is left. The order of use of every table stays.
void remap_rows(struct engine *e, const struct engine_set *to);

#endif
