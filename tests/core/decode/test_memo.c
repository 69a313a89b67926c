// test_memo.c - what a decoder remembers of earlier records changes nothing of what it says of the next.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/decode/print.h"
#include "core/decode/source.h"
#include "tests/core/decode/own.h"

enum { RECORDS_MAX = 4096, TEXT_MAX = 8192, ROUNDS = 120, FRESH_EVERY = 4 };

static uint64_t seed = 20261122;
static struct span record[RECORDS_MAX];
static size_t nrecords;

static uint32_t below(size_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)((seed >> 33) % n);
}

static void collect(void)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct source *s = &set->source[i];

        for (size_t k = 0; k < s->nsamples && nrecords < RECORDS_MAX; k++) {
            if (s->sample[k].raw.n <= TEXT_MAX) {
                record[nrecords++] = s->sample[k].raw;
            }
        }
    }
}

static bool in_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static struct span some_word(struct span s)
{
    size_t from = below(s.n + 1), n = 0;

    while (from && in_word(s.p[from - 1])) {
        from--;
    }
    while (from + n < s.n && in_word(s.p[from + n])) {
        n++;
    }
    return span_sub(s, from, n);
}

// The i-th record with a word of another one near it, mostly of the same source, instead of one of its own.
static struct span spliced(size_t i, char *out)
{
    struct span s = record[i], old = some_word(s),
                other = some_word(record[(i + nrecords + below(13) - 6) % nrecords]);
    size_t at = (size_t)(old.p - s.p);

    if (s.n - old.n + other.n > TEXT_MAX) {
        return s;
    }
    memcpy(out, s.p, at);
    memcpy(out + at, other.p, other.n);
    memcpy(out + at + other.n, s.p + at + old.n, s.n - at - old.n);
    return span_of(out, s.n - old.n + other.n);
}

// The i-th record with other letters or digits, some bytes less, or cut off.
static struct span changed(size_t i, char *out)
{
    struct span s = record[i];
    uint32_t how = below(10), at = below(s.n ? s.n : 1), n = 1 + below(6);

    if (how < 5) {
        return spliced(i, out);
    }
    memcpy(out, s.p, s.n);
    for (uint32_t k = at; k < at + n && k < s.n; k++) {
        char c = out[k];

        if (how < 8 && in_word(c)) {
            out[k] = (char)(c >= 'a' ? 'a' + (int)below(26) : '0' + (int)below(10));
        }
    }
    if (how == 8 && at + n < s.n) {
        memmove(out + at, out + at + n, s.n - at - n);
        return span_of(out, s.n - n);
    }
    return how == 9 ? span_of(out, at) : span_of(out, s.n);
}

static void tell_spans(struct buf *b, const struct span s[3])
{
    buf_printf(b, "[%.*s|%.*s|%.*s]", (int)s[0].n, s[0].p, (int)s[1].n, s[1].p, (int)s[2].n,
               s[2].p);
}

// All that anybody may ask of an event.
static void tell(struct buf *b, const struct event *ev, const struct wants *w)
{
    buf_clear(b);
    decode_print(b, "f", 1, 1, ev);
    buf_printf(b, "%d %u %lld %lld ", (int)ev->kind, ev->flags, (long long)ev->time,
               (long long)ev->clock_gap);
    tell_spans(b, ev->logsource);
    for (size_t i = 0; i < ev->nalso; i++) {
        tell_spans(b, ev->also[i]);
    }
    for (uint32_t id = 0; id < wants_count(w); id++) {
        for (uint32_t at = ev->at[id]; at; at = ev->next[at - 1]) {
            const struct okv *o = &ev->okv[at - 1];

            buf_printf(b, " %u:%d=%.*s", id, (int)o->v.type, (int)o->v.s.n, o->v.s.p);
        }
    }
    buf_u8(b, 0);
    assert_true(buf_ok(b));
}

static void assert_same(struct decoder *old, const struct wants *w, struct span raw)
{
    static struct event a, b;
    struct decode_in in = {.raw = raw, .received = INT64_C(1795140000) * 1000000000};
    struct decoder *fresh = w ? decoder_new_wanting(set, w) : decoder_new(set);
    const struct wants *asked = w ? w : set->slots;
    AUTO_BUF said;
    AUTO_BUF want;

    buf_init(&said, 4 << 20);
    buf_init(&want, 4 << 20);
    assert_non_null(fresh);
    decode(old, &in, &a);
    decode(fresh, &in, &b);
    tell(&said, &a, asked);
    tell(&want, &b, asked);
    assert_string_equal(said.p, want.p);
    decoder_free(fresh);
}

// The records of all sources, as they are and changed, in any order; most of them are only remembered.
static void run(struct decoder *old, const struct wants *w)
{
    char out[TEXT_MAX];

    for (size_t i = 0; i < nrecords * ROUNDS; i++) {
        static struct event ev;
        // runs of one record, so that its shape is known when the changed ones come
        size_t k = below(4) ? i / 7 % nrecords : below(nrecords);
        struct span raw = below(3) ? changed(k, out) : record[k];
        struct decode_in in = {.raw = raw, .received = INT64_C(1795140000) * 1000000000};

        if (i % FRESH_EVERY) {
            decode(old, &in, &ev);
        } else {
            assert_same(old, w, raw);
        }
    }
}

static void all_fields(void **state)
{
    (void)state;
    run(dec, NULL);
}

static void wanted_fields(void **state)
{
    struct wants *w = wants_new();
    struct decoder *d;

    (void)state;
    assert_true(sourceset_want(set, w) && wants_seal(w));
    d = decoder_new_wanting(set, w);
    run(d, w);
    decoder_free(d);
    wants_free(w);
}

// Records of one source with ever other names in ever other order: more shapes than find room.
static void more_shapes_than_there_is_room_for(void **state)
{
    static const char *const value[] = {"4624", "\"Security\"", "\"-\"",
                                        "null", "\"10.0.0.7\"", "\"\""};
    AUTO_BUF text;

    (void)state;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 400; i++) {
        buf_clear(&text);
        buf_printf(&text, "{\"Channel\":\"Security\",\"EventID\":%u", 4624 + below(3));
        for (int k = 0; k < 120; k++) {
            struct span name =
                wants_name(set->slots, SLOT_PSEUDO + below(wants_count(set->slots) - SLOT_PSEUDO));

            buf_printf(&text, ",\"%.*s\":%s", (int)name.n, name.p, value[below(ARRAY_LEN(value))]);
        }
        buf_u8(&text, '}');
        assert_same(dec, NULL, buf_span(&text));
    }
}

static int begin(void **state)
{
    int rc = own_begin(state);

    if (rc == 0) {
        collect();
    }
    return rc || nrecords < 100 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_fields),
        cmocka_unit_test(wanted_fields),
        cmocka_unit_test(more_shapes_than_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, begin, own_end);
}
