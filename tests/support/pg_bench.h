// pg_bench.h - a private PostgreSQL cluster in a temporary folder, for one test program.
// SPDX-License-Identifier: Apache-2.0
//
// pg_bench_begin() makes folder, cluster and database (about two seconds) and pg_bench_end() ends and
// removes them; a test program calls both in main(). Works as root and as a user.
#ifndef TESTS_SUPPORT_PG_BENCH_H
#define TESTS_SUPPORT_PG_BENCH_H

#include "connectors/pg/cluster.h"
#include "connectors/pg/conn.h"
#include "core/base/attr.h"

struct pg_bench {
    char state[64];
    struct cluster cluster;
    struct place place;
    PGconn *admin;
};

int pg_bench_begin(struct pg_bench *b); // -1 with a line on standard error
void pg_bench_end(struct pg_bench *b);
// Statements of tests; text in, text out. Fail the process with a line when the server refuses.
void pg_bench_do(struct pg_bench *b, const char *sql, ...) ATTR_PRINTF(2, 3);
// First cell of the first row, to be freed; NULL when there is not exactly one row.
char *pg_bench_ask(struct pg_bench *b, const char *sql, ...) ATTR_PRINTF(2, 3);
// Empties every table the engine and people write, as after init.
void pg_bench_clear(struct pg_bench *b);
// A login with groups and areas; its conninfo.
int pg_bench_person(struct pg_bench *b, const char *name, const char *roles, const char *areas,
                    char out[PLACE_CONN_MAX]);

#endif
