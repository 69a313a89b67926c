// conn.h - a connection, a statement, a fault: the few calls the rest uses of libpq.
// SPDX-License-Identifier: Apache-2.0
//
// Only extended protocol: one statement a call, parameters apart. Codes of faults: E_SYSTEM "pg.lost"
// (connection, shutdown: try again), "pg.busy" (deadlock, serialization, resources: try again), "pg.lock"
// (lock_timeout was over),
// E_STATE "pg.denied" (rights), E_INPUT "pg.constraint" or "pg.data" (classes 23, 22, 54), E_SYSTEM
// "pg.fault" (the rest). The server's own message is the sentence.
#ifndef CONNECTORS_PG_CONN_H
#define CONNECTORS_PG_CONN_H

#include <postgresql/libpq-fe.h>

#include "connectors/pg/args.h"
#include "connectors/pg/sql.h"
#include "core/base/arena.h"
#include "core/base/err.h"

// `who` becomes application_name. The conninfo is a libpq string; a password comes from a passfile
// named in it, never from the string. Waits at most 10 s.
int pg_open(const char *conninfo, const char *who, PGconn **ret, struct err *err);

// Runs one statement; rows come in binary. NULL with err, or a result to be given to PQclear().
PGresult *pg_exec(PGconn *c, const char *text, struct args *a, struct err *err);
// The same with rows as text, and parameters as text too.
PGresult *pg_exec_text(PGconn *c, const char *text, const char *const *value, int n,
                       struct err *err);
// For statements without parameters and rows.
int pg_do(PGconn *c, const char *text, struct err *err);
int pg_fault(PGconn *c, const PGresult *r, struct err *err, const char *what);

// Prepared once a connection, under the name given.
int pg_prepare(PGconn *c, const char *name, const char *text, struct args *a, struct err *err);
PGresult *pg_exec_prepared(PGconn *c, const char *name, struct args *a, struct err *err);

// A cell of a binary result. NULL gives 0, none, empty.
int64_t pg_i64(const PGresult *r, int row, int col); // int2, int4, int8
bool pg_bool(const PGresult *r, int row, int col);
utime_t pg_time(const PGresult *r, int row, int col);
struct span pg_span(const PGresult *r, int row, int col); // text, bytea, uuid: in the result

#define AUTO_RESULT ATTR_CLEANUP(pg_result_free) PGresult
void pg_result_free(PGresult **r);

#endif
