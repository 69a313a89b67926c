// table.h - a bounded table of plain rows: all the engine's memory is made of these.
// SPDX-License-Identifier: Apache-2.0
//
// Rows are fixed-size values that begin with their key (every byte of it counts, so keys are zeroed
// before they are filled). No row holds a pointer; rows refer to each other by key. So a table can be
// written out and read back byte for byte, and after that behaves exactly as before: order of use,
// evictions and all.
//
// Rows stand in order of use, least recently used first. table_put() on a full table evicts the row
// used longest ago and counts it: nothing disappears unseen. Row pointers are valid until the next
// table_put() of the same table (it may move them).
#ifndef CORE_ENGINE_TABLE_H
#define CORE_ENGINE_TABLE_H

#include "core/base/buf.h"
#include "core/base/rd.h"

struct table {
    const char *name;
    uint32_t key_size, row_size, bound;
    uint32_t count, cap;
    uint32_t oldest, newest, free; // slot numbers; TABLE_NIL = none
    uint64_t evicted, expired;
    char *rows;
    uint32_t *next, *prev; // order of use by slot
    uint32_t *index;       // open addressing: slot + 1, 0 = empty
    uint32_t index_size;   // a power of two, at least 2 * cap
};

#define TABLE_NIL UINT32_MAX

void table_init(struct table *t, const char *name, uint32_t key_size, uint32_t row_size,
                uint32_t bound);
void table_free(struct table *t);

void *table_get(const struct table *t, const void *key); // NULL when absent; not a use
// The row of `key`, made (zeroed but for the key) when absent; counts as a use. NULL without memory.
void *table_put(struct table *t, const void *key);
void table_use(struct table *t, void *row); // moves to the newest end
void table_del(struct table *t, void *row);

// Walking from the least recently used: for (r = table_first(t); r; r = table_next(t, r)). The row in
// hand may be deleted when its successor was asked for before.
void *table_first(const struct table *t);
void *table_next(const struct table *t, const void *row);
void *table_last(const struct table *t); // most recently used

void table_save(const struct table *t, struct buf *out);
bool table_load(struct table *t, struct rd *in); // into an empty table of the same shape

#endif
