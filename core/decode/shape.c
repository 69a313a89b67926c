// shape.c - which wanted names a record has, in their order, as one number.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/shape.h"

#include <stdlib.h>
#include <string.h>

enum {
    WAYS = 4 * SHAPES_MAX, // a power of two
    INDEX_MEMORY = 12 << 20,
    MISSED_MAX = 1 << 17 // so many later it is worth beginning anew
};
#define NO_STEP UINT32_MAX

bool shapes_init(struct shapes *s, size_t names)
{
    s->names = names;
    s->last = malloc((SHAPES_MAX + 1) * sizeof(*s->last));
    s->fact = calloc(SHAPES_MAX + 1, sizeof(*s->fact));
    s->way = calloc(WAYS, sizeof(*s->way));
    arena_init(&s->made, INDEX_MEMORY);
    if (!s->last || !s->fact || !s->way) {
        shapes_free(s);
        return false;
    }
    shapes_reset(s);
    return true;
}

void shapes_free(struct shapes *s)
{
    free(s->last);
    free(s->fact);
    free(s->way);
    arena_free(&s->made);
    *s = (struct shapes){0};
}

void shapes_reset(struct shapes *s)
{
    memset(s->last, 0xff, (SHAPES_MAX + 1) * sizeof(*s->last));
    memset(s->fact, 0, (SHAPES_MAX + 1) * sizeof(*s->fact));
    memset(s->way, 0, WAYS * sizeof(*s->way));
    arena_reset(&s->made);
    s->n = SHAPE_ROOT + 1;
    s->nways = 0;
    s->missed = 0;
    s->fact[SHAPE_ROOT].exact = true;
}

bool shapes_full(const struct shapes *s)
{
    return s->n == SHAPES_MAX || s->nways == WAYS / 2 || s->missed >= MISSED_MAX;
}

static bool has_name(const struct shapes *s, uint32_t shape, uint32_t id)
{
    for (; shape != SHAPE_ROOT; shape = s->fact[shape].from) {
        if ((s->fact[shape].step & SHAPE_UNWANTED) == id) {
            return true;
        }
    }
    return false;
}

// Where a step that was never done from there leads.
static uint32_t lead_to(struct shapes *s, uint32_t from, uint32_t step)
{
    const struct shape_fact *f = &s->fact[from];
    bool named = (step & SHAPE_UNWANTED) != SHAPE_UNWANTED;
    bool again = named && has_name(s, from, step & SHAPE_UNWANTED);

    if (!f->exact && (again || !named)) {
        return from;
    }
    if (s->n == SHAPES_MAX) {
        return SHAPE_NONE;
    }
    s->fact[s->n] = (struct shape_fact){.from = from,
                                        .step = step,
                                        .depth = (uint16_t)(f->depth + 1),
                                        .exact = f->exact && f->depth < SHAPE_FIELDS_MAX &&
                                                 (!again || step & SHAPE_LEAD)};
    return s->n++;
}

uint32_t shape_step_slow(struct shapes *s, uint32_t from, uint32_t step)
{
    uint64_t h = ((uint64_t)from << 32 | step) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(h >> 40) & (WAYS - 1);
    struct shape_way *w;

    if (from == SHAPE_NONE || step == NO_STEP) {
        return SHAPE_NONE;
    }
    while ((w = &s->way[i])->to && (w->from != from || w->step != step)) {
        i = (i + 1) & (WAYS - 1);
    }
    if (!w->to) {
        uint32_t to = s->nways < WAYS / 2 ? lead_to(s, from, step) : SHAPE_NONE;

        if (to == SHAPE_NONE) {
            return to;
        }
        *w = (struct shape_way){from, step, to};
        s->nways++;
    }
    s->last[from] = (struct shape_edge){step, w->to};
    return w->to;
}

static void enter(uint32_t *at, uint32_t *next, uint32_t step, uint32_t place)
{
    uint32_t id = step & SHAPE_UNWANTED;

    if (id != SHAPE_UNWANTED) {
        next[place - 1] = at[id]; // there is one before only when this one goes before it
        at[id] = place;
    }
}

const struct shape_index *shape_index_make(struct shapes *s, uint32_t shape)
{
    struct shape_fact *f = &s->fact[shape];
    uint32_t *at, *next, *touched, steps[SHAPE_FIELDS_MAX + 1], up = shape;
    struct shape_index *x;

    if (!f->exact || !f->asked || s->made.used + 16 * s->names > INDEX_MEMORY) {
        s->missed += f->asked;
        f->asked = true; // what comes once needs none
        return NULL;
    }
    x = arena_alloc(&s->made, sizeof(*x));
    at = arena_array(&s->made, s->names + 1, sizeof(*at));
    next = arena_array(&s->made, f->depth + 1u, sizeof(*next));
    touched = arena_array(&s->made, f->depth + 1u, sizeof(*touched));
    if (!x || !at || !next || !touched) {
        return NULL;
    }
    for (size_t i = f->depth; i-- > 0; up = s->fact[up].from) {
        steps[i] = s->fact[up].step;
    }
    for (uint32_t i = 0; i < f->depth; i++) {
        uint32_t id = steps[i] & SHAPE_UNWANTED;

        if (id != SHAPE_UNWANTED && !at[id]) {
            touched[x->ntouched++] = id;
        }
        enter(at, next, steps[i], i + 1);
    }
    *x = (struct shape_index){at, next, touched, x->ntouched};
    f->index = x;
    return x;
}
