// fuzz_sources.c - any text as a source file; what loads decodes its own samples.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/decode.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span text = fuzz_copy(data, n);
    struct textfile file = {"fuzz.yaml", text};
    struct faults faults = {0};
    struct sourceset *s = sourceset_load(&file, 1, &faults);

    if (s) {
        (void)sourceset_selftest(s, &faults);
    }
    sourceset_free(s);
    free((void *)(uintptr_t)text.p);
    return 0;
}
