// test_agentconf.c - the agent's configuration: what is read, and where a fault is said to stand.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connectors/act/agentconf.h"

#define HEAD                                                                                       \
    "agent: pam-01\n"                                                                              \
    "gate: {host: g, port: 1, ca: ca.pem, certificate: a.pem, key: /k/a.key}\n"                    \
    "result_key: r.key\ncommand_keys: [c.pub]\nstate: st\n"
#define TAIL                                                                                       \
    "actions:\n"                                                                                   \
    "  pam.terminate:\n"                                                                           \
    "    act: [/bin/a, {session}]\n"                                                               \
    "    probe: [/bin/p, \"{session}\"]\n"                                                         \
    "    expect: gone\n"

static int load(struct arena *a, const char *text, struct agentconf *c, struct err *err)
{
    arena_init(a, 1 << 20);
    err_clear(err);
    return agentconf_load(a, span_str(text), "/etc/x/agent.yaml", c, err);
}

static void configuration_is_read_with_paths_beside_it(void **state)
{
    static struct agentconf c;
    struct arena a;
    struct err err;

    (void)state;
    assert_int_equal(load(&a, HEAD "never_touch: [X]\n" TAIL, &c, &err), 0);
    assert_string_equal(c.gate_ca, "/etc/x/ca.pem");
    assert_string_equal(c.gate_key, "/k/a.key");
    assert_string_equal(c.gate_address, "g");
    assert_int_equal(c.nactions, 1);
    assert_true(c.action[0].act.arg[1].hole);
    assert_true(c.action[0].probe.arg[1].hole);
    assert_string_equal(c.action[0].act.arg[1].text, "session");
    assert_int_equal(c.nnever, 1);
    arena_free(&a);
}

static void digest_of_what_is_allowed_moves_with_every_word(void **state)
{
    static struct agentconf c1, c2;
    struct arena a1, a2;
    struct err err;

    (void)state;
    assert_int_equal(load(&a1, HEAD "never_touch: [X]\n" TAIL, &c1, &err), 0);
    assert_int_equal(load(&a2, HEAD "never_touch: [Y]\n" TAIL, &c2, &err), 0);
    assert_false(digest_eq(&c1.allowed, &c2.allowed));
    arena_free(&a1);
    arena_free(&a2);
}

static void faults_name_line_and_reason(void **state)
{
    static const struct {
        const char *text, *code;
        unsigned line;
    } bad[] = {
        {HEAD TAIL, "agent.never", 1},
        {HEAD "never_touch: []\nactions:\n  net.reboot: {}\n", "agent.action", 8},
        {HEAD "never_touch: []\nactions:\n  pam.terminate:\n    act: [a, b]\n    probe: [/p]\n"
              "    expect: x\n",
         "agent.argv", 9},
        {HEAD "never_touch: []\nactions:\n  pam.terminate:\n    act: [/a, \"x{session}\"]\n"
              "    probe: [/p]\n    expect: x\n",
         "agent.hole", 9},
        {HEAD "never_touch: []\nactions:\n  pam.terminate:\n    act: [/a, \"{port}\"]\n"
              "    probe: [/p]\n    expect: x\n",
         "agent.hole", 9},
        {HEAD "never_touch: []\nactions:\n  pam.terminate:\n    act: [/a]\n    probe: [/p]\n"
              "    expect: x\n    timeout: 1h\n",
         "agent.timeout", 12},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        static struct agentconf c;
        struct arena a;
        struct err err;

        assert_int_equal(load(&a, bad[i].text, &c, &err), E_INPUT);
        assert_string_equal(err.code, bad[i].code);
        assert_int_equal(err.line, bad[i].line);
        assert_string_equal(err.path, "/etc/x/agent.yaml");
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configuration_is_read_with_paths_beside_it),
        cmocka_unit_test(digest_of_what_is_allowed_moves_with_every_word),
        cmocka_unit_test(faults_name_line_and_reason),
    };

    return cmocka_run_group_tests_name("agentconf", tests, NULL, NULL);
}
