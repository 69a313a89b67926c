// commit_rows.h - a commit's effects sorted by table, one row a key.
// SPDX-License-Identifier: Apache-2.0
//
// Pure. Order among different keys stays the order of the effects; of several UPSERTs of one key the
// last stays, in the place of the last. Every text was checked: valid UTF-8 without NUL, key texts at most
// COMMIT_KEY_MAX bytes (a btree page takes no more); a fault names effect and field.
#ifndef CONNECTORS_PG_COMMIT_ROWS_H
#define CONNECTORS_PG_COMMIT_ROWS_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/model/effect.h"

enum { COMMIT_KEY_MAX = 1024 };

struct commit_row {
    struct span bytes; // one effect
    size_t key;        // length of its prefix that is kind and key
    bool replaced;     // a later row has the same key
    struct commit_row *next;
};

struct commit_rows {
    struct commit_row *first[EFFECT_COUNT], *last[EFFECT_COUNT];
    size_t n[EFFECT_COUNT]; // rows not replaced
    utime_t fab_time;       // of the last STATUS; UTIME_NONE when there is none
};

int commit_rows_sort(struct span effects, struct arena *a, struct commit_rows *ret,
                     struct err *err);

#endif
