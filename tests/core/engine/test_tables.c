// test_tables.c - the engine's longer memory: bounds, counted evictions, snapshots, other sets.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/engine/facts.h"
#include "tests/core/engine/said.h"

#define EVENT(id, kind)                                                                            \
    "title: " id "\nid: " id "-1\nname: " id "\nlevel: low\n"                                      \
    "logsource: {product: linux, service: sshd}\n"                                                 \
    "detection: {s: {fab.kind: " kind "}, condition: s}\n---\n"
#define MISSING                                                                                    \
    "title: missing\nid: missing-1\nlevel: high\ncorrelation: {type: absence, rules: [bad], "      \
    "expect: [good], group-by: [user.name], timespan: 30s}\n---\n"
#define MANY(span)                                                                                 \
    "title: many\nid: many-1\nlevel: high\ncorrelation: {type: event_count, rules: [bad], "        \
    "group-by: [user.name], timespan: " span ", condition: {gte: 3}}\n---\n"
// A correlation over another one carries a field.
#define CHAIN                                                                                      \
    "title: some\nid: some-1\nname: some\nlevel: low\ncorrelation: {type: value_count, rules: "    \
    "[bad], group-by: [user.name], timespan: 60s, condition: {field: host.name, gte: 2}}\n---\n"   \
    "title: chain\nid: chain-1\nlevel: high\ncorrelation: {type: temporal, rules: [some, good], "  \
    "group-by: [source.ip], timespan: 60s}\n"

static const char rules_text[] =
    EVENT("bad", "logon_failed") EVENT("good", "logon") MISSING MANY("10m") CHAIN;

static void begin(struct rig *r)
{
    rig_init_with(r, rules_text);
    rig_source(r, PAM, "teleport", "pam", 0);
    rig_source(r, OS, "sshd", "os", 0);
    rig_tick(r, 0);
    rig_block(r);
}

static struct table *tab(struct rig *r, enum table_id t)
{
    return &((struct engine *)r->engine)->tab[t];
}

static void pam(struct rig *r, int at, enum kind kind, const char *user, const char *request,
                const char *host)
{
    rig_say(r, &(struct rig_event){
                   .source = PAM,
                   .at = at,
                   .kind = kind,
                   .product = "teleport",
                   .service = "audit",
                   .field = {{FIELD_USER_NAME, user},
                             {request ? FIELD_REQUEST_ID : FIELD_EVENT_ACTION,
                              request ? request : "said"},
                             {host ? FIELD_HOST_NAME : FIELD_EVENT_CODE, host ? host : "1"}}});
}

static void until(struct rig *r, int from, int to)
{
    said_ticks(r, from, to);
    rig_block(r);
}

static const char *table_cell(struct rig *r, const char *name, const char *field)
{
    size_t at = 0;

    assert_int_equal(rig_count(r, EFFECT_TABLE, "name", name, &at), 1);
    return rig_cell(r, EFFECT_TABLE, at, field);
}

static const char *rule_cell(struct rig *r, const char *id, const char *field)
{
    size_t at;

    return rig_count(r, EFFECT_RULE, "id", id, &at) == 1 ? rig_cell(r, EFFECT_RULE, at, field)
                                                         : "-";
}

// ---- bounds

static void a_fact_said_longest_ago_makes_room(void **state)
{
    static const char *const who[] = {"p0", "p1", "p0", "p2", "p3"};
    struct rig r;

    (void)state;
    begin(&r);
    tab(&r, TAB_FACT)->bound = 3;
    for (int i = 0; i < (int)ARRAY_LEN(who); i++) {
        pam(&r, 1 + i, KIND_BADGE_IN, who[i], NULL, NULL);
    }
    until(&r, 6, 80); // the figures are written once a minute
    assert_int_equal(tab(&r, TAB_FACT)->count, 3);
    assert_null(fact_get(r.engine, FACT_BADGE, SPAN_LIT("p1"), SPAN_NONE));
    assert_non_null(fact_get(r.engine, FACT_BADGE, SPAN_LIT("p0"), SPAN_NONE)); // said again
    assert_non_null(fact_get(r.engine, FACT_BADGE, SPAN_LIT("p3"), SPAN_NONE));
    assert_string_equal(table_cell(&r, "fact", "evicted"), "1");
    assert_string_equal(table_cell(&r, "fact", "rows"), "3");
    assert_string_equal(rig_cell(&r, EFFECT_STATUS, 0, "evicted"), "1");
    rig_finish(&r);
}

static void a_sighting_longest_ago_makes_room_and_is_new_then(void **state)
{
    const struct row_seen *row;
    char user[8];
    struct rig r;

    (void)state;
    begin(&r);
    tab(&r, TAB_SEEN)->bound = 9; // three a logon: use, target, address
    for (int i = 0; i < 4; i++) {
        (void)snprintf(user, sizeof(user), "u%d", i);
        said_sshd(&r, 1 + i, KIND_LOGON, "mes-1", user, "10.20.40.9");
    }
    said_sshd(&r, 6, KIND_LOGON, "mes-1", "u0", "10.20.40.9");
    said_sshd(&r, 7, KIND_LOGON, "mes-1", "u3", "10.20.40.9");
    until(&r, 8, 80);
    row = seen_get(r.engine, SEEN_USE, SPAN_LIT("u0"), SPAN_NONE);
    assert_non_null(row);
    assert_true(row->before == UTIME_NONE && row->first == rig_time(6)); // as never seen before
    row = seen_get(r.engine, SEEN_TARGET, SPAN_LIT("u3"), SPAN_LIT("MES-1"));
    assert_non_null(row);
    assert_true(row->before == rig_time(4) && row->last == rig_time(7));
    assert_null(seen_get(r.engine, SEEN_USE, SPAN_LIT("u1"), SPAN_NONE));
    assert_string_equal(table_cell(&r, "seen", "evicted"), "6"); // of u0, then of u1
    rig_finish(&r);
}

static void a_request_longest_ago_makes_room(void **state)
{
    struct rig r;

    (void)state;
    begin(&r);
    tab(&r, TAB_REQUEST)->bound = 2;
    pam(&r, 1, KIND_REQUEST_CREATED, "kato", "r-1", NULL);
    pam(&r, 2, KIND_REQUEST_CREATED, "ito", "r-2", NULL);
    pam(&r, 3, KIND_REQUEST_APPROVED, "sato", "r-1", NULL);
    pam(&r, 4, KIND_REQUEST_CREATED, "ito", "r-3", NULL);
    until(&r, 5, 80);
    assert_null(request_get(r.engine, SPAN_LIT("r-2")));
    assert_non_null(request_get(r.engine, SPAN_LIT("r-3")));
    assert_true(request_get(r.engine, SPAN_LIT("r-1"))->approved == rig_time(3));
    assert_string_equal(request_get(r.engine, SPAN_LIT("r-1"))->person, "kato");
    assert_string_equal(table_cell(&r, "request", "evicted"), "1");
    rig_finish(&r);
}

static void what_nobody_asks_for_any_more_expires(void **state)
{
    struct rig r;

    (void)state;
    begin(&r);
    pam(&r, 1, KIND_REQUEST_CREATED, "kato", "r-1", NULL);
    pam(&r, 2, KIND_BADGE_IN, "kato", NULL, NULL);
    said_sshd(&r, 3, KIND_LOGON, "mes-1", "kato", "10.20.40.9");
    until(&r, 4, 10);
    until(&r, 24 * 3600, 24 * 3600); // within the day
    assert_non_null(request_get(r.engine, SPAN_LIT("r-1")));
    until(&r, 24 * 3600 + 90, 24 * 3600 + 90);
    assert_null(request_get(r.engine, SPAN_LIT("r-1")));
    assert_non_null(fact_get(r.engine, FACT_BADGE, SPAN_LIT("kato"), SPAN_NONE));
    until(&r, FACT_DAYS * 24 * 3600 + 120, FACT_DAYS * 24 * 3600 + 120);
    assert_null(fact_get(r.engine, FACT_BADGE, SPAN_LIT("kato"), SPAN_NONE));
    assert_string_equal(table_cell(&r, "fact", "expired"), "1");
    assert_non_null(seen_get(r.engine, SEEN_USE, SPAN_LIT("kato"), SPAN_NONE));
    until(&r, SEEN_DAYS * 24 * 3600 + 120, SEEN_DAYS * 24 * 3600 + 120);
    assert_null(seen_get(r.engine, SEEN_USE, SPAN_LIT("kato"), SPAN_NONE));
    assert_string_equal(table_cell(&r, "seen", "expired"), "3");
    assert_string_equal(table_cell(&r, "request", "expired"), "1");
    rig_finish(&r);
}

// ---- what correlations lose, by rule

static void what_a_correlation_drops_and_gives_up_is_counted_by_rule(void **state)
{
    char user[8];
    struct rig r;

    (void)state;
    begin(&r);
    for (int i = 0; i < 4; i++) {
        said_sshd(&r, 1 + i, KIND_LOGON_FAILED, "mes-1", NULL, "10.20.40.9");
    }
    until(&r, 6, 20);
    assert_string_equal(rule_cell(&r, "many-1", "dropped"), "4");
    assert_string_equal(rule_cell(&r, "missing-1", "dropped"), "4");
    assert_string_equal(rule_cell(&r, "some-1", "dropped"), "4");
    assert_string_equal(rule_cell(&r, "many-1", "state"), "asked");
    assert_string_equal(rule_cell(&r, "many-1", "kind"), "correlation");
    assert_string_equal(rule_cell(&r, "chain-1", "dropped"), "-");
    assert_string_equal(rig_cell(&r, EFFECT_STATUS, 0, "dropped_keys"), "12");

    tab(&r, TAB_CORR)->bound = 9; // three windows a user
    for (int i = 0; i < 5; i++) {
        (void)snprintf(user, sizeof(user), "u%d", i);
        said_sshd(&r, 21 + i, KIND_LOGON_FAILED, "mes-1", user, "10.20.40.9");
    }
    until(&r, 26, 38);
    assert_string_equal(rule_cell(&r, "many-1", "evicted"), "2");
    assert_string_equal(rule_cell(&r, "missing-1", "evicted"), "2");
    assert_string_equal(rule_cell(&r, "some-1", "evicted"), "2");
    assert_int_equal(tab(&r, TAB_CORR)->evicted, 6);
    rig_finish(&r);
}

static void events_of_windows_are_given_up_by_rule(void **state)
{
    struct rig r;

    (void)state;
    begin(&r);
    tab(&r, TAB_CORRHIT)->bound = 3;
    for (int i = 0; i < 4; i++) { // an event in two windows each: many, some (one host)
        said_sshd(&r, 1 + i, KIND_LOGON_FAILED, "mes-1", "kato", "10.20.40.9");
    }
    until(&r, 5, 20);
    assert_int_equal(tab(&r, TAB_CORRHIT)->count, 3);
    assert_true(tab(&r, TAB_CORRHIT)->evicted > 0);
    assert_string_equal(rule_cell(&r, "some-1", "evicted"), "-"); // its one event was used last
    assert_string_not_equal(rule_cell(&r, "many-1", "evicted"), "-");
    rig_finish(&r);
}

static void the_absence_that_waits_longest_is_given_up(void **state)
{
    struct rig r;

    (void)state;
    begin(&r);
    tab(&r, TAB_EXPECT)->bound = 2;
    said_sshd(&r, 1, KIND_LOGON_FAILED, "mes-1", "u1", "10.20.40.9");
    said_sshd(&r, 2, KIND_LOGON_FAILED, "mes-1", "u2", "10.20.40.9");
    said_sshd(&r, 3, KIND_LOGON_FAILED, "mes-1", "u3", "10.20.40.9");
    until(&r, 4, 60);
    assert_int_equal(said_alerts(&r, "missing"), 2);
    assert_int_equal(rig_count(&r, EFFECT_ALERT, "actor", "u1", NULL), 0);
    assert_string_equal(rule_cell(&r, "missing-1", "evicted"), "1");
    assert_int_equal(tab(&r, TAB_EXPECT)->count, 0);
    rig_finish(&r);
}

// ---- snapshots: full tables let go of the same rows behind a restart

enum { NIGHT = 240 };

static void narrow(struct rig *r)
{
    static const struct {
        enum table_id t;
        uint32_t bound;
    } small[] = {{TAB_FACT, 4},    {TAB_SEEN, 7},      {TAB_REQUEST, 4}, {TAB_CORR, 12},
                 {TAB_CORRHIT, 7}, {TAB_CORRCARRY, 2}, {TAB_EXPECT, 1},  {TAB_RULE, 3}};

    for (size_t i = 0; i < ARRAY_LEN(small); i++) {
        tab(r, small[i].t)->bound = small[i].bound;
    }
}

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
    narrow(r); // bounds are the program's, not the snapshot's
}

static uint32_t below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

static void night(struct rig *r, uint64_t seed, bool restarts)
{
    static const enum kind kinds[] = {KIND_LOGON_FAILED,    KIND_LOGON_FAILED,
                                      KIND_LOGON,           KIND_BADGE_IN,
                                      KIND_REQUEST_CREATED, KIND_REQUEST_APPROVED};
    static const char *const hosts[] = {"mes-1", "rms-1", "litho-01"};

    begin(r);
    narrow(r);
    for (int t = 1; t < NIGHT; t++) {
        enum kind kind = kinds[below(&seed, ARRAY_LEN(kinds))];
        const char *host = hosts[below(&seed, ARRAY_LEN(hosts))];
        char user[8], ip[24];

        (void)snprintf(user, sizeof(user), "u%u", below(&seed, 6));
        (void)snprintf(ip, sizeof(ip), "10.20.40.%u", below(&seed, 4));
        if (kind == KIND_LOGON_FAILED || kind == KIND_LOGON) {
            said_sshd(r, t, kind, host, below(&seed, 9) ? user : NULL, ip);
        } else {
            pam(r, t, kind, user, user, host);
        }
        rig_tick(r, t);
        if (below(&seed, 3) == 0) {
            rig_block(r);
            if (restarts) {
                restart(r);
            }
        }
    }
    until(r, NIGHT, NIGHT + 90);
}

static void evictions_fall_the_same_behind_restarts(void **state)
{
    static const enum table_id all[] = {TAB_FACT,    TAB_SEEN,      TAB_REQUEST, TAB_CORR,
                                        TAB_CORRHIT, TAB_CORRCARRY, TAB_EXPECT};
    uint64_t evicted[TAB_COUNT] = {0};

    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct rig a, b;
        struct digest x, y;
        AUTO_BUF p, q;

        night(&a, seed, false);
        night(&b, seed, true);
        x = engine_digest(a.engine);
        y = engine_digest(b.engine);
        assert_true(digest_eq(&x, &y)); // every effect of the night
        buf_init(&p, (size_t)256 << 20);
        buf_init(&q, (size_t)256 << 20);
        engine_save(a.engine, &p);
        engine_save(b.engine, &q);
        assert_int_equal(p.len, q.len);
        assert_memory_equal(p.p, q.p, p.len);
        for (size_t i = 0; i < ARRAY_LEN(all); i++) {
            evicted[all[i]] += tab(&a, all[i])->evicted;
        }
        rig_finish(&a);
        rig_finish(&b);
    }
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (evicted[all[i]] == 0) {
            fail_msg("table %d never was full", (int)all[i]);
        }
    }
}

// ---- another set

// Another model: other numbers, no LITHO-01. Other rules: other numbers, and what `text` says.
static const char fab_text[] =
    "fab: {site: F1, number: 1, name: other, timezone: UTC}\n"
    "areas:\n  - {id: systems, name: Systems, zone: system}\n"
    "bays:\n  - {id: SERVERS, area: systems, networks: [10.20.1.0/24]}\n"
    "assets:\n"
    "  - {id: NEW-1, kind: server, bay: SERVERS, tier: T2, names: [new-1], ips: [10.20.1.99]}\n"
    "  - {id: MES-1, kind: server, bay: SERVERS, tier: T1, names: [mes-1], ips: [10.20.1.98]}\n";

struct other {
    struct fab *fab;
    struct ruleset *rules;
    struct engine_set set;
};

static void other_set(struct rig *r, const char *text, struct other *o)
{
    struct faults faults = {.count = 0};
    struct textfile fab = {"fab.yaml", span_str(fab_text)}, rules = {"r.yml", span_str(text)};

    o->fab = fab_load(&fab, 1, &faults);
    o->rules = ruleset_load(&rules, 1, &faults);
    assert_int_equal(faults.count, 0);
    o->set = r->set;
    o->set.digest = digest_of(span_str(text));
    o->set.fab = o->fab;
    o->set.rules = o->rules;
    assert_int_equal(engine_use_set(r->engine, &o->set, &r->effects), 0);
    r->set = o->set;
    matcher_free(r->matcher);
    r->matcher = matcher_new(o->rules, NULL);
}

static void other_free(struct other *o)
{
    fab_free(o->fab);
    ruleset_free(o->rules);
}

static void facts_sightings_and_requests_go_along_to_another_set(void **state)
{
    struct other o;
    struct rig r;

    (void)state;
    begin(&r);
    pam(&r, 1, KIND_REQUEST_CREATED, "kato", "r-1", "mes-1");
    pam(&r, 2, KIND_REQUEST_CREATED, "kato", "r-2", "litho-01");
    pam(&r, 3, KIND_BADGE_IN, "kato", NULL, NULL);
    said_sshd(&r, 4, KIND_LOGON, "mes-1", "kato", "10.20.40.9");
    until(&r, 5, 16);
    assert_int_equal(request_get(r.engine, SPAN_LIT("r-1"))->asset_index,
                     fab_find(r.set.fab, SPAN_LIT("MES-1")));
    assert_true(request_get(r.engine, SPAN_LIT("r-2"))->asset_index != FAB_NONE);
    other_set(&r, rules_text, &o);
    assert_int_equal(request_get(r.engine, SPAN_LIT("r-1"))->asset_index, 1);
    assert_int_equal(request_get(r.engine, SPAN_LIT("r-2"))->asset_index, FAB_NONE);
    assert_non_null(fact_get(r.engine, FACT_BADGE, SPAN_LIT("kato"), SPAN_NONE));
    said_sshd(&r, 17, KIND_LOGON, "mes-1", "kato", "10.20.40.9");
    until(&r, 18, 30);
    assert_true(seen_get(r.engine, SEEN_TARGET, SPAN_LIT("kato"), SPAN_LIT("MES-1"))->before ==
                rig_time(4));
    rig_finish(&r);
    other_free(&o);
}

// Two failures under one set, one under the next: three, when the rule means the same in both.
static void windows_go_along_when_they_mean_the_same(void **state)
{
    static const char *const text[] = {
        CHAIN "---\n" MANY("10m") MISSING EVENT("good", "logon") EVENT("bad", "logon_failed"),
        CHAIN "---\n" MANY("11m") MISSING EVENT("good", "logon") EVENT("bad", "logon_failed"),
        EVENT("good", "logon") EVENT("bad", "logon_failed"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(text); i++) {
        struct other o;
        struct rig r;

        begin(&r);
        said_sshd(&r, 1, KIND_LOGON_FAILED, "mes-1", "kato", "10.20.40.9");
        said_sshd(&r, 2, KIND_LOGON_FAILED, "mes-1", "kato", "10.20.40.9");
        until(&r, 3, 16);
        assert_int_equal(tab(&r, TAB_CORR)->count, 3);
        assert_int_equal(tab(&r, TAB_EXPECT)->count, 1);
        other_set(&r, text[i], &o);
        assert_int_equal(tab(&r, TAB_CORR)->count, i == 0 ? 3 : i == 1 ? 2 : 0);
        assert_int_equal(tab(&r, TAB_CORR)->expired, i == 0 ? 0 : i == 1 ? 1 : 3);
        assert_int_equal(tab(&r, TAB_EXPECT)->count, i == 2 ? 0 : 1);
        if (i == 2) {
            assert_int_equal(tab(&r, TAB_CORRHIT)->count, 0);
            assert_int_equal(tab(&r, TAB_CORRCARRY)->count, 0);
        }
        said_sshd(&r, 17, KIND_LOGON_FAILED, "mes-1", "kato", "10.20.40.9");
        until(&r, 18, 30);
        assert_int_equal(said_alerts(&r, "many"), i == 0);
        assert_int_equal(said_alerts(&r, "missing"), 0);
        until(&r, 31, 60); // the call under the old set is over at 31
        assert_int_equal(said_alerts(&r, "missing"), i < 2);
        rig_finish(&r);
        other_free(&o);
    }
}

static void losses_are_counted_on_under_another_set(void **state)
{
    struct other o;
    struct rig r;

    (void)state;
    begin(&r);
    said_sshd(&r, 1, KIND_LOGON_FAILED, "mes-1", NULL, "10.20.40.9");
    until(&r, 2, 14);
    other_set(&r, MANY("10m") EVENT("good", "logon") EVENT("bad", "logon_failed"), &o);
    said_sshd(&r, 17, KIND_LOGON_FAILED, "mes-1", NULL, "10.20.40.9");
    until(&r, 18, 30);
    assert_string_equal(rule_cell(&r, "many-1", "dropped"), "2");
    assert_string_equal(rule_cell(&r, "some-1", "state"), "gone");
    assert_string_equal(rule_cell(&r, "some-1", "dropped"), "1");
    rig_finish(&r);
    other_free(&o);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_fact_said_longest_ago_makes_room),
        T(a_sighting_longest_ago_makes_room_and_is_new_then),
        T(a_request_longest_ago_makes_room),
        T(what_nobody_asks_for_any_more_expires),
        T(what_a_correlation_drops_and_gives_up_is_counted_by_rule),
        T(events_of_windows_are_given_up_by_rule),
        T(the_absence_that_waits_longest_is_given_up),
        T(evictions_fall_the_same_behind_restarts),
        T(facts_sightings_and_requests_go_along_to_another_set),
        T(windows_go_along_when_they_mean_the_same),
        T(losses_are_counted_on_under_another_set),
    };

    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
