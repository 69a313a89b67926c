// test_store_only_pg.c - what only a database can do wrong: lost connections, partitions, page limits.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "connectors/pg/store_pg.h"
#include "core/base/attr.h"
#include "tests/support/pg_bench.h"
#include "tests/support/store_suite.h"

struct ctx {
    struct pg_bench b;
    char engine[PLACE_CONN_MAX];
};

struct bench {
    struct ctx *c;
    struct store *s;
    struct store_state st;
    struct arena a;
    struct buf b;
    struct err err;
};

static struct bench begin(void **state)
{
    struct bench t = {.c = *state};

    pg_bench_clear(&t.c->b);
    arena_init(&t.a, 1 << 24);
    buf_init(&t.b, 1 << 22);
    assert_int_equal(store_pg_open(t.c->engine, &t.s, &t.err), 0);
    assert_int_equal(t.s->ops->load(t.s, &t.a, &t.st, &t.err), 0);
    return t;
}

static void end(struct bench *t)
{
    t->s->ops->close(t->s);
    arena_free(&t->a);
    buf_free(&t->b);
}

static int commit(struct bench *t)
{
    struct store_commit c = {.token = t->st.token,
                             .from = t->st.pos,
                             .to = {1, t->st.pos.block + 1, POS_END},
                             .effects = buf_span(&t->b)};
    int rc = t->s->ops->commit(t->s, &c, &t->err);

    if (rc == 0) {
        t->st.pos = c.to;
    }
    buf_clear(&t->b);
    return rc;
}

static void put_alert(struct bench *t, uint32_t n, utime_t event_time)
{
    struct effect_alert e = {
        .id = eid_make(1, (struct pos){1, n, 0}, 1), .number = n, .event_time = event_time};

    effect_put_alert(&t->b, &e);
}

static void assert_answer(struct bench *t, const char *sql, const char *want)
{
    char *got = pg_bench_ask(&t->c->b, "%s", sql);

    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
}

static void a_lost_connection_is_told_and_load_makes_a_new_one(void **state)
{
    struct bench t = begin(state);
    struct store_waiting w;

    put_alert(&t, 1, 0);
    assert_int_equal(commit(&t), 0);
    pg_bench_do(
        &t.c->b,
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'soc_engine'");
    put_alert(&t, 2, 0);
    assert_int_equal(commit(&t), E_SYSTEM);
    assert_string_equal(t.err.code, "pg.lost");
    assert_int_equal(t.s->ops->fd(t.s), -1);
    assert_int_equal(t.s->ops->waiting(t.s, 1, &t.a, &w, &t.err), E_SYSTEM);
    assert_int_equal(t.s->ops->load(t.s, &t.a, &t.st, &t.err), 0);
    assert_int_equal(t.st.pos.block, 1);
    put_alert(&t, 2, 0);
    assert_int_equal(commit(&t), 0); // statements are prepared again
    assert_answer(&t, "select count(*) from soc.alert", "2");
    end(&t);
}

static void alerts_of_any_day_find_their_place(void **state)
{
    struct bench t = begin(state);

    put_alert(&t, 1, UTIME_DAY * 20000 - 1);
    put_alert(&t, 2, UTIME_DAY * 20000);
    put_alert(&t, 3, -1);
    assert_int_equal(commit(&t), 0);
    assert_answer(&t, "select count(distinct tableoid) from soc.alert", "3");
    end(&t);
}

// The partition made by a transaction that failed is gone with it and must be made again.
static void a_day_of_a_failed_commit_is_made_again(void **state)
{
    struct bench t = begin(state);

    put_alert(&t, 1, UTIME_DAY * 21000);
    store_suite_effect(&t.b, EFFECT_TIMELINE, 1);
    store_suite_effect(&t.b, EFFECT_TIMELINE, 1);
    assert_int_equal(commit(&t), E_INPUT);
    put_alert(&t, 1, UTIME_DAY * 21000);
    assert_int_equal(commit(&t), 0);
    end(&t);
}

static void a_key_no_index_takes_is_named(void **state)
{
    static char longest[2000];
    struct bench t = begin(state);
    struct effect_tool e = {.since = UTIME_NONE, .qtime_end = UTIME_NONE};

    memset(longest, 'x', sizeof(longest));
    e.asset = span_of(longest, sizeof(longest));
    effect_put_tool(&t.b, &e);
    assert_int_equal(commit(&t), E_INPUT);
    assert_string_equal(t.err.code, "store.text");
    assert_non_null(strstr(t.err.msg, "asset"));
    end(&t);
}

static void a_number_no_column_takes_is_refused(void **state)
{
    struct bench t = begin(state);
    struct effect_table e = {.name = SPAN_LIT("t"), .rows = UINT64_MAX};

    effect_put_table(&t.b, &e);
    assert_int_equal(commit(&t), E_INPUT);
    assert_int_equal(commit(&t), 0);
    end(&t);
}

static void a_move_no_life_cycle_has_undoes_the_commit(void **state)
{
    struct bench t = begin(state);
    struct effect_run e = {.id = eid_make(1, (struct pos){1, 1, 0}, 1),
                           .dry = true,
                           .state = SPAN_LIT("finished"),
                           .started = UTIME_NONE,
                           .ended = UTIME_NONE};

    effect_put_run(&t.b, &e);
    assert_int_equal(commit(&t), 0);
    e.state = SPAN_LIT("running");
    effect_put_run(&t.b, &e);
    assert_int_equal(commit(&t), E_INPUT);
    assert_string_equal(t.err.code, "pg.constraint");
    assert_non_null(strstr(t.err.msg, "fsm.run"));
    end(&t);
}

static void audit_effects_join_the_chain_and_fab_time_follows_status(void **state)
{
    struct bench t = begin(state);
    struct effect_status st = {.one = 1, .fab_time = 1795312496000001, .watermark = UTIME_NONE};

    for (uint32_t i = 1; i <= 3; i++) {
        store_suite_effect(&t.b, EFFECT_AUDIT, i);
    }
    effect_put_status(&t.b, &st);
    assert_int_equal(commit(&t), 0);
    assert_answer(
        &t, "select count(*) || ' ' || (select count(*) from audit.verify()) from audit.entry",
        "3 0");
    assert_answer(&t, "select soc.rfc3339(soc.fab_now())", "2026-11-22T01:54:56.000001Z");
    assert_int_equal(commit(&t), 0); // a commit without STATUS leaves it
    assert_answer(&t, "select soc.rfc3339(soc.fab_now())", "2026-11-22T01:54:56.000001Z");
    end(&t);
}

// A person's session, which asks once and keeps its transaction open, or takes the lock itself.
static PGconn *open_holder(struct bench *t, const char *asks)
{
    char conninfo[PLACE_CONN_MAX];
    PGconn *c;

    assert_int_equal(pg_bench_person(&t->c->b, "holder", "operator", "*", conninfo), 0);
    assert_int_equal(pg_open(conninfo, "test", &c, &t->err), 0);
    // What a person can set for himself bounds nothing.
    assert_int_equal(pg_do(c, "set idle_in_transaction_session_timeout = 0", &t->err), 0);
    assert_int_equal(pg_do(c, "begin", &t->err), 0);
    assert_int_equal(pg_do(c, asks, &t->err), 0);
    return c;
}

static void who_keeps_the_audit_chain_loses_his_session_and_the_commit_goes_on(void **state)
{
    static const char *const asks[] = {"select api.note('1', 'x')",
                                       "select pg_advisory_lock(7165283117340001)"};

    for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
        struct bench t = begin(state);
        PGconn *holder = open_holder(&t, asks[i]);

        store_suite_effect(&t.b, EFFECT_AUDIT, 1);
        assert_int_equal(commit(&t), 0);
        assert_int_equal(pg_do(holder, "commit", &t.err), E_SYSTEM);
        assert_string_equal(t.err.code, "pg.lost");
        assert_answer(&t,
                      "select string_agg(actor || ' ' || kind, ', ' order by seq) from audit.entry "
                      "where subject = 'holder'",
                      "engine ended");
        assert_answer(&t, "select count(*) from audit.entry where kind in ('intent', 'refused')",
                      "0");
        assert_answer(&t, "select count(*) from audit.verify()", "0");
        PQfinish(holder);
        end(&t);
    }
}

static void who_reads_in_a_long_transaction_keeps_his_session(void **state)
{
    struct bench t = begin(state);
    PGconn *reader = open_holder(&t, "select count(*) from api.incident");
    PGconn *holder = open_holder(&t, "select api.note('1', 'x')");

    store_suite_effect(&t.b, EFFECT_AUDIT, 1);
    assert_int_equal(commit(&t), 0);
    assert_int_equal(pg_do(reader, "commit", &t.err), 0);
    PQfinish(reader);
    PQfinish(holder);
    end(&t);
}

static void more_rows_than_a_statement_takes_are_all_written(void **state)
{
    struct bench t = begin(state);

    for (uint32_t i = 1; i <= 2501; i++) {
        put_alert(&t, i, 0);
    }
    assert_int_equal(commit(&t), 0);
    assert_answer(&t, "select count(*) from soc.alert", "2501");
    end(&t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_connection_is_told_and_load_makes_a_new_one),
        cmocka_unit_test(alerts_of_any_day_find_their_place),
        cmocka_unit_test(a_day_of_a_failed_commit_is_made_again),
        cmocka_unit_test(a_key_no_index_takes_is_named),
        cmocka_unit_test(a_number_no_column_takes_is_refused),
        cmocka_unit_test(a_move_no_life_cycle_has_undoes_the_commit),
        cmocka_unit_test(audit_effects_join_the_chain_and_fab_time_follows_status),
        cmocka_unit_test(who_keeps_the_audit_chain_loses_his_session_and_the_commit_goes_on),
        cmocka_unit_test(who_reads_in_a_long_transaction_keeps_his_session),
        cmocka_unit_test(more_rows_than_a_statement_takes_are_all_written),
    };
    struct CMUnitTest bound[ARRAY_LEN(tests)];
    struct err err = ERR_INIT;
    struct ctx c;
    int failed;

    if (pg_bench_begin(&c.b) < 0) {
        return 1;
    }
    failed = place_conninfo(&c.b.place, "soc_engine", c.engine, &err) < 0;
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        bound[i] = tests[i];
        bound[i].initial_state = &c;
    }
    if (!failed) {
        failed = cmocka_run_group_tests_name("store_only_pg", bound, NULL, NULL);
    }
    pg_bench_end(&c.b);
    return failed;
}
