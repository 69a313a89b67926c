// key.c - Ed25519 signing by libcrypto.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/key.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "connectors/os/files.h"

enum { PEM_MAX = 16 * 1024 };

// An encrypted key must not make libcrypto ask at the terminal.
static int no_passphrase(char *buf, int size, int rw, void *ctx)
{
    (void)buf;
    (void)size;
    (void)rw;
    (void)ctx;
    return -1;
}

int key_load(struct buf *pem, struct key *ret, struct err *err)
{
    BIO *bio = pem->len && pem->len < PEM_MAX ? BIO_new_mem_buf(pem->p, (int)pem->len) : NULL;
    EVP_PKEY *pk = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    unsigned char raw[SIG_KEY_LEN];
    size_t n = sizeof(raw);
    bool ok = pk && EVP_PKEY_get_id(pk) == EVP_PKEY_ED25519 &&
              EVP_PKEY_get_raw_public_key(pk, raw, &n) == 1 && n == sizeof(raw);

    BIO_free(bio);
    if (pem->p) {
        OPENSSL_cleanse(pem->p, pem->cap);
    }
    buf_clear(pem);
    if (!ok) {
        EVP_PKEY_free(pk);
        return err_set(err, E_INPUT, "key.form", "not an Ed25519 private key in PEM form");
    }
    *ret = (struct key){.pkey = pk, .pub = sig_key_of(raw)};
    return 0;
}

int key_read(const char *path, struct key *ret, struct err *err)
{
    struct stat st;
    AUTO_BUF pem = {0};
    int rc;

    buf_init(&pem, PEM_MAX);
    rc = file_read(AT_FDCWD, path, PEM_MAX, &pem, err);
    if (rc == 0 && stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        OPENSSL_cleanse(pem.p, pem.len);
        return err_set(err, E_INPUT, "key.mode", "others may read the key file %s", path);
    }
    rc = rc ? rc : key_load(&pem, ret, err);
    if (rc) {
        err_at(err, path, 0, 0);
    }
    return rc;
}

void key_free(struct key *k)
{
    EVP_PKEY_free(k->pkey);
    *k = (struct key){0};
}

int key_sign(const struct key *k, const char *context, struct span bytes,
             unsigned char ret[SIG_LEN], struct err *err)
{
    AUTO_BUF text = {0};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = SIG_LEN;
    bool ok;

    buf_init(&text, SIG_BYTES_MAX);
    buf_put(&text, context, strlen(context) + 1);
    buf_put_span(&text, bytes);
    ok = buf_ok(&text) && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
         EVP_DigestSign(ctx, ret, &n, (const unsigned char *)text.p, text.len) == 1 && n == SIG_LEN;
    EVP_MD_CTX_free(ctx);
    return ok ? 0 : err_set(err, E_SYSTEM, "key.sign", "libcrypto did not sign");
}
