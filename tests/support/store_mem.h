// store_mem.h - the engine's memory without a database: core/store.h over rows of bytes.
// SPDX-License-Identifier: Apache-2.0
//
// Generic over effect_row(): a row is the effect's own bytes, its key their prefix up to the last
// KEY field. A commit is all or nothing, as in PostgreSQL: an old token or another position is
// E_STATE, a second INSERT of a key is E_INPUT `store.duplicate`, text with a NUL or that is not
// UTF-8 is E_INPUT `store.text`; of several UPSERTs of one key in a commit the last stays.
// What a "person" or `sign` would write is posted with the calls below. One struct may be opened as
// often as wanted (restart, a second engine): store_mem_port() gives the port, close() does nothing.
// Memory is the process's; store_mem_free() ends it.
#ifndef TESTS_SUPPORT_STORE_MEM_H
#define TESTS_SUPPORT_STORE_MEM_H

#include "core/model/effect.h"
#include "core/store.h"

struct store_mem;

struct store_mem *store_mem_new(uint16_t site); // aborts without memory: it is for tests
void store_mem_free(struct store_mem *m);
void store_mem_clear(struct store_mem *m); // as new
struct store *store_mem_port(struct store_mem *m);

// A person's intent (ids count from 1; the id is returned), a signature, any input's bytes.
uint64_t store_mem_intent(struct store_mem *m, const char *person, const char *functions,
                          const char *verb, const char *subject, const char *args);
void store_mem_sign(struct store_mem *m, const struct eid *command, struct span signature);
size_t store_mem_waiting(const struct store_mem *m); // intents and signatures not yet applied
// Posted intents and signatures in order of arrival, applied ones too; false past the end.
bool store_mem_posted(const struct store_mem *m, size_t i, struct input *ret, bool *applied);

// Rows: by kind in order of first writing. Spans in `ret` live until the next commit.
size_t store_mem_rows(const struct store_mem *m, enum effect_kind kind);
bool store_mem_row(const struct store_mem *m, enum effect_kind kind, size_t i, struct effect *ret);
// The row whose first key field is `key` (as the field's own bytes: eid.b, u64 ...).
bool store_mem_find(const struct store_mem *m, enum effect_kind kind, const void *key, size_t n,
                    struct effect *ret);
// Every row as a JSON line, kinds in order of the list, rows by key bytes: to compare two runs.
void store_mem_print(const struct store_mem *m, struct buf *out);
// What was committed so far; inputs in order.
struct pos store_mem_pos(const struct store_mem *m);
size_t store_mem_inputs(const struct store_mem *m, const struct store_input **ret);

// The field of an effect as text for comparison: numbers decimal, booleans true/false, ids as uuid,
// bytes hexadecimal, times RFC 3339, none = "".
void store_mem_field(struct buf *out, const struct effect *e, const char *field);

#endif
