// chosen.h - which source a record is from, remembered.
// SPDX-License-Identifier: Apache-2.0
//
// choose_source() asks for what a record has (its shape), its application, the values at which sources
// hang, and some conditions. Records that agree in all of these have the same source. Only what was asked
// is compared, so a remembered answer is the one that asking would give; answers that hang at pieces of
// text are not kept. One of a thread, of fixed size; a place is taken by the answer that came last.
#ifndef CORE_DECODE_CHOSEN_H
#define CORE_DECODE_CHOSEN_H

#include "core/decode/choose.h"

struct chosen_memo;

struct chosen_memo *chosen_memo_new(void); // NULL without memory
void chosen_memo_free(struct chosen_memo *m);
void chosen_memo_reset(struct chosen_memo *m); // when the shapes are

// As choose_source().
const struct source *chosen_source(struct work *w, const struct sourceset *s, enum mechanism m);

#endif
