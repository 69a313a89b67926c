// pg_bench.c - the folder, the cluster, the administrator's connection.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pg_bench.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/pg/migrate.h"
#include "core/base/attr.h"

static int fault(const struct err *err)
{
    err_print(stderr, err);
    fputc('\n', stderr);
    return -1;
}

static int database_make(struct pg_bench *b, struct err *err)
{
    char conninfo[PLACE_CONN_MAX];
    PGconn *c;
    int rc;

    if ((rc = cluster_conninfo(&b->cluster, "postgres", conninfo, err)) < 0 ||
        (rc = pg_open(conninfo, "test", &c, err)) < 0) {
        return rc;
    }
    rc = pg_do(c, sql_text(SQL_INIT_DATABASE_CREATE), err);
    PQfinish(c);
    return rc;
}

static int begin(struct pg_bench *b, struct err *err)
{
    char conninfo[PLACE_CONN_MAX];
    struct migrate_done done;
    int rc;

    if ((rc = place_make_state(b->state, err)) < 0 ||
        (rc = cluster_at(b->state, NULL, &b->cluster, err)) < 0 ||
        (rc = cluster_create(&b->cluster, err)) < 0 || (rc = cluster_start(&b->cluster, err)) < 0 ||
        (rc = database_make(b, err)) < 0 ||
        (rc = cluster_conninfo(&b->cluster, "fabsoc", conninfo, err)) < 0 ||
        (rc = place_save(b->state, true, conninfo, err)) < 0 ||
        (rc = place_load(b->state, &b->place, err)) < 0 ||
        (rc = migrate_run(conninfo, &done, err)) < 0 ||
        (rc = migrate_login(conninfo, b->state, "soc_engine", err)) < 0 ||
        (rc = migrate_login(conninfo, b->state, "soc_sign", err)) < 0) {
        return rc;
    }
    return pg_open(conninfo, "test", &b->admin, err);
}

int pg_bench_begin(struct pg_bench *b)
{
    struct err err = ERR_INIT;

    *b = (struct pg_bench){.state = "/tmp/fabsoc-test-XXXXXX"};
    if (!mkdtemp(b->state)) {
        perror("mkdtemp");
        return -1;
    }
    if (begin(b, &err) < 0) {
        (void)fault(&err);
        pg_bench_end(b);
        return -1;
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *w)
{
    (void)st;
    (void)kind;
    (void)w;
    (void)remove(path);
    return 0;
}

void pg_bench_end(struct pg_bench *b)
{
    struct err err = ERR_INIT;

    PQfinish(b->admin);
    if (b->cluster.data[0] && cluster_stop(&b->cluster, &err) < 0) {
        (void)fault(&err);
    }
    (void)nftw(b->state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static PGresult *run(struct pg_bench *b, const char *sql, va_list ap)
{
    struct err err = ERR_INIT;
    char text[8192];
    PGresult *r;

    (void)vsnprintf(text, sizeof(text), sql, ap);
    r = pg_exec_text(b->admin, text, NULL, 0, &err);
    if (!r) {
        fprintf(stderr, "%s\n", text);
        (void)fault(&err);
        abort();
    }
    return r;
}

void pg_bench_do(struct pg_bench *b, const char *sql, ...)
{
    va_list ap;

    va_start(ap, sql);
    PQclear(run(b, sql, ap));
    va_end(ap);
}

char *pg_bench_ask(struct pg_bench *b, const char *sql, ...)
{
    char *ret = NULL;
    va_list ap;

    va_start(ap, sql);
    AUTO_RESULT *r = run(b, sql, ap);
    va_end(ap);
    if (PQntuples(r) == 1) {
        ret = strdup(PQgetvalue(r, 0, 0));
    }
    return ret;
}

void pg_bench_clear(struct pg_bench *b)
{
    // The chain refuses TRUNCATE, so its triggers stand aside for this transaction: a test's right only.
    pg_bench_do(b, "begin");
    pg_bench_do(b, "set local session_replication_role = replica");
    for (int k = 0; k < EFFECT_COUNT; k++) {
        pg_bench_do(b, "delete from %s", effect_row((enum effect_kind)k)->table);
    }
    pg_bench_do(b, "delete from play.approval");
    pg_bench_do(b, "delete from play.signature");
    pg_bench_do(b, "delete from soc.intent");
    pg_bench_do(b, "delete from soc.input");
    pg_bench_do(b, "delete from soc.snapshot");
    pg_bench_do(b, "delete from audit.entry");
    pg_bench_do(b, "update audit.head set seq = 0, hash = decode(repeat('00', 32), 'hex')");
    pg_bench_do(
        b, "update soc.position set epoch = 0, block = 0, rec = 0, fab_time = null, moved = null, "
           "digest = decode(repeat('00', 32), 'hex')");
    pg_bench_do(b, "commit");
}

int pg_bench_person(struct pg_bench *b, const char *name, const char *roles, const char *areas,
                    char out[PLACE_CONN_MAX])
{
    struct err err = ERR_INIT;

    if (migrate_person(b->place.admin, b->state, name, roles, areas, &err) < 0 ||
        place_conninfo(&b->place, name, out, &err) < 0) {
        return fault(&err);
    }
    return 0;
}
