// test_roster.c - who is on duty, and what a roster may not say.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/model/said.h"

#include "core/base/attr.h"
#include "core/model/policy.h"
#include "core/model/roster.h"

#define FUNCTIONS "functions: [{id: litho, name: Litho}, {id: ops, name: Operations}]\n"
#define PERSONS                                                                                    \
    "persons:\n"                                                                                   \
    "  - {id: abe, name: Abe, number: '1', role: approver, functions: [litho, ops]}\n"             \
    "  - {id: kimura, name: Kimura, number: '2', role: approver, functions: [litho]}\n"            \
    "  - {id: sato, name: Sato, number: '3', role: operator}\n"

static const char whole[] = FUNCTIONS PERSONS
    "duty:\n"
    "  - {function: litho, person: abe, deputy: kimura}\n"
    "  - {function: litho, area: bay9, person: kimura}\n"
    "  - {function: litho, person: kimura, from: 2026-11-02T08:00:00Z, to: 2026-11-02T20:00:00Z}\n"
    "  - {function: ops, area: bay9, person: abe}\n";

static utime_t at(const char *s)
{
    utime_t t = 0;

    assert_true(utime_iso(span_str(s), 0, &t, NULL));
    return t;
}

static const char *who(const struct roster *r, const char *function, const char *area,
                       const char *now)
{
    const struct roster_duty *d = roster_who(r, span_str(function), span_str(area), at(now));

    return d ? d->person->id : "";
}

static void the_duty_for_the_area_beats_the_one_for_everywhere(void **state)
{
    struct textfile file = said_text(whole);
    struct said said;
    struct roster *r = roster_load(&file, 1, said_begin(&said));
    (void)state;

    assert_non_null(r);
    assert_string_equal(who(r, "litho", "bay9", "2026-11-02T00:00:00Z"), "kimura");
    assert_string_equal(who(r, "litho", "bay1", "2026-11-02T00:00:00Z"), "abe");
    assert_string_equal(who(r, "litho", "", "2026-11-02T00:00:00Z"), "abe");
    roster_free(r);
}

static void a_dated_duty_holds_from_its_first_instant_to_before_its_last(void **state)
{
    struct textfile file = said_text(whole);
    struct said said;
    struct roster *r = roster_load(&file, 1, said_begin(&said));
    (void)state;

    assert_string_equal(who(r, "litho", "", "2026-11-02T07:59:59.999999Z"), "abe");
    assert_string_equal(who(r, "litho", "", "2026-11-02T08:00:00Z"), "kimura");
    assert_string_equal(who(r, "litho", "", "2026-11-02T20:00:00Z"), "abe");
    roster_free(r);
}

static void nobody_is_named_where_nobody_holds_the_function(void **state)
{
    struct textfile file = said_text(whole);
    struct said said;
    struct roster *r = roster_load(&file, 1, said_begin(&said));
    (void)state;

    assert_string_equal(who(r, "ops", "bay1", "2026-11-02T00:00:00Z"), "");
    assert_string_equal(who(r, "nothing", "", "2026-11-02T00:00:00Z"), "");
    assert_int_equal(roster_person_count(r), 3);
    assert_int_equal(roster_duty_count(r), 4);
    assert_null(roster_person(r, 3));
    assert_null(roster_duty(r, 4));
    roster_free(r);
}

static void every_fault_is_said_with_its_place(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *code, *word;
    } cases[] = {
        {FUNCTIONS PERSONS "duty: [{function: litho, person: nobody}]\n", 6, "roster.unknown",
         "nobody"},
        {FUNCTIONS PERSONS "duty: [{function: guard, person: abe}]\n", 6, "roster.unknown",
         "guard"},
        {FUNCTIONS PERSONS "duty: [{function: ops, person: kimura}]\n", 6, "roster.duty", "kimura"},
        {FUNCTIONS PERSONS "duty: [{function: ops, person: abe, deputy: sato}]\n", 6, "roster.duty",
         "sato"},
        {FUNCTIONS PERSONS "duty: [{function: ops, person: abe, deputy: abe}]\n", 6, "roster.duty",
         "own deputy"},
        {FUNCTIONS PERSONS "duty:\n- {function: ops, person: abe, from: 2026-11-02T08:00:00Z, to: "
                           "2026-11-02T08:00:00Z}\n",
         7, "roster.duty", "before it begins"},
        {FUNCTIONS PERSONS "duty: [{function: ops, person: abe, from: monday}]\n", 6, "doc.time",
         "from"},
        {FUNCTIONS "persons: [{id: a, name: A, number: '1', role: king}]\n", 2, "roster.role",
         "king"},
        {FUNCTIONS "persons: [{id: a, name: A, number: '1', role: vendor, functions: [x]}]\n", 2,
         "roster.unknown", "\"x\""},
        {FUNCTIONS "persons: [{id: a, name: A, role: vendor}]\n", 2, "doc.missing", "number"},
        {FUNCTIONS "persons: [{id: a, name: A, number: '1', role: vendor, phone: 2}]\n", 2,
         "yaml.unknown", "phone"},
        {"functions: [{id: a, name: A}, {id: a, name: B}]\n", 1, "roster.twice", "\"a\""},
        {FUNCTIONS PERSONS, 1, "doc.missing", "duty"},
        {FUNCTIONS PERSONS "duty: [1]\n", 6, "doc.type", "map"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct textfile file = said_text(cases[i].text);
        struct said said;

        assert_null(roster_load(&file, 1, said_begin(&said)));
        assert_said(&said, cases[i].line, cases[i].code, cases[i].word);
    }
}

static void somebody_answers_for_every_function_of_the_shipped_policy(void **state)
{
    struct textfile files[2];
    char *policy_text = said_read("share/policy/policy.yaml", &files[0]);
    char *roster_text = said_read("share/policy/roster.yaml", &files[1]);
    struct said said;
    struct policy *p = policy_load(&files[0], 1, said_begin(&said));
    struct roster *r = roster_load(&files[1], 1, said_begin(&said));
    utime_t now = at("2026-11-02T03:00:00Z");
    (void)state;

    assert_non_null(p);
    assert_non_null(r);
    for (size_t i = 0; i < TIER_COUNT; i++) {
        assert_non_null(roster_who(r, span_str(p->clock[i].call), SPAN_NONE, now));
        assert_non_null(roster_who(r, span_str(p->clock[i].escalate), SPAN_NONE, now));
    }
    for (size_t i = 0; i < p->nactions; i++) {
        for (size_t t = 0; t < TIER_COUNT; t++) {
            for (size_t k = 0; k < p->action[i].cell[t].nfunctions; k++) {
                assert_non_null(
                    roster_who(r, span_str(p->action[i].cell[t].function[k]), SPAN_NONE, now));
            }
        }
    }
    policy_free(p);
    roster_free(r);
    free(policy_text);
    free(roster_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_duty_for_the_area_beats_the_one_for_everywhere),
        cmocka_unit_test(a_dated_duty_holds_from_its_first_instant_to_before_its_last),
        cmocka_unit_test(nobody_is_named_where_nobody_holds_the_function),
        cmocka_unit_test(every_fault_is_said_with_its_place),
        cmocka_unit_test(somebody_answers_for_every_function_of_the_shipped_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
