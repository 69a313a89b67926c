// test_hostile.c - whatever an administrator's file holds, a loader answers with a model or with faults.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/model/said.h"

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/model/fab.h"
#include "core/model/policy.h"
#include "core/model/roster.h"

static const char fab_text[] =
    "fab: {site: F1, number: 7}\nareas: [{id: a}]\nbays: [{id: B, area: a, networks: "
    "[10.0.0.0/8]}]\n"
    "assets:\n  - {id: X, kind: k, bay: B, tier: T2, wph: 9, names: [x1], ips: [10.0.0.1, '::1'],\n"
    "     macs: ['02:f1:03:00:00:03'], spares: [Y], depends: [Y], hosts: [10.0.0.2], port: s/1}\n"
    "  - {id: Y, kind: k, bay: B, tier: T3, depends: [X], never_touch: true}\n"
    "qtime_loops: [{id: L, tools: [X], limit: 4h, restore: 2h}]\n";

static const char roster_text[] =
    "functions: [{id: f, name: F}]\n"
    "persons: [{id: p, name: P, number: '1', role: approver, functions: [f]}]\n"
    "duty: [{function: f, person: p, from: 2026-11-02T00:00:00Z}]\n";

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

// Loads with all three; exactly one of model and fault comes back from each.
static void load_all(struct span text, int *loaded)
{
    struct textfile file = {.path = "doc.yaml", .text = text};
    struct said said;
    struct fab *f = fab_load(&file, 1, said_begin(&said));
    struct policy *p;
    struct roster *r;

    assert_true((f != NULL) == (said.faults.count == 0));
    p = policy_load(&file, 1, said_begin(&said));
    assert_true((p != NULL) == (said.faults.count == 0));
    r = roster_load(&file, 1, said_begin(&said));
    assert_true((r != NULL) == (said.faults.count == 0));
    *loaded += f || r;
    fab_free(f);
    policy_free(p);
    roster_free(r);
}

static void mutate(const char *text, uint64_t seed, int rounds)
{
    static const char spice[] = "{}[]:,-'\"&*!|>#%@`\n\t\0\xff\xc3";
    size_t n = strlen(text);
    char *copy = malloc(n);
    int loaded = 0;

    assert_non_null(copy);
    for (int i = 0; i < rounds; i++) {
        memcpy(copy, text, n);
        for (uint64_t k = next_random(&seed) % 4; k-- > 0;) {
            copy[next_random(&seed) % n] = spice[next_random(&seed) % (sizeof(spice) - 1)];
        }
        load_all(span_of(copy, n - next_random(&seed) % 3), &loaded);
    }
    assert_true(loaded > 0 && loaded < rounds); // the mutations reach both outcomes
    free(copy);
}

static void a_damaged_fab_model_gives_faults_or_a_model_never_both(void **state)
{
    (void)state;
    mutate(fab_text, 20261102, 500);
}

static void a_damaged_roster_gives_faults_or_a_roster_never_both(void **state)
{
    (void)state;
    mutate(roster_text, 20261103, 500);
}

static void deep_wide_and_binary_texts_are_refused(void **state)
{
    AUTO_BUF b = {0};
    int loaded = 0;
    (void)state;

    buf_init(&b, 5 << 20);
    for (int i = 0; i < 100000; i++) {
        buf_str(&b, "[");
    }
    load_all(buf_span(&b), &loaded);
    buf_clear(&b);
    buf_str(&b, "assets: [");
    for (int i = 0; i < 600000; i++) {
        buf_str(&b, "1,");
    }
    buf_str(&b, "1]\n");
    load_all(buf_span(&b), &loaded);
    buf_clear(&b);
    for (int i = 0; i < 4096; i++) {
        buf_u8(&b, (uint8_t)(i * 7));
    }
    load_all(buf_span(&b), &loaded);
    assert_int_equal(loaded, 0);
}

static void one_name_of_many_assets_is_said_for_each(void **state)
{
    AUTO_BUF b = {0};
    struct textfile file;
    struct said said;
    (void)state;

    buf_init(&b, 1 << 20);
    buf_str(&b,
            "fab: {site: F1, number: 7}\nareas: [{id: a}]\nbays: [{id: B, area: a}]\nassets:\n");
    for (int i = 0; i < 50; i++) {
        buf_printf(&b, "- {id: A%d, kind: k, bay: B, tier: T3, names: [same]}\n", i);
    }
    file = (struct textfile){.path = "doc.yaml", .text = buf_span(&b)};
    assert_null(fab_load(&file, 1, said_begin(&said)));
    assert_int_equal(said.faults.count, 49);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_fab_model_gives_faults_or_a_model_never_both),
        cmocka_unit_test(a_damaged_roster_gives_faults_or_a_roster_never_both),
        cmocka_unit_test(deep_wide_and_binary_texts_are_refused),
        cmocka_unit_test(one_name_of_many_assets_is_said_for_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
