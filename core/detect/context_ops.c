// context_ops.c - names of the context fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/context_ops.h"

#include "core/base/attr.h"

static const char *const names[] = {
#define CTX(NAME, name, meaning) name,
#include "core/model/ctx.def"
#undef CTX
};

int ctx_of(struct span name)
{
    if (!span_starts(name, SPAN_LIT("fab.ctx."))) { // as all of them do
        return -1;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_eq_str(name, names[i])) {
            return (int)i;
        }
    }
    return -1;
}

const char *ctx_name(enum ctx c)
{
    return c < CTX_COUNT ? names[c] : "";
}
