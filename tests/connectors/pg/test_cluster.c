// test_cluster.c - init again, stop, start again: the data and the credentials stay.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "connectors/pg/migrate.h"
#include "core/base/attr.h"
#include "tests/support/pg_bench.h"

static void a_second_init_changes_nothing(void **state)
{
    struct pg_bench *b = *state;
    struct migrate_done done;
    struct err err = ERR_INIT;

    pg_bench_do(b, "update soc.position set block = 77");
    assert_int_equal(cluster_create(&b->cluster, &err), 0);
    assert_int_equal(migrate_run(b->place.admin, &done, &err), 0);
    assert_int_equal(done.applied, 0);
    assert_true(done.newest >= 5);
    char *block = pg_bench_ask(b, "select block from soc.position");
    assert_string_equal(block, "77");
    free(block);
}

static void a_changed_migration_is_refused(void **state)
{
    struct pg_bench *b = *state;
    struct migrate_done done;
    struct err err = ERR_INIT;

    pg_bench_do(b, "update soc.migration set digest = '\\x00' where n = 3");
    assert_int_equal(migrate_run(b->place.admin, &done, &err), E_STATE);
    assert_string_equal(err.code, "migrate.changed");
    assert_non_null(strstr(err.msg, "0003"));
    pg_bench_do(b, "update soc.migration set digest = (select digest from soc.migration where n = "
                   "2) where n = 3");
    pg_bench_do(b, "delete from soc.migration where n = 3");
    assert_true(migrate_run(b->place.admin, &done, &err) < 0); // its tables stand already
    assert_string_equal(err.path, "sql/migrations/0003_fab_pam.sql");
    assert_true(err.line > 1);
}

static void a_newer_database_is_refused(void **state)
{
    struct pg_bench *b = *state;
    struct migrate_done done;
    struct err err = ERR_INIT;

    pg_bench_do(b, "insert into soc.migration (n, name, digest) values (9999, 'x', '\\x00')");
    assert_int_equal(migrate_run(b->place.admin, &done, &err), E_STATE);
    assert_string_equal(err.code, "migrate.newer");
    pg_bench_do(b, "delete from soc.migration where n = 9999");
}

static void it_stops_and_starts_with_its_data(void **state)
{
    struct pg_bench *b = *state;
    struct err err = ERR_INIT;
    pid_t pid;

    pg_bench_do(b, "update soc.site set name = 'kept'");
    PQfinish(b->admin);
    b->admin = NULL;
    assert_true(cluster_running(&b->cluster, &pid));
    assert_int_equal(cluster_stop(&b->cluster, &err), 0);
    assert_false(cluster_running(&b->cluster, NULL));
    assert_int_equal(cluster_stop(&b->cluster, &err), 0);
    assert_true(pg_open(b->place.admin, "test", &b->admin, &err) == E_SYSTEM);
    assert_string_equal(err.code, "pg.lost");
    assert_int_equal(cluster_start(&b->cluster, &err), 0);
    assert_int_equal(cluster_start(&b->cluster, &err), 0);
    assert_int_equal(pg_open(b->place.admin, "test", &b->admin, &err), 0);
    char *name = pg_bench_ask(b, "select name from soc.site");
    assert_string_equal(name, "kept");
    free(name);
}

static void a_credential_is_a_file_of_ones_own(void **state)
{
    struct pg_bench *b = *state;
    char conninfo[PLACE_CONN_MAX], first[PLACE_PASSWORD], again[PLACE_PASSWORD], path[256];
    struct err err = ERR_INIT;
    struct stat st;
    PGconn *c;

    assert_int_equal(pg_bench_person(b, "op.x", "operator", "etch", conninfo), 0);
    assert_null(strstr(conninfo, "password"));
    (void)snprintf(path, sizeof(path), "%s/cred/op.x", b->state);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(place_password(b->state, "op.x", first, &err), 0);
    assert_int_equal(place_password(b->state, "op.x", again, &err), 0);
    assert_string_equal(first, again);
    assert_int_equal(pg_open(conninfo, "test", &c, &err), 0);
    PQfinish(c);
    assert_int_equal(place_conninfo(&b->place, "nobody", conninfo, &err), E_INPUT);
    assert_int_equal(place_conninfo(&b->place, "../db", conninfo, &err), E_INPUT);
}

static void names_that_are_no_logins_are_refused(void **state)
{
    static const char *const bad[] = {
        "",    "Sato", "pg_x", "fabsoc_owner", "postgres",
        "a b", "a/b",  "1a",   "a'b",          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct pg_bench *b = *state;
    struct err err = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(migrate_person(b->place.admin, b->state, bad[i], "operator", "*", &err),
                         E_INPUT);
    }
}

static void nobody_gets_in_without_a_password(void **state)
{
    struct pg_bench *b = *state;
    char conninfo[PLACE_CONN_MAX + 64];
    struct err err = ERR_INIT;
    PGconn *c;

    (void)snprintf(conninfo, sizeof(conninfo), "%s user=soc_engine", b->place.base);
    assert_int_equal(pg_open(conninfo, "test", &c, &err), E_SYSTEM);
    assert_null(c);
}

static void the_callers_variables_are_for_other_databases(void **state)
{
    struct pg_bench *b = *state;
    struct err err = ERR_INIT;
    struct place p;
    PGconn *c;

    (void)setenv("PGSERVICE", "none", 1);
    (void)setenv("PGOPTIONS", "-c default_transaction_read_only=on", 1);
    (void)setenv("PGTARGETSESSIONATTRS", "standby", 1);
    assert_int_equal(pg_open(b->place.admin, "test", &c, &err), E_SYSTEM); // as libpq has it
    assert_int_equal(place_load(b->state, &p, &err), 0);
    assert_int_equal(pg_open(p.admin, "test", &c, &err), 0);
    assert_int_equal(pg_do(c, "create temporary table written ()", &err), 0);
    PQfinish(c);
    assert_null(getenv("PGSERVICE"));
    assert_non_null(getenv("PATH"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_init_changes_nothing),
        cmocka_unit_test(it_stops_and_starts_with_its_data),
        cmocka_unit_test(a_credential_is_a_file_of_ones_own),
        cmocka_unit_test(names_that_are_no_logins_are_refused),
        cmocka_unit_test(nobody_gets_in_without_a_password),
        cmocka_unit_test(the_callers_variables_are_for_other_databases),
        cmocka_unit_test(a_newer_database_is_refused),
        cmocka_unit_test(a_changed_migration_is_refused), // last: it breaks the database
    };
    struct CMUnitTest bound[ARRAY_LEN(tests)];
    struct pg_bench b;
    int failed;

    if (pg_bench_begin(&b) < 0) {
        return 1;
    }
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        bound[i] = tests[i];
        bound[i].initial_state = &b;
    }
    failed = cmocka_run_group_tests_name("cluster", bound, NULL, NULL);
    pg_bench_end(&b);
    return failed;
}
