// test_init.c - fabsocctl init and db as a person calls them, on a private cluster.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/ran.h"

#include <sys/stat.h>

#include "connectors/pg/conn.h"

static char state_dir[300];

static void says(struct ran r, int status, const char *err)
{
    assert_int_equal(r.status, status);
    assert_non_null(strstr(r.err, err));
    ran_free(&r);
}

static void the_callers_variables_are_for_other_databases(void **state)
{
    (void)state;
    (void)setenv("PGSERVICE", "none", 1);
    (void)setenv("PGOPTIONS", "-c default_transaction_read_only=on", 1);
    (void)setenv("PGTARGETSESSIONATTRS", "standby", 1);
    says(ran("init", "--embedded", "--state", state_dir), 0, "");
    says(ran("status", "--json", "--state", state_dir), 0, "");
    (void)unsetenv("PGSERVICE");
    (void)unsetenv("PGOPTIONS");
    (void)unsetenv("PGTARGETSESSIONATTRS");
}

static void newer_database(void)
{
    struct ran r = ran("db", "conninfo", "--state", state_dir);
    struct err err = ERR_INIT;
    PGconn *c;

    r.out[strcspn(r.out, "\n")] = '\0';
    assert_int_equal(pg_open(r.out, "test", &c, &err), 0);
    assert_int_equal(
        pg_do(c, "insert into soc.migration (n, name, digest) values (9999, 'x', '\\x00')", &err),
        0);
    PQfinish(c);
    ran_free(&r);
}

static void a_failed_init_ends_the_server_that_it_started(void **state)
{
    (void)state;
    says(ran("init", "--state", state_dir), 0, "");
    newer_database();
    says(ran("init", "--state", state_dir), 2, "migrate.newer");
    says(ran("db", "status", "--state", state_dir), 0, ""); // it ran before: not this init's to end
    says(ran("db", "stop", "--state", state_dir), 0, "");
    says(ran("init", "--state", state_dir), 2, "migrate.newer");
    says(ran("db", "status", "--state", state_dir), 2, "cluster.down");
}

static int begin(void **state)
{
    if (ran_begin(state) < 0 || chmod(ran_dir, 0711) < 0) { // PostgreSQL's user passes through
        return -1;
    }
    (void)snprintf(state_dir, sizeof(state_dir), "%s/state", ran_dir);
    return 0;
}

static int end(void **state)
{
    struct ran r = ran("db", "stop", "--state", state_dir);

    ran_free(&r);
    return ran_end(state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_callers_variables_are_for_other_databases),
        cmocka_unit_test(a_failed_init_ends_the_server_that_it_started),
    };

    return cmocka_run_group_tests_name("init", tests, begin, end);
}
