// migrate.c - running the files of sql/ in their order.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/migrate.h"

#include "connectors/pg/conn.h"
#include "core/base/attr.h"

enum { ARGS_BYTES = 1 << 20 };

struct run {
    PGconn *c;
    struct args args;
    struct migrate_done *done;
};

static bool in_folder(const char *file, const char *folder)
{
    return span_find_span(span_str(file), span_str(folder)) < strlen(file);
}

static int step_run(struct run *m, const struct sql_step *s, struct err *err)
{
    struct err own = ERR_INIT;
    int rc = pg_do(m->c, s->text, &own);

    if (rc < 0 && err) {
        *err = own;
        err_at(err, s->file, s->line, 0);
    }
    return rc;
}

// All statements of the file that begins at step `i`; returns the step behind it.
static int file_run(struct run *m, size_t i, size_t end, struct err *err)
{
    for (; i < end; i++) {
        int rc = step_run(m, sql_step(i), err);

        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static struct digest file_digest(size_t i, size_t end)
{
    struct digest_ctx *d = digest_begin();

    for (; i < end; i++) {
        digest_add(d, span_str(sql_step(i)->text));
    }
    return digest_end(d);
}

static unsigned file_number(const char *file)
{
    struct span s = span_str(file);
    uint64_t n = 0;

    while (span_find(s, '/') < s.n) {
        (void)span_cut(&s, '/');
    }
    (void)span_u64(span_cut(&s, '_'), &n);
    return (unsigned)n;
}

static bool answer(struct run *m, enum sql_query q, struct err *err)
{
    AUTO_RESULT *r = pg_exec(m->c, sql_text(q), &m->args, err);

    return r && PQntuples(r) == 1 && pg_bool(r, 0, 0);
}

// 1 when it stands already, 0 when it is to be applied.
static int migration_known(struct run *m, unsigned n, const struct digest *d, const char *file,
                           struct err *err)
{
    args_reset(&m->args);
    if (!answer(m, SQL_MIGRATE_KNOWN, err)) {
        return err->rc;
    }
    args_u64(&m->args, n);
    AUTO_RESULT *r = pg_exec(m->c, sql_text(SQL_MIGRATE_APPLIED), &m->args, err);
    if (!r) {
        return err->rc;
    }
    if (PQntuples(r) == 0) {
        return 0;
    }
    if (!span_eq(pg_span(r, 0, 0), span_of((const char *)d->b, sizeof(d->b)))) {
        return err_set(err, E_STATE, "migrate.changed",
                       "%s is not the migration that was applied here", file);
    }
    return 1;
}

static int migration_note(struct run *m, unsigned n, const struct digest *d, const char *file,
                          struct err *err)
{
    args_reset(&m->args);
    args_u64(&m->args, n);
    args_str(&m->args, span_str(file));
    args_value(&m->args, DEF_dig, d);
    AUTO_RESULT *r = pg_exec(m->c, sql_text(SQL_MIGRATE_NOTE), &m->args, err);
    m->done->applied++;
    return r ? 0 : err->rc;
}

static int fsm_run(struct run *m, size_t i, size_t end, struct err *err)
{
    int rc = pg_do(m->c, sql_text(SQL_MIGRATE_FSM_CLEAR), err);

    if (rc == 0 && (rc = file_run(m, i, end, err)) == 0) {
        rc = pg_do(m->c, sql_text(SQL_MIGRATE_FSM_CLOSE), err);
    }
    return rc;
}

static int transaction(struct run *m, size_t i, size_t end, struct err *err)
{
    const char *file = sql_step(i)->file;
    struct digest d = file_digest(i, end);
    unsigned n = file_number(file);
    bool migration = in_folder(file, "migrations/");
    int rc = migration ? migration_known(m, n, &d, file, err) : 0;

    if (migration && n > m->done->newest) {
        m->done->newest = n;
    }
    if (rc != 0) {
        return rc > 0 ? 0 : rc;
    }
    if ((rc = pg_do(m->c, sql_text(SQL_TX_BEGIN), err)) < 0) {
        return rc;
    }
    rc = in_folder(file, "fsm.sql") ? fsm_run(m, i, end, err) : file_run(m, i, end, err);
    // Files take the owner's role for their transaction; the note is the administrator's.
    if (rc == 0 && migration && (rc = pg_do(m->c, sql_text(SQL_TX_RESET_ROLE), err)) == 0) {
        rc = migration_note(m, n, &d, file, err);
    }
    if (rc < 0) {
        struct err dropped = ERR_INIT;

        (void)pg_do(m->c, sql_text(SQL_TX_ROLLBACK), &dropped);
        return rc;
    }
    return pg_do(m->c, sql_text(SQL_TX_COMMIT), err);
}

static int newest_check(struct run *m, struct err *err)
{
    args_reset(&m->args);
    AUTO_RESULT *r = pg_exec(m->c, sql_text(SQL_MIGRATE_NEWEST), &m->args, err);

    if (!r) {
        return err->rc;
    }
    if ((unsigned)pg_i64(r, 0, 0) > m->done->newest) {
        return err_set(err, E_STATE, "migrate.newer",
                       "the database is at migration %u, this program knows %u",
                       (unsigned)pg_i64(r, 0, 0), m->done->newest);
    }
    return 0;
}

static int files_run(struct run *m, struct err *err)
{
    size_t n = sql_step_count(), end;
    bool checked = false;
    int rc = pg_do(m->c, sql_text(SQL_MIGRATE_LOCK), err);

    for (size_t i = 0; i < n && rc == 0; i = end) {
        const char *file = sql_step(i)->file;

        for (end = i; end < n && sql_step(end)->file == file; end++) {
        }
        if (!checked && in_folder(file, "functions/")) { // behind the migrations
            checked = true;
            if ((rc = newest_check(m, err)) < 0) {
                break;
            }
        }
        rc = transaction(m, i, end, err);
    }
    return rc;
}

static int run_begin(struct run *m, const char *conninfo, struct err *err)
{
    int rc = pg_open(conninfo, "fabsocctl init", &m->c, err);

    if (rc == 0) {
        args_init(&m->args, ARGS_BYTES);
    }
    return rc;
}

static void run_end(struct run *m)
{
    PQfinish(m->c);
    args_free(&m->args);
}

int migrate_run(const char *conninfo, struct migrate_done *ret, struct err *err)
{
    struct run m = {.done = ret};
    struct err own = ERR_INIT;
    int rc;

    *ret = (struct migrate_done){0};
    if ((rc = run_begin(&m, conninfo, &own)) == 0) {
        rc = files_run(&m, &own);
        run_end(&m);
    }
    if (rc < 0 && err) {
        *err = own;
    }
    return rc;
}
