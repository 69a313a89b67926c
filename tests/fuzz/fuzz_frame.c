// fuzz_frame.c - any bytes in any pieces through every framer: nothing lost, nothing made up.
// SPDX-License-Identifier: Apache-2.0
//
// The first byte chooses the framer, the second the size of the pieces.
#include "core/frame/frame.h"
#include "tests/fuzz/fuzz.h"

static void drain(struct framer *f, uint64_t *given, bool *broken)
{
    struct frame r;
    enum frame_rc rc;

    while ((rc = framer_next(f, &r)) == FRAME_ONE) {
        volatile char last = r.bytes.n ? r.bytes.p[r.bytes.n - 1] : 0;

        (void)last;
        *given += 1;
    }
    *broken = *broken || rc == FRAME_BROKEN;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct framer *f;
    uint64_t given = 0;
    bool broken = false;
    size_t piece;

    if (n < 2) {
        return 0;
    }
    f = framer_new((enum frame_kind)(data[0] % (FRAME_AUTO + 1)));
    FUZZ_CHECK(f);
    piece = data[1] % 64u + 1;
    for (size_t at = 2; at < n && !broken; at += piece) {
        struct span s = fuzz_copy(data + at, n - at < piece ? n - at : piece);

        framer_feed(f, s);
        drain(f, &given, &broken);
        free((void *)(uintptr_t)s.p);
    }
    framer_finish(f);
    drain(f, &given, &broken);
    FUZZ_CHECK(given <= n);
    framer_free(f);
    return 0;
}
