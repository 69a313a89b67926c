// fuzz_hsms.c - any packets as a capture of tools and hosts; what is seen becomes records, which decode.
// SPDX-License-Identifier: Apache-2.0
//
// The first byte chooses the link type; each packet is one byte of length and that many bytes. A
// last packet repeats the rest as one plain HSMS stream.
#include "core/base/arena.h"
#include "core/decode/fields.h"
#include "core/decode/hsms_record.h"
#include "core/frame/hsms.h"
#include "core/frame/hsms_tap.h"
#include "tests/fuzz/fuzz.h"

static struct hsms_writer writer;

static void write_record(const struct hsms_seen *s)
{
    AUTO_BUF out;
    struct arena arena;
    struct fields fields = {.arena = &arena};
    struct span raw;

    buf_init(&out, 64 << 20);
    hsms_record_put(&writer, s, &out);
    raw = fuzz_copy(buf_span(&out).p, buf_span(&out).n);
    FUZZ_CHECK(hsms_record_is(raw));
    arena_init(&arena, 8 << 20);
    (void)hsms_flatten(raw, &fields);
    fields_free(&fields);
    arena_free(&arena);
    free((void *)(uintptr_t)raw.p);
}

static void seen(void *ctx, const struct hsms_seen *s)
{
    (void)ctx;
    write_record(s);
}

static void as_stream(struct span s)
{
    struct packet_mark mark = {0};
    struct hsms_cut cut;
    struct hsms_cut_out out;

    hsms_cut_init(&cut, false);
    hsms_cut_feed(&cut, s, mark, mark);
    for (enum hsms_cut_rc rc; (rc = hsms_cut_next(&cut, &out)) != HSMS_CUT_NONE;) {
        if (rc == HSMS_CUT_MESSAGE) {
            write_record(&(struct hsms_seen){.what = HSMS_SEEN_MESSAGE,
                                             .plain = true,
                                             .frame = 1,
                                             .length = out.length,
                                             .bytes = out.bytes});
        }
    }
    while (hsms_cut_end(&cut, &out) != HSMS_CUT_NONE) {
    }
    hsms_cut_free(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const int links[] = {1, 0, 101, 113, 276, 108, 12};
    struct hsms_tap *tap;

    if (n < 2) {
        return 0;
    }
    hsms_writer_init(&writer, SPAN_LIT("key of the test"), 128 << 10, NULL, NULL);
    tap = hsms_tap_new(8, 1 << 20, true, seen, NULL);
    FUZZ_CHECK(tap);
    for (size_t at = 1; at < n;) {
        size_t k = data[at], rest = n - at - 1;
        struct span s = fuzz_copy(data + at + 1, k < rest ? k : rest);

        hsms_tap_packet(tap, links[data[0] % (sizeof(links) / sizeof(links[0]))], s, (uint32_t)s.n,
                        (ntime_t)at);
        free((void *)(uintptr_t)s.p);
        at += k + 1;
    }
    hsms_tap_finish(tap);
    hsms_tap_free(tap);
    as_stream(span_of((const char *)data + 1, n - 1));
    hsms_writer_free(&writer);
    return 0;
}
