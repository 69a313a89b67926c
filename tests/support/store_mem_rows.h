// store_mem_rows.h - rows of one effect's table, keyed by bytes; inside of store_mem.
// SPDX-License-Identifier: Apache-2.0
//
// Rows are never removed except by undo, in the reverse order of their writing, which is what makes
// plain linear probing right.
#ifndef TESTS_SUPPORT_STORE_MEM_ROWS_H
#define TESTS_SUPPORT_STORE_MEM_ROWS_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/model/effect.h"

struct mem_row {
    struct span bytes; // the effect's bytes, kind first; in the store's arena
    size_t key;        // length of the prefix that is the key
};

struct mem_rows {
    size_t n, cap;
    struct mem_row *row;
    size_t nslots;  // power of two
    uint32_t *slot; // row index + 1, 0 = free
};

struct mem_undo {
    size_t n, cap;
    struct undo_item {
        enum effect_kind kind;
        size_t row;
        struct span before; // what stood there; empty = the row is new
    } * item;
};

// 0, or -1 when an INSERT meets its key.
int mem_rows_put(struct mem_rows *t, struct arena *a, struct mem_undo *u, const struct effect *e,
                 struct span bytes);
void mem_rows_undo(struct mem_rows *tables, struct mem_undo *u);
void mem_rows_free(struct mem_rows *t);

bool mem_rows_get(const struct mem_rows *t, size_t i, struct effect *ret);
bool mem_rows_find_first(const struct mem_rows *t, enum effect_kind kind, const void *key, size_t n,
                         struct effect *ret);
void mem_rows_print(const struct mem_rows *t, struct buf *out);

// Barriers, as sql/queries/barrier_NAME.sql says them.
struct mem_facts {
    size_t waiting, intents_applied;
    const struct mem_rows *rows; // by effect kind
};
int mem_barrier_holds(const struct mem_facts *f, struct span name, bool *ret, struct err *err);

#endif
