// test_store_pg.c - PostgreSQL keeps the promises of core/store.h.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "connectors/pg/store_pg.h"
#include "tests/support/pg_bench.h"
#include "tests/support/store_suite.h"

struct ctx {
    struct pg_bench b;
    char engine[PLACE_CONN_MAX], person[PLACE_CONN_MAX], sign[PLACE_CONN_MAX];
};

static struct store *open_pg(void *ctx)
{
    struct ctx *c = ctx;
    struct err err = ERR_INIT;
    struct store *s;

    if (store_pg_open(c->engine, &s, &err) < 0) {
        err_print(stderr, &err);
    }
    return s;
}

static void clear_pg(void *ctx)
{
    pg_bench_clear(&((struct ctx *)ctx)->b);
}

// As the person does it: his own connection, the api function.
static uint64_t ask_pg(void *ctx, const char *group, const char *note)
{
    struct ctx *c = ctx;
    const char *arg[] = {group, note};
    struct err err = ERR_INIT;
    uint64_t id = 0;
    PGconn *p;
    char *last;

    if (pg_open(c->person, "test", &p, &err) < 0) {
        err_print(stderr, &err);
        return 0;
    }
    AUTO_RESULT *r = pg_exec_text(p, "select api.ack_group($1, $2)", arg, 2, &err);
    if (!r || strcmp(PQgetvalue(r, 0, 0), "ok") != 0) {
        fprintf(stderr, "api.ack_group: %s\n", r ? PQgetvalue(r, 0, 0) : err.msg);
    }
    PQfinish(p);
    last = pg_bench_ask(&c->b, "select max(id) from soc.intent");
    if (last) {
        id = strtoull(last, NULL, 10);
    }
    free(last);
    return id;
}

// As sign does it, for a command that the rows approve: the suite's run is made one that goes on.
static void sign_pg(void *ctx, const struct eid *command, struct span signature)
{
    struct ctx *c = ctx;
    struct err err = ERR_INIT;
    struct args a;
    PGconn *s;

    pg_bench_do(
        &c->b,
        "insert into play.plan select (jsonb_populate_record(null::play.plan, "
        "'{\"number\": 1, \"area\": \"\", \"playbook_id\": \"p\", \"playbook_name\": \"p\", "
        "\"document\": \"\", \"approval_rule\": \"\", \"impact\": \"\", "
        "\"hash\": \"\\\\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", "
        "\"hazard\": 4, \"state\": \"started\", \"planned_by\": \"x\", \"site\": 1, "
        "\"id\": \"00000000-0000-0000-0000-000000000001\"}')).*");
    pg_bench_do(
        &c->b,
        "insert into play.run select (jsonb_populate_record(null::play.run, to_jsonb(r))).* from "
        "(select run_id as id, 1 as number, '00000000-0000-0000-0000-000000000001'::uuid as "
        "plan_id, "
        "'' as area, 'running' as state, '' as reason, false as dry, 'x' as started_by, 0 as "
        "steps, "
        "0 as actions, 0 as verified, 0 as token, 1 as site from play.command) r");
    if (pg_open(c->sign, "test", &s, &err) < 0) {
        err_print(stderr, &err);
        return;
    }
    args_init(&a, 4096);
    args_value(&a, DEF_eid, command);
    args_raw(&a, signature);
    AUTO_RESULT *r =
        pg_exec(s, "insert into play.signature (command, signature) values ($1, $2)", &a, &err);
    if (!r) {
        err_print(stderr, &err);
    }
    args_free(&a);
    PQfinish(s);
}

static uint64_t count_pg(void *ctx, enum effect_kind kind)
{
    char *n =
        pg_bench_ask(&((struct ctx *)ctx)->b, "select count(*) from %s", effect_row(kind)->table);
    uint64_t ret = strtoull(n, NULL, 10);

    free(n);
    return ret;
}

static void expression(enum effect_kind kind, const char *field, char out[200])
{
    const struct def_row *row = effect_row(kind);
    enum def_type t = DEF_str;

    for (size_t i = 0; i < row->nfields; i++) {
        if (strcmp(row->field[i].name, field) == 0) {
            t = row->field[i].type;
        }
    }
    (void)snprintf(out, 200,
                   t == DEF_time                  ? "coalesce(soc.rfc3339(\"%s\"), '')"
                   : t == DEF_dig || t == DEF_raw ? "encode(\"%s\", 'hex')"
                                                  : "coalesce(\"%s\"::text, '')",
                   field);
}

static bool cell_pg(void *ctx, enum effect_kind kind, const char *where, const char *is,
                    const char *get, struct buf *out)
{
    char left[200], want[200], *text;

    expression(kind, where, left);
    expression(kind, get, want);
    text = pg_bench_ask(&((struct ctx *)ctx)->b, "select %s from %s where %s = '%s'", want,
                        effect_row(kind)->table, left, is);
    if (text) {
        buf_str(out, text);
    }
    free(text);
    return text != NULL;
}

int main(void)
{
    struct ctx c;
    struct err err = ERR_INIT;
    struct store_suite s = {.name = "store_pg",
                            .ctx = &c,
                            .open = open_pg,
                            .clear = clear_pg,
                            .ask = ask_pg,
                            .sign = sign_pg,
                            .count = count_pg,
                            .cell = cell_pg};
    int failed;

    if (pg_bench_begin(&c.b) < 0) {
        return 1;
    }
    failed = pg_bench_person(&c.b, "op.etch", "operator", "*", c.person) < 0 ||
             place_conninfo(&c.b.place, "soc_engine", c.engine, &err) < 0 ||
             place_conninfo(&c.b.place, "soc_sign", c.sign, &err) < 0;
    if (!failed) {
        failed = store_suite_run(&s);
    }
    pg_bench_end(&c.b);
    return failed;
}
