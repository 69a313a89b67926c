// test_corpus.c - what the public rule corpus says to the loader.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/detect/rig.h"

#define RULES "../shared/data/sigma-rules"

static void public_rules_load_and_refusals_have_reasons(void **state)
{
    static struct {
        char code[40];
        size_t n;
    } table[64];
    size_t ncodes = 0, loaded;
    struct rig r;

    (void)state;
    rig_open(&r);
    rig_need(rig_tree(&r, RULES) > 0, RULES);
    rig_load(&r);
    loaded = ruleset_count(r.set);
    for (size_t i = 0; i < r.nerr; i++) {
        char text[1400];
        size_t k = 0;

        assert_true(r.err[i].line > 0 && r.err[i].col > 0);
        assert_true(r.err[i].path[0] && r.err[i].code[0] && r.err[i].msg[0]);
        while (k < ncodes && strcmp(table[k].code, r.err[i].code) != 0) {
            k++;
        }
        if (k == ncodes) {
            (void)snprintf(table[ncodes++].code, sizeof(table[0].code), "%s", r.err[i].code);
            print_message("first: %s\n", err_text(&r.err[i], text, sizeof(text)));
        }
        table[k].n++;
    }
    print_message("%zu documents, %zu loaded, %zu refused\n", r.nfiles, loaded, r.faults.count);
    for (size_t k = 0; k < ncodes; k++) {
        print_message("%8zu %s\n", table[k].n, table[k].code);
    }
    assert_int_equal(loaded + r.faults.count, r.nfiles);
    assert_true(loaded * 100 >= r.nfiles * 97);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_rules_load_and_refusals_have_reasons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
