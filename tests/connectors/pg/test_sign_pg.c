// test_sign_pg.c - sign gets the bytes to be signed, and its answer becomes an input of the engine.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/pg/store_pg.h"
#include "tests/support/pg_bench.h"
#include "tests/support/store_suite.h"

struct ctx {
    struct pg_bench b;
    char engine[PLACE_CONN_MAX], sign[PLACE_CONN_MAX];
};

static struct eid id_of(uint64_t n)
{
    return eid_make(1, (struct pos){1, n, POS_END}, 1);
}

// A started plan without an approval rule, its run, a command in the outbox: as the engine writes them.
static void commit_command(struct store *s, struct arena *a)
{
    struct effect_plan plan = {.id = id_of(1),
                               .number = 1,
                               .state = SPAN_LIT("started"),
                               .planned_by = SPAN_LIT("x"),
                               .document = SPAN_LIT("{}"),
                               .hash = digest_of(SPAN_LIT("{}"))};
    struct effect_run run = {
        .id = id_of(2), .number = 1, .plan_id = plan.id, .state = SPAN_LIT("running")};
    struct effect_command cmd = {.id = id_of(3),
                                 .run_id = run.id,
                                 .agent = SPAN_LIT("a1"),
                                 .counter = 1,
                                 .bytes = SPAN_LIT("\0\x01"),
                                 .state = SPAN_LIT("outbox"),
                                 .issued = 1};
    struct store_state st;
    struct err err = ERR_INIT;
    AUTO_BUF b;

    buf_init(&b, 1 << 16);
    effect_put_plan(&b, &plan);
    effect_put_run(&b, &run);
    effect_put_command(&b, &cmd);
    assert_int_equal(s->ops->load(s, a, &st, &err), 0);
    struct store_commit c = {
        .token = st.token, .from = st.pos, .to = {1, 1, POS_END}, .effects = buf_span(&b)};
    assert_int_equal(s->ops->commit(s, &c, &err), 0);
}

// What connectors/role/sign.c sends.
static int put(PGconn *sign, const struct eid *id, struct span signature, struct err *err)
{
    struct args a;

    args_init(&a, 4096);
    args_value(&a, DEF_eid, id);
    args_raw(&a, signature);
    AUTO_RESULT *r = pg_exec(sign, sql_text(SQL_SIGN_PUT), &a, err);
    args_free(&a);
    return r ? 0 : err->rc;
}

static void assert_waiting(PGconn *sign, const struct eid *id)
{
    struct err err = ERR_INIT;
    AUTO_RESULT *r = pg_exec(sign, sql_text(SQL_SIGN_WAITING), NULL, &err);

    assert_non_null(r);
    assert_int_equal(PQntuples(r), id ? 1 : 0);
    if (id) {
        assert_true(span_eq(pg_span(r, 0, 0), span_of((const char *)id->b, sizeof(id->b))));
        assert_true(span_eq(pg_span(r, 0, 6), SPAN_LIT("\0\x01")));
    }
}

static void a_command_is_seen_signed_and_becomes_an_input(void **state)
{
    struct ctx *c = *state;
    struct eid id = id_of(3);
    struct err err = ERR_INIT;
    struct store_waiting w;
    PGconn *sign;
    struct store *s;
    struct arena a;
    struct input in;

    arena_init(&a, 1 << 20);
    assert_int_equal(store_pg_open(c->engine, &s, &err), 0);
    assert_int_equal(pg_open(c->sign, "test", &sign, &err), 0);
    assert_int_equal(pg_do(sign, sql_text(SQL_SIGN_LISTEN), &err), 0);
    commit_command(s, &a);
    assert_waiting(sign, &id);
    PGnotify *woken = PQnotifies(sign);
    assert_non_null(woken); // the commit said so
    PQfreemem(woken);
    (void)s->ops->news(s);
    assert_int_equal(put(sign, &id, SPAN_LIT("sig"), &err), 0);
    assert_int_equal(s->ops->waiting(s, 10, &a, &w, &err), 0);
    assert_true(s->ops->news(s));
    assert_int_equal(w.n, 1);
    assert_int_equal(input_get(w.body[0], &in), 0);
    assert_true(eid_eq(&in.signature.command, &id));
    assert_true(span_eq(in.signature.signature, SPAN_LIT("sig")));
    // Signed once, and nothing that was not shown.
    assert_int_equal(put(sign, &id, SPAN_LIT("other"), &err), E_STATE);
    assert_string_equal(err.code, "pg.denied");
    assert_waiting(sign, NULL);
    PQfinish(sign);
    s->ops->close(s);
    arena_free(&a);
}

int main(void)
{
    struct ctx c;
    struct CMUnitTest tests[] = {
        {.name = "a_command_is_seen_signed_and_becomes_an_input",
         .test_func = a_command_is_seen_signed_and_becomes_an_input,
         .initial_state = &c},
    };
    struct err err = ERR_INIT;
    int failed;

    if (pg_bench_begin(&c.b) < 0) {
        return 1;
    }
    failed = place_conninfo(&c.b.place, "soc_engine", c.engine, &err) < 0 ||
             place_conninfo(&c.b.place, "soc_sign", c.sign, &err) < 0;
    if (!failed) {
        failed = cmocka_run_group_tests_name("sign_pg", tests, NULL, NULL);
    }
    pg_bench_end(&c.b);
    return failed;
}
