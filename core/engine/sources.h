// sources.h - what detect says of sources, and records that could not be processed.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_SOURCES_H
#define CORE_ENGINE_SOURCES_H

#include "core/engine/state.h"

struct row_source *sources_row(struct engine *e, uint32_t number); // NULL: no memory, e->broken
void sources_declare(struct engine *e, const struct source_decl *d);
void sources_count(struct engine *e, const struct counts *c);
void sources_dead(struct engine *e, const struct dead *d,
                  struct buf *out); // kept as bytes, counted
// There is a time now: the silence of sources that were declared before is measured from it on.
void sources_begin(struct engine *e);

#endif
