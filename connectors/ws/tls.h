// tls.h - TLS 1.3 with certificates on both sides, from memory.
// SPDX-License-Identifier: Apache-2.0
//
// Keys and certificates are read once, before the sandbox closes, and put into the SSL_CTX by us:
// libwebsockets' own loading from memory knows fewer forms. One private CA, used for nothing else;
// no system store. An agent's id is the subjectAltName URI urn:fab:agent:ID of its certificate.
#ifndef CONNECTORS_WS_TLS_H
#define CONNECTORS_WS_TLS_H

#include <openssl/ssl.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum { TLS_PEM_MAX = 64 * 1024, TLS_AGENT_MAX = 64 };

struct tls_identity { // PEM texts, owned
    struct buf ca, certificate, key;
};

// Reads the files; the key file must be 0600 ("key.mode").
int tls_identity_read(const char *ca, const char *certificate, const char *key,
                      struct tls_identity *ret, struct err *err);
void tls_identity_wipe(struct tls_identity *id); // wipes and frees

// TLS 1.3 only, own certificate, CA, and the other side must show one. Codes "tls.*".
int tls_apply(SSL_CTX *ctx, const struct tls_identity *id, bool server, struct err *err);

// The agent of a verified peer certificate; "" when it names none or more than one.
void tls_agent_of(const SSL *ssl, char out[TLS_AGENT_MAX + 1]);

#endif
