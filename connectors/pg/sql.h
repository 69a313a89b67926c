// sql.h - every SQL text of the program, compiled from sql/ and from the list of effects.
// SPDX-License-Identifier: Apache-2.0
//
// Queries are named after their file (SQL_STORE_FENCE = sql/queries/store_fence.sql). A barrier's or
// a desk query's is found by name. Steps are the statements that make or upgrade a database, in
// order: roles, migrations (once each), functions and grants (at every init), life-cycle rows.
#ifndef CONNECTORS_PG_SQL_H
#define CONNECTORS_PG_SQL_H

#include <stddef.h>

#include "core/base/span.h"
#include "core/desk.h"
#include "core/model/effect.h"

enum sql_query {
#define SQL_TEXT(NAME, name, text) SQL_##NAME,
#include "sql_queries.inc"
#undef SQL_TEXT
    SQL_QUERY_COUNT
};

const char *sql_text(enum sql_query q);
const char *sql_name(enum sql_query q);
// "barrier_" and "idle": the query of that name, or SQL_QUERY_COUNT.
enum sql_query sql_find(const char *prefix, struct span name);
const char *sql_effect(enum effect_kind k); // arrays in, one a column

const char *sql_desk(enum desk_query q);
const char *sql_call(enum desk_call c);

struct sql_step {
    const char *file; // "sql/migrations/0001_ground.sql"
    unsigned line;
    const char *text;
};
size_t sql_step_count(void);
const struct sql_step *sql_step(size_t i);

#endif
