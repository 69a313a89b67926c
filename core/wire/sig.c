// sig.c - Ed25519 verification by libcrypto.
// SPDX-License-Identifier: Apache-2.0
#include "core/wire/sig.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/base/buf.h"
#include "core/base/hash.h"

struct sig_key sig_key_of(const unsigned char raw[SIG_KEY_LEN])
{
    struct sig_key k;
    struct digest d = digest_of(span_of((const char *)raw, SIG_KEY_LEN));

    memcpy(k.b, raw, sizeof(k.b));
    memcpy(k.id, d.b, sizeof(k.id));
    return k;
}

int sig_key_pem(struct span pem, struct sig_key *ret, struct err *err)
{
    BIO *bio = pem.n && pem.n < 16384 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
    EVP_PKEY *pk = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
    unsigned char raw[SIG_KEY_LEN];
    size_t n = sizeof(raw);
    bool ok = pk && EVP_PKEY_get_id(pk) == EVP_PKEY_ED25519 &&
              EVP_PKEY_get_raw_public_key(pk, raw, &n) == 1 && n == sizeof(raw);

    EVP_PKEY_free(pk);
    BIO_free(bio);
    if (!ok) {
        return err_set(err, E_INPUT, "key.form", "not an Ed25519 public key in PEM form");
    }
    *ret = sig_key_of(raw);
    return 0;
}

bool sig_verify(const struct sig_key *key, const char *context, struct span bytes,
                struct span signature)
{
    AUTO_BUF text = {0};
    EVP_PKEY *pk;
    EVP_MD_CTX *ctx;
    bool right = false;

    if (signature.n != SIG_LEN) {
        return false;
    }
    buf_init(&text, SIG_BYTES_MAX);
    buf_put(&text, context, strlen(context) + 1);
    buf_put_span(&text, bytes);
    pk = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->b, sizeof(key->b));
    ctx = EVP_MD_CTX_new();
    if (buf_ok(&text) && pk && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pk) == 1) {
        right = EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
                                 (const unsigned char *)text.p, text.len) == 1;
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pk);
    return right;
}
