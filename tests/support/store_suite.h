// store_suite.h - the promises of core/store.h, as tests that run on any implementation.
// SPDX-License-Identifier: Apache-2.0
//
// The caller gives access to its memory; the suite empties it before each test. Used by
// tests/core/test_store.c (store_mem) and tests/connectors/pg/test_store_pg.c (PostgreSQL).
#ifndef TESTS_SUPPORT_STORE_SUITE_H
#define TESTS_SUPPORT_STORE_SUITE_H

#include "core/model/effect.h"
#include "core/store.h"

struct store_suite {
    const char *name;
    void *ctx;
    // A store over the memory; a second one may be open at the same time (another engine). NULL with
    // a line on standard error when there is none.
    struct store *(*open)(void *ctx);
    void (*clear)(void *ctx); // as after init: nothing committed, nothing waits
    // A person's intent as api.ack_group would write it; its number.
    uint64_t (*ask)(void *ctx, const char *group, const char *note);
    void (*sign)(void *ctx, const struct eid *command, struct span signature);
    uint64_t (*count)(void *ctx, enum effect_kind kind);
    // Field `get` of the one row whose field `where` has this text, as store_mem_field() writes it;
    // false when there is not exactly one such row.
    bool (*cell)(void *ctx, enum effect_kind kind, const char *where, const char *is,
                 const char *get, struct buf *out);
};

int store_suite_run(const struct store_suite *s); // failed tests

// One lawful row of each kind, its key made from `n`: states are initial ones, texts not empty.
void store_suite_effect(struct buf *b, enum effect_kind kind, uint32_t n);

#endif
