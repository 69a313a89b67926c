// test_lane.c - what a value calls up, against comparing every key with it.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/lane.h"
#include "tests/core/detect/rig.h"

enum { KEYS_MAX = 1500, VALUE_MAX = 900, VALUES = 120 };

static uint64_t seed = 20261122;

static uint32_t dice(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

// What keys and values of one round are made of.
struct stuff {
    const char *bytes;       // letters to draw from
    const char *begin, *end; // around a number: many keys that differ far from their common run
    size_t keys, key_max, value_max;
};

static size_t put_random(char *out, const struct stuff *s, size_t n)
{
    size_t kinds = strlen(s->bytes);

    for (size_t i = 0; i < n; i++) {
        out[i] = s->bytes[dice((uint32_t)kinds)];
    }
    return n;
}

// Where long keys are possible short ones are few.
static struct span key_text(struct arena *a, const struct stuff *s)
{
    size_t least = s->key_max > 10 && dice(8) ? 4 : 1;
    char *p;

    if (s->begin) {
        p = arena_printf(a, "%s%04u%s", s->begin, dice(3000), s->end);
        return span_str(p);
    }
    p = arena_alloc(a, s->key_max + 1);
    return span_of(p, put_random(p, s, least + dice((uint32_t)(s->key_max - least + 1))));
}

// Now and then a key, and always the zeros behind.
static struct span value_text(char *out, const struct stuff *s, const struct lane *l)
{
    size_t n = put_random(out, s, dice((uint32_t)s->value_max));

    for (uint32_t i = dice(4); i--;) {
        struct span k = l->key[dice((uint32_t)l->nkeys)].text;
        size_t at = dice(3) ? dice((uint32_t)n + 1) : dice(2) * (n - (n < k.n ? n : k.n));

        if (at + k.n < VALUE_MAX) {
            memcpy(out + at, k.p, k.n);
            n = at + k.n > n ? at + k.n : n;
        }
    }
    memset(out + n, 0, TEDDY_PAD);
    return span_of(out, n);
}

static bool has(struct span low, const struct lane_key *k)
{
    struct span tail;

    switch (k->kind) {
    case COVER_WHOLE: return span_eq(low, k->text);
    case COVER_TAIL: return cover_tail(low, &tail) && span_eq(tail, k->text);
    case COVER_PART: return span_find_span(low, k->text) < low.n;
    case COVER_FRONT: return span_starts(low, k->text);
    case COVER_BACK: return span_ends(low, k->text);
    default: return false;
    }
}

struct calls {
    const struct lane *l;
    bool called[KEYS_MAX];
};

static void note(void *ctx, const struct lane_key *k)
{
    struct calls *c = ctx;

    c->called[k - c->l->key] = true;
}

static void make_keys(struct arena *a, struct lane *l, const struct stuff *s)
{
    static const enum cover_kind kinds[] = {COVER_WHOLE, COVER_TAIL,  COVER_PART,
                                            COVER_PART,  COVER_FRONT, COVER_BACK};

    *l = (struct lane){.key = arena_array(a, s->keys, sizeof(*l->key)), .nkeys = s->keys};
    for (size_t i = 0; i < s->keys; i++) {
        enum cover_kind kind = kinds[dice(ARRAY_LEN(kinds))];

        l->key[i] = (struct lane_key){.kind = kind, .text = key_text(a, s)};
    }
    assert_true(lane_build(a, l));
}

// Each key that stands in the value is called and no other, by the shuffles and without them.
static size_t compare_value(const struct lane *l, struct span low)
{
    static struct calls c[2];
    size_t hits = 0;

    for (int k = 0; k < 2; k++) {
        c[k] = (struct calls){.l = l};
        teddy_forbid(k == 1);
        gram_walk_plainly(k == 1);
        lane_run(l, low, true, note, &c[k]);
    }
    teddy_forbid(false);
    gram_walk_plainly(false);
    for (size_t i = 0; i < l->nkeys; i++) {
        bool want = has(low, &l->key[i]);

        for (int k = 0; k < 2; k++) {
            if (c[k].called[i] != want) {
                fail_msg("key \"" SPAN_FMT "\" of kind %d %s in \"" SPAN_FMT "\"%s",
                         SPAN_ARG(l->key[i].text), l->key[i].kind,
                         want ? "is not found" : "is found", SPAN_ARG(low),
                         k ? ", byte by byte" : "");
            }
        }
        hits += want;
    }
    return hits;
}

static void a_value_calls_exactly_its_keys(void **state)
{
    static const char few[] = "abc/\\", many[] = "abcdefghijklmnopqrstuvwxyz0123456789 \\/.-_:=";
    static const struct stuff stuff[] = {
        {few, NULL, NULL, 1, 6, 40},
        {few, NULL, NULL, 5, 3, 70},
        {few, NULL, NULL, 40, 7, 300},
        {few, NULL, NULL, 600, 12, 200},
        {many, NULL, NULL, 1, 20, 100},
        {many, NULL, NULL, 12, 9, 700},
        {many, NULL, NULL, 60, 20, 700},
        {many, NULL, NULL, 700, 20, 700},
        {many, NULL, NULL, 30, 2, 100},
        {many, "svc_", " from ", 1500, 0, 200},
        {many, "svc_", "", 1500, 0, 200},
        {many, "/opt/fab/", "", 9, 0, 80},
        {"\xc3\xa4\xff \x01z", NULL, NULL, 20, 4, 90},
    };
    size_t shuffled = 0, walked = 0, both = 0, windows = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(stuff); i++) {
        size_t hits = 0;

        for (int round = 0; round < 4; round++) {
            static char value[VALUE_MAX + TEDDY_PAD];
            struct arena a;
            struct lane l;

            arena_init(&a, 16 << 20);
            make_keys(&a, &l, &stuff[i]);
            shuffled += l.part.teddy && l.part.walked > GRAM_MAX;
            walked += l.part.ngrams && !l.part.teddy;
            both += l.part.teddy && l.part.walked == GRAM_MAX;
            for (size_t k = 0; k < l.part.ngrams; k++) {
                windows += l.part.gram[k].width > 0;
            }
            for (int k = 0; k < VALUES; k++) {
                hits += compare_value(&l, value_text(value, &stuff[i], &l));
            }
            arena_free(&a);
        }
        assert_true(hits > VALUES / 4);
    }
    assert_true(shuffled > 0 && walked > 0 && both > 0 && windows > 0); // all ways were gone
}

// The place of a run in a block, and the block in the value, do not matter.
static void a_run_is_found_at_every_place(void **state)
{
    static char value[300 + TEDDY_PAD];
    struct lane_key key = {.kind = COVER_PART, .text = SPAN_LIT("qzx")};
    struct lane l = {.key = &key, .nkeys = 1};
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    assert_true(lane_build(&a, &l));
    for (size_t n = 3; n < 200; n++) {
        for (size_t at = 0; at + 3 <= n; at++) {
            memset(value, '.', n);
            memset(value + n, 0, TEDDY_PAD);
            memcpy(value + at, "qzx", 3);
            assert_int_equal(compare_value(&l, span_of(value, n)), 1);
            value[at + 2] = '.';
            assert_int_equal(compare_value(&l, span_of(value, n)), 0);
        }
    }
    arena_free(&a);
}

static void letters_are_folded_and_nothing_else(void **state)
{
    char in[80], out[80 + 1];

    (void)state;
    for (size_t n = 0; n <= sizeof(in); n++) {
        for (int first = 0; first < 256; first++) {
            bool ascii = true, said;

            for (size_t i = 0; i < n; i++) {
                in[i] = (char)(first + (int)i);
                ascii = ascii && (unsigned char)in[i] < 0x80;
            }
            out[n] = '#';
            said = fold_ascii(out, span_of(in, n));
            assert_int_equal(said, ascii);
            assert_int_equal(out[n], '#');
            for (size_t i = 0; i < n; i++) {
                char want = in[i] >= 'A' && in[i] <= 'Z' ? (char)(in[i] + 32) : in[i];

                assert_int_equal(out[i], want);
            }
            fold_ascii(in, span_of(in, n)); // where it stands
            assert_memory_equal(in, out, n);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_calls_exactly_its_keys),
        cmocka_unit_test(a_run_is_found_at_every_place),
        cmocka_unit_test(letters_are_folded_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
