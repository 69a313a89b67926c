// wants.h - the names of original fields that somebody will ask for, numbered.
// SPDX-License-Identifier: Apache-2.0
//
// Source files, rules and filters name a few hundred fields; a record may have thousands. One set of
// names is made for all of them when they are loaded. The decoder finds a field's number once, while it
// reads the record, and enters it there (`at`, `next` of struct event); everybody else follows numbers.
// What nobody asks for need not be taken apart at all.
//
// The set is a tree over keys, so that a name is found while nested objects are read: `a.b.c` is
// reached by the keys a, b, c, and as well by a.b, c or by a.b.c, since a key may have dots in it.
// A set is a hint, never a filter of truth: a name that is not in it is found all the same
// (event_values()), only slowly.
//
// Immutable once sealed; shared by threads.
#ifndef CORE_MODEL_WANTS_H
#define CORE_MODEL_WANTS_H

#include "core/base/span.h"

// Names longer, with more dots or beyond the count are not taken.
enum { WANTS_NAMES_MAX = 60000, WANTS_NAME_LEN = 256, WANTS_DOTS_MAX = 24 };
#define WANTS_NONE UINT32_MAX

struct wants;

struct wants *wants_new(void); // NULL without memory
void wants_free(struct wants *w);
// The number of a name, which is added when it is new: 0, 1, 2 ... in the order of adding. WANTS_NONE
// when it is not taken.
uint32_t wants_add(struct wants *w, struct span name);
bool wants_seal(struct wants *w); // false without memory; nothing may be added behind it
size_t wants_count(const struct wants *w);
struct span wants_name(const struct wants *w, uint32_t id); // lives as long as the set
uint32_t wants_find(const struct wants *w, struct span name);

// A place in the tree. `id`: the name that ends here, or WANTS_NONE; `inner`: names go on below it.
struct wants_node {
    uint32_t id;
    bool inner;
};

enum { WANTS_ROOT = 0 };

// The node that `key` leads to from `node`; WANTS_NONE when nobody asks for anything there.
uint32_t wants_child(const struct wants *w, uint32_t node, struct span key);
struct wants_node wants_at(const struct wants *w, uint32_t node);

#endif
