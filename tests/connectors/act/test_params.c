// test_params.c - OpenC2 parameters in the actuators' grammar.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/act/params.h"

#define PORT(value)                                                                                \
    "{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":" value "}}}"
#define SESSION(rest)                                                                              \
    "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"S-1\"" rest

static int read_port(const char *json, struct act_values *v)
{
    struct err err = ERR_INIT;
    int rc = params_read(&actuator_net_quarantine, span_str(json), v, &err);

    if (rc) {
        assert_string_equal(err.code, "params.bad");
    }
    return rc;
}

static void right_parameters_are_read(void **state)
{
    struct act_values v;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(read_port(PORT("\"Gi1/0/7\""), &v), 0);
    assert_string_equal(params_value(&v, SPAN_LIT("port")), "Gi1/0/7");
    assert_null(params_value(&v, SPAN_LIT("vlan")));
    assert_int_equal(params_read(&actuator_pam_terminate, SPAN_LIT(SESSION("}}}")), &v, &err), 0);
    assert_int_equal(params_whole(&v, &err), 0);
}

static void what_is_not_in_the_grammar_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{",
        "\"x\"",
        "{\"action\":\"contain\"}",
        "{\"action\":\"deny\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":\"1\"}}}",
        "{\"action\":\"contain\",\"target\":{\"x-fabsoc:pam_session\":{\"port\":\"1\"}}}",
        "{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":\"1\"},\"y\":1}}",
        "{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":\"1\"}},\"z\":1}",
        "{\"action\":\"contain\",\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{"
        "\"port\":"
        "\"1\"}}}",
        PORT("\"\""),
        PORT("\"-v\""),
        PORT("\"a b\""),
        PORT("\"a;b\""),
        PORT("\"$(id)\""),
        PORT("\"a\\u0000b\""),
        PORT("\"a\\nb\""),
        PORT("null"),
        PORT("{}"),
        PORT("1.5"),
        PORT("-1"),
        PORT("\"1\",\"other\":\"2\""),
        PORT("\"1\",\"vlan\":4095"),
        PORT("\"1\",\"vlan\":\"0\""),
        PORT("\"1234567890123456789012345678901234567890123456789012345678901234567890\""),
    };
    struct act_values v;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(read_port(bad[i], &v), E_INPUT);
    }
}

static void value_said_twice_must_be_the_same(void **state)
{
    struct act_values v;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(read_port(PORT("\"1\",\"vlan\":999"), &v), 0);
    assert_int_equal(params_set(&v, SPAN_LIT("vlan"), SPAN_LIT("999"), &err), 0);
    assert_int_equal(params_set(&v, SPAN_LIT("vlan"), SPAN_LIT("120"), &err), E_INPUT);
}

static void missing_parameter_is_named(void **state)
{
    struct act_values v = {.of = &actuator_pam_terminate};
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(params_whole(&v, &err), E_INPUT);
    assert_string_equal(err.msg, "missing is session");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_parameters_are_read),
        cmocka_unit_test(what_is_not_in_the_grammar_is_refused),
        cmocka_unit_test(value_said_twice_must_be_the_same),
        cmocka_unit_test(missing_parameter_is_named),
    };

    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
