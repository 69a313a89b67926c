// tls.c - certificates into an SSL_CTX, and the agent's id out of one.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ws/tls.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "connectors/os/files.h"

#define AGENT_URN "urn:fab:agent:"

static int read_pem(const char *path, struct buf *b, struct err *err)
{
    int rc;

    buf_init(b, TLS_PEM_MAX);
    rc = file_read(AT_FDCWD, path, TLS_PEM_MAX, b, err);
    if (rc) {
        err_at(err, path, 0, 0);
    }
    return rc;
}

int tls_identity_read(const char *ca, const char *certificate, const char *key,
                      struct tls_identity *ret, struct err *err)
{
    struct stat st;
    int rc = read_pem(ca, &ret->ca, err);

    rc = rc ? rc : read_pem(certificate, &ret->certificate, err);
    rc = rc ? rc : read_pem(key, &ret->key, err);
    if (rc == 0 && stat(key, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        err_at(err, key, 0, 0);
        rc = err_set(err, E_INPUT, "key.mode", "others may read the key file");
    }
    if (rc) {
        tls_identity_wipe(ret);
    }
    return rc;
}

void tls_identity_wipe(struct tls_identity *id)
{
    if (id->key.p) {
        OPENSSL_cleanse(id->key.p, id->key.cap);
    }
    buf_free(&id->ca);
    buf_free(&id->certificate);
    buf_free(&id->key);
}

static int fault(struct err *err, const char *code, const char *what)
{
    ERR_clear_error();
    return err_set(err, E_INPUT, code, "%s", what);
}

static int add_ca(SSL_CTX *ctx, const struct buf *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->len);
    X509 *x;
    int n = 0;

    while (bio && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        n += X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), x) == 1 &&
             SSL_CTX_add_client_CA(ctx, x) == 1;
        X509_free(x);
    }
    BIO_free(bio);
    ERR_clear_error(); // the end of the text is an error to PEM_read
    return n;
}

// The first certificate is the own one, the others its chain.
static bool use_certificate(SSL_CTX *ctx, const struct buf *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->len);
    X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    bool ok = x && SSL_CTX_use_certificate(ctx, x) == 1;

    X509_free(x);
    while (ok && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        ok = SSL_CTX_add1_chain_cert(ctx, x) == 1;
        X509_free(x);
    }
    BIO_free(bio);
    ERR_clear_error();
    return ok;
}

static int no_passphrase(char *buf, int size, int rw, void *ctx)
{
    (void)buf;
    (void)size;
    (void)rw;
    (void)ctx;
    return -1;
}

static bool use_key(SSL_CTX *ctx, const struct buf *pem)
{
    BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->len);
    EVP_PKEY *k = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    bool ok = k && SSL_CTX_use_PrivateKey(ctx, k) == 1 && SSL_CTX_check_private_key(ctx) == 1;

    EVP_PKEY_free(k);
    BIO_free(bio);
    return ok;
}

int tls_apply(SSL_CTX *ctx, const struct tls_identity *id, bool server, struct err *err)
{
    int verify = SSL_VERIFY_PEER | (server ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);

    if (SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) != 1) {
        return fault(err, "tls.version", "TLS 1.3 is not to be had");
    }
    if (add_ca(ctx, &id->ca) < 1) {
        return fault(err, "tls.ca", "the CA file holds no certificate");
    }
    if (!use_certificate(ctx, &id->certificate)) {
        return fault(err, "tls.certificate", "the certificate cannot be used");
    }
    if (!use_key(ctx, &id->key)) {
        return fault(err, "tls.key", "the key cannot be used or is not the certificate's");
    }
    SSL_CTX_set_verify(ctx, verify, NULL);
    SSL_CTX_set_verify_depth(ctx, 2);
    // No tickets and no resumption: each connection shows its certificate anew, so that a revoked
    // one is seen.
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_num_tickets(ctx, 0);
    return 0;
}

static bool agent_uri(const ASN1_IA5STRING *uri, char out[TLS_AGENT_MAX + 1])
{
    struct span s = span_of((const char *)ASN1_STRING_get0_data(uri), ASN1_STRING_length(uri));
    struct span id = span_sub(s, sizeof(AGENT_URN) - 1, s.n);

    if (!span_starts(s, SPAN_LIT(AGENT_URN)) || id.n == 0 || id.n > TLS_AGENT_MAX) {
        return false;
    }
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-')) {
            return false;
        }
    }
    memcpy(out, id.p, id.n);
    out[id.n] = '\0';
    return true;
}

void tls_agent_of(const SSL *ssl, char out[TLS_AGENT_MAX + 1])
{
    X509 *x = SSL_get_verify_result(ssl) == X509_V_OK ? SSL_get1_peer_certificate(ssl) : NULL;
    GENERAL_NAMES *names = x ? X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL) : NULL;
    int found = 0;

    out[0] = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);

        found += n->type == GEN_URI && agent_uri(n->d.uniformResourceIdentifier, out);
    }
    if (found != 1) {
        out[0] = '\0';
    }
    GENERAL_NAMES_free(names);
    X509_free(x);
}
