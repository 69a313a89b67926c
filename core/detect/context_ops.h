// context_ops.h - what a rule may ask of the engine; declared here, implemented by the engine.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DETECT_CONTEXT_OPS_H
#define CORE_DETECT_CONTEXT_OPS_H

#include "core/model/event.h"
#include "core/model/result.h"

enum ctx {
#define CTX(NAME, name, meaning) CTX_##NAME,
#include "core/model/ctx.def"
#undef CTX
    CTX_COUNT
};

int ctx_of(struct span name); // -1 when it is no context field
const char *ctx_name(enum ctx c);

struct context_ops {
    // The field's value for this observation at its event time; V_ABSENT when there is none. Never
    // unknown. Strings stay valid until the next call.
    struct fval (*get)(void *ctx, enum ctx field, const struct obs *o);
    void *ctx;
};

#endif
