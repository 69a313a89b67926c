// test_walk.c - what the header walker lets through, and what it stops.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/wire/walk.h"

static int walk(const char *p, size_t n, struct err *err)
{
    err_clear(err);
    return wire_walk(span_of(p, n), err);
}
#define WALK(lit) walk(lit, sizeof(lit) - 1, &err)

static void every_scalar_form_passes(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(WALK("\x00"), 0);
    assert_int_equal(WALK("\xc0"), 0);
    assert_int_equal(WALK("\xcc\xff"), 0);
    assert_int_equal(WALK("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), 0);
    assert_int_equal(WALK("\xd3\xff\xff\xff\xff\xff\xff\xff\xff"), 0);
    assert_int_equal(WALK("\xa2xy"), 0);
    assert_int_equal(WALK("\xd9\x02xy"), 0);
    assert_int_equal(WALK("\xc4\x02xy"), 0);
    assert_int_equal(WALK("\xdc\x00\x02\x01\x02"), 0);
    assert_int_equal(WALK("\x93\x90\x91\x01\xc4\x00"), 0);
}

static void huge_counts_are_refused_by_what_is_left(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(WALK("\xdd\xff\x00\x00\x00"), E_INPUT); // msgpack-c#1013
    assert_string_equal(err.code, "wire.short");
    assert_int_equal(WALK("\xc6\xff\xff\xff\xff"
                          "abc"),
                     E_INPUT);
    assert_int_equal(WALK("\xdb\x00\x00\x00\x04"
                          "abc"),
                     E_INPUT);
    assert_int_equal(WALK(""), E_INPUT);
}

static void maps_extensions_and_floats_are_refused(void **state)
{
    static const unsigned char bad[] = {0x80, 0x8f, 0xc1, 0xc7, 0xc8, 0xc9, 0xca, 0xcb,
                                        0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xde, 0xdf};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad); i++) {
        char text[40] = {0};

        text[0] = (char)bad[i];
        assert_int_equal(walk(text, sizeof(text), &err), E_INPUT);
        assert_string_equal(err.code, "wire.type");
    }
}

static void depth_eight_passes_and_nine_does_not(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(WALK("\x91\x91\x91\x91\x91\x91\x91\x91\x01"), 0);
    assert_int_equal(WALK("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01"), E_LIMIT);
    assert_string_equal(err.code, "wire.depth");
}

static void nodes_are_counted(void **state)
{
    static char text[3 + WIRE_NODES];
    struct err err;

    (void)state;
    text[0] = (char)0xdc;
    text[1] = (char)((WIRE_NODES - 1) >> 8);
    text[2] = (char)((WIRE_NODES - 1) & 0xff);
    assert_int_equal(walk(text, 3 + WIRE_NODES - 1, &err), 0);
    text[1] = (char)(WIRE_NODES >> 8);
    text[2] = (char)(WIRE_NODES & 0xff);
    assert_int_equal(walk(text, sizeof(text), &err), E_LIMIT);
    assert_string_equal(err.code, "wire.nodes");
}

static void bytes_behind_the_value_are_refused(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(WALK("\x01\x01"), E_INPUT);
    assert_string_equal(err.code, "wire.trailing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_form_passes),
        cmocka_unit_test(huge_counts_are_refused_by_what_is_left),
        cmocka_unit_test(maps_extensions_and_floats_are_refused),
        cmocka_unit_test(depth_eight_passes_and_nine_does_not),
        cmocka_unit_test(nodes_are_counted),
        cmocka_unit_test(bytes_behind_the_value_are_refused),
    };

    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
