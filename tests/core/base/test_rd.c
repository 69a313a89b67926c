// test_rd.c - the reading cursor and its sticky error.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/rd.h"

static void what_was_written_is_read_back(void **state)
{
    AUTO_BUF b;
    struct rd r;

    (void)state;
    buf_init(&b, 100);
    buf_u8(&b, 0xff);
    buf_u16(&b, UINT16_MAX);
    buf_u32(&b, 0x80000001);
    buf_u64(&b, UINT64_MAX);
    buf_i64(&b, INT64_MIN);
    buf_blob(&b, SPAN_NONE);
    buf_blob(&b, SPAN_LIT("a\0b"));
    r = rd_of(buf_span(&b));
    assert_int_equal(rd_u8(&r), 0xff);
    assert_int_equal(rd_u16(&r), UINT16_MAX);
    assert_int_equal(rd_u32(&r), 0x80000001);
    assert_true(rd_u64(&r) == UINT64_MAX);
    assert_true(rd_i64(&r) == INT64_MIN);
    assert_int_equal(rd_blob(&r).n, 0);
    assert_true(span_eq(rd_blob(&r), SPAN_LIT("a\0b")));
    assert_true(rd_done(&r));
}

static void reading_past_the_end_fails_for_good(void **state)
{
    struct rd r = rd_of(SPAN_LIT("abc"));

    (void)state;
    assert_int_equal(rd_u8(&r), 'a');
    assert_int_equal(rd_u32(&r), 0);
    assert_false(rd_ok(&r));
    assert_int_equal(rd_u8(&r), 0); // two bytes were left, but the error sticks
    assert_int_equal(rd_bytes(&r, 0).n, 0);
    assert_false(rd_done(&r));
}

static void a_length_that_lies_is_not_followed(void **state)
{
    struct rd r = rd_of(SPAN_LIT("\xff\xff\xff\xff"
                                 "abc"));

    (void)state;
    assert_int_equal(rd_blob(&r).n, 0);
    assert_false(rd_ok(&r));
    r = rd_of(SPAN_LIT("\x03\0\0\0"
                       "abc"));
    assert_true(span_eq_str(rd_blob(&r), "abc"));
    assert_true(rd_done(&r));
    r = rd_of(SPAN_LIT("\x04\0\0\0"
                       "abc"));
    (void)rd_blob(&r);
    assert_false(rd_ok(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(reading_past_the_end_fails_for_good),
        cmocka_unit_test(a_length_that_lies_is_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
