// fields.h - the original fields of one record while it is taken apart.
// SPDX-License-Identifier: Apache-2.0
//
// Names and values are spans into the record, into constants or into the decoder's arena. The array is
// kept between records, so the steady state allocates nothing; FIELDS_MAX bounds a record's fields.
#ifndef CORE_DECODE_FIELDS_H
#define CORE_DECODE_FIELDS_H

#include "core/base/arena.h"
#include "core/model/event.h"

enum { FIELDS_MAX = 65536 };

struct fields {
    struct okv *v;
    size_t n, cap;
    struct arena *arena; // borrowed
};

// False when FIELDS_MAX is reached or no memory is left; the field is then not there.
bool fields_add(struct fields *f, struct span name, struct fval v);
bool fields_add_str(struct fields *f, struct span name, struct span s);
bool fields_add_int(struct fields *f, struct span name, int64_t v);
void fields_free(struct fields *f);

static inline struct fval fval_str(struct span s)
{
    return (struct fval){.type = V_STR, .s = s};
}

// A number and its decimal text in the arena.
struct fval fval_int(struct arena *a, int64_t v);

// "a" and "b" to "a.b" in the arena; `b` alone when `a` is empty.
struct span fields_join(struct fields *f, struct span a, struct span b);

#endif
