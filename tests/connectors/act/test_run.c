// test_run.c - starting a program: no shell, no environment, a time, a cap.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connectors/act/run.h"

static struct act_values port(const char *value)
{
    struct act_values v = {.of = &actuator_net_quarantine};

    snprintf(v.value[0], sizeof(v.value[0]), "%s", value);
    return v;
}

static struct run_result run(const struct agent_vector *vec, const char *value, utime_t timeout)
{
    struct act_values v = port(value);
    struct run_result r;
    struct err err = ERR_INIT;

    assert_int_equal(run_vector(vec, &v, timeout, &r, &err), 0);
    return r;
}

static void hole_is_one_argument_and_no_shell_sees_it(void **state)
{
    const struct agent_vector v = {3, {{"/usr/bin/printf", 0}, {"[%s]", 0}, {"port", true}}};
    struct run_result r;

    (void)state;
    r = run(&v, "a b;$(id)", UTIME_SECOND * 10);
    assert_true(r.started && r.exit == 0);
    assert_memory_equal(r.output, "[a b;$(id)]", r.n);
    assert_int_equal(r.n, 11);
}

static void environment_is_empty(void **state)
{
    const struct agent_vector v = {1, {{"/usr/bin/env", 0}}};

    (void)state;
    assert_int_equal(run(&v, "", UTIME_SECOND * 10).n, 0);
}

static void no_descriptor_is_inherited(void **state)
{
    const struct agent_vector v = {2, {{"/bin/ls", 0}, {"/proc/self/fd", 0}}};
    struct run_result r;

    (void)state;
    r = run(&v, "", UTIME_SECOND * 10);
    assert_int_equal(r.n, sizeof("0\n1\n2\n3") - 1); // 3 is the folder that ls reads
}

static void program_over_its_time_is_killed_with_its_children(void **state)
{
    const struct agent_vector v = {3, {{"/bin/sh", 0}, {"-c", 0}, {"sleep 600 & sleep 600", 0}}};
    struct run_result r;

    (void)state;
    r = run(&v, "", UTIME_SECOND / 5);
    assert_true(r.started && r.timeout);
    assert_int_equal(r.exit, 128 + 9);
}

static void output_is_capped_and_the_program_still_ends(void **state)
{
    const struct agent_vector v = {
        3, {{"/bin/sh", 0}, {"-c", 0}, {"head -c 300000 /dev/zero | tr '\\0' x; exit 7", 0}}};
    struct run_result r;

    (void)state;
    r = run(&v, "", UTIME_SECOND * 20);
    assert_int_equal(r.exit, 7);
    assert_int_equal(r.n, RUN_OUTPUT_MAX);
}

static void missing_program_was_not_started(void **state)
{
    const struct agent_vector v = {1, {{"/nonexistent/program", 0}}};

    (void)state;
    assert_false(run(&v, "", UTIME_SECOND * 10).started);
}

static void expectation_is_filled_in(void **state)
{
    struct act_values v = port("Gi1");
    char out[32];

    (void)state;
    assert_true(run_expect("on {port}!", &v, out, sizeof(out)));
    assert_string_equal(out, "on Gi1!");
    assert_false(run_expect("{vlan}", &v, out, sizeof(out)));
    assert_false(run_expect("{port}{port}{port}", &v, out, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hole_is_one_argument_and_no_shell_sees_it),
        cmocka_unit_test(environment_is_empty),
        cmocka_unit_test(no_descriptor_is_inherited),
        cmocka_unit_test(program_over_its_time_is_killed_with_its_children),
        cmocka_unit_test(output_is_capped_and_the_program_still_ends),
        cmocka_unit_test(missing_program_was_not_started),
        cmocka_unit_test(expectation_is_filled_in),
    };

    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
