// test_hsms.c - fabsocctl decode on captures in every form of file, and on plain HSMS streams.
// SPDX-License-Identifier: Apache-2.0
#include "tests/connectors/ctl/ran.h"

#include <sys/stat.h>
#include <zstd.h>

#include "core/base/buf.h"
#include "tests/core/decode/files.h"

#define DATA "../shared/data/hsms/"

static struct span need(const char *path)
{
    struct span s = file_read(path);

    if (!s.p) {
        fail_msg("cannot run without %s (the shared test data)", path);
    }
    return s;
}

static void drop(struct span s)
{
    free((void *)(uintptr_t)s.p);
}

static void malformed_streams(void **state)
{
    static const struct {
        const char *name;
        int status;
    } rows[] = {{"m01-truncated-item", 0},
                {"m04-unknown-stype", 0},
                {"m05-length-ffffffff", 1},
                {"m06-garbage-before-select", 1}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char path[256];
        struct span text;
        json_t *all, *frames;
        struct ran r;

        (void)snprintf(path, sizeof(path), DATA "malformed/%s.expected.json", rows[i].name);
        text = need(path);
        all = json_loadb(text.p, text.n, 0, NULL);
        frames = json_object_get(all, "frames");
        (void)snprintf(path, sizeof(path), DATA "malformed/%s.bin", rows[i].name);
        r = ran("decode", "--as", "hsms", path);
        assert_int_equal(r.status, rows[i].status);
        assert_int_equal(ran_lines(&r), json_array_size(frames));
        for (size_t k = 0; k < json_array_size(frames); k++) {
            json_t *o = ran_json(&r, k), *event = json_object_get(o, "event"), *v;
            const char *key;
            bool ok = json_is_true(json_object_get(json_array_get(frames, k), "ok"));

            json_object_foreach(json_array_get(frames, k), key, v)
            {
                if (strcmp(key, "detail") != 0 && !json_equal(json_object_get(event, key), v)) {
                    fail_msg("%s, message %zu: %s differs", rows[i].name, k + 1, key);
                }
            }
            assert_int_equal(json_object_get(o, "error") == NULL, ok);
            assert_int_equal(ran_int(o, "line"), k + 1);
            json_decref(o);
        }
        json_decref(all);
        drop(text);
        ran_free(&r);
    }
}

// ---- forms of one capture

static uint32_t le32(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

// Each packet of a little-endian capture of microseconds, to be written in another form.
static void each_packet(struct span in, struct buf *out,
                        void (*put)(struct buf *out, uint32_t s, uint32_t us, struct span packet))
{
    for (size_t at = 24; at + 16 <= in.n;) {
        uint32_t n = le32(in.p + at + 8);

        put(out, le32(in.p + at), le32(in.p + at + 4), span_sub(in, at + 16, n));
        at += 16 + n;
    }
}

static void put_nano(struct buf *out, uint32_t s, uint32_t us, struct span packet)
{
    buf_u32(out, s);
    buf_u32(out, us * 1000);
    buf_u32(out, (uint32_t)packet.n);
    buf_u32(out, (uint32_t)packet.n);
    buf_put_span(out, packet);
}

static void be32(struct buf *out, uint32_t v)
{
    buf_u32(out, __builtin_bswap32(v));
}

static void put_swapped(struct buf *out, uint32_t s, uint32_t us, struct span packet)
{
    be32(out, s);
    be32(out, us);
    be32(out, (uint32_t)packet.n);
    be32(out, (uint32_t)packet.n);
    buf_put_span(out, packet);
}

static void put_block(struct buf *out, uint32_t s, uint32_t us, struct span packet)
{
    uint64_t t = (uint64_t)s * 1000000 + us;
    uint32_t pad = (uint32_t)(-packet.n & 3), length = 32 + (uint32_t)packet.n + pad;

    buf_u32(out, 6); // enhanced packet block
    buf_u32(out, length);
    buf_u32(out, 0);
    buf_u32(out, (uint32_t)(t >> 32));
    buf_u32(out, (uint32_t)t);
    buf_u32(out, (uint32_t)packet.n);
    buf_u32(out, (uint32_t)packet.n);
    buf_put_span(out, packet);
    buf_put(out, "\0\0\0", pad);
    buf_u32(out, length);
}

static void as_nano(struct span in, struct buf *out)
{
    buf_u32(out, 0xa1b23c4d);
    buf_put_span(out, span_sub(in, 4, 20));
    each_packet(in, out, put_nano);
}

static void as_swapped(struct span in, struct buf *out)
{
    be32(out, 0xa1b2c3d4);
    buf_put(out, "\0\2\0\4\0\0\0\0\0\0\0\0\0\4\0\0\0\0\0\1", 20);
    each_packet(in, out, put_swapped);
}

static void as_pcapng(struct span in, struct buf *out)
{
    buf_u32(out, 0x0a0d0d0a); // section header
    buf_u32(out, 28);
    buf_u32(out, 0x1a2b3c4d);
    buf_u32(out, 1);
    buf_put(out, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    buf_u32(out, 28);
    buf_u32(out, 1); // interface, Ethernet
    buf_u32(out, 20);
    buf_u32(out, 1);
    buf_u32(out, 262144);
    buf_u32(out, 20);
    each_packet(in, out, put_block);
}

static void as_zstd(struct span in, struct buf *out)
{
    char *room = buf_reserve(out, ZSTD_compressBound(in.n));

    buf_advance(out, ZSTD_compress(room, ZSTD_compressBound(in.n), in.p, in.n, 3));
}

// The same but for the name of the file.
static void assert_same_records(const struct ran *a, const struct ran *b)
{
    assert_int_equal(ran_lines(a), ran_lines(b));
    for (size_t i = 0; i < ran_lines(a); i++) {
        json_t *x = ran_json(a, i), *y = ran_json(b, i);

        json_object_del(x, "file");
        json_object_del(y, "file");
        assert_true(json_equal(x, y));
        json_decref(x);
        json_decref(y);
    }
}

static void every_form_of_file(void **state)
{
    static void (*const forms[])(struct span in, struct buf * out) = {as_nano, as_swapped,
                                                                      as_pcapng, as_zstd};
    struct span in = need(DATA "02-control.pcap");
    struct ran plain = ran("decode", DATA "02-control.pcap"), r;

    (void)state;
    assert_int_equal(plain.status, 0);
    assert_string_equal(plain.err, "");
    assert_int_equal(ran_lines(&plain), 45); // 42 messages, 3 connections
    r = ran_with(in, "decode", "-", NULL);
    assert_same_records(&r, &plain);
    ran_free(&r);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct buf out = {0};

        buf_init(&out, 1 << 20);
        forms[i](in, &out);
        r = ran("decode", ran_file("form", buf_span(&out)));
        assert_string_equal(r.err, "");
        assert_same_records(&r, &plain);
        ran_free(&r);
        r = ran_with(buf_span(&out), "decode", "-", NULL);
        assert_same_records(&r, &plain);
        ran_free(&r);
        buf_free(&out);
    }
    // scan reads them too
    r = ran("scan", "--rules", "none", "--where", "hsms.name=Select.req", "--count",
            DATA "02-control.pcap");
    assert_int_equal(r.status, 0);
    assert_true(strncmp(r.out, "0", 1) != 0);
    ran_free(&r);
    ran_free(&plain);
    drop(in);
}

static void damaged_and_foreign(void **state)
{
    struct span in = need(DATA "01-gem-session.pcap");
    struct ran r = ran("decode", ran_file("cut.pcap", span_sub(in, 0, in.n / 2)));
    char *p = (char *)(uintptr_t)in.p;

    (void)state;
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "pcap.damaged: "));
    assert_true(ran_lines(&r) > 20);
    ran_free(&r);
    // the same packets with the bytes of another protocol
    for (size_t at = 24; at + 16 <= in.n;) {
        uint32_t n = le32(in.p + at + 8);

        for (size_t i = at + 16 + 66; i < at + 16 + n; i++) {
            p[i] = "GET / HTTP/1.1\r\n"[i % 16];
        }
        at += 16 + n;
    }
    r = ran("decode", ran_file("http.pcap", in));
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "pcap.passed_over: 1 connections without HSMS"));
    ran_free(&r);
    // a link type that nobody here reads
    p[20] = 105;
    r = ran("decode", ran_file("wlan.pcap", in));
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "pcap.link: "));
    ran_free(&r);
    drop(in);
}

static void digests_under_a_key(void **state)
{
    const char *key = ran_file(
        "key", SPAN_LIT("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"));
    struct ran r;

    (void)state;
    assert_int_equal(chmod(key, 0644), 0);
    r = ran("decode", "--key", key, DATA "06-segmented.pcap");
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "key.mode: "));
    ran_free(&r);
    assert_int_equal(chmod(key, 0600), 0);
    r = ran("decode", "--key", key, DATA "06-segmented.pcap");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "\"hmac_sha256\":\""));
    assert_null(strstr(r.out, "\"sha256\":\""));
    ran_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_streams),
        cmocka_unit_test(every_form_of_file),
        cmocka_unit_test(damaged_and_foreign),
        cmocka_unit_test(digests_under_a_key),
    };

    return cmocka_run_group_tests(tests, ran_begin, ran_end);
}
