// test_sources.c - every source file of the project loads and proves itself on its samples.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "tests/core/decode/files.h"

static void every_source_decodes_its_samples(void **state)
{
    struct faults faults = {0};
    struct sourceset *s = own_sources(&faults);

    (void)state;
    assert_non_null(s);
    assert_int_equal(faults.count, 0);
    assert_true(sourceset_count(s) >= 15);
    assert_int_equal(sourceset_selftest(s, &faults), 0);
    sourceset_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_source_decodes_its_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
