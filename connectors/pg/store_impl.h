// store_impl.h - what the two files of the PostgreSQL store share.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_PG_STORE_IMPL_H
#define CONNECTORS_PG_STORE_IMPL_H

#include "connectors/pg/conn.h"
#include "core/store.h"

enum { STORE_DAYS = 32 };

struct store_pg {
    struct store port; // first: the port is the struct
    char *conninfo;
    PGconn *c;                         // NULL while there is none
    bool query_ready[SQL_QUERY_COUNT]; // prepared on this connection
    bool effect_ready[EFFECT_COUNT];
    int64_t day[STORE_DAYS]; // days since 1970 whose partition is there; a ring
    size_t ndays;
    bool news;
    struct args args;
    struct arena scratch; // of one call
};

// Prepares a named query once and runs it with s->args.
PGresult *store_query(struct store_pg *s, enum sql_query q, struct err *err);
int store_do(struct store_pg *s, enum sql_query q, struct err *err); // no rows wanted

// The body of a commit's transaction, between begin and commit.
int store_write(struct store_pg *s, const struct store_commit *c, struct err *err);

#endif
