// test_hostile.c - damaged documents are refused or load; nothing else happens.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/one.h"

static uint64_t random_state = 0x9e3779b97f4a7c15U;

static uint64_t next_random(void) // xorshift64*
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1dU;
}

// A few bytes become others, preferably those that mean something to YAML, Sigma or PCRE2.
static void damage(char *text, size_t n)
{
    static const char meaning[] = "|*?\\:-[]{}()'\"\n #,&!%<>=~^$+.0_@`\x80\xff";

    for (uint64_t k = next_random() % 6 + 1; k; k--) {
        size_t at = next_random() % n;

        text[at] = next_random() % 3 ? meaning[next_random() % (sizeof(meaning) - 1)]
                                     : (char)(next_random() & 0xff);
    }
}

static void damaged_rules_are_refused_or_load(void **state)
{
    size_t loaded = 0, refused = 0;
    struct rig all;

    (void)state;
    rig_open(&all);
    rig_need(rig_tree(&all, "share/rules") > 0, "share/rules");
    for (int round = 0; round < 2000; round++) {
        const struct textfile *f = &all.file[next_random() % all.nfiles];
        struct hit hit[8];
        struct one o;
        struct rig r;

        rig_open(&r);
        r.file[0] = (struct textfile){strdup("x.yml"), {malloc(f->text.n), f->text.n}};
        r.nfiles = 1;
        memcpy((char *)(uintptr_t)r.file[0].text.p, f->text.p, f->text.n);
        damage((char *)(uintptr_t)r.file[0].text.p, f->text.n);
        rig_load(&r);
        one_event(&o);
        o.ev.logsource[0] = SPAN_LIT("linux");
        o.ev.logsource[2] = SPAN_LIT("sshd");
        one_put(&o, "user.name", "svc_x");
        (void)matcher_run(r.m, &o.ev, hit, ARRAY_LEN(hit));
        loaded += ruleset_count(r.set);
        refused += r.faults.count;
        rig_close(&r);
    }
    rig_close(&all);
    print_message("%zu loaded, %zu refused\n", loaded, refused);
    assert_true(loaded > 100 && refused > 100);
}

static void depth_and_length_have_bounds(void **state)
{
    static char text[300000];
    struct rig r;

    (void)state;
    for (int form = 0; form < 3; form++) {
        size_t n = (size_t)snprintf(text, sizeof(text), "%s",
                                    form == 0   ? "title: t\nlogsource: {product: p}\ndetection: "
                                    : form == 1 ? "title: t\nlogsource: {product: p}\n"
                                                  "detection: {s: {f: 1}, condition: "
                                                : "title: t\nlogsource: {product: p}\n"
                                                  "detection: {s: {f: 1}, condition: not ");

        for (int i = 0; i < 50000; i++) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
                                  form == 0   ? "["
                                  : form == 1 ? "s or "
                                              : "not ");
        }
        (void)snprintf(text + n, sizeof(text) - n, "s}");
        rig_open(&r);
        rig_text(&r, "x.yml", text);
        rig_load(&r);
        assert_int_equal(ruleset_count(r.set), form == 2); // negations are counted, not nested
        assert_int_equal(r.faults.count, form != 2);
        rig_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_rules_are_refused_or_load),
        cmocka_unit_test(depth_and_length_have_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
