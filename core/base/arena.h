// arena.h - memory by lifetime: many small pieces, freed together.
// SPDX-License-Identifier: Apache-2.0
//
// One arena per batch, per loaded document, per screen snapshot. Pieces are aligned to 16 bytes,
// zeroed, and live until arena_reset() or arena_free(). A bounded arena that is exhausted returns
// NULL once and for all (`failed`); callers of loaders check arena_ok() at the end of a document.
// arena_reset() keeps the largest chunk, so that a batch loop allocates nothing in the steady state.
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/attr.h"
#include "core/base/span.h"

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, cap;
    _Alignas(16) char data[];
};

struct arena {
    struct arena_chunk *chunks; // newest first
    size_t used, max;           // bytes handed out, bound
    bool failed;
};

void arena_init(struct arena *a, size_t max);
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
static inline bool arena_ok(const struct arena *a)
{
    return !a->failed;
}

void *arena_alloc(struct arena *a, size_t n); // zeroed; NULL when over the bound
void *arena_room_slow(struct arena *a, size_t n);

// The same, not zeroed.
static inline void *arena_room(struct arena *a, size_t n)
{
    struct arena_chunk *c = a->chunks;
    size_t need = (n + 15) & ~(size_t)15;

    if (need < n || a->failed || !c || need > c->cap - c->used || need > a->max - a->used) {
        return arena_room_slow(a, n);
    }
    a->used += need;
    c->used += need;
    return c->data + c->used - need;
}

// Whether the bytes lie in a piece that was handed out; none lie nowhere.
bool arena_holds(const struct arena *a, struct span s);

void *arena_array(struct arena *a, size_t count, size_t size);
char *arena_str(struct arena *a, struct span s); // terminated copy; never NULL: "" on failure
struct span arena_span(struct arena *a, struct span s); // copy; empty on failure
char *arena_printf(struct arena *a, const char *fmt, ...) ATTR_PRINTF(2, 3); // as arena_str()

// Grows an array in the arena: returns `old` while count < *cap, else a copy twice as large (the
// old piece is not reclaimed). NULL when over the bound.
void *arena_grow(struct arena *a, void *old, size_t count, size_t *cap, size_t size);

#endif
