// table.c - slots, an index over them, and their order of use.
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/table.h"

#include <stdlib.h>

#include "core/base/hash.h"

void table_init(struct table *t, const char *name, uint32_t key_size, uint32_t row_size,
                uint32_t bound)
{
    *t = (struct table){
        .name = name,
        .key_size = key_size,
        .row_size = (row_size + 7) & ~7u,
        .bound = bound,
        .oldest = TABLE_NIL,
        .newest = TABLE_NIL,
        .free = TABLE_NIL,
    };
}

void table_free(struct table *t)
{
    free(t->rows);
    free(t->next);
    free(t->prev);
    free(t->index);
    table_init(t, t->name, t->key_size, t->row_size, t->bound);
}

static char *row_at(const struct table *t, uint32_t slot)
{
    return t->rows + (size_t)slot * t->row_size;
}

static uint32_t slot_of(const struct table *t, const void *row)
{
    return (uint32_t)(((const char *)row - t->rows) / t->row_size);
}

// Where `key` stands in the index, or the empty place where it would stand.
static uint32_t probe(const struct table *t, const void *key)
{
    uint32_t mask = t->index_size - 1;
    uint32_t at = (uint32_t)hash64(0, span_of(key, t->key_size)) & mask;

    while (t->index[at] && memcmp(row_at(t, t->index[at] - 1), key, t->key_size) != 0) {
        at = (at + 1) & mask;
    }
    return at;
}

static void unlink_slot(struct table *t, uint32_t s)
{
    uint32_t p = t->prev[s], n = t->next[s];

    *(p == TABLE_NIL ? &t->oldest : &t->next[p]) = n;
    *(n == TABLE_NIL ? &t->newest : &t->prev[n]) = p;
}

static void link_newest(struct table *t, uint32_t s)
{
    t->prev[s] = t->newest;
    t->next[s] = TABLE_NIL;
    *(t->newest == TABLE_NIL ? &t->oldest : &t->next[t->newest]) = s;
    t->newest = s;
}

static void reindex(struct table *t)
{
    memset(t->index, 0, t->index_size * sizeof(*t->index));
    for (uint32_t s = t->oldest; s != TABLE_NIL; s = t->next[s]) {
        t->index[probe(t, row_at(t, s))] = s + 1;
    }
}

static bool grow(struct table *t)
{
    uint32_t cap = t->cap ? t->cap * 2 : 16;
    uint32_t index_size = 32;
    char *rows;
    uint32_t *next, *prev, *index;

    cap = cap > t->bound ? t->bound : cap;
    while (index_size < cap * 2) {
        index_size *= 2;
    }
    rows = realloc(t->rows, (size_t)cap * t->row_size);
    t->rows = rows ? rows : t->rows;
    next = realloc(t->next, cap * sizeof(*next));
    t->next = next ? next : t->next;
    prev = realloc(t->prev, cap * sizeof(*prev));
    t->prev = prev ? prev : t->prev;
    index = malloc(index_size * sizeof(*index));
    if (!rows || !next || !prev || !index) {
        free(index);
        return false;
    }
    free(t->index);
    t->index = index;
    t->index_size = index_size;
    for (uint32_t s = cap; s > t->cap; s--) {
        t->next[s - 1] = t->free;
        t->free = s - 1;
    }
    t->cap = cap;
    reindex(t);
    return true;
}

void *table_get(const struct table *t, const void *key)
{
    uint32_t at;

    if (t->count == 0) {
        return NULL;
    }
    at = t->index[probe(t, key)];
    return at ? row_at(t, at - 1) : NULL;
}

void table_use(struct table *t, void *row)
{
    uint32_t s = slot_of(t, row);

    if (s != t->newest) {
        unlink_slot(t, s);
        link_newest(t, s);
    }
}

// Backward-shift deletion keeps probe chains whole without tombstones.
static void index_remove(struct table *t, uint32_t at)
{
    uint32_t mask = t->index_size - 1;

    for (uint32_t next = (at + 1) & mask; t->index[next]; next = (next + 1) & mask) {
        const char *row = row_at(t, t->index[next] - 1);
        uint32_t home = (uint32_t)hash64(0, span_of(row, t->key_size)) & mask;

        if (((next - home) & mask) >= ((next - at) & mask)) {
            t->index[at] = t->index[next];
            at = next;
        }
    }
    t->index[at] = 0;
}

void table_del(struct table *t, void *row)
{
    uint32_t s = slot_of(t, row);

    index_remove(t, probe(t, row));
    unlink_slot(t, s);
    t->next[s] = t->free;
    t->free = s;
    t->count--;
}

void *table_put(struct table *t, const void *key)
{
    void *row = table_get(t, key);
    uint32_t s;

    if (row) {
        table_use(t, row);
        return row;
    }
    if (t->count >= t->bound) {
        table_del(t, row_at(t, t->oldest));
        t->evicted++;
    }
    if (t->free == TABLE_NIL && !grow(t)) {
        return NULL;
    }
    s = t->free;
    t->free = t->next[s];
    row = row_at(t, s);
    memset(row, 0, t->row_size);
    memcpy(row, key, t->key_size);
    t->index[probe(t, key)] = s + 1;
    link_newest(t, s);
    t->count++;
    return row;
}

void *table_first(const struct table *t)
{
    return t->oldest == TABLE_NIL ? NULL : row_at(t, t->oldest);
}

void *table_last(const struct table *t)
{
    return t->newest == TABLE_NIL ? NULL : row_at(t, t->newest);
}

void *table_next(const struct table *t, const void *row)
{
    uint32_t n = t->next[slot_of(t, row)];

    return n == TABLE_NIL ? NULL : row_at(t, n);
}

void table_save(const struct table *t, struct buf *out)
{
    buf_u32(out, t->key_size);
    buf_u32(out, t->row_size);
    buf_u64(out, t->evicted);
    buf_u64(out, t->expired);
    buf_u32(out, t->count);
    for (const void *r = table_first(t); r; r = table_next(t, r)) {
        buf_put(out, r, t->row_size);
    }
}

bool table_load(struct table *t, struct rd *in)
{
    uint32_t count;

    if (rd_u32(in) != t->key_size || rd_u32(in) != t->row_size) {
        return false;
    }
    t->evicted = rd_u64(in);
    t->expired = rd_u64(in);
    count = rd_u32(in);
    if (count > t->bound) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct span s = rd_bytes(in, t->row_size);
        void *row = s.n ? table_put(t, s.p) : NULL;

        if (!row) {
            return false;
        }
        memcpy(row, s.p, t->row_size);
    }
    return rd_ok(in);
}
