// test_house_rules.c - the product's own rules load, and say what an alarm needs.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/rig.h"

static void every_rule_of_ours_loads(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_need(rig_tree(&r, "share/rules") > 0, "share/rules");
    rig_load(&r);
    for (size_t i = 0; i < r.nerr; i++) {
        char text[1400];

        print_message("%s\n", err_text(&r.err[i], text, sizeof(text)));
    }
    assert_int_equal(r.faults.count, 0);
    assert_true(ruleset_count(r.set) >= 20);
    rig_close(&r);
}

static void every_alerting_rule_of_ours_says_cause_action_and_whom_to_call(void **state)
{
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_need(rig_tree(&r, "share/rules") > 0, "share/rules");
    rig_load(&r);
    for (uint32_t i = 0; i < ruleset_count(r.set); i++) {
        const struct rule *u = ruleset_rule(r.set, i);

        if (u->alerts) {
            assert_true(u->cause[0] && u->consequence[0] && u->action[0] && u->call[0]);
            assert_true(u->respond > 0 && u->ntags > 0);
        }
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_of_ours_loads),
        cmocka_unit_test(every_alerting_rule_of_ours_says_cause_action_and_whom_to_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
