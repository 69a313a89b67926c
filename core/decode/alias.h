// alias.h - which core fields a name that nobody told may stand for.
// SPDX-License-Identifier: Apache-2.0
//
// Names are compared without case and without '_', '-', '.', ' ' and '@'. A name of the table may say more:
//   "=name"  only that name as a whole: no part of a longer one ("group.name")
//   "*date"  also the last word of a longer one ("lastSeenDate", "security_event_date")
// Of two words and more every name of the table may end a longer one ("actor_process_image_path" as
// "process_image_path"). Some words turn a name's meaning ("parent_process_name", see alias_stop()):
// nothing behind them counts. The index is immutable after loading. Records of one kind bring the same names again and again, so each decoder keeps what it
// found for the last ones (a memo of a fixed size: a new name takes the place of an old one).
#ifndef CORE_DECODE_ALIAS_H
#define CORE_DECODE_ALIAS_H

#include "core/base/arena.h"
#include "core/base/span.h"

enum { ALIAS_MAX = 64 }; // normalised names longer than this stand for nothing

struct alias {        // one normalised name; a name may serve several fields
    struct span name; // in the index' arena
    unsigned field;
    unsigned rank; // lower is better
    bool alone;    // "=name"
    uint32_t next; // the same name for another field, plus one
};

enum { ALIAS_STOPS = 32 };

struct alias_index {
    size_t n, cap; // `cap`: of bucket[], a power of two of at least twice the number of aliases
    struct alias *alias;
    uint32_t *bucket; // alias, plus one
    size_t nstops;
    struct span stop[ALIAS_STOPS]; // in the index' arena
};

// Room for `n` aliases. False without memory.
bool alias_init(struct alias_index *x, struct arena *a, size_t n);
// False when nothing of the name is left or it is too long; otherwise room is there, see alias_init().
bool alias_add(struct alias_index *x, struct arena *a, struct span name, unsigned field,
               unsigned rank);

// A word (letters, whatever their case) behind which nothing of a name counts. False: too many.
bool alias_stop(struct alias_index *x, struct arena *a, struct span word);

// The aliases of a whole name, of its part behind the last dot, and of its last words; each plus one,
// 0 = none. `dropped`: the words before the last ones.
struct alias_found {
    uint32_t whole, part, tail;
    unsigned dropped;
};

struct alias_memo;

struct alias_memo *alias_memo_new(void); // NULL without memory
void alias_memo_free(struct alias_memo *m);
struct alias_found alias_find(const struct alias_index *x, struct alias_memo *m, struct span name);

#endif
