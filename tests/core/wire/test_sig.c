// test_sig.c - Ed25519 over context and bytes.
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "core/base/buf.h"
#include "core/wire/sig.h"

static void sign(EVP_PKEY *pk, const char *context, struct span bytes, unsigned char sig[SIG_LEN])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = SIG_LEN;
    AUTO_BUF b = {0};

    buf_init(&b, 4096);
    buf_put(&b, context, strlen(context) + 1);
    buf_put_span(&b, bytes);
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pk), 1);
    assert_int_equal(EVP_DigestSign(ctx, sig, &n, (unsigned char *)b.p, b.len), 1);
    EVP_MD_CTX_free(ctx);
}

static struct sig_key key_of(EVP_PKEY *pk)
{
    unsigned char raw[SIG_KEY_LEN];
    size_t n = sizeof(raw);

    assert_int_equal(EVP_PKEY_get_raw_public_key(pk, raw, &n), 1);
    return sig_key_of(raw);
}

static void only_these_bytes_under_this_context_verify(void **state)
{
    EVP_PKEY *pk = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct sig_key key = key_of(pk);
    unsigned char sig[SIG_LEN];
    char text[] = "bytes of a command";
    struct span s = span_of(text, sizeof(text));

    (void)state;
    sign(pk, "fabsoc-cmd-v1", s, sig);
    assert_true(sig_verify(&key, "fabsoc-cmd-v1", s, span_of((char *)sig, SIG_LEN)));
    assert_false(sig_verify(&key, "fabsoc-res-v1", s, span_of((char *)sig, SIG_LEN)));
    assert_false(sig_verify(&key, "fabsoc-cmd-v1", s, span_of((char *)sig, SIG_LEN - 1)));
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] ^= 1;
        assert_false(sig_verify(&key, "fabsoc-cmd-v1", s, span_of((char *)sig, SIG_LEN)));
        text[i] ^= 1;
    }
    EVP_PKEY_free(pk);
}

static void another_key_does_not_verify(void **state)
{
    EVP_PKEY *pk = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct sig_key wrong = key_of(other);
    unsigned char sig[SIG_LEN];

    (void)state;
    sign(pk, "c", SPAN_LIT("x"), sig);
    assert_false(sig_verify(&wrong, "c", SPAN_LIT("x"), span_of((char *)sig, SIG_LEN)));
    EVP_PKEY_free(pk);
    EVP_PKEY_free(other);
}

static void public_key_is_read_from_pem_and_nothing_else(void **state)
{
    // RFC 8410 section 10.1
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                              "-----END PUBLIC KEY-----\n";
    struct sig_key k;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(sig_key_pem(span_str(pem), &k, &err), 0);
    assert_int_equal(k.b[0], 0x19);
    assert_int_equal(k.b[31], 0xe1);
    assert_int_equal(sig_key_pem(SPAN_LIT("no key"), &k, &err), E_INPUT);
    assert_string_equal(err.code, "key.form");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_these_bytes_under_this_context_verify),
        cmocka_unit_test(another_key_does_not_verify),
        cmocka_unit_test(public_key_is_read_from_pem_and_nothing_else),
    };

    return cmocka_run_group_tests_name("sig", tests, NULL, NULL);
}
