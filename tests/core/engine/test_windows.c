// test_windows.c - correlations in the engine: its clock, its lateness, its restarts.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/core/engine/said.h"

#define EVENT(id, kind)                                                                            \
    "title: " id "\nid: " id "\nname: " id "\nlevel: low\n"                                        \
    "logsource: {product: linux, service: sshd}\n"                                                 \
    "detection: {s: {fab.kind: " kind ", user.name: [kato, ito]}, condition: s}\n---\n"

static const char extra[] = EVENT("bad", "logon_failed") EVENT(
    "good", "logon") "title: no logon follows\nname: missed\nlevel: "
                     "high\ncorrelation: {type: absence, "
                     "rules: [bad], expect: [good], "
                     "group-by: [user.name], timespan: 30s}\n---\n"
                     "title: after missing\nlevel: high\ncorrelation: {type: temporal, rules: "
                     "[missed, bad], generate: true, group-by: [user.name], timespan: 60s}\n---\n"
                     "title: many\nname: many\nlevel: high\ncorrelation: {type: event_count, "
                     "rules: [bad], group-by: "
                     "[user.name], timespan: 60s, condition: {gte: 4}}\n---\n"
                     "title: many then in\nlevel: high\ncorrelation: {type: "
                     "temporal_ordered, rules: [many, good], "
                     "group-by: [user.name], timespan: 20s}\n---\n"
                     "title: hosts\nlevel: high\ncorrelation: {type: value_count, rules: "
                     "[bad, good], group-by: "
                     "[user.name], timespan: 40s, condition: {field: host.name, gte: 3}}\n";

static const char *const titles[] = {"no logon follows", "many then in", "hosts"};

static void begin(struct rig *r)
{
    rig_init(r, extra);
    rig_source(r, OS, "sshd", "os", 0);
    rig_tick(r, 0);
    rig_block(r);
}

// No event of any source comes any more: the engine's own clock ends the waiting.
static void what_does_not_come_is_missed_by_the_clock(void **state)
{
    struct rig r;
    size_t at;

    (void)state;
    begin(&r);
    said_sshd(&r, 5, KIND_LOGON_FAILED, "mes-1", "kato", "10.20.40.9");
    said_ticks(&r, 6, 36);
    rig_block(&r);
    assert_int_equal(said_alerts(&r, "no logon follows"), 0);
    said_ticks(&r, 37, 60);
    rig_block(&r);
    assert_int_equal(said_alerts(&r, "no logon follows"), 1);
    assert_int_equal(rig_count(&r, EFFECT_ALERT, "rule_title", "no logon follows", &at), 1);
    assert_string_equal(rig_cell(&r, EFFECT_ALERT, at, "actor"), "kato");
    assert_string_equal(rig_cell(&r, EFFECT_ALERT, at, "asset"), "MES-1"); // as the model writes it
    // and a chain over it, which no record completes either
    assert_int_equal(rig_count(&r, EFFECT_ALERT, "rule_title", "after missing", &at), 1);
    assert_string_equal(rig_cell(&r, EFFECT_ALERT, at, "actor"), "kato");
    assert_string_equal(rig_cell(&r, EFFECT_ALERT, at, "asset"), "MES-1");

    said_sshd(&r, 100, KIND_LOGON_FAILED, "mes-1", "kato", "10.20.40.9");
    said_sshd(&r, 130, KIND_LOGON, "mes-1", "kato", "10.20.40.9");
    said_ticks(&r, 131, 200);
    rig_block(&r);
    assert_int_equal(said_alerts(&r, "no logon follows"), 1);
    rig_finish(&r);
}

// ---- random nights

struct one {
    int at, order;
    enum kind kind;
    const char *host, *user;
};

enum { SECONDS = 500 };

static uint32_t below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

static int by_order(const void *a, const void *b)
{
    const struct one *x = a, *y = b;

    return x->order != y->order ? x->order - y->order : x->at - y->at;
}

// At most one event a second; `late`: each is said up to two seconds behind its time.
static size_t make(struct one *e, uint64_t seed, bool late)
{
    static const char *const hosts[] = {"mes-1", "rms-1", "litho-01", "etch-01"};
    uint64_t delay = seed * 7 + 1;
    size_t n = 0;

    for (int t = 1; t < SECONDS; t++) {
        if (below(&seed, 3) == 0) {
            t += below(&seed, 12) == 0 ? 40 : 0;
            e[n].at = t;
            e[n].order = t + (late ? (int)below(&delay, 3) : 0);
            e[n].kind = below(&seed, 4) ? KIND_LOGON_FAILED : KIND_LOGON;
            e[n].host = hosts[below(&seed, 4)];
            e[n++].user = below(&seed, 2) ? "kato" : "ito";
        }
    }
    qsort(e, n, sizeof(*e), by_order);
    return n;
}

// A new engine that knows only what the old one has saved.
static void restart(struct rig *r)
{
    struct err err = ERR_INIT;
    struct engine *fresh = engine_new(&r->set);
    AUTO_BUF saved;

    buf_init(&saved, (size_t)256 << 20);
    engine_save(r->engine, &saved);
    assert_non_null(fresh);
    assert_int_equal(engine_load(fresh, buf_span(&saved), &err), 0);
    engine_free(r->engine);
    r->engine = fresh;
}

static void play(struct rig *r, uint64_t seed, bool late, bool restarts)
{
    struct one e[SECONDS];
    size_t n = make(e, seed, late), i = 0;
    uint64_t dice = seed + 99;

    for (int t = 1; t < SECONDS + 100; t++) {
        while (i < n && e[i].order <= t) {
            said_sshd(r, e[i].at, e[i].kind, e[i].host, e[i].user, "10.20.40.9");
            i++;
        }
        rig_tick(r, t);
        rig_block(r);
        if (restarts && below(&dice, 9) == 0) {
            restart(r);
        }
    }
}

static void restarts_anywhere_give_the_same_effects(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct digest a, b;
        struct rig whole, cut;

        begin(&whole);
        begin(&cut);
        play(&whole, seed, false, false);
        play(&cut, seed, false, true);
        a = engine_digest(whole.engine);
        b = engine_digest(cut.engine);
        assert_true(digest_eq(&a, &b));
        for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
            assert_true(said_alerts(&whole, titles[i]) > 0);
        }
        rig_finish(&whole);
        rig_finish(&cut);
    }
}

// Alerts of one title in the order of their making: when and of whom.
static void list(struct rig *r, const char *title, struct buf *out)
{
    for (size_t i = 0; i < rig_rows(r, EFFECT_ALERT); i++) {
        if (strcmp(rig_cell(r, EFFECT_ALERT, i, "rule_title"), title) == 0) {
            buf_printf(out, "%s ", rig_cell(r, EFFECT_ALERT, i, "event_time"));
            buf_printf(out, "%s\n", rig_cell(r, EFFECT_ALERT, i, "actor"));
        }
    }
    buf_u8(out, '\0');
}

static void what_comes_late_but_in_time_fires_as_if_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 13; seed++) {
        struct rig straight, mixed;

        begin(&straight);
        begin(&mixed);
        play(&straight, seed, false, false);
        play(&mixed, seed, true, false);
        assert_string_equal(rig_cell(&mixed, EFFECT_STATUS, 0, "late"), "0");
        for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
            AUTO_BUF a;
            AUTO_BUF b;

            buf_init(&a, 1 << 20);
            buf_init(&b, 1 << 20);
            list(&straight, titles[i], &a);
            list(&mixed, titles[i], &b);
            assert_true(a.len > 1);
            assert_string_equal(a.p, b.p);
        }
        rig_finish(&straight);
        rig_finish(&mixed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_come_is_missed_by_the_clock),
        cmocka_unit_test(restarts_anywhere_give_the_same_effects),
        cmocka_unit_test(what_comes_late_but_in_time_fires_as_if_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
