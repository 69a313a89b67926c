// test_jsonw.c - the JSON writer always writes JSON.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <math.h>

#include "core/base/jsonw.h"

static void assert_text(struct buf *b, const char *expected)
{
    assert_true(buf_ok(b));
    buf_u8(b, 0);
    assert_string_equal(b->p, expected);
}

static void commas_and_colons_stand_where_they_must(void **state)
{
    AUTO_BUF b;
    struct jsonw w = jsonw_of(&b);

    (void)state;
    buf_init(&b, 1000);
    jsonw_open(&w, '{');
    jsonw_kstr(&w, "a", SPAN_LIT("x"));
    jsonw_key(&w, SPAN_LIT("l"));
    jsonw_open(&w, '[');
    jsonw_i64(&w, INT64_MIN);
    jsonw_u64(&w, UINT64_MAX);
    jsonw_open(&w, '{');
    jsonw_close(&w, '}');
    jsonw_null(&w);
    jsonw_close(&w, ']');
    jsonw_kbool(&w, "b", false);
    jsonw_close(&w, '}');
    assert_text(&b, "{\"a\":\"x\",\"l\":[-9223372036854775808,18446744073709551615,{},null],"
                    "\"b\":false}");
}

static void strings_are_escaped_and_bad_bytes_shown(void **state)
{
    AUTO_BUF b;
    struct jsonw w = jsonw_of(&b);

    (void)state;
    buf_init(&b, 1000);
    jsonw_str(&w, SPAN_LIT("\"\\\n\r\t\x01\x1f\0 \x7f\xff\xc3\xa4\xed\xa0\x80"));
    assert_text(&b, "\"\\\"\\\\\\n\\r\\t\\u0001\\u001f\\u0000 \\u007f\\\\xff\xc3\xa4"
                    "\\\\xed\\\\xa0\\\\x80\"");
}

static void numbers_read_back_the_same(void **state)
{
    AUTO_BUF b;
    struct jsonw w = jsonw_of(&b);

    (void)state;
    buf_init(&b, 1000);
    jsonw_open(&w, '[');
    jsonw_double(&w, 0.1);
    jsonw_double(&w, 1.0 / 3);
    jsonw_double(&w, 1e300);
    jsonw_double(&w, (double)NAN);
    jsonw_double(&w, (double)INFINITY);
    jsonw_close(&w, ']');
    assert_text(&b, "[0.1,0.3333333333333333,1e+300,null,null]");
}

static void depth_33_is_an_error_and_32_is_not(void **state)
{
    AUTO_BUF b;
    struct jsonw w = jsonw_of(&b);

    (void)state;
    buf_init(&b, 1000);
    for (int i = 0; i < 32; i++) {
        jsonw_open(&w, '[');
    }
    assert_true(buf_ok(&b));
    jsonw_open(&w, '[');
    assert_false(buf_ok(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_colons_stand_where_they_must),
        cmocka_unit_test(strings_are_escaped_and_bad_bytes_shown),
        cmocka_unit_test(numbers_read_back_the_same),
        cmocka_unit_test(depth_33_is_an_error_and_32_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
