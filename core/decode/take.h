// take.h - the pieces of a value's way to its core field.
// SPDX-License-Identifier: Apache-2.0
//
// Each makes a span of a span; most only narrow it, so nothing is copied. The empty span means "nothing
// of that kind here": the mapping then tries its next choice. Bounds: none that the record does not set.
#ifndef CORE_DECODE_TAKE_H
#define CORE_DECODE_TAKE_H

#include "core/decode/source.h"

// What a take may ask of the record in work.
struct take_ctx {
    struct arena *arena;
    ntime_t received;
    int zone_s;
    const struct okv *first,
        *end; // `first` is the field itself; those of its name behind it belong to it
};

// `word` is a row of take.def; false when there is none, or when it needs an argument and has none.
bool take_of(struct span word, struct span arg, int64_t at, struct take *ret);
struct span take_run(const struct take *t, struct span v, const struct take_ctx *c);
bool take_wants_table(const struct take *t);
bool take_is_address(const struct take *t); // "ip"
struct span take_address(struct span v);    // what it does

// Of take_args.c: what `execve` and `words` do. The result lies in the arena.
struct span take_execve(struct span text, struct arena *a);
struct span take_words(struct span text, const struct lookup *t, struct arena *a);

#endif
