// intent.h - what persons ask for: one row a verb.
// SPDX-License-Identifier: Apache-2.0
//
// The database has already checked who may ask; the engine checks what holds now. Applied or refused,
// an intent is answered by one INTENT effect and stands in the audit.
// Arguments come as one text, separated by tabs (each is one line without controls), in the order of
// core/desk.def after the subject.
#ifndef CORE_ENGINE_INTENT_H
#define CORE_ENGINE_INTENT_H

#include "core/engine/state.h"

enum { INTENT_ARGS_MAX = 6 };

struct intent {
    uint64_t id;
    struct span person, functions, verb, subject;
    uint64_t number; // the subject as a number, 0 when it is none
    struct span arg[INTENT_ARGS_MAX];
    size_t nargs;
};

int intent_apply(struct engine *e, const struct input_intent *in, struct buf *out, struct err *err);

#endif
