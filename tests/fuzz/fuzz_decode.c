// fuzz_decode.c - any bytes as a record of any source; printed as `decode` prints them.
// SPDX-License-Identifier: Apache-2.0
//
// The first byte chooses: 0 = told by content, else the source file of that number.
#include "core/decode/print.h"
#include "tests/core/decode/files.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct sourceset *set;
    static struct decoder *d;
    struct decode_in in = {.received = INT64_C(1790000000) * 1000000000};
    struct event ev;
    AUTO_BUF out;

    buf_init(&out, 64 << 20);
    if (!d) {
        struct faults faults = {0};

        set = own_sources(&faults);
        d = decoder_new(set);
    }
    if (n == 0) {
        return 0;
    }
    in.format = data[0] ? sourceset_name(set, (data[0] - 1u) % sourceset_count(set)) : NULL;
    in.raw = fuzz_copy(data + 1, n - 1);
    decode(d, &in, &ev);
    decode_print(&out, "-", 1, 1, &ev);
    FUZZ_CHECK(buf_span(&out).n > 0 && buf_span(&out).p[buf_span(&out).n - 1] == '\n');
    free((void *)(uintptr_t)in.raw.p);
    return 0;
}
