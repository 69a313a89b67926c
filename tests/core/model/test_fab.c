// test_fab.c - the fab model: what it answers, and what it refuses with line and reason.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/model/said.h"

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/model/fab.h"

#define HEAD                                                                                       \
    "fab: {site: F1, number: 7}\n"                                                                 \
    "areas: [{id: litho}, {id: systems}, {id: office}]\n"                                          \
    "bays:\n"                                                                                      \
    "  - {id: LITHO-A, area: litho, networks: [10.20.3.0/24]}\n"                                   \
    "  - {id: CELL, area: litho, networks: [10.20.3.64/26]}\n"                                     \
    "  - {id: SRV, area: systems, networks: [10.20.1.0/24, '2001:db8::/64']}\n"                    \
    "  - {id: OFF, area: office, networks: [10.20.40.0/24]}\n"

static const char model[] = HEAD
    "assets:\n"
    "  - {id: LITHO-03, kind: scanner, bay: LITHO-A, tier: T2, wph: 180, names: [litho-03, "
    "scan3],\n"
    "     ips: [10.20.3.13], macs: ['02:f1:03:00:00:03'], spares: [LITHO-04], depends: [MES-1],\n"
    "     hosts: [10.20.1.5], port: sw-1/gi1/0/14, pam: pam-1, owner: litho}\n"
    "  - {id: LITHO-04, kind: scanner, bay: LITHO-A, tier: T3, wph: 90, depends: [LITHO-03, "
    "MES-1]}\n"
    "  - {id: GAS-01, kind: gas, bay: LITHO-A, tier: T0, never_touch: true}\n"
    "  - {id: MES-1, kind: mes, bay: SRV, tier: T1, ips: ['2001:db8::5'], depends: [DB-1]}\n"
    "  - {id: DB-1, kind: db, bay: SRV, tier: T1, depends: [MES-1]}\n"
    "  - {id: PC-1, kind: pc, bay: OFF, tier: T4, names: [pc-1.office.example]}\n"
    "qtime_loops: [{id: L1, tools: [LITHO-03], limit: 4h, restore: 2h}]\n";

static struct fab *must_load(const char *text)
{
    struct textfile file = said_text(text);
    struct said said;
    struct fab *f = fab_load(&file, 1, said_begin(&said));

    if (!f) {
        char line[1400];

        fail_msg("%s", err_text(&said.err[0], line, sizeof(line)));
    }
    assert_int_equal(said.n, 0);
    return f;
}

static int find(const struct fab *f, const char *name)
{
    return fab_find(f, span_str(name));
}

static void an_asset_is_found_by_every_name_it_has(void **state)
{
    static const char *const names[] = {"LITHO-03",          "litho-03",      "Scan3",
                                        "litho-03.f1.fab",   "10.20.3.13",    "::ffff:10.20.3.13",
                                        "02:F1:03:00:00:03", "02f1.0300.0003"};
    struct fab *f = must_load(model);
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(find(f, names[i]), 0);
    }
    assert_int_equal(find(f, "2001:DB8:0::5"), 3);
    assert_int_equal(find(f, "pc-1.office.example"), 5);
    fab_free(f);
}

static void strangers_are_not_found(void **state)
{
    static const char *const names[] = {"",      "LITHO-3", "litho-05", "10.20.3.1",
                                        "10.20", ".fab",    "scan3-x.", "10.20.3.13.9"};
    struct fab *f = must_load(model);
    char longest[400];
    (void)state;

    memset(longest, 'a', sizeof(longest));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(find(f, names[i]), FAB_NONE);
    }
    assert_int_equal(fab_find(f, span_of(longest, sizeof(longest))), FAB_NONE);
    fab_free(f);
}

static void an_asset_carries_what_the_document_says(void **state)
{
    struct fab *f = must_load(model);
    const struct fab_asset *a = fab_asset(f, 0);
    (void)state;

    assert_string_equal(fab_site(f), "F1");
    assert_int_equal(fab_site_number(f), 7);
    assert_int_equal(fab_count(f), 6);
    assert_string_equal(a->area, "litho");
    assert_string_equal(a->port, "sw-1/gi1/0/14");
    assert_string_equal(a->pam, "pam-1");
    assert_int_equal(a->tier, T2);
    assert_true(a->tool && !a->never_touch && fab_asset(f, 2)->never_touch);
    assert_false(fab_asset(f, 3)->tool);
    assert_int_equal(a->nspares, 1);
    assert_int_equal(a->spare[0], 1);
    assert_true(fab_loop(f, a->loop)->limit == 4 * UTIME_HOUR);
    assert_int_equal(fab_asset(f, 1)->loop, FAB_NONE);
    assert_null(fab_asset(f, 6));
    assert_null(fab_asset(f, FAB_NONE));
    fab_free(f);
}

static void the_narrowest_network_decides_the_bay(void **state)
{
    struct fab *f = must_load(model);
    (void)state;

    assert_string_equal(fab_bay_of_ip(f, SPAN_LIT("10.20.3.199"))->id, "LITHO-A");
    assert_string_equal(fab_bay_of_ip(f, SPAN_LIT("10.20.3.70"))->id, "CELL");
    assert_string_equal(fab_bay_of_ip(f, SPAN_LIT("2001:db8::77"))->id, "SRV");
    assert_null(fab_bay_of_ip(f, SPAN_LIT("192.0.2.1")));
    assert_null(fab_bay_of_ip(f, SPAN_LIT("litho-03")));
    fab_free(f);
}

static void an_unknown_host_gets_the_tier_of_the_bays_tools_but_never_t0_or_t4(void **state)
{
    static const enum tier want[] = {T2, T3, T1, T3};
    struct fab *f = must_load(model);
    (void)state;

    assert_int_equal(fab_bay_count(f), ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_int_equal(fab_bay(f, i)->tier, want[i]);
    }
    fab_free(f);
}

static void only_a_listed_host_may_open_hsms(void **state)
{
    struct fab *f = must_load(model);
    (void)state;

    assert_true(fab_host_listed(f, 0, SPAN_LIT("10.20.1.5")));
    assert_true(fab_host_listed(f, 0, SPAN_LIT("::ffff:10.20.1.5")));
    assert_false(fab_host_listed(f, 0, SPAN_LIT("10.20.1.50")));
    assert_false(fab_host_listed(f, 1, SPAN_LIT("10.20.1.5")));
    assert_false(fab_host_listed(f, FAB_NONE, SPAN_LIT("10.20.1.5")));
    fab_free(f);
}

static void the_blast_is_everything_downstream_once_nearest_first_even_in_cycles(void **state)
{
    struct fab *f = must_load(model);
    int out[8] = {0};
    (void)state;

    assert_int_equal(fab_blast(f, find(f, "DB-1"), out, 8), 3);
    assert_int_equal(out[0], 3);
    assert_int_equal(out[1], 0);
    assert_int_equal(out[2], 1);
    assert_int_equal(fab_blast(f, find(f, "DB-1"), out, 1), 3);
    assert_int_equal(fab_blast(f, find(f, "PC-1"), out, 8), 0);
    assert_int_equal(fab_blast(f, FAB_NONE, out, 8), 0);
    fab_free(f);
}

static void a_model_may_stand_in_several_documents_and_files(void **state)
{
    struct textfile files[2] = {
        said_text("fab: {site: F1, number: 1}\nareas: [{id: a}]\n---\nassets: [{id: X, kind: k, "
                  "bay: B, tier: T3, depends: [Y]}]\n"),
        said_text("bays: [{id: B, area: a}]\nassets: [{id: Y, kind: k, bay: B, tier: T3}]\n")};
    struct said said;
    struct fab *f = fab_load(files, 2, said_begin(&said));
    (void)state;

    assert_non_null(f);
    assert_int_equal(fab_asset(f, find(f, "X"))->depends[0], find(f, "Y"));
    fab_free(f);
}

static void every_fault_is_said_with_its_place(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *code, *word;
    } cases[] = {
        {HEAD "assets: [{id: A, kind: k, bay: OFF, tier: T3, colour: red}]\n", 8, "yaml.unknown",
         "colour"},
        {HEAD
         "assets:\n- {id: A, kind: k, bay: OFF, tier: T3}\n- {id: a, kind: k, bay: OFF, tier: T3}",
         10, "fab.twice", "\"a\""},
        {HEAD "assets: [{id: A, kind: k, bay: NOPE, tier: T3}]\n", 8, "fab.unknown", "NOPE"},
        {HEAD "assets:\n- id: A\n  kind: k\n  bay: OFF\n  tier: T3\n  spares: [B]\n", 13,
         "fab.unknown", "\"B\""},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3, depends: [A]}\n", 9, "fab.twice",
         "itself"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T5}\n", 9, "doc.tier", "T4"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF}\n", 9, "doc.missing", "tier"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3, recipes: fax}\n", 9, "fab.recipes",
         "fax"},
        {HEAD "recipe_masks:\n- {kind: k, line: a, item: 2}\n", 9, "fab.mask", "one of"},
        {HEAD "recipe_masks:\n- {kind: k, bytes: [1, 0]}\n", 9, "fab.mask", "two numbers"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3, ips: [10.20.3.999]}\n", 9,
         "fab.address", "10.20.3.999"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3, macs: [zz]}\n", 9, "fab.mac", "zz"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3, ips: [10.0.0.1]}\n"
              "- {id: B, kind: k, bay: OFF, tier: T3, ips: ['::ffff:10.0.0.1']}\n",
         10, "fab.twice", "names the asset A"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3, wph: -3}\n", 9, "doc.number", "wph"},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3, never_touch: perhaps}\n", 9,
         "doc.flag", "never_touch"},
        {HEAD "assets:\n- {id: \"A\\e[2J\", kind: k, bay: OFF, tier: T3}\n", 9, "doc.word",
         "\"id\""},
        {HEAD "assets:\n- {id: A, kind: k, bay: OFF, tier: T3}\n"
              "qtime_loops:\n- {id: L, tools: [A], limit: 4 hours, restore: 2h}\n",
         11, "doc.duration", "limit"},
        {"fab: {site: F1}\n", 1, "doc.missing", "number"},
        {"areas: [{id: a}]\n", 1, "fab.missing", "fab"},
        {"fab: {site: F1, number: 1}\nareas: [{id: a}]\nbays: [{id: B, area: c}]\n", 3,
         "fab.unknown", "\"c\""},
        {"fab: {site: F1, number: 1}\nareas: [{id: a}]\nbays:\n- {id: B, area: a, networks: "
         "[10.0.0.1/24]}\n",
         4, "fab.network", "10.0.0.1/24"},
        {"- a\n", 1, "doc.type", "map"},
        {"fab: &x {site: F1, number: 1}\nareas: *x\n", 2, "yaml.alias", "alias"},
        {"fab: {site: F1, site: F2, number: 1}\n", 1, "yaml.duplicate", "twice"},
        {"fab: {site: F1\n", 2, "yaml.syntax", ""},
        {"", 1, "doc.empty", "fab model"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct textfile file = said_text(cases[i].text);
        struct said said;

        assert_null(fab_load(&file, 1, said_begin(&said)));
        assert_said(&said, cases[i].line, cases[i].code, cases[i].word);
    }
}

static void all_faults_of_a_model_are_said_in_one_load(void **state)
{
    struct textfile file =
        said_text(HEAD "assets:\n- {id: A, kind: k, bay: X, tier: T9, wph: x}\n");
    struct said said;
    (void)state;

    assert_null(fab_load(&file, 1, said_begin(&said)));
    assert_int_equal(said.n, 3);
}

static void a_model_over_its_bounds_is_refused_with_a_sentence(void **state)
{
    AUTO_BUF b = {0};
    struct textfile file;
    struct said said;
    (void)state;

    buf_init(&b, 4 << 20);
    buf_str(&b, HEAD "assets:\n");
    for (int i = 0; i <= FAB_ASSETS_MAX; i++) {
        buf_printf(&b, "- {id: A%d, kind: k, bay: OFF, tier: T3}\n", i);
    }
    file = (struct textfile){.path = "doc.yaml", .text = buf_span(&b)};
    assert_null(fab_load(&file, 1, said_begin(&said)));
    assert_said(&said, 9 + FAB_ASSETS_MAX, "fab.limit", "20000");
}

static void a_flood_of_faults_is_cut_short(void **state)
{
    AUTO_BUF b = {0};
    struct textfile file;
    struct said said;
    (void)state;

    buf_init(&b, 4 << 20);
    buf_str(&b, HEAD "assets:\n");
    for (int i = 0; i < 5000; i++) {
        buf_str(&b, "- 1\n");
    }
    file = (struct textfile){.path = "doc.yaml", .text = buf_span(&b)};
    assert_null(fab_load(&file, 1, said_begin(&said)));
    assert_int_equal(said.faults.count, 100);
}

static void a_shipped_model_is_whole(const char *path)
{
    struct textfile file;
    char *text = said_read(path, &file);
    struct said said;
    struct fab *f = fab_load(&file, 1, said_begin(&said));
    size_t loops = 0, spares = 0;

    assert_non_null(f);
    assert_true(fab_count(f) >= 80 && fab_bay_count(f) >= 8);
    for (size_t i = 0; i < fab_count(f); i++) {
        const struct fab_asset *a = fab_asset(f, (int)i);

        loops += a->loop != FAB_NONE;
        spares += a->nspares > 0;
        assert_true(!a->tool || (a->nhosts > 0 && a->port[0] && a->pam[0] && a->owner[0]));
        assert_true(a->tier != T0 || a->never_touch);
    }
    assert_true(loops > 0 && spares > 0);
    fab_free(f);
    free(text);
}

static void the_shipped_models_are_whole(void **state)
{
    (void)state;
    a_shipped_model_is_whole("share/fab/demo.yaml");
    a_shipped_model_is_whole("share/demo/story/fab.yaml");
}

#define LISTED                                                                                     \
    HEAD "assets: [{id: P-1, kind: pc, bay: OFF, tier: T4, names: [pc-1], accounts: [adm]}]\n"

static void lists_hold_texts_and_what_assets_of_a_kind_have(void **state)
{
    struct fab *f = must_load(LISTED "lists:\n"
                                     "  Odd: ['a b*', 7]\n"
                                     "  Work: [{kind: PC, give: names}, {kind: pc, give: accounts},"
                                     " {kind: pc, give: ids}, x]\n");
    const struct fab_list *l = fab_list(f, SPAN_LIT("Work"));
    static const char *const want[] = {"pc-1", "adm", "P-1", "x"};

    (void)state;
    assert_non_null(l);
    assert_int_equal(l->n, ARRAY_LEN(want));
    for (size_t i = 0; i < l->n; i++) {
        assert_string_equal(l->item[i], want[i]);
    }
    assert_string_equal(fab_list(f, SPAN_LIT("Odd"))->item[0], "a b*");
    assert_null(fab_list(f, SPAN_LIT("work")));
    fab_free(f);
}

static void lists_that_would_never_match_are_refused(void **state)
{
    static const char *const bad[] = {
        LISTED "lists: {A: []}\n",
        LISTED "lists: {A: x}\n",
        LISTED "lists: {A: [{kind: nothing, give: names}]}\n",
        LISTED "lists: {A: [{kind: pc, give: addresses}]}\n",
        LISTED "lists: {A: [{kind: pc, give: mood}]}\n",
        LISTED "lists: {A: [[x]]}\n",
        LISTED "lists: {A: ['']}\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct textfile file = said_text(bad[i]);
        struct said said;

        assert_null(fab_load(&file, 1, said_begin(&said)));
        assert_true(said.n == 1 && said.err[0].line > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_asset_is_found_by_every_name_it_has),
        cmocka_unit_test(strangers_are_not_found),
        cmocka_unit_test(an_asset_carries_what_the_document_says),
        cmocka_unit_test(the_narrowest_network_decides_the_bay),
        cmocka_unit_test(an_unknown_host_gets_the_tier_of_the_bays_tools_but_never_t0_or_t4),
        cmocka_unit_test(only_a_listed_host_may_open_hsms),
        cmocka_unit_test(the_blast_is_everything_downstream_once_nearest_first_even_in_cycles),
        cmocka_unit_test(a_model_may_stand_in_several_documents_and_files),
        cmocka_unit_test(every_fault_is_said_with_its_place),
        cmocka_unit_test(all_faults_of_a_model_are_said_in_one_load),
        cmocka_unit_test(a_model_over_its_bounds_is_refused_with_a_sentence),
        cmocka_unit_test(a_flood_of_faults_is_cut_short),
        cmocka_unit_test(the_shipped_models_are_whole),
        cmocka_unit_test(lists_hold_texts_and_what_assets_of_a_kind_have),
        cmocka_unit_test(lists_that_would_never_match_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
