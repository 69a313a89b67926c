// test_canon.c - one JSON value has one text.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/play/canon.h"

static void canon_is_of(const char *text, const char *want)
{
    struct err err = ERR_INIT;
    json_t *v = canon_read(span_str(text), "t", &err);
    AUTO_BUF b;

    buf_init(&b, 10000);
    assert_non_null(v);
    assert_int_equal(canon_put(&b, v, &err), E_OK);
    buf_u8(&b, 0);
    assert_string_equal(b.p, want);
    json_decref(v);
}

static void read_refused(const char *text, const char *code)
{
    struct err err = ERR_INIT;
    json_t *v = canon_read(span_str(text), "t", &err);

    assert_null(v);
    assert_string_equal(err.code, code);
}

static void put_refused(const char *text, const char *code)
{
    struct err err = ERR_INIT;
    json_t *v = canon_read(span_str(text), "t", &err);
    AUTO_BUF b;

    buf_init(&b, 10000);
    assert_non_null(v);
    assert_true(canon_put(&b, v, &err) < 0);
    assert_string_equal(err.code, code);
    json_decref(v);
}

// The example of RFC 8785, 3.2.3: order by UTF-16 code units, so the emoji (a surrogate pair) stands
// before U+FB33.
static void keys_sort_as_in_rfc_8785(void **state)
{
    (void)state;
    canon_is_of("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew\","
                "\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji\",\"\\u0080\":\"Control\","
                "\"\\u00f6\":\"O umlaut\"}",
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
                "\"\xc3\xb6\":\"O umlaut\",\"\xe2\x82\xac\":\"Euro Sign\","
                "\"\xf0\x9f\x98\x80\":\"Emoji\",\"\xef\xac\xb3\":\"Hebrew\"}");
}

static void strings_escape_as_in_rfc_8785(void **state)
{
    (void)state;
    canon_is_of("[\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"\\b\\t\\f\\r\"]",
                "[\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",\"\\b\\t\\f\\r\"]");
}

static void blanks_and_number_forms_do_not_matter(void **state)
{
    (void)state;
    canon_is_of(" { \"b\" : [ 1.0 , -0.0, 2e3, true, null ], \"a\" : {} } ",
                "{\"a\":{},\"b\":[1,0,2000,true,null]}");
    canon_is_of("[9007199254740992,-9007199254740992]", "[9007199254740992,-9007199254740992]");
}

static void fractions_and_huge_numbers_are_refused(void **state)
{
    (void)state;
    put_refused("[0.5]", "json.number");
    put_refused("[9007199254740993]", "json.number");
    put_refused("[1e300]", "json.number");
}

static void broken_texts_are_refused_with_their_place(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    read_refused("", "json.syntax");
    read_refused("{\"a\":1,\"a\":2}", "json.duplicate");
    read_refused("[1] 2", "json.syntax");
    read_refused("[\"\\u0000\"]", "json.syntax");
    read_refused("[\"\xff\"]", "json.syntax");
    assert_null(canon_read(SPAN_LIT("{\n \"a\": x\n}"), "t.json", &err));
    assert_int_equal(err.line, 2);
    assert_string_equal(err.path, "t.json");
}

static void depth_is_bounded_before_anything_is_built(void **state)
{
    static char deep[100001];

    (void)state;
    memset(deep, '[', 100000);
    read_refused(deep, "json.depth");
    read_refused("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
                 "json.depth");
    canon_is_of("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
                "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    canon_is_of("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"]",
                "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"]");
}

static void only_the_canonical_text_is_canonical(void **state)
{
    (void)state;
    assert_true(canon_is(SPAN_LIT("{\"a\":1,\"b\":\"x\"}")));
    assert_false(canon_is(SPAN_LIT("{\"b\":\"x\",\"a\":1}")));
    assert_false(canon_is(SPAN_LIT("{\"a\": 1}")));
    assert_false(canon_is(SPAN_LIT("{\"a\":1.0}")));
    assert_false(canon_is(SPAN_LIT("{\"a\":1")));
    assert_false(canon_is(SPAN_LIT("\xef\xbb\xbf[]")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_sort_as_in_rfc_8785),
        cmocka_unit_test(strings_escape_as_in_rfc_8785),
        cmocka_unit_test(blanks_and_number_forms_do_not_matter),
        cmocka_unit_test(fractions_and_huge_numbers_are_refused),
        cmocka_unit_test(broken_texts_are_refused_with_their_place),
        cmocka_unit_test(depth_is_bounded_before_anything_is_built),
        cmocka_unit_test(only_the_canonical_text_is_canonical),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
