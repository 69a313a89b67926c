// test_desk_pg.c - the console's port answers in time, in order and as the person.
// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "connectors/pg/desk_pg.h"
#include "tests/support/pg_bench.h"

struct ctx {
    struct pg_bench b;
    char operator_[PLACE_CONN_MAX], responder[PLACE_CONN_MAX];
};

static struct desk *open_as(const char *conninfo)
{
    struct err err = ERR_INIT;
    struct desk *d;

    assert_int_equal(desk_pg_open(conninfo, &d, &err), 0);
    return d;
}

// The next thing that happens, within ten seconds; DESK_NONE when nothing did.
static enum desk_event await(struct desk *d, struct desk_answer *a)
{
    for (int i = 0; i < 1000; i++) {
        struct pollfd p = {.fd = d->ops->fd(d),
                           .events = d->ops->wants_write(d) ? POLLIN | POLLOUT : POLLIN};
        struct err err = ERR_INIT;

        assert_int_equal(d->ops->turn(d, &err), 0);
        if (d->ops->next(d, a) != DESK_NONE) {
            return a->event;
        }
        (void)poll(&p, p.fd >= 0, 10);
    }
    return DESK_NONE;
}

static enum desk_event await_other(struct desk *d, struct desk_answer *a, enum desk_event than)
{
    enum desk_event e;

    while ((e = await(d, a)) == than) {
    }
    return e;
}

static void every_query_gives_the_columns_of_its_contract(void **state)
{
    struct ctx *c = *state;

    for (int q = 0; q < DESK_QUERY_COUNT; q++) {
        const struct desk_def *def = desk_query_def((enum desk_query)q);
        const char *const none[DESK_PARAMS_MAX] = {"1", "", "", "", "", ""};
        struct span rest = span_str(def->columns);
        struct err err = ERR_INIT;
        AUTO_RESULT *r = pg_exec_text(c->b.admin, sql_desk((enum desk_query)q), none,
                                      (int)desk_list_count(def->params), &err);

        if (!r) {
            fail_msg("%s: %s", def->name, err.msg);
        }
        for (int i = 0; rest.n || i < PQnfields(r); i++) {
            struct span want = span_cut(&rest, ',');
            const char *got = i < PQnfields(r) ? PQfname(r, i) : "(nothing)";

            if (!span_eq_str(want, got)) {
                fail_msg("%s: column %d is %s, not " SPAN_FMT, def->name, i + 1, got,
                         SPAN_ARG(want));
            }
        }
    }
}

static void every_query_is_answered_to_an_operator(void **state)
{
    struct ctx *c = *state;
    struct desk *d = open_as(c->operator_);
    struct desk_answer a;

    for (int q = 0; q < DESK_QUERY_COUNT; q++) {
        const struct desk_def *def = desk_query_def((enum desk_query)q);
        const struct span p[3] = {SPAN_LIT("1"), SPAN_LIT(""), SPAN_LIT("200")};
        enum desk_event e;

        assert_int_equal(
            d->ops->ask(d, (uint64_t)q + 100, (enum desk_query)q, p, desk_list_count(def->params)),
            0);
        e = await_other(d, &a, DESK_NEWS);
        if (e != DESK_PAGE) {
            fail_msg("%s: event %d, %s", def->name, e, a.err.msg);
        }
        assert_int_equal(a.ticket, (uint64_t)q + 100);
        assert_int_equal(a.query, q);
        assert_int_equal(a.ncols, desk_list_count(def->columns));
    }
    d->ops->close(d);
}

static void the_state_row_says_who_i_am(void **state)
{
    struct ctx *c = *state;
    struct desk *d = open_as(c->operator_);
    struct desk_answer a;

    assert_int_equal(d->ops->ask(d, 1, DESK_STATE, NULL, 0), 0);
    assert_int_equal(await_other(d, &a, DESK_NEWS), DESK_PAGE);
    assert_int_equal(a.nrows, 1);
    assert_true(span_eq_str(desk_cell(&a, 0, desk_column(DESK_STATE, "person")), "op.etch"));
    assert_true(span_eq_str(desk_cell(&a, 0, desk_column(DESK_STATE, "roles")), "operator"));
    d->ops->close(d);
}

static void every_call_reaches_its_function(void **state)
{
    struct ctx *c = *state;
    struct desk *d = open_as(c->responder);
    struct desk_answer a;

    for (int k = 0; k < DESK_CALL_COUNT; k++) {
        const struct desk_def *def = desk_call_def((enum desk_call)k);
        const struct span arg[4] = {SPAN_LIT("77"), SPAN_LIT("x"), SPAN_LIT("x"), SPAN_LIT("x")};
        enum desk_event e;

        assert_int_equal(
            d->ops->call(d, (uint64_t)k, (enum desk_call)k, arg, desk_list_count(def->params)), 0);
        e = await_other(d, &a, DESK_NEWS);
        if (e != DESK_FAULT || a.err.rc != E_STATE || !strchr(a.err.code, '.') || !a.err.msg[0]) {
            fail_msg("%s: event %d, %s: %s", def->name, e, a.err.code, a.err.msg);
        }
        assert_int_equal(a.call, k);
    }
    d->ops->close(d);
}

static void a_refusal_is_a_fault_with_its_code(void **state)
{
    struct ctx *c = *state;
    const struct span arg[2] = {SPAN_LIT("77"), SPAN_LIT("x")};
    struct desk *d = open_as(c->operator_);
    struct desk_answer a;

    assert_int_equal(d->ops->call(d, 9, DESK_CALL_ACK_GROUP, arg, 2), 0);
    assert_int_equal(await_other(d, &a, DESK_NEWS), DESK_FAULT);
    assert_string_equal(a.err.code, "group.unknown");
    assert_int_equal(d->ops->call(d, 9, DESK_CALL_START_RUN, arg, 2), 0);
    assert_int_equal(await_other(d, &a, DESK_NEWS), DESK_FAULT);
    assert_string_equal(a.err.code, "right.role");
    d->ops->close(d);
}

static void answers_come_in_the_order_of_the_questions(void **state)
{
    struct ctx *c = *state;
    struct desk *d = open_as(c->operator_);
    struct desk_answer a;

    for (uint64_t i = 0; i < DESK_PENDING; i++) {
        assert_int_equal(d->ops->ask(d, i, DESK_TIERS, NULL, 0), 0);
    }
    assert_int_equal(d->ops->ask(d, 99, DESK_TIERS, NULL, 0), E_LIMIT);
    for (uint64_t i = 0; i < DESK_PENDING; i++) {
        assert_int_equal(await_other(d, &a, DESK_NEWS), DESK_PAGE);
        assert_int_equal(a.ticket, i);
        assert_int_equal(a.nrows, 5);
        assert_true(span_eq_str(desk_cell(&a, 2, 0), "T2"));
    }
    d->ops->close(d);
}

static void text_that_is_no_text_is_refused(void **state)
{
    struct ctx *c = *state;
    const struct span nul[1] = {{"1\0", 2}}, bad[1] = {{"\xff", 1}};
    struct desk *d = open_as(c->operator_);

    assert_int_equal(d->ops->ask(d, 1, DESK_GROUP, nul, 1), E_INPUT);
    assert_int_equal(d->ops->ask(d, 1, DESK_GROUP, bad, 1), E_INPUT);
    assert_int_equal(d->ops->ask(d, 1, DESK_GROUP, NULL, 0), E_USAGE);
    d->ops->close(d);
}

static void several_notifications_are_one_piece_of_news(void **state)
{
    struct ctx *c = *state;
    struct desk *d = open_as(c->operator_);
    enum desk_event e;
    struct desk_answer a;
    int news = 0;

    assert_int_equal(await(d, &a), DESK_NEWS); // of the beginning
    pg_bench_do(&c->b, "begin");               // they leave the server together
    for (int i = 0; i < 5; i++) {
        pg_bench_do(&c->b, "select pg_notify('soc_news', '%d')", i);
    }
    pg_bench_do(&c->b, "commit");
    assert_int_equal(await(d, &a), DESK_NEWS);
    assert_int_equal(d->ops->ask(d, 5, DESK_TIERS, NULL, 0), 0);
    while ((e = await(d, &a)) == DESK_NEWS) {
        news++;
    }
    assert_int_equal(e, DESK_PAGE);
    assert_int_equal(news, 0);
    d->ops->close(d);
}

static void a_lost_connection_is_told_and_made_again(void **state)
{
    struct ctx *c = *state;
    struct desk *d = open_as(c->operator_);
    struct desk_answer a;

    assert_int_equal(await(d, &a), DESK_NEWS);
    pg_bench_do(&c->b,
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'op.etch'");
    assert_int_equal(await_other(d, &a, DESK_NEWS), DESK_LOST);
    assert_int_equal(d->ops->ask(d, 1, DESK_TIERS, NULL, 0), E_SYSTEM);
    assert_int_equal(await(d, &a), DESK_BACK);
    assert_int_equal(d->ops->ask(d, 1, DESK_TIERS, NULL, 0), 0);
    assert_int_equal(await_other(d, &a, DESK_NEWS), DESK_PAGE);
    d->ops->close(d);
}

static void what_waits_when_the_connection_breaks_fails(void **state)
{
    struct ctx *c = *state;
    char nowhere[PLACE_CONN_MAX + 64];
    struct desk *d;
    struct desk_answer a;

    (void)snprintf(nowhere, sizeof(nowhere), "%s host=/nonexistent", c->operator_);
    d = open_as(nowhere);
    (void)d->ops->ask(d, 3, DESK_TIERS, NULL, 0);
    assert_int_equal(await(d, &a), DESK_LOST);
    assert_non_null(strstr(a.err.msg, "/nonexistent"));
    if (d->ops->next(d, &a) != DESK_NONE) {
        assert_int_equal(a.event, DESK_FAULT);
        assert_int_equal(a.ticket, 3);
    }
    d->ops->close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_gives_the_columns_of_its_contract),
        cmocka_unit_test(every_query_is_answered_to_an_operator),
        cmocka_unit_test(the_state_row_says_who_i_am),
        cmocka_unit_test(every_call_reaches_its_function),
        cmocka_unit_test(a_refusal_is_a_fault_with_its_code),
        cmocka_unit_test(answers_come_in_the_order_of_the_questions),
        cmocka_unit_test(text_that_is_no_text_is_refused),
        cmocka_unit_test(several_notifications_are_one_piece_of_news),
        cmocka_unit_test(a_lost_connection_is_told_and_made_again),
        cmocka_unit_test(what_waits_when_the_connection_breaks_fails),
    };
    struct CMUnitTest bound[sizeof(tests) / sizeof(tests[0])];
    struct ctx c;
    int failed;

    if (pg_bench_begin(&c.b) < 0) {
        return 1;
    }
    failed = pg_bench_person(&c.b, "op.etch", "operator", "*", c.operator_) < 0 ||
             pg_bench_person(&c.b, "re.etch", "responder", "*", c.responder) < 0;
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        bound[i] = tests[i];
        bound[i].initial_state = &c;
    }
    if (!failed) {
        failed = cmocka_run_group_tests_name("desk_pg", bound, NULL, NULL);
    }
    pg_bench_end(&c.b);
    return failed;
}
