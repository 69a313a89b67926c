// fuzz_filter.c - any text as an expression of the filter language.
// SPDX-License-Identifier: Apache-2.0
#include "core/filter/filter.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct okv okv[] = {{SPAN_LIT("user"), {V_STR, SPAN_LIT("root"), 0}},
                                     {SPAN_LIT("port"), {V_INT, SPAN_LIT("5000"), 5000}}};
    struct event ev = {
        .source = "fuzz", .raw = SPAN_LIT("x"), .okv = okv, .nokv = sizeof(okv) / sizeof(okv[0])};
    struct span text = fuzz_copy(data, n);
    struct err err = ERR_INIT;
    struct filter *f = filter_compile(text, &err);

    if (f) {
        FUZZ_CHECK(n <= FILTER_MAX);
        FUZZ_CHECK(filter_match(f, &ev) == filter_match(f, &ev));
    }
    filter_free(f);
    free((void *)(uintptr_t)text.p);
    return 0;
}
