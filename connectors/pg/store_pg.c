// store_pg.c - lease, reading back, what waits, barriers.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/store_pg.h"

#include <stdlib.h>

#include "connectors/pg/store_impl.h"
#include "core/base/attr.h"
#include "core/base/log.h"

enum { ARGS_BYTES = 256 << 20, SCRATCH_BYTES = 256 << 20, COMMIT_TRIES = 4 };

static struct store_pg *of(struct store *s)
{
    return (struct store_pg *)s;
}

PGresult *store_query(struct store_pg *s, enum sql_query q, struct err *err)
{
    if (!s->query_ready[q]) {
        if (pg_prepare(s->c, sql_name(q), sql_text(q), &s->args, err) < 0) {
            return NULL;
        }
        s->query_ready[q] = true;
    }
    return pg_exec_prepared(s->c, sql_name(q), &s->args, err);
}

int store_do(struct store_pg *s, enum sql_query q, struct err *err)
{
    AUTO_RESULT *r = store_query(s, q, err);

    return r ? 0 : err->rc;
}

static int away(struct err *err)
{
    return err_set(err, E_SYSTEM, "pg.lost", "the database is away");
}

static bool connected(const struct store_pg *s)
{
    return s->c && PQstatus(s->c) == CONNECTION_OK;
}

static int connect_again(struct store_pg *s, struct err *err)
{
    int rc;

    PQfinish(s->c);
    s->c = NULL;
    memset(s->query_ready, 0, sizeof(s->query_ready));
    memset(s->effect_ready, 0, sizeof(s->effect_ready));
    s->ndays = 0;
    if ((rc = pg_open(s->conninfo, "fabsoc engine", &s->c, err)) < 0) {
        return rc;
    }
    args_reset(&s->args);
    s->news = true; // whatever was said while nobody listened
    return pg_do(s->c, sql_text(SQL_STORE_LISTEN), err);
}

// ---- reading back

static void digest_cell(const PGresult *r, int row, int col, struct digest *ret)
{
    struct span s = pg_span(r, row, col);

    memset(ret, 0, sizeof(*ret));
    if (s.n == sizeof(ret->b)) {
        memcpy(ret->b, s.p, s.n);
    }
}

static struct pos pos_cells(const PGresult *r, int row)
{
    return (struct pos){.epoch = (uint32_t)pg_i64(r, row, 0),
                        .block = (uint64_t)pg_i64(r, row, 1),
                        .rec = (uint32_t)pg_i64(r, row, 2)};
}

static int load_snapshots(struct store_pg *s, struct arena *a, struct store_state *ret,
                          struct err *err)
{
    args_reset(&s->args);
    AUTO_RESULT *r = store_query(s, SQL_STORE_SNAPSHOTS, err);

    if (!r) {
        return err->rc;
    }
    for (int i = 0; i < PQntuples(r) && i < 3; i++) {
        struct store_snapshot *snap = &ret->snapshot[ret->nsnapshots++];

        snap->pos = pos_cells(r, i);
        digest_cell(r, i, 3, &snap->digest);
        snap->state = arena_span(a, pg_span(r, i, 4));
    }
    return arena_ok(a) ? 0 : err_set(err, E_LIMIT, "store.memory", "the snapshots do not fit");
}

static int store_load(struct store *st, struct arena *a, struct store_state *ret, struct err *err)
{
    struct store_pg *s = of(st);
    int rc;

    *ret = (struct store_state){0};
    if (!connected(s) && (rc = connect_again(s, err)) < 0) {
        return rc;
    }
    args_reset(&s->args);
    AUTO_RESULT *r = store_query(s, SQL_STORE_LEASE, err);
    if (!r) {
        return err->rc;
    }
    if (PQntuples(r) != 1) {
        return err_set(err, E_SYSTEM, "store.position",
                       "soc.position has no row: run fabsocctl init");
    }
    ret->pos = pos_cells(r, 0);
    ret->fresh = ret->pos.epoch == 0;
    digest_cell(r, 0, 3, &ret->digest);
    ret->token = (uint64_t)pg_i64(r, 0, 4);
    ret->site = (uint16_t)pg_i64(r, 0, 5);
    return load_snapshots(s, a, ret, err);
}

static void args_pos(struct args *a, struct pos p)
{
    args_u64(a, p.epoch);
    args_u64(a, p.block);
    args_u64(a, p.rec);
}

static int store_inputs(struct store *st, struct pos from, struct arena *a,
                        struct store_input **ret, size_t *ret_n, struct err *err)
{
    struct store_pg *s = of(st);

    if (!connected(s)) {
        return away(err);
    }
    args_reset(&s->args);
    args_pos(&s->args, from);
    AUTO_RESULT *r = store_query(s, SQL_STORE_INPUTS, err);
    if (!r) {
        return err->rc;
    }
    *ret_n = (size_t)PQntuples(r);
    *ret = arena_array(a, *ret_n + 1, sizeof(**ret));
    for (int i = 0; *ret && i < PQntuples(r); i++) {
        (*ret)[i] = (struct store_input){.pos = pos_cells(r, i),
                                         .n = (uint32_t)pg_i64(r, i, 3),
                                         .now = pg_time(r, i, 4),
                                         .body = arena_span(a, pg_span(r, i, 5))};
    }
    return arena_ok(a) ? 0 : err_set(err, E_LIMIT, "store.memory", "the inputs do not fit");
}

// ---- commit

static int transaction(struct store_pg *s, const struct store_commit *c, struct err *err)
{
    int rc = pg_do(s->c, sql_text(SQL_TX_BEGIN), err);

    if (rc < 0) {
        return rc;
    }
    if ((rc = store_write(s, c, err)) < 0) {
        struct err dropped = ERR_INIT; // the first fault is the one to tell

        (void)pg_do(s->c, sql_text(SQL_TX_ROLLBACK), &dropped);
        return rc;
    }
    return pg_do(s->c, sql_text(SQL_TX_COMMIT), err);
}

// The commit waited as long as soc_engine's lock_timeout lets it: whoever keeps the audit chain to himself
// loses his session. What fails here shows in the next try.
static void end_holders(struct store_pg *s)
{
    struct err err = ERR_INIT;
    char text[1200];

    args_reset(&s->args);
    AUTO_RESULT *r = store_query(s, SQL_STORE_END_HOLDERS, &err);
    if (!r) {
        log_warn("%s", err_text(&err, text, sizeof(text)));
        return;
    }
    for (int i = 0; i < PQntuples(r); i++) {
        struct span who = pg_span(r, i, 0);

        log_warn("the session of " SPAN_FMT " was ended: it held the audit chain for up to %lld s",
                 SPAN_ARG(who), (long long)pg_i64(r, i, 1));
    }
}

static int store_commit(struct store *st, const struct store_commit *c, struct err *err)
{
    struct store_pg *s = of(st);
    struct err own = ERR_INIT;
    int rc;

    if (!connected(s)) {
        return away(err);
    }
    for (int i = 1;; i++) {
        arena_reset(&s->scratch);
        rc = transaction(s, c, &own);
        if (rc == 0 || i == COMMIT_TRIES || strcmp(own.code, "pg.lock") != 0) {
            break;
        }
        end_holders(s);
        own = (struct err)ERR_INIT;
    }
    if (rc < 0 && err) {
        *err = own;
    }
    return rc;
}

// ---- what waits

static int wait_add(struct store_waiting *w, struct arena *a, struct buf *b)
{
    if (!buf_ok(b)) {
        return E_LIMIT;
    }
    w->body[w->n++] = arena_span(a, buf_span(b));
    buf_clear(b);
    return 0;
}

static int waiting_intents(struct store_pg *s, size_t max, struct arena *a,
                           struct store_waiting *ret, struct buf *b, struct err *err)
{
    args_reset(&s->args);
    args_u64(&s->args, max - ret->n);
    AUTO_RESULT *r = store_query(s, SQL_STORE_INTENTS, err);

    for (int i = 0; r && i < PQntuples(r); i++) {
        struct input_intent in = {.intent = (uint64_t)pg_i64(r, i, 0),
                                  .person = pg_span(r, i, 1),
                                  .functions = pg_span(r, i, 2),
                                  .verb = pg_span(r, i, 3),
                                  .subject = pg_span(r, i, 4),
                                  .args = pg_span(r, i, 5)};

        input_put_intent(b, &in);
        if (wait_add(ret, a, b) < 0) {
            return err_set(err, E_LIMIT, "store.memory", "an intent does not fit");
        }
    }
    return r ? 0 : err->rc;
}

static int waiting_signatures(struct store_pg *s, size_t max, struct arena *a,
                              struct store_waiting *ret, struct buf *b, struct err *err)
{
    args_reset(&s->args);
    args_u64(&s->args, max - ret->n);
    AUTO_RESULT *r = store_query(s, SQL_STORE_SIGNATURES, err);

    for (int i = 0; r && i < PQntuples(r); i++) {
        struct span id = pg_span(r, i, 0);
        struct input_signature in = {.signature = pg_span(r, i, 1)};

        memcpy(in.command.b, id.p, id.n < sizeof(in.command.b) ? id.n : sizeof(in.command.b));
        input_put_signature(b, &in);
        if (wait_add(ret, a, b) < 0) {
            return err_set(err, E_LIMIT, "store.memory", "a signature does not fit");
        }
    }
    return r ? 0 : err->rc;
}

static int store_waiting(struct store *st, size_t max, struct arena *a, struct store_waiting *ret,
                         struct err *err)
{
    struct store_pg *s = of(st);
    AUTO_BUF b;
    int rc;

    buf_init(&b, 1 << 20);
    *ret = (struct store_waiting){.body = arena_array(a, max + 1, sizeof(struct span))};
    if (!connected(s)) {
        return away(err);
    }
    if (!ret->body) {
        return err_set(err, E_LIMIT, "store.memory", "what waits does not fit");
    }
    // Signatures first: a command's window is short, and there are never more than commands.
    if ((rc = waiting_signatures(s, max, a, ret, &b, err)) < 0 ||
        (rc = waiting_intents(s, max, a, ret, &b, err)) < 0) {
        return rc;
    }
    return arena_ok(a) ? 0 : err_set(err, E_LIMIT, "store.memory", "what waits does not fit");
}

static int store_barrier(struct store *st, struct span name, bool *ret, struct err *err)
{
    struct store_pg *s = of(st);
    struct store_barrier b;
    enum sql_query q;

    if (!connected(s)) {
        return away(err);
    }
    q = store_barrier_name(name, &b) ? sql_find("barrier_", b.name) : SQL_QUERY_COUNT;
    if (q == SQL_QUERY_COUNT) {
        return err_set(err, E_INPUT, "store.barrier", "no barrier is named \"" SPAN_FMT "\"",
                       SPAN_ARG(name));
    }
    args_reset(&s->args);
    args_u64(&s->args, b.count);
    AUTO_RESULT *r = store_query(s, q, err);
    *ret = r && PQntuples(r) == 1 && pg_bool(r, 0, 0);
    return r ? 0 : err->rc;
}

static int store_fd(struct store *st)
{
    return connected(of(st)) ? PQsocket(of(st)->c) : -1;
}

static bool store_news(struct store *st)
{
    struct store_pg *s = of(st);
    bool news = s->news;
    PGnotify *n;

    s->news = false;
    if (connected(s)) {
        (void)PQconsumeInput(s->c);
        while ((n = PQnotifies(s->c))) {
            news = true;
            PQfreemem(n);
        }
    }
    return news;
}

static void store_close(struct store *st)
{
    struct store_pg *s = of(st);

    PQfinish(s->c);
    args_free(&s->args);
    arena_free(&s->scratch);
    free(s->conninfo);
    free(s);
}

static const struct store_ops ops = {
    .load = store_load,
    .inputs = store_inputs,
    .commit = store_commit,
    .waiting = store_waiting,
    .barrier = store_barrier,
    .fd = store_fd,
    .news = store_news,
    .close = store_close,
};

int store_pg_open(const char *conninfo, struct store **ret, struct err *err)
{
    struct store_pg *s = calloc(1, sizeof(*s));
    int rc;

    *ret = NULL;
    if (!s || !(s->conninfo = strdup(conninfo))) {
        free(s);
        return err_set(err, E_SYSTEM, "store.memory", "no memory");
    }
    s->port.ops = &ops;
    args_init(&s->args, ARGS_BYTES);
    arena_init(&s->scratch, SCRATCH_BYTES);
    if ((rc = connect_again(s, err)) < 0) {
        store_close(&s->port);
        return rc;
    }
    *ret = &s->port;
    return 0;
}
