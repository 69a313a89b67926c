// capture_world.c - see capture_world.h.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/capture_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/decode/print.h"
#include "tests/core/decode/files.h"

enum { ROOM = 1 << 28, JSON_HOW = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL };

static void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "test: %s\n", what);
        abort();
    }
}

static void on_seen(void *ctx, const struct hsms_seen *s)
{
    struct world *w = ctx;
    struct buf record = {0}, line = {0};
    struct decode_in in;
    struct event ev;
    json_t *o;

    buf_init(&record, ROOM);
    buf_init(&line, ROOM);
    hsms_record_put(&w->writer, s, &record);
    buf_put_span(&w->raw, buf_span(&record));
    in = (struct decode_in){.raw = buf_span(&record), .received = s->time};
    decode(w->dec, &in, &ev);
    decode_print(&line, "-", s->frame, s->frame, &ev);
    must(buf_ok(&line) && buf_ok(&record), "no memory");
    o = json_loadb(line.p, line.len, JSON_HOW, NULL);
    must(o != NULL, "decode printed what is no JSON");
    json_array_append_new(s->what == HSMS_SEEN_CONNECTION ? w->connections
                          : json_object_get(o, "error")   ? w->faults
                                                          : w->messages,
                          o);
    buf_free(&record);
    buf_free(&line);
}

void world_begin(struct world *w, bool learn)
{
    struct faults faults = {0};

    *w = (struct world){.set = own_sources(&faults)};
    must(w->set && faults.count == 0, "the sources do not load");
    w->dec = decoder_new(w->set);
    w->book = recipe_book_new();
    w->messages = json_array();
    w->connections = json_array();
    w->faults = json_array();
    buf_init(&w->raw, ROOM);
    hsms_writer_init(&w->writer, SPAN_NONE, 0, NULL, w->book);
    w->tap = hsms_tap_new(1024, 64 << 20, learn, on_seen, w);
    must(w->tap && w->dec && w->book, "no memory");
}

void world_key(struct world *w, struct span key)
{
    w->writer.key = key;
}

void world_end(struct world *w)
{
    hsms_tap_free(w->tap);
    hsms_writer_free(&w->writer);
    recipe_book_free(w->book);
    json_decref(w->messages);
    json_decref(w->connections);
    json_decref(w->faults);
    buf_free(&w->raw);
    decoder_free(w->dec);
    sourceset_free(w->set);
}

// ---- expectations

static struct span need(const char *name, const char *end)
{
    char path[256];
    struct span s;

    (void)snprintf(path, sizeof(path), CAPTURES "/%s%s", name, end);
    s = file_read(path);
    if (!s.p) {
        fprintf(stderr, "cannot run without %s (the shared test data)\n", path);
        abort();
    }
    return s;
}

json_t *expected_messages(const char *name)
{
    struct span all = need(name, ".expected.jsonl"), rest = all;
    json_t *out = json_array();

    while (rest.n) {
        struct span line = span_cut(&rest, '\n');
        json_t *o = line.n ? json_loadb(line.p, line.n, JSON_HOW, NULL) : NULL;

        if (o && !json_object_get(o, "incomplete")) {
            json_array_append(out, o);
        }
        json_decref(o);
    }
    free((void *)(uintptr_t)all.p);
    return out;
}

json_t *expected_connections(const char *name)
{
    struct span all = need(name, ".connections.json");
    json_t *out = json_loadb(all.p, all.n, JSON_HOW, NULL);

    free((void *)(uintptr_t)all.p);
    must(out != NULL, "connections.json does not load");
    return out;
}

// ---- segments

void segs_add(struct segs *s, const struct seg *v)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->v = realloc(s->v, s->cap * sizeof(*s->v));
        must(s->v != NULL, "no memory");
    }
    s->v[s->n++] = *v;
}

void segs_free(struct segs *s)
{
    free(s->v);
    *s = (struct segs){.n = 0};
}

static uint32_t le32(const char *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

// The given captures are of Ethernet, little-endian, microseconds.
void segs_read(const char *name, struct segs *ret, char **ret_bytes)
{
    struct span all = need(name, ".pcap");
    size_t at = 24;

    *ret = (struct segs){.n = 0};
    *ret_bytes = (char *)(uintptr_t)all.p;
    while (at + 16 <= all.n) {
        size_t n = le32(all.p + at + 8);
        ntime_t time =
            (ntime_t)le32(all.p + at) * 1000000000 + (ntime_t)le32(all.p + at + 4) * 1000;
        struct tcp_segment t;

        at += 16;
        must(packet_read(LINK_ETHERNET, span_of(all.p + at, n), (uint32_t)n, &t) == PACKET_TCP,
             "a packet of the capture is not TCP");
        segs_add(ret, &(struct seg){.src = t.src,
                                    .dst = t.dst,
                                    .seq = t.seq,
                                    .ack = t.ack,
                                    .flags = t.flags,
                                    .payload = t.payload,
                                    .keep = SIZE_MAX,
                                    .time = time});
        at += n;
    }
}

static void be16(struct buf *b, size_t v)
{
    buf_u8(b, (uint8_t)(v >> 8));
    buf_u8(b, (uint8_t)v);
}

static void be32(struct buf *b, uint32_t v)
{
    be16(b, v >> 16);
    be16(b, v & 0xFFFF);
}

static void put_link(struct buf *b, int link, bool ipv6, bool vlan)
{
    unsigned type = ipv6 ? 0x86DD : 0x0800;

    switch (link) {
    case LINK_ETHERNET:
        buf_put(b, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
        if (vlan) { // 802.1ad outside, 802.1Q inside
            be16(b, 0x88A8);
            be16(b, 7);
            be16(b, 0x8100);
            be16(b, 0x2005);
        }
        be16(b, type);
        break;
    case LINK_SLL:
        buf_put(b, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0", 14);
        be16(b, type);
        break;
    case LINK_SLL2:
        be16(b, type);
        buf_put(b, "\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0", 18);
        break;
    case LINK_NULL: buf_put(b, ipv6 ? "\x1e\0\0\0" : "\2\0\0\0", 4); break;
    case LINK_LOOP: buf_put(b, ipv6 ? "\0\0\0\x1e" : "\0\0\0\2", 4); break;
    default: break;
    }
}

static void put_ip(struct buf *b, const struct seg *s, bool ipv6)
{
    size_t tcp = 20 + s->payload.n;

    if (ipv6) { // with destination options between the headers
        be32(b, 0x60000000);
        be16(b, tcp + 8);
        buf_u8(b, 60);
        buf_u8(b, 64);
        buf_put(b, s->src.addr, 16);
        buf_put(b, s->dst.addr, 16);
        buf_put(b, "\6\0\1\4\0\0\0\0", 8);
    } else {
        be16(b, 0x4500);
        be16(b, tcp + 20 > 0xFFFF ? 0 : tcp + 20);
        be32(b, 0x00004000);
        be32(b, 0x40060000);
        buf_put(b, s->src.addr + 12, 4);
        buf_put(b, s->dst.addr + 12, 4);
    }
    be16(b, s->src.port);
    be16(b, s->dst.port);
    be32(b, s->seq);
    be32(b, s->ack);
    be16(b, (size_t)(0x5000 | s->flags));
    be16(b, 65535);
    be32(b, 0);
}

void world_send(struct world *w, const struct seg *s, int link, bool ipv6, bool vlan)
{
    struct buf b = {0};
    size_t keep = s->keep < s->payload.n ? s->keep : s->payload.n;
    uint32_t wire;

    buf_init(&b, 1 << 24);
    put_link(&b, link, ipv6, vlan);
    put_ip(&b, s, ipv6);
    wire = (uint32_t)(b.len + s->payload.n);
    buf_put_span(&b, span_sub(s->payload, 0, keep));
    if (link == LINK_ETHERNET && wire < 60 && keep == s->payload.n) {
        while (b.len < 60) {
            buf_u8(&b, 0xEE); // padding is no payload
        }
        wire = 60;
    }
    hsms_tap_packet(w->tap, link, buf_span(&b), wire, s->time);
    buf_free(&b);
}

void world_play(struct world *w, const struct segs *s, int link, bool ipv6, bool vlan)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < s->n; i++) {
            world_send(w, &s->v[i], link, ipv6, vlan);
        }
        hsms_tap_finish(w->tap);
        if (pass == 0) {
            must(hsms_tap_again(w->tap), "no memory");
        }
    }
}

json_t *bare(const json_t *events, const char *direction, bool addresses)
{
    static const char *const left_out[] = {"frame", "frame_first", "time"};
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(events); i++) {
        json_t *o = json_array_get(events, i), *e = json_object_get(o, "event"), *copy;

        copy = json_copy(e ? e : o);
        for (size_t k = 0; k < ARRAY_LEN(left_out); k++) {
            json_object_del(copy, left_out[k]);
        }
        if (!addresses) {
            json_object_del(copy, "src");
            json_object_del(copy, "dst");
        }
        if (!direction ||
            strcmp(json_string_value(json_object_get(copy, "direction")), direction) == 0) {
            json_array_append(out, copy);
        }
        json_decref(copy);
    }
    return out;
}
