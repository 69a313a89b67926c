// test_buf.c - the bounded buffer and its sticky error.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/base/buf.h"

static void the_last_byte_fits_and_the_next_does_not(void **state)
{
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 4);
    buf_put(&b, "abcd", 4);
    assert_true(buf_ok(&b));
    buf_u8(&b, 'e');
    assert_false(buf_ok(&b));
    assert_int_equal(b.len, 4);
    assert_memory_equal(b.p, "abcd", 4);
}

static void an_error_sticks_until_the_buffer_is_cleared(void **state)
{
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 4);
    buf_str(&b, "too long");
    assert_int_equal(b.len, 0);
    buf_u8(&b, 'a'); // would fit
    assert_int_equal(b.len, 0);
    assert_false(buf_ok(&b));
    buf_clear(&b);
    buf_u8(&b, 'a');
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 1);
}

static void integers_are_little_endian(void **state)
{
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 100);
    buf_u16(&b, 0x0102);
    buf_u32(&b, 0x03040506);
    buf_u64(&b, 0x0708090a0b0c0d0e);
    buf_i64(&b, -2);
    buf_blob(&b, SPAN_LIT("x"));
    assert_int_equal(b.len, 2 + 4 + 8 + 8 + 5);
    assert_memory_equal(b.p,
                        "\x02\x01\x06\x05\x04\x03\x0e\x0d\x0c\x0b\x0a\x09\x08\x07"
                        "\xfe\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0x",
                        b.len);
    buf_patch_u32(&b, 2, 1);
    assert_memory_equal(b.p + 2, "\x01\0\0\0", 4);
    buf_patch_u32(&b, b.len - 3, 7); // not all inside: nothing is written
    assert_memory_equal(b.p + b.len - 5, "\x01\0\0\0x", 5);
}

static void dropping_and_cutting_keep_the_rest(void **state)
{
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 100);
    buf_printf(&b, "%s-%d", "abc", 42);
    buf_drop(&b, 2);
    assert_memory_equal(b.p, "c-42", 4);
    buf_cut(&b, 1);
    buf_cut(&b, 50);
    assert_int_equal(b.len, 1);
    buf_drop(&b, 50);
    assert_int_equal(b.len, 0);
    assert_true(buf_ok(&b));
}

static void it_grows_to_its_maximum_over_many_puts(void **state)
{
    AUTO_BUF b;

    (void)state;
    buf_init(&b, 1000);
    for (int i = 0; i < 1000; i++) {
        buf_u8(&b, (uint8_t)i);
    }
    assert_true(buf_ok(&b));
    assert_int_equal((unsigned char)b.p[999], 999 % 256);
    assert_true(b.cap <= b.max);
    buf_u8(&b, 0);
    assert_false(buf_ok(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_byte_fits_and_the_next_does_not),
        cmocka_unit_test(an_error_sticks_until_the_buffer_is_cleared),
        cmocka_unit_test(integers_are_little_endian),
        cmocka_unit_test(dropping_and_cutting_keep_the_rest),
        cmocka_unit_test(it_grows_to_its_maximum_over_many_puts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
