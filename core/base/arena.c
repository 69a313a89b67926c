// arena.c - chunked bump allocation.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_MIN = 16 * 1024 };

static char nothing[1]; // what string makers return when the arena is exhausted

void arena_init(struct arena *a, size_t max)
{
    *a = (struct arena){.max = max};
}

static void free_all(struct arena_chunk *c)
{
    while (c) {
        struct arena_chunk *next = c->next;

        free(c);
        c = next;
    }
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = NULL;

    if (a->chunks && !a->chunks->next) { // the steady state
        a->chunks->used = a->used = 0;
        a->failed = false;
        return;
    }
    for (struct arena_chunk **at = &a->chunks; *at; at = &(*at)->next) {
        if (!keep || (*at)->cap > keep->cap) {
            keep = *at;
        }
    }
    for (struct arena_chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        if (c != keep) {
            free(c);
        }
    }
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
    }
    *a = (struct arena){.chunks = keep, .max = a->max};
}

bool arena_holds(const struct arena *a, struct span s)
{
    for (const struct arena_chunk *c = a->chunks; s.n && c; c = c->next) {
        uintptr_t from = (uintptr_t)s.p - (uintptr_t)c->data; // before it: a huge number

        if (from < c->used && s.n <= c->used - from) {
            return true;
        }
    }
    return false;
}

void arena_free(struct arena *a)
{
    free_all(a->chunks);
    *a = (struct arena){.max = a->max};
}

static struct arena_chunk *new_chunk(struct arena *a, size_t need)
{
    size_t cap = a->chunks ? a->chunks->cap * 2 : CHUNK_MIN;
    struct arena_chunk *c;

    if (cap > 1024 * 1024) {
        cap = 1024 * 1024;
    }
    if (cap < need) {
        cap = need;
    }
    c = malloc(sizeof(*c) + cap);
    if (c) {
        *c = (struct arena_chunk){.next = a->chunks, .cap = cap};
        a->chunks = c;
    }
    return c;
}

void *arena_room_slow(struct arena *a, size_t n)
{
    struct arena_chunk *c = a->chunks;
    size_t need = (n + 15) & ~(size_t)15;
    void *p;

    if (need < n || a->failed || need > a->max - a->used) {
        a->failed = true;
        return NULL;
    }
    if (!c || c->cap - c->used < need) {
        c = new_chunk(a, need);
        if (!c) {
            a->failed = true;
            return NULL;
        }
    }
    p = c->data + c->used;
    c->used += need;
    a->used += need;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = arena_room(a, n);

    return p ? memset(p, 0, n) : NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, n);
}

char *arena_str(struct arena *a, struct span s)
{
    char *p = arena_alloc(a, s.n + 1);

    if (!p) {
        return nothing;
    }
    if (s.n) {
        memcpy(p, s.p, s.n);
    }
    return p;
}

struct span arena_span(struct arena *a, struct span s)
{
    char *p = s.n ? arena_alloc(a, s.n) : NULL;

    if (!p) {
        return SPAN_NONE;
    }
    memcpy(p, s.p, s.n);
    return span_of(p, s.n);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    int n;
    char *p;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (!p) {
        return nothing;
    }
    va_start(ap, fmt);
    (void)vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return p;
}

void *arena_grow(struct arena *a, void *old, size_t count, size_t *cap, size_t size)
{
    size_t want = *cap ? *cap * 2 : 8;
    void *p;

    if (count < *cap) {
        return old;
    }
    p = arena_array(a, want, size);
    if (p && count) {
        memcpy(p, old, count * size);
    }
    if (p) {
        *cap = want;
    }
    return p;
}
