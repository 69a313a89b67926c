// fuzz_rules.c - any text as a Sigma file; what loads is asked about an event.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/ruleset.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct okv okv[] = {
        {SPAN_LIT("Image"), {V_STR, SPAN_LIT("C:\\Windows\\System32\\cmd.exe"), 0}},
        {SPAN_LIT("CommandLine"), {V_STR, SPAN_LIT("cmd /c whoami"), 0}},
        {SPAN_LIT("EventID"), {V_INT, SPAN_LIT("1"), 1}}};
    static struct hit hit[64];
    struct span text = fuzz_copy(data, n);
    struct textfile file = {"fuzz.yml", text};
    struct faults faults = {0};
    struct ruleset *s = ruleset_load(&file, 1, &faults);

    if (s) {
        struct event ev = {
            .source = "fuzz",
            .raw = SPAN_LIT("cmd /c whoami"),
            .logsource = {SPAN_LIT("windows"), SPAN_LIT("process_creation"), SPAN_NONE},
            .okv = okv,
            .nokv = sizeof(okv) / sizeof(okv[0])};
        struct matcher *m = matcher_new(s, NULL);

        FUZZ_CHECK(m);
        FUZZ_CHECK(matcher_run(m, &ev, hit, 64) <= 64);
        matcher_free(m);
    }
    ruleset_free(s);
    free((void *)(uintptr_t)text.p);
    return 0;
}
