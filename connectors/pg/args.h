// args.h - a statement's parameters in PostgreSQL's binary form, scalars and arrays.
// SPDX-License-Identifier: Apache-2.0
//
// Types are those of core/INPUTS_AND_EFFECTS.def. Wire form: integers big-endian; timestamptz =
// microseconds since 2000-01-01 UTC; an array = dimensions, has-NULL flag, element type, count, lower
// bound 1, then each element with its length (src/backend/utils/adt/arrayfuncs.c, array_recv).
// UTIME_NONE and an all-zero eid are NULL. u64 above 2^63-1 has no int8: args_ok() is false then.
// The bytes live in the struct until args_reset().
#ifndef CONNECTORS_PG_ARGS_H
#define CONNECTORS_PG_ARGS_H

#include "core/base/buf.h"
#include "core/model/effect.h"

enum { ARGS_MAX = 48 };

struct args {
    struct buf b;
    int n;
    unsigned type[ARGS_MAX]; // Oid
    size_t at[ARGS_MAX];     // SIZE_MAX = NULL
    bool bad;
    // What libpq takes; filled by args_end().
    const char *value[ARGS_MAX];
    int length[ARGS_MAX], format[ARGS_MAX];
};

void args_init(struct args *a, size_t max);
void args_free(struct args *a);
void args_reset(struct args *a);

void args_value(struct args *a, enum def_type t, const void *at); // one of effect.h's types
void args_i64(struct args *a, int64_t v);
void args_u64(struct args *a, uint64_t v);
void args_str(struct args *a, struct span s);
void args_raw(struct args *a, struct span s);
void args_time(struct args *a, utime_t t);

// An array of `count` elements, which the same number of args_put() then fill.
void args_array(struct args *a, enum def_type t, size_t count);
void args_put(struct args *a, enum def_type t, const void *at);

void args_end(struct args *a);
static inline bool args_ok(const struct args *a)
{
    return !a->bad && buf_ok(&a->b);
}

#endif
