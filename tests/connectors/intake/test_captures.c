// test_captures.c - captures of real peers with known answers, as they are and sent again in other forms.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "connectors/intake/pcap.h"
#include "tests/support/capture_world.h"

static const char *const names[] = {
    "01-gem-session", "02-control",     "03-recipes",     "04-all-items", "05-coalesced",
    "06-segmented",   "07-interleaved", "08-second-host", "09-squatted",
};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

static json_t *event_of(const json_t *list, size_t i)
{
    return json_object_get(json_array_get(list, i), "event");
}

static void assert_same(const char *what, const json_t *is, const json_t *should)
{
    if (!json_equal(is, should)) {
        char *a = json_dumps(is, JSON_COMPACT), *b = json_dumps(should, JSON_COMPACT);

        fail_msg("%s:\n  is     %.900s\n  should %.900s", what, a, b);
    }
}

static void test_as_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        char path[256];
        struct world w;
        json_t *should = expected_messages(names[i]), *ends = expected_connections(names[i]);
        size_t found = 0;

        (void)snprintf(path, sizeof(path), CAPTURES "/%s.pcap", names[i]);
        world_begin(&w, true);
        for (int pass = 0; pass < 2; pass++) {
            struct err err = ERR_INIT;

            assert_int_equal(packets_file(fopen(path, "rb"), w.tap, &err), 0);
            hsms_tap_finish(w.tap);
            assert_true(pass || hsms_tap_again(w.tap));
        }
        assert_int_equal(json_array_size(w.messages), json_array_size(should));
        assert_int_equal(json_array_size(w.faults), 0);
        for (size_t k = 0; k < json_array_size(should); k++) {
            assert_same(names[i], event_of(w.messages, k), json_array_get(should, k));
            assert_int_equal(
                json_number_value(json_object_get(json_array_get(w.messages, k), "line")),
                json_number_value(json_object_get(json_array_get(should, k), "frame")));
        }
        assert_int_equal(json_array_size(w.connections), json_array_size(ends));
        for (size_t k = 0; k < json_array_size(ends); k++) {
            for (size_t j = 0; j < json_array_size(ends); j++) {
                found += (size_t)json_equal(event_of(w.connections, j), json_array_get(ends, k));
            }
        }
        assert_int_equal(found, json_array_size(ends));
        json_decref(should);
        json_decref(ends);
        world_end(&w);
    }
}

// What the segments of a capture become before they are sent again.
typedef void change(const struct segs *in, struct segs *out);

static void bytewise(const struct segs *in, struct segs *out)
{
    for (size_t i = 0; i < in->n; i++) {
        struct seg s = in->v[i];

        for (size_t k = 0; k + 1 < s.payload.n; k++) {
            struct seg one = s;

            one.payload = span_sub(s.payload, k, 1);
            one.seq = s.seq + (uint32_t)k;
            one.flags = TCP_ACK;
            segs_add(out, &one);
        }
        if (s.payload.n) {
            s.seq += (uint32_t)s.payload.n - 1;
            s.payload = span_sub(s.payload, s.payload.n - 1, 1);
        }
        segs_add(out, &s);
    }
}

// Everything twice, and between the two the last bytes again with other content.
static void repeated(const struct segs *in, struct segs *out)
{
    static const char lies[16] = "\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5\xA5";

    for (size_t i = 0; i < in->n; i++) {
        struct seg s = in->v[i], lie = s;

        segs_add(out, &s);
        if (s.payload.n && !(s.flags & (TCP_SYN | TCP_RST))) {
            size_t n = s.payload.n < 16 ? s.payload.n : 16;

            lie.seq = s.seq + (uint32_t)(s.payload.n - n);
            lie.payload = span_of(lies, n);
            lie.flags = TCP_ACK;
            segs_add(out, &lie);
            segs_add(out, &s);
        }
    }
}

static bool same_way(const struct seg *a, const struct seg *b)
{
    return memcmp(&a->src, &b->src, sizeof(a->src)) == 0 &&
           memcmp(&a->dst, &b->dst, sizeof(a->dst)) == 0;
}

// Each segment in three parts, the last first.
static void reordered(const struct segs *in, struct segs *out)
{
    for (size_t i = 0; i < in->n; i++) {
        struct seg s = in->v[i];
        size_t third = s.payload.n / 3;

        for (int part = 2; part >= 0 && third; part--) {
            struct seg p = s;
            size_t from = (size_t)part * third;

            p.seq = s.seq + (uint32_t)from;
            p.payload = span_sub(s.payload, from, part == 2 ? s.payload.n : third);
            p.flags = TCP_ACK;
            segs_add(out, &p);
        }
        segs_add(out, &s); // the flags, and all of it once more
    }
}

// Overlapping pieces: each begins in the middle of the one before.
static void overlapped(const struct segs *in, struct segs *out)
{
    for (size_t i = 0; i < in->n; i++) {
        struct seg s = in->v[i];

        for (size_t at = 0; at < s.payload.n; at += 7) {
            struct seg p = s;
            size_t from = at < 5 ? 0 : at - 5;

            p.seq = s.seq + (uint32_t)from;
            p.payload = span_sub(s.payload, from, 16);
            p.flags = TCP_ACK;
            segs_add(out, &p);
        }
        segs_add(out, &s);
    }
}

// Sequence numbers that wrap within the first bytes of each direction.
static void wrapped(const struct segs *in, struct segs *out)
{
    for (size_t i = 0; i < in->n; i++) {
        struct seg s = in->v[i];
        uint32_t first = 0, theirs = 0;
        bool mine = false, other = false;

        for (size_t k = 0; k <= i || !(mine && other); k++) {
            const struct seg *o;

            if (k == in->n) {
                break;
            }
            o = &in->v[k];
            if (k <= i && (o->flags & TCP_SYN) && same_way(o, &s)) {
                first = o->seq;
                mine = true;
            }
            if ((o->flags & TCP_SYN) && memcmp(&o->src, &s.dst, sizeof(o->src)) == 0 &&
                memcmp(&o->dst, &s.src, sizeof(o->dst)) == 0 && k <= i) {
                theirs = o->seq;
                other = true;
            }
        }
        s.seq = s.seq - first + 0xFFFFFFE0u;
        s.ack = s.ack - theirs + 0xFFFFFFE0u;
        segs_add(out, &s);
    }
}

static void unchanged(const struct segs *in, struct segs *out)
{
    for (size_t i = 0; i < in->n; i++) {
        segs_add(out, &in->v[i]);
    }
}

static void sent_again(const char *name, change *how, int link, bool ipv6, bool vlan)
{
    static const char *const ways[] = {"host_to_equipment", "equipment_to_host"};
    struct segs in, out = {.n = 0};
    char *bytes, what[128];
    struct world w;
    json_t *should = expected_messages(name), *ends = expected_connections(name);

    (void)snprintf(what, sizeof(what), "%s link %d%s%s", name, link, ipv6 ? " IPv6" : "",
                   vlan ? " VLAN" : "");
    segs_read(name, &in, &bytes);
    how(&in, &out);
    world_begin(&w, true);
    world_play(&w, &out, link, ipv6, vlan);
    for (size_t i = 0; i < 2; i++) {
        json_t *a = bare(w.messages, ways[i], !ipv6), *b = bare(should, ways[i], !ipv6);

        assert_int_equal(json_array_size(a), json_array_size(b));
        for (size_t k = 0; k < json_array_size(b); k++) {
            assert_same(what, json_array_get(a, k), json_array_get(b, k));
        }
        json_decref(a);
        json_decref(b);
    }
    assert_int_equal(json_array_size(w.faults), 0);
    assert_int_equal(json_array_size(w.connections), json_array_size(ends));
    json_decref(should);
    json_decref(ends);
    segs_free(&in);
    segs_free(&out);
    free(bytes);
    world_end(&w);
}

static void test_segments(void **state)
{
    static change *const changes[] = {unchanged, bytewise,   repeated,
                                      reordered, overlapped, wrapped};

    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        for (size_t k = 0; k < sizeof(changes) / sizeof(changes[0]); k++) {
            // 300 kB one byte a packet shows nothing that 50 kB do not
            if (changes[k] != bytewise || (i != 2 && i != 3)) {
                sent_again(names[i], changes[k], LINK_ETHERNET, false, false);
            }
        }
    }
}

static void test_links(void **state)
{
    static const int links[] = {LINK_ETHERNET, LINK_SLL, LINK_SLL2,    LINK_NULL,
                                LINK_LOOP,     LINK_RAW, LINK_RAW_BSD, LINK_RAW_OPENBSD};

    (void)state;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        sent_again("01-gem-session", unchanged, links[i], false, false);
        sent_again("08-second-host", unchanged, links[i], true, false);
    }
    sent_again("09-squatted", unchanged, LINK_ETHERNET, false, true);
    sent_again("09-squatted", unchanged, LINK_ETHERNET, true, true);
    sent_again("02-control", unchanged, LINK_IPV4, false, false);
    sent_again("02-control", unchanged, LINK_IPV6, true, false);
}

// The equipment connects: every packet between other ends, the roles by what is said.
static void test_equipment_connects(void **state)
{
    struct segs in, out = {.n = 0};
    char *bytes;
    struct world w;
    json_t *should = expected_messages("01-gem-session");

    (void)state;
    segs_read("01-gem-session", &in, &bytes);
    for (size_t i = 0; i < in.n; i++) {
        struct seg s = in.v[i];
        struct seg syn = s;

        // who answers and who asks for the connection is exchanged, nothing else
        if (s.flags & TCP_SYN) {
            for (size_t k = 0; k < in.n; k++) {
                if ((in.v[k].flags & TCP_SYN) && !same_way(&in.v[k], &s)) {
                    syn = in.v[k];
                }
            }
            syn.flags = s.flags;
            syn.ack = s.seq + 1;
            s = syn;
        }
        segs_add(&out, &s);
    }
    world_begin(&w, true);
    world_play(&w, &out, LINK_ETHERNET, false, false);
    assert_int_equal(json_array_size(w.messages), json_array_size(should));
    for (size_t k = 0; k < json_array_size(should); k++) {
        assert_string_equal(
            json_string_value(json_object_get(event_of(w.messages, k), "direction")),
            json_string_value(json_object_get(json_array_get(should, k), "direction")));
    }
    assert_string_equal(
        json_string_value(json_object_get(event_of(w.connections, 0), "client_role")), "equipment");
    json_decref(should);
    segs_free(&in);
    segs_free(&out);
    free(bytes);
    world_end(&w);
}

static json_int_t number(const json_t *o, const char *key)
{
    return (json_int_t)json_number_value(json_object_get(o, key));
}

// The context of a record, which `event` does not show.
static json_t *context_of(const json_t *o)
{
    const char *raw = json_string_value(json_object_get(o, "raw"));
    json_t *c = json_loads(strchr(raw, '{'), JSON_DISABLE_EOF_CHECK, NULL);

    assert_non_null(c);
    return c;
}

// Every answer finds its question: of the other side, with its system bytes, one function below.
static void test_answers(void **state)
{
    size_t answers = 0, errors = 0;

    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        struct segs in;
        char *bytes;
        struct world w;

        segs_read(names[i], &in, &bytes);
        world_begin(&w, true);
        world_play(&w, &in, LINK_ETHERNET, false, false);
        for (size_t k = 0; k < json_array_size(w.messages); k++) {
            json_t *c = context_of(json_array_get(w.messages, k)), *h = json_object_get(c, "hsms");
            json_t *e = event_of(w.messages, k), *q = NULL;
            json_int_t function = number(e, "function");

            for (size_t j = 0; j < k && json_object_get(h, "answers_frame"); j++) {
                json_t *o = event_of(w.messages, j),
                       *oc = context_of(json_array_get(w.messages, j));
                json_t *oh = json_object_get(oc, "hsms");

                if (number(oh, "message") == number(h, "answers_message") &&
                    number(oh, "connection") == number(h, "connection")) {
                    q = o;
                }
                json_decref(oc);
            }
            if (q && number(e, "stream") == 9) {
                errors++; // by the header in the text
            } else if (q && number(e, "stype") == HSMS_DATA) {
                assert_int_equal(number(q, "function"),
                                 function ? function - 1 : number(q, "function"));
                assert_int_equal(number(q, "stream"), number(e, "stream"));
                assert_int_equal(number(q, "system_bytes"), number(e, "system_bytes"));
                assert_string_not_equal(json_string_value(json_object_get(q, "direction")),
                                        json_string_value(json_object_get(e, "direction")));
                answers++;
            } else if (number(e, "stype") == HSMS_DATA && number(e, "stream") != 9) {
                // a question, or an answer to none: those of 04 are single messages
                assert_true(function % 2 == 1 || i == 3);
            }
            json_decref(c);
        }
        segs_free(&in);
        free(bytes);
        world_end(&w);
    }
    assert_true(answers > 100);
    assert_int_equal(errors,
                     1); // the header in the S9F9 of 07 is that of no message of the capture
}

// A segment that was not captured, or only its head: that message is lost and said, the others are not.
static void one_lost(size_t keep)
{
    struct segs in;
    char *bytes;
    struct world w;
    json_t *should = expected_messages("05-coalesced");
    size_t whole = json_array_size(should);
    size_t lost = SIZE_MAX, longest = 0;
    json_t *end;

    segs_read("05-coalesced", &in, &bytes);
    for (size_t i = 0; i < in.n; i++) {
        if (in.v[i].payload.n > longest && i > 10) {
            longest = in.v[i].payload.n;
            lost = i;
        }
    }
    world_begin(&w, true);
    if (keep) {
        in.v[lost].keep = keep;
    } else {
        in.v[lost] = in.v[lost - 1]; // a repeat instead
    }
    world_play(&w, &in, LINK_ETHERNET, false, false);
    end = event_of(w.connections, 0);
    assert_int_equal(json_number_value(json_object_get(end, "gaps")), 1);
    assert_int_equal(json_number_value(json_object_get(end, "bytes_lost")), longest - keep);
    assert_true(json_array_size(w.faults) >= 1);
    assert_true(json_array_size(w.messages) < whole);
    assert_true(json_array_size(w.messages) + 30 > whole);
    assert_int_equal(json_number_value(json_object_get(end, "messages")),
                     json_array_size(w.messages));
    segs_free(&in);
    free(bytes);
    json_decref(should);
    world_end(&w);
}

static void test_lost(void **state)
{
    (void)state;
    one_lost(0);
    one_lost(20);
}

// A capture that begins in the middle of a session.
static void test_joined(void **state)
{
    struct segs in;
    char *bytes;
    struct world w;

    (void)state;
    segs_read("01-gem-session", &in, &bytes);
    world_begin(&w, true);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 40; i < in.n; i++) {
            world_send(&w, &in.v[i], LINK_ETHERNET, false, false);
        }
        hsms_tap_finish(w.tap);
        assert_true(pass || hsms_tap_again(w.tap));
    }
    assert_true(json_array_size(w.messages) > 50);
    assert_int_equal(json_array_size(w.faults), 0);
    assert_int_equal(json_array_size(w.connections), 1);
    segs_free(&in);
    free(bytes);
    world_end(&w);
}

// No run of 16 bytes of a recipe is in any record, whatever became of the message.
static void test_no_recipe_is_kept(void **state)
{
    struct segs in;
    char *bytes;
    struct world w;
    size_t bodies = 0;

    (void)state;
    segs_read("03-recipes", &in, &bytes);
    world_begin(&w, true);
    world_key(&w, SPAN_LIT("0123456789abcdef0123456789abcdef"));
    world_play(&w, &in, LINK_ETHERNET, false, false);
    for (size_t i = 0; i < in.n; i++) {
        if (in.v[i].payload.n > 1000) { // segments of bodies only
            struct span part = span_sub(in.v[i].payload, 600, 16);

            assert_int_equal(span_find_span(buf_span(&w.raw), part), w.raw.len);
            bodies++;
        }
    }
    assert_true(bodies > 100);
    assert_true(span_find_span(buf_span(&w.raw), SPAN_LIT("recipe_marks")) < w.raw.len);
    segs_free(&in);
    free(bytes);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_they_are), cmocka_unit_test(test_segments),
        cmocka_unit_test(test_links),       cmocka_unit_test(test_equipment_connects),
        cmocka_unit_test(test_lost),        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_joined),      cmocka_unit_test(test_no_recipe_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
