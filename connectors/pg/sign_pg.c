// sign_pg.c - one view to read, one table to write.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/sign_pg.h"

#include <stdlib.h>

#include "connectors/pg/conn.h"
#include "core/base/attr.h"

struct sign_pg {
    PGconn *c;
    struct args args;
    bool news;
};

int sign_pg_open(const char *conninfo, struct sign_pg **ret, struct err *err)
{
    struct sign_pg *s = calloc(1, sizeof(*s));
    int rc;

    *ret = NULL;
    if (!s) {
        return err_set(err, E_SYSTEM, "sign.memory", "no memory");
    }
    args_init(&s->args, 1 << 20);
    if ((rc = pg_open(conninfo, "fabsoc sign", &s->c, err)) < 0 ||
        (rc = pg_do(s->c, sql_text(SQL_SIGN_LISTEN), err)) < 0) {
        sign_pg_close(s);
        return rc;
    }
    s->news = true;
    *ret = s;
    return 0;
}

void sign_pg_close(struct sign_pg *s)
{
    PQfinish(s->c);
    args_free(&s->args);
    free(s);
}

int sign_pg_fd(const struct sign_pg *s)
{
    return PQsocket(s->c);
}

bool sign_pg_news(struct sign_pg *s)
{
    bool news = s->news;
    PGnotify *n;

    s->news = false;
    if (!PQconsumeInput(s->c)) {
        return true; // the next call says what is wrong
    }
    while ((n = PQnotifies(s->c))) {
        news = true;
        PQfreemem(n);
    }
    return news;
}

int sign_pg_waiting(struct sign_pg *s, size_t max, struct arena *a, struct sign_command **ret,
                    size_t *ret_n, struct err *err)
{
    args_reset(&s->args);
    args_u64(&s->args, max);
    AUTO_RESULT *r = pg_exec(s->c, sql_text(SQL_SIGN_WAITING), &s->args, err);

    if (!r) {
        return err->rc;
    }
    *ret_n = (size_t)PQntuples(r);
    *ret = arena_array(a, *ret_n + 1, sizeof(**ret));
    for (int i = 0; *ret && i < PQntuples(r); i++) {
        struct span id = pg_span(r, i, 0);

        if (id.n == sizeof((*ret)[i].id.b)) {
            memcpy((*ret)[i].id.b, id.p, id.n);
        }
        (*ret)[i].bytes = arena_span(a, pg_span(r, i, 1));
    }
    return arena_ok(a) ? 0 : err_set(err, E_LIMIT, "sign.memory", "the commands do not fit");
}

int sign_pg_put(struct sign_pg *s, const struct eid *command, struct span signature,
                struct err *err)
{
    args_reset(&s->args);
    args_value(&s->args, DEF_eid, command);
    args_raw(&s->args, signature);
    AUTO_RESULT *r = pg_exec(s->c, sql_text(SQL_SIGN_PUT), &s->args, err);

    return r ? 0 : err->rc;
}
