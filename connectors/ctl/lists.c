// lists.c - fabsocctl status, alerts, incidents, runs, audit: what the database holds, one line a record.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connectors/ctl/ctl_db.h"
#include "core/base/attr.h"

static struct span cell(const PGresult *r, int row, int col)
{
    return span_of(PQgetvalue(r, row, col), (size_t)PQgetlength(r, row, col));
}

// JSON of the database is valid as it is, one line; words are for people.
static void line(const struct ctl_db *db, const PGresult *r, int row)
{
    if (db->json) {
        struct span s = cell(r, row, 0);

        (void)fwrite(s.p, 1, s.n, stdout);
        (void)fputc('\n', stdout);
    } else {
        ctl_print(cell(r, row, 1));
    }
}

// Page by page; the last column of the last row is where the next page begins.
static int pages(struct ctl_db *db, enum sql_query q, struct err *err)
{
    char after[32] = "0";
    int n = 1;

    while (n > 0) {
        const char *value[] = {after};
        AUTO_RESULT *r = pg_exec_text(db->c, sql_text(q), value, 1, err);

        if (!r) {
            return err->rc;
        }
        n = PQntuples(r);
        for (int i = 0; i < n; i++) {
            line(db, r, i);
        }
        if (n > 0) {
            (void)snprintf(after, sizeof(after), "%s", PQgetvalue(r, n - 1, 2));
        }
    }
    return 0;
}

static int list(const char *name, enum sql_query q, int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct ctl_db db;
    int rc = ctl_db_options(&db, argc, argv, &err);

    if (rc < 0 || db.rest != argc) {
        return ctl_usage(name, NULL);
    }
    if ((rc = ctl_db_open(&db, &err)) == 0) {
        rc = pages(&db, q, &err);
    }
    ctl_db_close(&db);
    return rc < 0 ? ctl_fail(&err) : CTL_DONE;
}

int ctl_alerts(int argc, char **argv)
{
    return list("alerts", SQL_CTL_ALERTS, argc, argv);
}

int ctl_incidents(int argc, char **argv)
{
    return list("incidents", SQL_CTL_INCIDENTS, argc, argv);
}

int ctl_runs(int argc, char **argv)
{
    return list("runs", SQL_CTL_RUNS, argc, argv);
}

int ctl_audit(int argc, char **argv)
{
    return list("audit", SQL_CTL_AUDIT, argc, argv);
}

// For people: the row every console shows, a name and a value a line; behind it what is not as it should be,
// a sentence a line.
static int status_words(struct ctl_db *db, struct err *err)
{
    AUTO_RESULT *r = pg_exec_text(db->c, sql_desk(DESK_STATE), NULL, 0, err);

    AUTO_RESULT *health = r ? pg_exec_text(db->c, sql_text(SQL_CTL_HEALTH), NULL, 0, err) : NULL;

    for (int i = 0; r && PQntuples(r) == 1 && i < PQnfields(r); i++) {
        printf("%-16s", PQfname(r, i));
        ctl_print(cell(r, 0, i));
    }
    for (int i = 0; health && i < PQntuples(health); i++) {
        ctl_print(cell(health, i, 0));
    }
    return health ? 0 : err->rc;
}

static int blind_words(struct ctl_db *db, struct err *err)
{
    AUTO_RESULT *r = pg_exec_text(db->c, sql_text(SQL_CTL_BLIND), NULL, 0, err);

    for (int i = 0; r && i < PQntuples(r); i++) {
        printf("%-16s", PQgetvalue(r, i, 0));
        ctl_print(cell(r, i, 1));
    }
    return r ? 0 : err->rc;
}

static int status_json(struct ctl_db *db, struct err *err)
{
    AUTO_RESULT *r = pg_exec_text(db->c, sql_text(SQL_CTL_STATUS), NULL, 0, err);

    if (r) {
        printf("%s\n", PQgetvalue(r, 0, 0));
    }
    return r ? 0 : err->rc;
}

int ctl_status(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct ctl_db db;
    int rc = ctl_db_options(&db, argc, argv, &err);

    if (rc < 0 || db.rest != argc) {
        return ctl_usage("status", NULL);
    }
    if ((rc = ctl_db_open(&db, &err)) == 0) {
        rc = db.json ? status_json(&db, &err) : status_words(&db, &err);
        rc = rc || db.json ? rc : blind_words(&db, &err);
    }
    ctl_db_close(&db);
    return rc < 0 ? ctl_fail(&err) : CTL_DONE;
}
