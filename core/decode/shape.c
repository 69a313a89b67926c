// shape.c - which wanted names a record has, as one number.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/shape.h"

#include <stdlib.h>
#include <string.h>

enum { WAYS = 2 * SHAPES_MAX }; // a power of two
#define NOWHERE UINT32_MAX      // no name has this number

bool shapes_init(struct shapes *s)
{
    s->last = malloc((SHAPES_MAX + 1) * sizeof(*s->last));
    s->way = calloc(WAYS, sizeof(*s->way));
    if (!s->last || !s->way) {
        shapes_free(s);
        return false;
    }
    shapes_reset(s);
    return true;
}

void shapes_free(struct shapes *s)
{
    free(s->last);
    free(s->way);
    *s = (struct shapes){0};
}

void shapes_reset(struct shapes *s)
{
    memset(s->last, 0xff, (SHAPES_MAX + 1) * sizeof(*s->last));
    memset(s->way, 0, WAYS * sizeof(*s->way));
    s->n = SHAPE_ROOT + 1;
}

uint32_t shape_step_slow(struct shapes *s, uint32_t from, uint32_t id)
{
    uint64_t h = ((uint64_t)from << 32 | id) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(h >> 40) & (WAYS - 1);
    struct shape_way *w;

    if (from == SHAPE_NONE || id == NOWHERE) {
        return SHAPE_NONE;
    }
    while ((w = &s->way[i])->to && (w->from != from || w->id != id)) {
        i = (i + 1) & (WAYS - 1);
    }
    if (!w->to) {
        if (shapes_full(s)) {
            return SHAPE_NONE;
        }
        *w = (struct shape_way){from, id, s->n++};
    }
    s->last[from] = (struct shape_edge){id, w->to};
    return w->to;
}
