// test_hash.c - checksums and SHA-256 against published vectors.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first
#include <cmocka.h>

#include <string.h>

#include "core/base/hash.h"

static void crc32c_gives_the_values_of_rfc_3720(void **state)
{
    char bytes[32];

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    assert_int_equal(crc32c(0, span_of(bytes, 32)), 0x8a9136aa);
    memset(bytes, 0xff, sizeof(bytes));
    assert_int_equal(crc32c(0, span_of(bytes, 32)), 0x62a8ab43);
    for (int i = 0; i < 32; i++) {
        bytes[i] = (char)i;
    }
    assert_int_equal(crc32c(0, span_of(bytes, 32)), 0x46dd794e);
    assert_int_equal(crc32c(0, SPAN_LIT("123456789")), 0xe3069283);
    assert_int_equal(crc32c(0, SPAN_NONE), 0);
}

static void crc32c_of_parts_is_that_of_the_whole(void **state)
{
    struct span s = SPAN_LIT("The quick brown fox jumps over the lazy dog");

    (void)state;
    for (size_t cut = 0; cut <= s.n; cut++) {
        assert_int_equal(crc32c(crc32c(0, span_sub(s, 0, cut)), span_sub(s, cut, s.n)),
                         crc32c(0, s));
    }
}

static void sha256_gives_the_values_of_fips_180(void **state)
{
    char hex[2 * SHA256_LEN + 1];
    struct digest d = digest_of(SPAN_LIT("abc")), e;
    struct digest_ctx *c;

    (void)state;
    digest_hex(&d, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    e = digest_of(SPAN_NONE);
    digest_hex(&e, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    e = digest_of2(SPAN_LIT("a"), SPAN_LIT("bc"));
    assert_true(digest_eq(&d, &e));
    c = digest_begin();
    digest_add(c, SPAN_LIT("ab"));
    digest_add(c, SPAN_LIT("c"));
    e = digest_end(c);
    assert_true(digest_eq(&d, &e));
    assert_false(digest_is_zero(&d));
}

static void hexadecimal_is_read_in_either_case_and_whole(void **state)
{
    unsigned char b[2];
    char text[5];
    struct digest d;

    (void)state;
    assert_true(hex_get(SPAN_LIT("0fAB"), b, 2));
    assert_int_equal(b[0], 0x0f);
    assert_int_equal(b[1], 0xab);
    assert_false(hex_get(SPAN_LIT("0fA"), b, 2));
    assert_false(hex_get(SPAN_LIT("0fABc"), b, 2));
    assert_false(hex_get(SPAN_LIT("0g00"), b, 2));
    assert_false(hex_get(SPAN_LIT("0:00"), b, 2));
    assert_false(hex_get(SPAN_LIT("0@00"), b, 2));
    hex_put(span_of((const char *)b, 2), text);
    assert_int_equal(strlen(text), 4);
    assert_false(digest_from_hex(SPAN_LIT("00"), &d));
}

static void hash64_tells_length_from_padding(void **state)
{
    (void)state;
    assert_true(hash64(0, SPAN_LIT("a")) != hash64(0, SPAN_LIT("a\0")));
    assert_true(hash64(0, SPAN_LIT("a")) != hash64(1, SPAN_LIT("a")));
    assert_true(hash64(0, SPAN_LIT("12345678a")) == hash64(0, SPAN_LIT("12345678a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32c_gives_the_values_of_rfc_3720),
        cmocka_unit_test(crc32c_of_parts_is_that_of_the_whole),
        cmocka_unit_test(sha256_gives_the_values_of_fips_180),
        cmocka_unit_test(hexadecimal_is_read_in_either_case_and_whole),
        cmocka_unit_test(hash64_tells_length_from_padding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
