// test_hsms.c - SECS-II items, records of messages, what is kept of recipes.
// SPDX-License-Identifier: Apache-2.0
#include "tests/core/decode/hsms_world.h"

// ---- items

static void check_json(struct span body, const char *should)
{
    struct secs2_walk w;
    struct buf out = {0};

    buf_init(&out, 1 << 20);
    secs2_begin(&w, body);
    assert_true(secs2_put_json(&out, &w));
    buf_u8(&out, 0);
    assert_string_equal(out.p, should);
    buf_free(&out);
}

static void test_values(void **state)
{
    (void)state;
    check_json(LIT(""), "null");
    check_json(LIT("\1\0"), "{\"L\":[]}");
    check_json(LIT("\1\2\1\0\1\1\x41\0"), "{\"L\":[{\"L\":[]},{\"L\":[{\"A\":\"\"}]}]}");
    check_json(LIT("\x43\0\0\3A\xe9\n"),
               "{\"A\":\"A\xc3\xa9\\u000a\"}"); // three length bytes for one
    check_json(LIT("\x21\3\0\xff\x10"), "{\"B\":\"00ff10\"}");
    check_json(LIT("\x25\3\0\1\x80"), "{\"BOOLEAN\":[false,true,true]}");
    check_json(LIT("\xa1\x10\xff\xff\xff\xff\xff\xff\xff\xff\0\x20\0\0\0\0\0\1"),
               "{\"U8\":[18446744073709551615,9007199254740993]}");
    check_json(LIT("\x61\x08\x80\0\0\0\0\0\0\0"), "{\"I8\":[-9223372036854775808]}");
    check_json(LIT("\x65\2\x80\x7f"), "{\"I1\":[-128,127]}");
    check_json(LIT("\x69\2\xff\xfe"), "{\"I2\":[-2]}");
    check_json(LIT("\xa9\0"), "{\"U2\":[]}");
    check_json(LIT("\x91\x14\x3d\xcc\xcc\xcd\x7f\xc0\0\0\x7f\x80\0\0\xff\x80\0\0\x80\0\0\0"),
               "{\"F4\":[0.10000000149011612,\"NaN\",\"Infinity\",\"-Infinity\",-0.0]}");
    check_json(LIT("\x81\x10\x3f\xb9\x99\x99\x99\x99\x99\x9a\0\0\0\0\0\0\0\1"),
               "{\"F8\":[0.1,4.94065645841247e-324]}");
}

static void check_fault(struct span body, const char *fault, size_t at)
{
    struct secs2_walk w;
    struct secs2_item it;

    secs2_begin(&w, body);
    while (secs2_next(&w, &it) > 0) {
        assert_true(it.end <= body.n);
    }
    assert_non_null(w.fault);
    assert_string_equal(w.fault, fault);
    assert_int_equal(w.fault_at, at);
    assert_true(w.detail[0] != '\0');
    assert_int_equal(secs2_next(&w, &it), -1); // and so it stays
}

static void test_faults(void **state)
{
    char deep[4096];

    (void)state;
    check_fault(LIT("\1\2\x41\x14STAR"), "item_truncated", 2);
    check_fault(LIT("\x43\0\0"), "item_truncated", 0);
    check_fault(LIT("\x40\1A"), "length_bytes_zero", 0);
    check_fault(LIT("\1\1\x05\1A"), "format_unknown", 2);
    check_fault(LIT("\1\1\x3d\0"), "format_unknown", 2); // ours is not for the wire
    check_fault(LIT("\1\2\x21\1x\xb1\6abcdef"), "item_size", 5);
    check_fault(LIT("\x41\1A\x41\1B"), "trailing_bytes", 3);
    check_fault(LIT("\3\xff\xff\xff\x41\1A"), "list_truncated", 0);
    check_fault(LIT("\1\2\1\2\x41\4abcd"), "list_truncated", 2);
    memset(deep, 1, sizeof(deep)); // a list of one list of one list ...
    check_fault(span_of(deep, sizeof(deep)), "nesting_too_deep", 2 * SECS2_DEPTH);
}

// ---- records

#define BODY "SAVED=2026-11-22\nPOWER=300\nGAS=AR 40\nTIME=SECRET-61\n"

static void test_meaning(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, NULL);
    run(&w, 2, 41, LIT("\1\2\x41\5START\1\0"), HSMS_HOST, SPAN_NONE);
    assert_int_equal(w.ev.kind, KIND_TOOL_COMMAND);
    assert_field(&w, "hsms.command", "START");
    assert_field(&w, "event.action", "host command");
    assert_field(&w, "fab.asset", "10.20.3.13");
    run(&w, 6, 11, LIT("\1\3\xa5\1\1\xa9\2\1\2\1\0"), HSMS_EQUIPMENT, SPAN_NONE);
    assert_field(&w, "hsms.event", "258");
    assert_field(&w, "fab.asset", "10.20.3.13"); // the tool, whoever speaks
    run(&w, 7, 4, LIT("\x21\1\4"), HSMS_EQUIPMENT, SPAN_NONE);
    assert_field(&w, "event.outcome", "failure");
    run(&w, 7, 17, LIT("\1\2\x41\1P\x41\1Q"), HSMS_HOST, SPAN_NONE);
    assert_int_equal(w.ev.kind, KIND_RECIPE_DELETE);
    assert_field(&w, "fab.recipe", "P");
    run(&w, 7, 17, LIT("\1\0"), HSMS_HOST, SPAN_NONE);
    assert_field(&w, "fab.recipe", "*");
    // a fault: the event is there, with its place in the stream
    run(&w, 7, 3, LIT("\1\2\x41\1P\x41\x20" BODY), HSMS_HOST, LIT("SECRET"));
    assert_string_equal(w.ev.error, "trailing_bytes at byte 153: 20 bytes behind the last item");
    assert_string_equal(w.ev.source, "hsms");
    run(&w, 7, 3, LIT("\1\2\x41\1P\x41\x7f" BODY), HSMS_HOST, LIT("SECRET"));
    assert_string_equal(w.ev.error,
                        "item_truncated at byte 119: A item declares 127 bytes, 52 remain");
    world_end(&w);
}

static struct span recipe(struct buf *b, const char *name, const char *body)
{
    buf_clear(b);
    buf_put(b, "\1\2\x41", 3);
    buf_u8(b, (uint8_t)strlen(name));
    buf_str(b, name);
    buf_u8(b, 0x42);
    buf_u8(b, (uint8_t)(strlen(body) >> 8));
    buf_u8(b, (uint8_t)strlen(body));
    buf_str(b, body);
    return buf_span(b);
}

static const char model[] =
    "fab: {site: F1, number: 1}\n"
    "areas: [{id: a}]\n"
    "bays: [{id: B, area: a}]\n"
    "assets:\n"
    "  - {id: ETCH-07, kind: etcher, bay: B, tier: T2, ips: [10.20.3.13], recipes: secs}\n"
    "recipe_masks:\n"
    "  - {kind: etcher, line: SAVED=}\n"
    "  - {kind: etcher, item: 2}\n"
    "  - {kind: etcher, bytes: [4, 3]}\n";

static struct fab *load_fab(void)
{
    struct faults faults = {0};
    struct textfile f = {"fab.yaml", span_str(model)};
    struct fab *fab = fab_load(&f, 1, &faults);

    assert_non_null(fab);
    return fab;
}

static void test_recipe_changes(void **state)
{
    struct fab *fab = load_fab();
    struct world w;
    struct buf b = {0};

    (void)state;
    buf_init(&b, 1 << 20);
    world_begin(&w, fab);
    run(&w, 7, 3, recipe(&b, "P", BODY), HSMS_HOST, LIT("SECRET-61"));
    assert_int_equal(w.ev.kind, KIND_RECIPE_WRITE);
    assert_field(&w, "hsms.recipe_items", "4");
    assert_field(&w, "message", "S7F3 recipe sent: P");
    // the time of saving is masked; nothing else has changed
    run(&w, 7, 6, recipe(&b, "P", "SAVED=2027-01-01\nPOWER=300\nGAS=AR 40\nTIME=SECRET-61\n"),
        HSMS_EQUIPMENT, LIT("SECRET-61"));
    assert_int_equal(w.ev.kind, KIND_RECIPE_READ);
    assert_field(&w, "message", "S7F6 recipe as asked for: P, none of 4 items changed");
    run(&w, 7, 3, recipe(&b, "P", "SAVED=2027-01-01\nPOWER=301\nGAS=AR 40\nTIME=SECRET-62\n"),
        HSMS_HOST, LIT("SECRET-62"));
    assert_field(&w, "message", "S7F3 recipe sent: P, items 2 4 of 4 changed");
    // another recipe is another one
    run(&w, 7, 3, recipe(&b, "Q", BODY), HSMS_HOST, LIT("SECRET-61"));
    assert_field(&w, "message", "S7F3 recipe sent: Q");
    // a formatted recipe: parameters are items, the second is masked
    run(&w, 7, 23,
        LIT("\1\4\x41\1R\x41\1M\x41\1S\1\1\1\2\x41\2C1\1\3\x41\4SEC1\x41\4SEC2\x41\4SEC3"),
        HSMS_HOST, LIT("SEC"));
    assert_field(&w, "hsms.recipe_items", "4");
    run(&w, 7, 23,
        LIT("\1\4\x41\1R\x41\1M\x41\1S\1\1\1\2\x41\2C1\1\3\x41\4SECX\x41\4SEC2\x41\4SECY"),
        HSMS_HOST, LIT("SEC"));
    assert_field(&w, "message", "S7F23 formatted recipe sent: R, items 4 of 4 changed");
    world_end(&w);
    fab_free(fab);
    buf_free(&b);
}

static void test_other_key_other_digest(void **state)
{
    struct world w;
    struct buf b = {0};
    struct fval v[2];
    char first[65];

    (void)state;
    buf_init(&b, 1 << 20);
    world_begin(&w, NULL);
    run(&w, 7, 3, recipe(&b, "P", BODY), HSMS_HOST, LIT("SECRET"));
    assert_int_equal(event_values(&w.ev, LIT("body.L.A.hmac_sha256"), v, 1), 1);
    assert_int_equal(v[0].s.n, 64);
    memcpy(first, v[0].s.p, 64);
    w.writer.key = LIT("another key");
    run(&w, 7, 3, recipe(&b, "P", BODY), HSMS_HOST, LIT("SECRET"));
    assert_int_equal(event_values(&w.ev, LIT("body.L.A.hmac_sha256"), v, 1), 1);
    assert_memory_not_equal(first, v[0].s.p, 64);
    world_end(&w);
    buf_free(&b);
}

// A message of another shape carries no recipe past.
static void test_odd_shapes(void **state)
{
    struct world w;
    struct buf b = {0};

    (void)state;
    buf_init(&b, 1 << 20);
    world_begin(&w, NULL);
    run(&w, 7, 3, LIT("\x41\6SECRET"), HSMS_HOST, LIT("SECRET"));
    run(&w, 7, 3, LIT("\1\1\x41\6SECRET"), HSMS_HOST, LIT("SECRET"));
    run(&w, 7, 3, LIT("\1\2\x41\7SECRET\n\x41\1B"), HSMS_HOST, LIT("SECRET"));
    run(&w, 7, 3, LIT("\1\3\x41\1P\x21\0\x41\6SECRET"), HSMS_HOST, LIT("SECRET"));
    run(&w, 7, 3, LIT("\1\2\x41\1P\1\1\1\1\x41\6SECRET"), HSMS_HOST, LIT("SECRET"));
    run(&w, 7, 6, LIT("\1\2\1\1\x41\6SECRET\x41\1B"), HSMS_EQUIPMENT, LIT("SECRET"));
    run(&w, 7, 26, LIT("\1\5\x41\1P\x41\1M\x41\1S\1\0\x41\6SECRET"), HSMS_HOST, LIT("SECRET"));
    run(&w, 15, 13, LIT("\1\5\x41\1D\x41\1U\x41\1P\1\1\1\2\x41\1a\x41\6SECRET\x41\6SECRET"),
        HSMS_HOST, LIT("SECRET"));
    assert_field(&w, "fab.recipe", "P");
    run(&w, 15, 27, LIT("\1\1\1\1\x41\6SECRET"), HSMS_HOST, LIT("SECRET"));
    run(&w, 15, 18, LIT("\1\2\1\1\x41\6SECRET\1\2\xa5\1\0\1\0"), HSMS_EQUIPMENT, LIT("SECRET"));
    assert_field(&w, "hsms.result", "accepted");
    run(&w, 13, 6, LIT("\1\4\xa5\1\1\x21\1\0\xa5\1\1\1\1\x41\6SECRET"), HSMS_HOST, LIT("SECRET"));
    // a name is short
    buf_clear(&b);
    buf_put(&b, "\1\2\x42\4\0", 5);
    for (size_t i = 0; i < 1024; i++) {
        buf_u8(&b, (uint8_t) "SECRET"[i % 6]);
    }
    buf_put(&b, "\x41\0", 2);
    run(&w, 7, 3, buf_span(&b), HSMS_HOST, LIT("SECRET"));
    assert_string_equal(w.ev.error, "");
    world_end(&w);
    buf_free(&b);
}

// A message longer than a record keeps its header and says so.
static void test_long(void **state)
{
    struct world w;
    struct buf b = {0};

    (void)state;
    buf_init(&b, 1 << 22);
    buf_put(&b, "\x43\4\0\0", 4);
    for (size_t i = 0; i < 0x40000; i++) {
        buf_u8(&b, 'x');
    }
    world_begin(&w, NULL);
    run(&w, 64, 1, buf_span(&b), HSMS_HOST, SPAN_NONE);
    assert_field(&w, "hsms.text_left_out", "true");
    assert_field(&w, "length", "262158");
    assert_string_equal(w.ev.error, "");
    world_end(&w);
    buf_free(&b);
}

// A recipe of millions of items costs a bounded number of digests.
static void test_many_items(void **state)
{
    struct world w;
    struct buf b = {0};

    (void)state;
    buf_init(&b, 1 << 22);
    buf_put(&b, "\1\4\x41\1P\x41\1M\x41\1S\3\x03\x0d\x40", 15);
    for (size_t i = 0; i < 200000; i++) {
        buf_put(&b, "\x41\0", 2);
    }
    world_begin(&w, NULL);
    run(&w, 7, 23, buf_span(&b), HSMS_HOST, SPAN_NONE);
    assert_string_equal(w.ev.error, "");
    assert_field(&w, "hsms.text_left_out", "true");
    world_end(&w);
    buf_free(&b);
}

// Bytes changed at random: always an event, always JSON, never a recipe's bytes.
static void test_mutants(void **state)
{
    struct world w;
    struct buf b = {0};
    uint64_t seed = 1;
    size_t faults = 0;

    (void)state;
    buf_init(&b, 1 << 20);
    world_begin(&w, NULL);
    for (int i = 0; i < 20000; i++) {
        struct span r = recipe(&b, "PPID-1", BODY);

        for (int k = 0; k < 2; k++) {
            seed = hash64(seed, r);
            b.p[seed % (k ? 12 : b.len - 12)] = (char)(seed >> 32);
        }
        run(&w, 7, (unsigned)(seed >> 20 & 1 ? 3 : 23), r, HSMS_HOST, LIT("SECRET"));
        faults += w.ev.error[0] != '\0';
    }
    assert_true(faults > 1000 && faults < 20000);
    world_end(&w);
    buf_free(&b);
}

// The oldest recipes make room, and it is counted; what was kept is still compared.
static void test_forgotten(void **state)
{
    static struct recipe_marks r;
    struct recipe_book *b = recipe_book_new();
    struct recipe_change change;
    char name[16];

    (void)state;
    assert_non_null(b);
    for (int i = 0; i < RECIPE_BOOK + 3; i++) {
        (void)snprintf(name, sizeof(name), "R%d", i);
        recipe_begin(&r, LIT("key"), NULL, 0);
        assert_true(recipe_book_take(b, LIT("T1"), span_str(name), &r, &change));
        assert_false(change.known);
    }
    assert_int_equal(recipe_book_evicted(b), 3);
    assert_true(recipe_book_take(b, LIT("T1"), LIT("R3"), &r, &change) && change.known);
    assert_true(recipe_book_take(b, LIT("T1"), LIT("R0"), &r, &change) && !change.known);
    assert_int_equal(recipe_book_evicted(b), 4);
    recipe_book_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),     cmocka_unit_test(test_faults),
        cmocka_unit_test(test_meaning),    cmocka_unit_test(test_recipe_changes),
        cmocka_unit_test(test_forgotten),  cmocka_unit_test(test_other_key_other_digest),
        cmocka_unit_test(test_long),       cmocka_unit_test(test_odd_shapes),
        cmocka_unit_test(test_many_items), cmocka_unit_test(test_mutants),
    };

    return cmocka_run_group_tests(tests, own_begin, own_end);
}
