// literals.h - the pieces of text that tell sources, all looked for in one pass.
// SPDX-License-Identifier: Apache-2.0
//
// Every second place of a text is looked at, three bytes at once: of each piece two neighbouring runs of
// three bytes are kept, so that one of them is met wherever the piece stands. Those two are chosen whose
// bytes are rarest in text. Pieces of three bytes have no two runs and are looked for one by one; pieces
// that stand at a begin are looked for there only.
#ifndef CORE_DECODE_LITERALS_H
#define CORE_DECODE_LITERALS_H

#include "core/base/arena.h"
#include "core/decode/source.h"

enum { LITERAL_MIN = 3 };

// Immutable once filled; shared by threads.
struct literals;
struct literals *literals_new(struct arena *a, size_t max); // room for so many; NULL without memory

// A piece of at least LITERAL_MIN bytes, that outlives it, and whose it is.
void literals_add(struct literals *l, const struct literal *piece, const struct source *of);

// Calls for each piece that stands in `reach`, or begins at its or the text's begin; in no order, for some
// more than once. `text` lies in `reach`; it is empty when there is none.
typedef void literals_call(void *ctx, const struct source *of);
void literals_find(const struct literals *l, struct span reach, struct span text,
                   literals_call *call, void *ctx);

#endif
