// shape.h - which wanted names a record has, as one number.
// SPDX-License-Identifier: Apache-2.0
//
// Records of one program have the same names in the same order. The names that stand in a record for the
// first time, in their order, are its shape: a walk down a tree that grows by what is seen. What depends
// on the presence of fields alone is found out once a shape (course.h) and then remembered.
//
// Bounded: when the tree is full a record has SHAPE_NONE until shapes_reset(), which the decoder does
// between two records. One of a thread; nothing is allocated behind shapes_init().
#ifndef CORE_DECODE_SHAPE_H
#define CORE_DECODE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHAPES_MAX = 16384, SHAPE_ROOT = 0, SHAPE_NONE = SHAPES_MAX };

struct shapes {
    struct shape_edge { // the way that was gone last from a shape
        uint32_t id, to;
    } * last; // by shape; that of SHAPE_NONE leads nowhere
    struct shape_way {
        uint32_t from, id, to;
    } * way; // open addressing, at most half full; `to` 0: free
    uint32_t n;
};

bool shapes_init(struct shapes *s);
void shapes_free(struct shapes *s);
void shapes_reset(struct shapes *s); // all numbers are void
static inline bool shapes_full(const struct shapes *s)
{
    return s->n == SHAPES_MAX;
}

uint32_t shape_step_slow(struct shapes *s, uint32_t from, uint32_t id);

// The shape with one name more; the names have the numbers of wants.h.
static inline uint32_t shape_step(struct shapes *s, uint32_t from, uint32_t id)
{
    const struct shape_edge *e = &s->last[from];

    return e->id == id ? e->to : shape_step_slow(s, from, id);
}

#endif
