// test_rules.c - the techniques of share/rules against the list in share/guidelines. The samples beside
// the rules: tests/connectors/ctl/test_rules.c.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/ydoc.h"
#include "tests/core/decode/files.h"

static struct files rules;
static struct arena tree;

static struct ydocs doc_of(const struct textfile *f)
{
    struct err err = ERR_INIT;
    struct ydocs d;

    if (ydoc_load(&tree, f->text, f->path, &d, &err) < 0) {
        err_print(stderr, &err);
        fail();
    }
    return d;
}

static int setup(void **state)
{
    (void)state;
    arena_init(&tree, SIZE_MAX);
    files_load(&rules, "share/rules", ".yml");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    files_free(&rules);
    arena_free(&tree);
    return 0;
}

static bool is_current(struct span list, struct span id)
{
    while (list.n) {
        struct span line = span_cut(&list, '\n'), first = span_cut(&line, ',');

        (void)span_cut(&line, ','); // its domain
        if (span_eq_nocase(first, id)) {
            return span_eq_str(span_cut(&line, ','), "current");
        }
    }
    return false;
}

static void every_technique_is_a_current_one(void **state)
{
    struct span list = file_read("share/guidelines/attack-ics.csv");
    unsigned checked = 0;

    (void)state;
    assert_false(is_current(list, SPAN_LIT("T0855"))); // retired in version 19
    for (size_t i = 0; i < rules.n; i++) {
        struct ydocs r = doc_of(&rules.f[i]);

        for (size_t k = 0; k < r.n; k++) {
            const struct ynode *tags = y_get(r.doc[k], "tags");

            for (size_t t = 0; tags && t < tags->n; t++) {
                struct span tag = tags->item[t]->text, id = span_sub(tag, 7, tag.n);

                if (id.n < 5 || id.p[0] != 't' || !strchr("0123456789", id.p[1])) {
                    continue; // a tactic
                }
                checked++;
                if (!is_current(list, id)) {
                    print_error("%s: " SPAN_FMT " is no current technique\n", rules.f[i].path,
                                SPAN_ARG(id));
                    fail();
                }
            }
        }
    }
    assert_true(checked > 60);
    free((void *)(uintptr_t)list.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_technique_is_a_current_one),
    };

    return cmocka_run_group_tests_name("rules", tests, setup, teardown);
}
