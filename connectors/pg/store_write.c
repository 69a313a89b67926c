// store_write.c - what one transaction of the engine writes, in its order.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/commit_rows.h"
#include "connectors/pg/store_impl.h"
#include "core/base/attr.h"

enum { BATCH = 1000 }; // rows a statement

// ---- the fence

// The update found no row: whose lease is it, and where does the database stand?
static int fence_fault(struct store_pg *s, const struct store_commit *c, struct err *err)
{
    args_reset(&s->args);
    AUTO_RESULT *r = store_query(s, SQL_STORE_TOKEN, err);

    if (!r) {
        return err->rc;
    }
    if (PQntuples(r) == 1 && (uint64_t)pg_i64(r, 0, 0) == c->token) {
        return err_set(err, E_STATE, "store.position",
                       "the database is not at epoch %u, block %llu", c->from.epoch,
                       (unsigned long long)c->from.block);
    }
    return err_set(err, E_STATE, "store.lease", "another engine has taken over");
}

static int fence(struct store_pg *s, const struct store_commit *c, utime_t fab_time,
                 struct err *err)
{
    const struct pos p[2] = {c->from, c->to};

    args_reset(&s->args);
    args_u64(&s->args, c->token);
    for (int i = 0; i < 2; i++) {
        args_u64(&s->args, p[i].epoch);
        args_u64(&s->args, p[i].block);
        args_u64(&s->args, p[i].rec);
    }
    args_value(&s->args, DEF_dig, &c->digest);
    args_time(&s->args, fab_time);
    AUTO_RESULT *r = store_query(s, SQL_STORE_FENCE, err);
    if (!r) {
        return err->rc;
    }
    if (span_eq_str(span_str(PQcmdTuples(r)), "1")) {
        return 0;
    }
    return fence_fault(s, c, err);
}

// ---- effects

// The next at most BATCH rows that were not replaced, decoded.
static size_t batch_take(struct commit_row **at, struct effect *into)
{
    size_t n = 0;

    for (; *at && n < BATCH; *at = (*at)->next) {
        struct rd r = rd_of((*at)->bytes);

        if (!(*at)->replaced && effect_next(&r, &into[n]) == 1) {
            n++;
        }
    }
    return n;
}

static int batch_write(struct store_pg *s, enum effect_kind kind, const struct effect *e, size_t n,
                       struct err *err)
{
    const struct def_row *row = effect_row(kind);

    args_reset(&s->args);
    for (size_t f = 0; f < row->nfields; f++) {
        args_array(&s->args, row->field[f].type, n);
        for (size_t i = 0; i < n; i++) {
            args_put(&s->args, row->field[f].type,
                     (const char *)&e[i].alert + row->field[f].offset);
        }
    }
    if (!s->effect_ready[kind]) {
        if (pg_prepare(s->c, row->table, sql_effect(kind), &s->args, err) < 0) {
            return err->rc;
        }
        s->effect_ready[kind] = true;
    }
    AUTO_RESULT *r = pg_exec_prepared(s->c, row->table, &s->args, err);
    return r ? 0 : err->rc;
}

static int rows_write(struct store_pg *s, const struct commit_rows *rows, enum effect_kind kind,
                      struct effect *room, struct err *err)
{
    struct commit_row *at = rows->first[kind];
    size_t n;
    int rc;

    while ((n = batch_take(&at, room)) > 0) {
        if ((rc = batch_write(s, kind, room, n, err)) < 0) {
            return rc;
        }
    }
    return 0;
}

// Days since 1970, also before it.
static int64_t day_of(utime_t t)
{
    int64_t d = t / UTIME_DAY;

    return t % UTIME_DAY < 0 ? d - 1 : d;
}

static int day_need(struct store_pg *s, int64_t day, struct err *err)
{
    for (size_t i = 0; i < s->ndays && i < STORE_DAYS; i++) {
        if (s->day[i] == day) {
            return 0;
        }
    }
    args_reset(&s->args);
    args_time(&s->args, day * UTIME_DAY);
    if (store_do(s, SQL_STORE_DAY, err) < 0) {
        return err->rc;
    }
    s->day[s->ndays++ % STORE_DAYS] = day;
    return 0;
}

// The partitions of the batch's alerts. A day remembered from a transaction that was rolled back is
// forgotten by the caller (ndays = 0).
static int days_make(struct store_pg *s, const struct commit_rows *rows, struct err *err)
{
    for (const struct commit_row *at = rows->first[EFFECT_ALERT]; at; at = at->next) {
        struct rd r = rd_of(at->bytes);
        struct effect e;
        int rc;

        if (effect_next(&r, &e) == 1 && e.alert.event_time != UTIME_NONE &&
            (rc = day_need(s, day_of(e.alert.event_time), err)) < 0) {
            return rc;
        }
    }
    return 0;
}

static int effects_write(struct store_pg *s, const struct commit_rows *rows, struct effect *room,
                         struct err *err)
{
    int rc = days_make(s, rows, err);

    for (int k = 0; k < EFFECT_COUNT && rc == 0; k++) {
        if (k != EFFECT_AUDIT) {
            rc = rows_write(s, rows, (enum effect_kind)k, room, err);
        }
    }
    return rc;
}

// ---- inputs, snapshot, what was applied

static void inputs_column(struct args *a, const struct store_commit *c, enum def_type t,
                          void (*cell)(const struct store_input *in, struct args *a))
{
    args_array(a, t, c->ninputs);
    for (size_t i = 0; i < c->ninputs; i++) {
        cell(&c->input[i], a);
    }
}

static void cell_epoch(const struct store_input *in, struct args *a)
{
    args_put(a, DEF_u32, &in->pos.epoch);
}
static void cell_block(const struct store_input *in, struct args *a)
{
    args_put(a, DEF_u64, &in->pos.block);
}
static void cell_rec(const struct store_input *in, struct args *a)
{
    args_put(a, DEF_u32, &in->pos.rec);
}
static void cell_n(const struct store_input *in, struct args *a)
{
    args_put(a, DEF_u32, &in->n);
}
static void cell_now(const struct store_input *in, struct args *a)
{
    args_put(a, DEF_time, &in->now);
}
static void cell_kind(const struct store_input *in, struct args *a)
{
    uint8_t k = in->body.n ? (uint8_t)in->body.p[0] : INPUT_KIND_COUNT;
    struct span name =
        k < INPUT_KIND_COUNT ? span_str(input_row((enum input_kind)k)->name) : SPAN_LIT("unknown");

    args_put(a, DEF_str, &name);
}
static void cell_body(const struct store_input *in, struct args *a)
{
    args_put(a, DEF_raw, &in->body);
}

static int inputs_write(struct store_pg *s, const struct store_commit *c, struct err *err)
{
    struct args *a = &s->args;

    if (c->ninputs == 0) {
        return 0;
    }
    args_reset(a);
    inputs_column(a, c, DEF_u32, cell_epoch);
    inputs_column(a, c, DEF_u64, cell_block);
    inputs_column(a, c, DEF_u32, cell_rec);
    inputs_column(a, c, DEF_u32, cell_n);
    inputs_column(a, c, DEF_time, cell_now);
    inputs_column(a, c, DEF_str, cell_kind);
    inputs_column(a, c, DEF_raw, cell_body);
    return store_do(s, SQL_STORE_INPUT_PUT, err);
}

static int snapshot_write(struct store_pg *s, const struct store_snapshot *snap, struct err *err)
{
    int rc;

    if (!snap) {
        return 0;
    }
    args_reset(&s->args);
    args_u64(&s->args, snap->pos.epoch);
    args_u64(&s->args, snap->pos.block);
    args_u64(&s->args, snap->pos.rec);
    args_value(&s->args, DEF_dig, &snap->digest);
    args_raw(&s->args, snap->state);
    if ((rc = store_do(s, SQL_STORE_SNAPSHOT_PUT, err)) < 0) {
        return rc;
    }
    args_reset(&s->args);
    return store_do(s, SQL_STORE_SNAPSHOT_DROP, err);
}

// Applied = among the commit's inputs, or answered by an INTENT effect.
static int intents_done(struct store_pg *s, const struct store_commit *c,
                        const struct commit_rows *rows, struct err *err)
{
    size_t n = 0, max = c->ninputs + rows->n[EFFECT_INTENT];
    uint64_t *id = arena_array(&s->scratch, max + 1, sizeof(*id));

    for (size_t i = 0; id && i < c->ninputs; i++) {
        struct input in;

        if (input_get(c->input[i].body, &in) == 0 && in.kind == INPUT_INTENT) {
            id[n++] = in.intent.intent;
        }
    }
    for (const struct commit_row *at = rows->first[EFFECT_INTENT]; id && at; at = at->next) {
        struct rd r = rd_of(at->bytes);
        struct effect e;

        if (effect_next(&r, &e) == 1) {
            id[n++] = e.intent_done.intent;
        }
    }
    if (n == 0) {
        return id ? 0 : err_set(err, E_LIMIT, "store.memory", "the commit does not fit");
    }
    args_reset(&s->args);
    args_array(&s->args, DEF_u64, n);
    for (size_t i = 0; i < n; i++) {
        args_put(&s->args, DEF_u64, &id[i]);
    }
    return store_do(s, SQL_STORE_INTENTS_DONE, err);
}

static int signatures_done(struct store_pg *s, const struct store_commit *c, struct err *err)
{
    struct eid *id = arena_array(&s->scratch, c->ninputs + 1, sizeof(*id));
    size_t n = 0;

    for (size_t i = 0; id && i < c->ninputs; i++) {
        struct input in;

        if (input_get(c->input[i].body, &in) == 0 && in.kind == INPUT_SIGNATURE) {
            id[n++] = in.signature.command;
        }
    }
    if (n == 0) {
        return id ? 0 : err_set(err, E_LIMIT, "store.memory", "the commit does not fit");
    }
    args_reset(&s->args);
    args_array(&s->args, DEF_eid, n);
    for (size_t i = 0; i < n; i++) {
        args_put(&s->args, DEF_eid, &id[i]);
    }
    return store_do(s, SQL_STORE_SIGNATURES_DONE, err);
}

static int news_send(struct store_pg *s, const struct store_commit *c, struct err *err)
{
    char text[48];
    AUTO_BUF b;

    buf_init(&b, sizeof(text));
    buf_printf(&b, "%u %llu", c->to.epoch, (unsigned long long)c->to.block);
    args_reset(&s->args);
    args_str(&s->args, buf_span(&b));
    return store_do(s, SQL_STORE_NOTIFY, err);
}

static int all_write(struct store_pg *s, const struct store_commit *c, struct commit_rows *rows,
                     struct effect *room, struct err *err)
{
    int rc;

    if ((rc = fence(s, c, rows->fab_time, err)) < 0 ||
        (rc = effects_write(s, rows, room, err)) < 0 || (rc = inputs_write(s, c, err)) < 0 ||
        (rc = snapshot_write(s, c->snapshot, err)) < 0 ||
        (rc = intents_done(s, c, rows, err)) < 0 || (rc = signatures_done(s, c, err)) < 0 ||
        (rc = news_send(s, c, err)) < 0) {
        return rc;
    }
    return rows_write(s, rows, EFFECT_AUDIT, room, err);
}

int store_write(struct store_pg *s, const struct store_commit *c, struct err *err)
{
    struct effect *room = arena_array(&s->scratch, BATCH, sizeof(*room));
    struct commit_rows rows;
    int rc;

    if (!room) {
        return err_set(err, E_LIMIT, "store.memory", "the commit does not fit into memory");
    }
    if ((rc = commit_rows_sort(c->effects, &s->scratch, &rows, err)) < 0) {
        return rc;
    }
    if ((rc = all_write(s, c, &rows, room, err)) < 0) {
        s->ndays = 0; // a partition made in this transaction is gone with it
    }
    return rc;
}
