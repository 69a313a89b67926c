// test_cacao.c - a playbook is read whole, or every reason against it is said.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/cacao.h"
#include "tests/core/play/playtest.h"

#define U(n) "--00000000-0000-4000-8000-00000000000" #n
#define HEAD                                                                                       \
    "{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"id\":\"playbook" U(                   \
        1) "\","                                                                                   \
           "\"name\":\"n\",\"created_by\":\"identity" U(                                           \
               1) "\",\"created\":\"2026-01-01T00:00:00.000Z\","                                   \
                  "\"modified\":\"2026-01-01T00:00:00.000Z\",\"agent_definitions\":{"              \
                  "\"individual" U(1) "\":{\"type\":\"individual\",\"name\":\"shift\"}},"          \
                                      "\"workflow_start\":\"start" U(1) "\","
#define STEP(type, n, rest) "\"" type U(n) "\":{\"type\":\"" type "\"," rest "}"
#define TO(way, type, n)    "\"" way "\":\"" type U(n) "\""
#define MANUAL                                                                                     \
    "\"agent\":\"individual" U(1) "\",\"commands\":[{\"type\":\"manual\",\"command\":\"look\"}],"
#define START  STEP("start", 1, TO("on_completion", "action", 1))
#define ACTION STEP("action", 1, MANUAL TO("on_completion", "end", 1))
#define END    "\"end" U(1) "\":{\"type\":\"end\"}"

static struct cacao *load(const char *text, struct said *said)
{
    struct textfile file = {"p.json", span_str(text)};
    struct faults faults = {said_add, said, 0};
    struct cacao *c;

    *said = (struct said){0};
    c = cacao_load(&file, &faults);
    assert_true((c == NULL) == (said->n > 0));
    return c;
}

static void smallest_playbook_loads(void **state)
{
    struct said said;
    struct cacao *c = load(HEAD "\"workflow\":{" START "," ACTION "," END "}}", &said);

    (void)state;
    assert_non_null(c);
    assert_int_equal(c->nsteps, 3);
    assert_int_equal(c->start, 0);
    assert_int_equal(c->step[0].on_completion, 1);
    assert_int_equal(c->step[1].on_completion, 2);
    assert_true(c->step[1].command[0].manual);
    assert_string_equal(c->step[1].command[0].text, "look");
    assert_string_equal(c->step[1].agent, "shift");
    assert_int_equal(c->nnotes, 0);
    cacao_free(c);
}

static void refused(const char *text, const char *code)
{
    struct said said;
    struct cacao *c = load(text, &said);

    if (c || !said_code(&said, code)) {
        fail_msg("%s expected for %s, said was %s", code, text, c ? "nothing" : said.err[0].code);
    }
}

static void every_fault_of_a_workflow_has_its_code(void **state)
{
    (void)state;
    refused(HEAD "\"workflow\":{" START "," ACTION "}}", "cacao.dangling");
    refused(HEAD "\"workflow\":{" START "," ACTION "," END
                 "," STEP("action", 2, MANUAL TO("on_completion", "end", 1)) "}}",
            "cacao.unreachable");
    refused(HEAD "\"workflow\":{" START
                 "," STEP("action", 1, MANUAL TO("on_completion", "action", 2)) "," STEP(
                     "action", 2, MANUAL TO("on_completion", "action", 1)) "}}",
            "cacao.cycle");
    refused(HEAD "\"workflow\":{" START "," STEP("action", 1, MANUAL "\"name\":\"x\"") "}}",
            "cacao.no_end");
    refused(HEAD "\"workflow\":{" START "," STEP(
                "action", 1,
                MANUAL TO("on_completion", "end", 1) "," TO("on_success", "end", 1)) "," END "}}",
            "cacao.flow");
    refused(HEAD "\"workflow\":{" STEP("start", 1, TO("on_success", "end", 1)) "," END "}}",
            "cacao.flow");
    refused(HEAD "\"workflow\":{}}", "cacao.workflow");
    refused(HEAD "\"workflow\":{" START "," STEP(
                "action", 1, "\"on_sucess\":1," MANUAL TO("on_completion", "end", 1)) "," END "}}",
            "cacao.property");
    refused(HEAD "\"workflow\":{\"start--1\":{\"type\":\"start\"}}}", "cacao.id");
    refused(HEAD "\"workflow\":{" STEP("dance", 1, "\"name\":\"x\"") "}}", "cacao.step");
    refused(HEAD "\"workflow\":{" START
                 "," STEP("action", 1,
                          "\"agent\":\"ssh" U(9) "\",\"commands\":[{"
                                                 "\"type\":\"manual\",\"command\":\"x\"}]," TO(
                                                     "on_completion", "end", 1)) "," END "}}",
            "cacao.dangling");
}

static void kinds_that_are_not_carried_out_are_named(void **state)
{
    static const char *const kinds[] = {"parallel", "while-condition", "switch-condition",
                                        "playbook-action"};
    struct said said;
    char text[4000];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        snprintf(text, sizeof(text),
                 HEAD
                 "\"workflow\":{" STEP("start", 1, TO("on_completion", "end", 1)) "," END ",\"%s" U(
                     2) "\":{\"type\":\"%s\"," TO("on_completion", "end", 1) "}}}",
                 kinds[i], kinds[i]);
        assert_null(load(text, &said));
        assert_int_equal(said.n, 1);
        assert_string_equal(said.err[0].code, "cacao.unsupported");
        assert_non_null(strstr(said.err[0].msg, kinds[i]));
    }
}

#define IF(cond)                                                                                   \
    HEAD "\"playbook_variables\":{\"__a__\":{\"type\":\"integer\",\"value\":\"1\"}},"              \
         "\"workflow\":{" STEP("start", 1, TO("on_completion", "if-condition", 1)) "," STEP(       \
             "if-condition", 1,                                                                    \
             "\"condition\":\"" cond                                                               \
             "\"," TO("on_true", "end", 1) "," TO("on_completion", "end", 1)) "," END "}}"

static void conditions_are_checked_before_anything_runs(void **state)
{
    struct said said;
    struct cacao *c = load(IF("__a__:value = 1"), &said);

    (void)state;
    assert_non_null(c);
    assert_int_equal(c->step[1].on_true, 2);
    cacao_free(c);
    refused(IF("__b__:value = 1"), "cacao.condition");
    refused(IF("__a__:value ="), "cacao.condition");
    refused(IF(""), "cacao.type");
}

static void variables_have_names_types_and_one_place(void **state)
{
    (void)state;
#define VARS(v) HEAD "\"playbook_variables\":{" v "},\"workflow\":{" START "," ACTION "," END "}}"
    refused(VARS("\"a\":{\"type\":\"string\"}"), "cacao.variable");
    refused(VARS("\"__1__\":{\"type\":\"string\"}"), "cacao.variable");
    refused(VARS("\"__a__\":{}"), "cacao.missing");
    refused(VARS("\"__a__\":{\"type\":\"integer\",\"value\":\"x\"}"), "cacao.variable");
    refused(VARS("\"__a__\":{\"type\":\"bool\",\"value\":\"yes\"}"), "cacao.variable");
    refused(VARS("\"__a__\":{\"type\":\"string\",\"value\":7}"), "cacao.type");
}

static void metadata_is_checked(void **state)
{
    (void)state;
    refused("[]", "cacao.type");
    refused("{", "json.syntax");
    refused("{}", "cacao.missing");
    refused("{\"type\":\"malware\"}", "cacao.version");
    refused("{\"spec_version\":\"1.0\"}", "cacao.version");
    refused("{\"id\":\"playbook--7\"}", "cacao.id");
    refused("{\"created\":\"yesterday\"}", "cacao.time");
    refused("{\"priority\":101}", "cacao.number");
    refused("{\"revoked\":\"no\"}", "cacao.type");
    refused("{\"banana\":1}", "cacao.property");
    refused("{\"valid_from\":\"2026-01-02T00:00:00.000Z\",\"valid_until\":"
            "\"2026-01-01T00:00:00.000Z\"}",
            "cacao.time");
}

static void faults_point_into_the_document(void **state)
{
    struct said said;

    (void)state;
    assert_null(load(HEAD
                     "\"playbook_variables\":{\"a/b~\":{\"type\":\"string\"}},\"workflow\":{" START
                     "," ACTION "," END "}}",
                     &said));
    assert_string_equal(said.err[0].path, "p.json");
    assert_non_null(strstr(said.err[0].msg, "at /playbook_variables/a~1b~0: "));
}

// The seven playbooks of the corpus: five valid ones load, or are refused for a kind of step or
// command that is named; two are wrong, each for its own reason.
static void playbooks_of_others_are_judged_for_the_right_reason(void **state)
{
    static const struct {
        const char *name, *code; // code "": loads
    } want[] = {
        {"examples__http-playbook", "cacao.unsupported"},
        {"examples__manual-playbook", ""},
        {"examples__openc2-playbook", ""},
        {"test__playbooks__invalid_playbook", "cacao.agent"},
        {"test__playbooks__missing_step_playbook", "cacao.dangling"},
        {"test__playbooks__parallels_playbook", "cacao.unsupported"},
        {"test__playbooks__playbook", "cacao.unsupported"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        char path[200];
        struct said said = {0};
        struct faults faults = {said_add, &said, 0};
        struct textfile file = {want[i].name, SPAN_NONE};
        struct cacao *c;

        snprintf(path, sizeof(path), "../shared/data/cacao/playbooks/%s.json", want[i].name);
        file.text = slurp(path);
        c = cacao_load(&file, &faults);
        print_message("%-40s %s\n", want[i].name, c ? "loads" : "refused:");
        for (size_t k = 0; k < said.n; k++) {
            print_message("    %s: %s\n", said.err[k].code, said.err[k].msg);
        }
        for (size_t k = 0; c && k < c->nnotes; k++) {
            print_message("    note: %s\n", c->note[k]);
        }
        assert_true(*want[i].code ? !c && said_code(&said, want[i].code) : c != NULL);
        if (strcmp(want[i].code, "cacao.unsupported") == 0) { // that and nothing else
            for (size_t k = 0; k < said.n; k++) {
                assert_string_equal(said.err[k].code, "cacao.unsupported");
            }
        }
        cacao_free(c);
        unslurp(file.text);
    }
}

// A document with more faults than are said is refused like any other.
static void more_faults_than_are_said_do_no_harm(void **state)
{
    char text[16384];
    size_t n = 0;
    struct said said;

    (void)state;
    n += (size_t)snprintf(text, sizeof(text), "%s\"workflow\":{", HEAD);
    for (int i = 0; i < 60; i++) {
        n +=
            (size_t)snprintf(text + n, sizeof(text) - n,
                             "%s\"action--%08d-0000-4000-8000-000000000000\":{\"type\":\"action\"}",
                             i ? "," : "", i);
    }
    (void)snprintf(text + n, sizeof(text) - n, "}}");
    assert_null(load(text, &said));
    assert_int_equal(said.n, 50);
}

// Every prefix and many changed bytes of a real playbook: refused or loaded, never worse.
static void damaged_playbooks_are_refused_or_load(void **state)
{
    struct span text = slurp("../shared/data/cacao/playbooks/examples__openc2-playbook.json");
    struct faults faults = {NULL, NULL, 0};
    char *copy = malloc(text.n);

    (void)state;
    assert_non_null(copy);
    for (size_t i = 0; i < text.n; i++) {
        struct textfile file = {"p", span_of(copy, text.n)};

        memcpy(copy, text.p, text.n);
        copy[i] = (char)(copy[i] ^ (1 << i % 7));
        cacao_free(cacao_load(&file, &faults));
        if (i % 7 == 0) {
            file.text.n = i;
            assert_null(cacao_load(&file, &faults));
        }
    }
    free(copy);
    unslurp(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smallest_playbook_loads),
        cmocka_unit_test(every_fault_of_a_workflow_has_its_code),
        cmocka_unit_test(kinds_that_are_not_carried_out_are_named),
        cmocka_unit_test(conditions_are_checked_before_anything_runs),
        cmocka_unit_test(variables_have_names_types_and_one_place),
        cmocka_unit_test(metadata_is_checked),
        cmocka_unit_test(faults_point_into_the_document),
        cmocka_unit_test(playbooks_of_others_are_judged_for_the_right_reason),
        cmocka_unit_test(more_faults_than_are_said_do_no_harm),
        cmocka_unit_test(damaged_playbooks_are_refused_or_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
