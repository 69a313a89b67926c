// fuzz_frame.c - any bytes through every framer: nothing lost, nothing made up, however they are cut.
// SPDX-License-Identifier: Apache-2.0
//
// The first byte chooses the framer, the second the size of the pieces; a second framer gets the whole.
#include "core/base/hash.h"
#include "core/frame/frame.h"
#include "tests/fuzz/fuzz.h"

struct given {
    uint64_t n, digest;
    bool broken;
};

static void drain(struct framer *f, struct given *g)
{
    struct frame r;
    enum frame_rc rc;

    while ((rc = framer_next(f, &r)) == FRAME_ONE) {
        uint64_t place[] = {r.line, r.line_end, r.end_offset, r.skipped, r.oversize, r.bytes.n};

        g->n++;
        g->digest = hash64(g->digest, span_of((const char *)place, sizeof(place)));
        g->digest = hash64(g->digest, r.bytes);
    }
    g->broken = g->broken || rc == FRAME_BROKEN;
}

static struct given run(enum frame_kind kind, const uint8_t *data, size_t n, size_t piece)
{
    struct framer *f = framer_new(kind);
    struct given g = {.broken = false};

    FUZZ_CHECK(f);
    for (size_t at = 0; at < n && !g.broken; at += piece) {
        struct span s = fuzz_copy(data + at, n - at < piece ? n - at : piece);

        framer_feed(f, s);
        drain(f, &g);
        free((void *)(uintptr_t)s.p);
    }
    framer_finish(f);
    drain(f, &g);
    framer_free(f);
    return g;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct given pieces, whole;
    enum frame_kind kind;

    if (n < 2) {
        return 0;
    }
    kind = (enum frame_kind)(data[0] % (FRAME_AUTO + 1));
    pieces = run(kind, data + 2, n - 2, data[1] + 1u);
    FUZZ_CHECK(pieces.n <= n);
    if (kind != FRAME_DATAGRAM) { // of which each piece is one
        whole = run(kind, data + 2, n - 2, n);
        FUZZ_CHECK(whole.n == pieces.n && whole.digest == pieces.digest);
        FUZZ_CHECK(whole.broken == pieces.broken);
    }
    return 0;
}
