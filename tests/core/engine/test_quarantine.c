// test_quarantine.c - rules at fault: counted, in quarantine from a defined record on, told to detect, lifted.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/engine/state.h"
#include "tests/core/engine/said.h"

// `slow` speaks through its second selection also where its expression cannot be answered.
#define SLOW                                                                                       \
    "title: slow\nid: slow-1\nlevel: low\nlogsource: {product: linux, service: sshd}\n"            \
    "detection: {s: {process.command_line|re: '^(a+)+$'}, t: {user.name: kato}, "                  \
    "condition: s or t}\n---\n"
#define QUICK                                                                                      \
    "title: quick\nid: quick-1\nlevel: low\nlogsource: {product: linux, service: sshd}\n"          \
    "detection: {s: {process.command_line|endswith: '!'}, condition: s}\n---\n"
static const char extra[] = SLOW QUICK;
static const char hostile[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";

static void begin(struct rig *r, const char *rules)
{
    rig_init(r, rules);
    rig_source(r, OS, "sshd", "os", 0);
    rig_tick(r, 0);
    rig_block(r);
}

static void line(struct rig *r, int at, const char *user, const char *command)
{
    rig_say(r, &(struct rig_event){.source = OS,
                                   .at = at,
                                   .kind = KIND_COMMAND,
                                   .product = "linux",
                                   .service = "sshd",
                                   .field = {{FIELD_HOST_NAME, "mes-1"},
                                             {FIELD_USER_NAME, user},
                                             {FIELD_PROCESS_COMMAND_LINE, command}}});
}

static const char *rule_cell(struct rig *r, const char *id, const char *field)
{
    size_t at;

    return rig_count(r, EFFECT_RULE, "id", id, &at) == 1 ? rig_cell(r, EFFECT_RULE, at, field)
                                                         : "-";
}

static size_t alerts(struct rig *r, const char *rule)
{
    return rig_count(r, EFFECT_ALERT, "rule_id", rule, NULL);
}

static void three_faults_are_quarantine_and_loud(void **state)
{
    struct rig r;
    size_t at;

    (void)state;
    begin(&r, extra);
    for (int t = 1; t <= 2; t++) {
        line(&r, t, "kato", hostile);
    }
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "asked");
    assert_string_equal(rule_cell(&r, "slow-1", "faults"), "2");
    for (int t = 3; t <= 6; t++) { // the third is its last word, on this very record
        line(&r, t, "kato", hostile);
    }
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "quarantine");
    assert_string_equal(rule_cell(&r, "slow-1", "faults"), "3");
    assert_string_equal(
        rule_cell(&r, "slow-1", "reason"),
        "an expression passed its match limit on 3 records, last on record 3 of sshd");
    assert_int_equal(alerts(&r, "slow-1"), 3);
    assert_int_equal(alerts(&r, "quick-1"), 6);
    assert_int_equal(rig_rows(&r, EFFECT_DEAD), 3);
    assert_int_equal(rig_count(&r, EFFECT_DEAD, "reason",
                               "rule fault: an expression passed its match limit: slow-1", NULL),
                     3);
    assert_int_equal(rig_count(&r, EFFECT_SOURCE, "dead", "3", NULL), 1);
    assert_int_equal(rig_count(&r, EFFECT_AUDIT, "kind", "quarantine", &at), 1);
    assert_string_equal(rig_cell(&r, EFFECT_AUDIT, at, "subject"), "slow-1");
    assert_int_equal(alerts(&r, "fabsoc.rule.quarantine"), 0); // its alert comes with the clock
    rig_tick(&r, 7);
    rig_tick(&r, 8);
    rig_block(&r);
    assert_int_equal(alerts(&r, "fabsoc.rule.quarantine"), 1);
    rig_finish(&r);
}

// A correlation over a rule in quarantine counts no more of it.
static void what_a_rule_in_quarantine_says_is_not_counted(void **state)
{
    static const char rules[] = SLOW "title: many\nid: many-1\nlevel: high\ncorrelation: {type: "
                                     "event_count, rules: [slow-1], group-by: [user.name], "
                                     "timespan: 1h, condition: {gte: 4}}\n";
    struct rig r;

    (void)state;
    begin(&r, rules);
    for (int t = 1; t <= 3; t++) {
        line(&r, t, "kato", hostile);
    }
    line(&r, 4, "kato", "b"); // it would say yes
    said_ticks(&r, 5, 20);
    rig_block(&r);
    assert_int_equal(alerts(&r, "many-1"), 0);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "quarantine");
    rig_finish(&r);
}

// ---- the same, however it is cut, told or restarted

enum { RECORDS = 40 };

static void restart(struct rig *r)
{
    struct err err = ERR_INIT;
    struct engine *fresh = engine_new(&r->set);
    AUTO_BUF saved;

    buf_init(&saved, (size_t)256 << 20);
    engine_save(r->engine, &saved);
    assert_int_equal(engine_load(fresh, buf_span(&saved), &err), 0);
    engine_free(r->engine);
    r->engine = fresh;
}

// What is written, without what names a place in blocks.
static void rows(struct rig *r, struct buf *out)
{
    static const enum effect_kind kinds[] = {EFFECT_ALERT,  EFFECT_GROUP, EFFECT_RULE,  EFFECT_DEAD,
                                             EFFECT_SOURCE, EFFECT_AUDIT, EFFECT_STATUS};

    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        const struct def_row *row = effect_row(kinds[k]);

        for (size_t i = 0; i < rig_rows(r, kinds[k]); i++) {
            for (size_t f = 0; f < row->nfields; f++) {
                const char *name = row->field[f].name;

                if (row->field[f].type != DEF_eid && strcmp(name, "block") && strcmp(name, "rec")) {
                    buf_printf(out, " %s", rig_cell(r, kinds[k], i, name));
                }
            }
            buf_u8(out, '\n');
        }
    }
}

// A record a second; blocks of `per` records; `restarts`: a new engine behind each.
static void play(size_t per, bool told, bool restarts, struct buf *out)
{
    struct rig r;

    begin(&r, extra);
    r.told = told;
    for (int t = 1; t <= RECORDS; t++) {
        line(&r, t, t % 3 ? "kato" : "ito", t % 5 == 2 ? hostile : "b!");
        rig_tick(&r, t);
        if (t % (int)per == 0 || t == RECORDS) {
            rig_block(&r);
            if (restarts) {
                restart(&r);
            }
        }
    }
    rows(&r, out);
    rig_finish(&r);
}

static void the_place_depends_on_records_alone(void **state)
{
    static const size_t per[] = {1, 2, 7, RECORDS};
    struct buf want, got;

    (void)state;
    buf_init(&want, 16 << 20);
    buf_init(&got, 16 << 20);
    play(3, false, false, &want);
    buf_u8(&want, '\0');
    assert_non_null(strstr(want.p, "quarantine"));
    for (size_t i = 0; i < 2 * ARRAY_LEN(per); i++) {
        buf_clear(&got);
        play(per[i / 2], false, i % 2, &got);
        buf_u8(&got, '\0');
        assert_string_equal(got.p, want.p);
    }
    buf_free(&want);
    buf_free(&got);
}

// Detect that stops to ask where it was told to leaves the same bytes as one that goes on asking.
static void whether_detect_asks_makes_no_difference(void **state)
{
    struct rig r[2];
    struct digest end[2];
    struct quarantine *q = malloc(sizeof(*q));

    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(&r[i], extra);
        r[i].told = i == 1;
        for (int t = 1; t <= 2 * QUARANTINE_AHEAD; t++) {
            line(&r[i], t, "kato", hostile);
            rig_tick(&r[i], t);
            rig_block(&r[i]);
        }
        engine_quarantine(r[i].engine, q);
        assert_int_equal(q->n, 1);
        assert_int_equal(q->one[0].from, 4 + QUARANTINE_AHEAD); // the third record is in block 4
        assert_true(q->one[0].until == UINT64_MAX);
        assert_string_equal(ruleset_rule(r[i].rules, q->one[0].rule)->id, "slow-1");
        end[i] = engine_digest(r[i].engine);
    }
    assert_int_equal(matcher_rule_faults(r[0].matcher, q->one[0].rule), 1); // of its last block
    assert_int_equal(matcher_rule_faults(r[1].matcher, q->one[0].rule), RULE_FAULTS_MAX);
    assert_true(digest_eq(&end[0], &end[1]));
    rig_finish(&r[0]);
    rig_finish(&r[1]);
    free(q);
}

// ---- an ask that cannot be finished

static void an_ask_that_cannot_be_finished_is_a_fault(void **state)
{
    static const char rules[] =
        "title: asks\nid: asks-1\nlevel: low\nlogsource: {product: linux, service: sshd}\n"
        "detection: {s: {user.name: ito, fab.ctx.tool_state|re: '^(a+)+$'}, condition: s}\n";
    struct rig r;

    (void)state;
    begin(&r, rules);
    rig_say(&r, &(struct rig_event){.source = OS,
                                    .at = 1,
                                    .kind = KIND_TOOL_STATE,
                                    .product = "fab",
                                    .field = {{FIELD_ASSET, "MES-1"},
                                              {FIELD_TOOL_STATE, "aaaaaaaaaaaaaaaaaaaaaa!"}}});
    for (int t = 2; t <= 6; t++) {
        line(&r, t, "ito", "b");
    }
    said_ticks(&r, 7, 20);
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "asks-1", "faults"), "3");
    assert_string_equal(rule_cell(&r, "asks-1", "state"), "quarantine");
    assert_int_equal(rig_rows(&r, EFFECT_DEAD), 3);
    assert_int_equal(rig_count(&r, EFFECT_SOURCE, "asks", "5", NULL), 1);
    assert_int_equal(alerts(&r, "asks-1"), 0);
    rig_finish(&r);
}

// ---- sets

// Another set from the next block on, and its matcher. The engine keeps `set`.
static void use_set(struct rig *r, struct engine_set *set)
{
    assert_int_equal(engine_use_set(r->engine, set, &r->effects), 0);
    r->set = *set;
    matcher_free(r->matcher);
    r->matcher = matcher_new(set->rules, NULL);
}

static struct engine_set set_of(const struct rig *r, const char *text, struct ruleset **ret)
{
    struct faults faults = {.count = 0};
    struct textfile file = {"extra.yml", span_str(text)};
    struct engine_set set = r->set;

    *ret = ruleset_load(&file, 1, &faults);
    assert_int_equal(faults.count, 0);
    set.digest = digest_of(span_str(text));
    set.rules = *ret;
    return set;
}

static void another_set_lifts_it_and_takes_the_rows_along(void **state)
{
    struct engine_set second;
    struct ruleset *rules;
    struct rig r;

    (void)state;
    begin(&r, extra);
    for (int t = 1; t <= 3; t++) {
        line(&r, t, "kato", hostile);
    }
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "quarantine");
    second = set_of(&r, QUICK SLOW, &rules); // it has another number there
    use_set(&r, &second);
    line(&r, 5, "kato", hostile);
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "asked");
    assert_string_equal(rule_cell(&r, "slow-1", "faults"), "4"); // counted on
    assert_int_equal(rig_count(&r, EFFECT_AUDIT, "kind", "quarantine-over", NULL), 1);
    assert_int_equal(alerts(&r, "slow-1"), 4);
    line(&r, 6, "kato", hostile); // three of this set again
    line(&r, 7, "kato", hostile);
    line(&r, 8, "kato", hostile);
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "quarantine");
    assert_string_equal(rule_cell(&r, "slow-1", "faults"), "6");
    assert_int_equal(alerts(&r, "slow-1"), 6);
    rig_finish(&r);
    ruleset_free(rules);
}

static void a_rule_that_is_gone_is_said_to_be(void **state)
{
    struct engine_set second;
    struct ruleset *rules;
    struct rig r;

    (void)state;
    begin(&r, extra);
    for (int t = 1; t <= 3; t++) {
        line(&r, t, "kato", hostile);
    }
    rig_block(&r);
    second = set_of(&r, QUICK, &rules);
    use_set(&r, &second);
    line(&r, 5, "kato", hostile);
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "gone");
    assert_int_equal(((struct engine *)r.engine)->tab[TAB_RULE].count, 0);
    rig_finish(&r);
    ruleset_free(rules);
}

// Who comes back to the very set finds its rule in quarantine as long as detect may not ask it.
static void the_same_set_again_has_it_until_detect_asks_again(void **state)
{
    struct engine_set first, second;
    struct ruleset *rules;
    uint64_t left;
    struct rig r;

    (void)state;
    begin(&r, extra);
    r.told = true;
    first = r.set;
    for (int t = 1; t <= 3; t++) {
        line(&r, t, "kato", hostile);
    }
    rig_block(&r);
    left = r.block;
    second = set_of(&r, QUICK, &rules);
    use_set(&r, &second);
    rig_tick(&r, 4);
    rig_block(&r);
    use_set(&r, &first); // and back
    line(&r, 5, "kato", "b");
    rig_tick(&r, 5);
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "quarantine");
    assert_int_equal(alerts(&r, "slow-1"), 3);
    for (int t = 6; r.block < left + QUARANTINE_AHEAD; t++) {
        line(&r, t, "kato", "b");
        rig_tick(&r, t);
        rig_block(&r);
        restart(&r);
    }
    assert_int_equal(alerts(&r, "slow-1"), 3);
    line(&r, 300, "kato", "b");
    rig_block(&r);
    assert_string_equal(rule_cell(&r, "slow-1", "state"), "asked");
    assert_int_equal(alerts(&r, "slow-1"), 4);
    assert_int_equal(((struct engine *)r.engine)->tab[TAB_QUARANTINE].count, 0);
    rig_finish(&r);
    ruleset_free(rules);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(three_faults_are_quarantine_and_loud),
        T(what_a_rule_in_quarantine_says_is_not_counted),
        T(the_place_depends_on_records_alone),
        T(whether_detect_asks_makes_no_difference),
        T(an_ask_that_cannot_be_finished_is_a_fault),
        T(another_set_lifts_it_and_takes_the_rows_along),
        T(a_rule_that_is_gone_is_said_to_be),
        T(the_same_set_again_has_it_until_detect_asks_again),
    };

    return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
