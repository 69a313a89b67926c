// test_books.c - fabsocctl rules, playbook and fab show.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/ran.h"

#define PLAYBOOK "share/playbooks/terminate-vendor-session.json"

static void rules_are_listed_one_a_line(void **state)
{
    struct ran r = ran("rules", "list");

    (void)state;
    assert_int_equal(r.status, 0);
    assert_true(ran_lines(&r) > 20);
    assert_non_null(strstr(r.out, "1550b61c-3591-46d8-ab10-01b3be4c93c2  high           event      "
                                  "  context  Recipe written"));
    ran_free(&r);
}

static void rule_is_explained_by_id_and_by_path(void **state)
{
    struct ran r = ran("rules", "explain", "1550b61c-3591-46d8-ab10-01b3be4c93c2");

    (void)state;
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "recipe_approved"));
    assert_non_null(strstr(r.out, "needs context yes"));
    ran_free(&r);
    r = ran("rules", "explain", "share/rules/ssh_guessed.yml");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "temporal_ordered within 600 s"));
    ran_free(&r);
    r = ran("rules", "explain", "no-such-id");
    assert_int_equal(r.status, 2);
    ran_free(&r);
    r = ran("rules", "explain");
    assert_int_equal(r.status, 64);
    ran_free(&r);
}

static void foreign_rule_is_explained_without_escapes(void **state)
{
    char *p =
        ran_file("r.yml", SPAN_LIT("title: \"a\\e[31mb\"\nlogsource: {product: a}\n"
                                   "detection: {a: {\"f\\e[0m\": \"v\\e\"}, condition: a}\n"));
    struct ran r = ran("rules", "explain", p);

    (void)state;
    assert_true(r.out_len > 0);
    assert_null(strchr(r.out, '\x1b'));
    ran_free(&r);
}

static void linted_playbook_says_its_faults(void **state)
{
    struct ran r = ran("playbook", "lint", PLAYBOOK, "share/playbooks/quarantine-rogue-host.json");

    (void)state;
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "");
    ran_free(&r);
    r = ran("playbook", "lint", ran_file("p.json", SPAN_LIT("{\"type\":\"playbook\"}")));
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "p.json:1:1: cacao."));
    ran_free(&r);
    r = ran("playbook", "lint", "/nonexistent.json");
    assert_int_equal(r.status, 2);
    ran_free(&r);
    r = ran("playbook", "lint");
    assert_int_equal(r.status, 64);
    ran_free(&r);
}

static void simulation_gives_one_object_a_step(void **state)
{
    struct ran r = ran("playbook", "simulate", PLAYBOOK, "--var", "session=S-77", "--var",
                       "tool_state=productive");
    json_t *v = ran_json(&r, 1), *last = ran_json(&r, 2);
    json_t *command = json_array_get(json_object_get(v, "commands"), 0);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_int_equal(ran_lines(&r), 3);
    assert_string_equal(ran_text(v, "kind"), "action");
    assert_true(json_is_true(json_object_get(v, "ok")));
    assert_string_equal(ran_text(command, "actuator"), "pam.terminate");
    assert_non_null(strstr(r.out, "\"session\":\"S-77\""));
    assert_string_equal(ran_text(last, "run"), "finished");
    json_decref(v);
    json_decref(last);
    ran_free(&r);
}

static void failing_step_takes_its_way(void **state)
{
    struct ran r = ran("playbook", "simulate", "--fail", "Terminate the session", PLAYBOOK);
    json_t *v = ran_json(&r, ran_lines(&r) - 1), *step = ran_json(&r, 1);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_true(json_is_false(json_object_get(step, "ok")));
    assert_string_equal(ran_text(v, "run"), "failed");
    json_decref(v);
    json_decref(step);
    ran_free(&r);
}

static void condition_follows_the_given_values(void **state)
{
    const char *const book = "share/playbooks/quarantine-rogue-host.json";
    struct ran a = ran("playbook", "simulate", book, "--var", "tool_state=standby");
    struct ran b = ran("playbook", "simulate", book);

    (void)state;
    assert_int_equal(a.status, 0);
    assert_non_null(strstr(a.out, "Quarantine the port of a tool"));
    assert_null(strstr(b.out, "Quarantine the port of a tool"));
    ran_free(&a);
    ran_free(&b);
}

static void simulation_refuses_words_it_does_not_know(void **state)
{
    static const char *const wrong[][2] = {{"--var", "nosuch=1"},
                                           {"--var", "tool_state=asleep"},
                                           {"--var", "novalue"},
                                           {"--fail", "Start"},
                                           {"--fail", "nosuch"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct ran r = ran("playbook", "simulate", PLAYBOOK, wrong[i][0], wrong[i][1]);

        assert_int_equal(r.status, 64);
        assert_string_equal(r.out, "");
        ran_free(&r);
    }
}

static void expression_is_true_false_or_error(void **state)
{
    static const struct {
        const char *expr, *out;
        int status;
    } row[] = {
        {"__a__:value = 'x'", "true\n", 0},
        {"__a__:value != 'x'", "false\n", 0},
        {"__b__:value = 'x'", "error\n", 1},
        {"__a__:value =", "error\n", 1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct ran r = ran("playbook", "eval", row[i].expr, "--var", "a=x");

        assert_string_equal(r.out, row[i].out);
        assert_int_equal(r.status, row[i].status);
        ran_free(&r);
    }
}

static void fab_is_shown_one_asset_a_line(void **state)
{
    struct ran r = ran("fab", "show", "share/fab/demo.yaml");

    (void)state;
    assert_int_equal(r.status, 0);
    assert_true(ran_lines(&r) >= 80);
    assert_true(strncmp(r.out, "LITHO-01 ", 9) == 0);
    assert_non_null(strstr(r.out, "secs  -\n"));
    assert_non_null(strstr(r.out, "recipe writes not visible: recipes come as files\n"));
    assert_non_null(strstr(r.out, "recipe writes not visible: nobody says how recipes come\n"));
    ran_free(&r);
    r = ran("fab", "show", ran_file("f.yaml", SPAN_LIT("fab: {}\n")));
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    ran_free(&r);
    r = ran("fab", "show");
    assert_int_equal(r.status, 64);
    ran_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_listed_one_a_line),
        cmocka_unit_test(rule_is_explained_by_id_and_by_path),
        cmocka_unit_test(foreign_rule_is_explained_without_escapes),
        cmocka_unit_test(linted_playbook_says_its_faults),
        cmocka_unit_test(simulation_gives_one_object_a_step),
        cmocka_unit_test(failing_step_takes_its_way),
        cmocka_unit_test(condition_follows_the_given_values),
        cmocka_unit_test(simulation_refuses_words_it_does_not_know),
        cmocka_unit_test(expression_is_true_false_or_error),
        cmocka_unit_test(fab_is_shown_one_asset_a_line),
    };

    return cmocka_run_group_tests(tests, ran_begin, ran_end);
}
