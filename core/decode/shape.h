// shape.h - which wanted names a record has, in their order, as one number.
// SPDX-License-Identifier: Apache-2.0
//
// Records of one program have the same names in the same order. The names of a record, one by one, are a
// walk down a tree that grows by what is seen; where it ends is the record's shape. What depends on the
// presence of fields alone is found out once a shape (course.h, chosen.h, logsource.h), and so is where the
// fields of a name stand: records of one shape share one index of their fields.
//
// A name that stands again (the elements of a list) leads to a shape that tells no more places: such
// shapes still tell which names there are, whatever the length of the list, but have no index.
//
// Bounded: when the tree or the memory of the indexes is full, a record has SHAPE_NONE or no index until
// shapes_reset(), which the decoder does between two records. One of a thread.
#ifndef CORE_DECODE_SHAPE_H
#define CORE_DECODE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"

enum {
    SHAPES_MAX = 16384,
    SHAPE_ROOT = 0,
    SHAPE_NONE = SHAPES_MAX,
    SHAPE_FIELDS_MAX = 256 // one of more fields has no index
};

// A step: the number of a name (wants.h) or SHAPE_UNWANTED; with SHAPE_LEAD the field stands as the first
// of its name. WANTS_NONE & SHAPE_UNWANTED is SHAPE_UNWANTED.
#define SHAPE_UNWANTED UINT32_C(0x7fffffff)
#define SHAPE_LEAD     UINT32_C(0x80000000)

// Where the fields of a shape stand, as `at` and `next` of struct event.
struct shape_index {
    const uint32_t *at, *next;
    const uint32_t *touched; // the numbers whose at[] is not 0, in the order of their first fields
    size_t ntouched;
};

struct shapes {
    struct shape_edge { // the way that was gone last from a shape
        uint32_t step, to;
    } * last; // by shape; that of SHAPE_NONE leads nowhere
    struct shape_fact {
        uint32_t from, step;
        uint16_t depth;
        bool exact, asked; // tells places; its index was asked for
        const struct shape_index *index;
    } * fact;
    struct shape_way {
        uint32_t from, step, to;
    } * way; // open addressing, at most half full; `used` tells a free one
    uint32_t n, nways;
    size_t names;      // that there are
    struct arena made; // the indexes
    uint64_t missed;   // indexes that were asked for in vain, since shapes_reset()
};

bool shapes_init(struct shapes *s, size_t names);
void shapes_free(struct shapes *s);
void shapes_reset(struct shapes *s); // all numbers and indexes are void
bool shapes_full(const struct shapes *s);

uint32_t shape_step_slow(struct shapes *s, uint32_t from, uint32_t step);
const struct shape_index *shape_index_make(struct shapes *s, uint32_t shape);

// The shape with one field more.
static inline uint32_t shape_step(struct shapes *s, uint32_t from, uint32_t step)
{
    const struct shape_edge *e = &s->last[from];

    return e->step == step ? e->to : shape_step_slow(s, from, step);
}

// NULL: the fields must be entered one by one.
static inline const struct shape_index *shape_index(struct shapes *s, uint32_t shape)
{
    const struct shape_index *x = s->fact[shape].index;

    return x ? x : shape_index_make(s, shape);
}

#endif
