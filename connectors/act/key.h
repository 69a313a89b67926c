// key.h - Ed25519 private keys: loading once, signing often.
// SPDX-License-Identifier: Apache-2.0
//
// Two programs sign: `sign` commands, the agent's exec half its reports. Keys are PKCS#8 PEM without
// a passphrase, in files of mode 0600 that are read before the sandbox closes. The text is wiped by
// key_load(); what remains is libcrypto's own copy.
#ifndef CONNECTORS_ACT_KEY_H
#define CONNECTORS_ACT_KEY_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/wire/sig.h"

struct key {
    void *pkey; // EVP_PKEY, owned
    struct sig_key pub;
};

// `pem` is wiped whatever happens. Codes "key.form".
int key_load(struct buf *pem, struct key *ret, struct err *err);
int key_read(const char *path, struct key *ret, struct err *err); // the file; also "key.mode"
void key_free(struct key *k);

// Signs context, its NUL, bytes.
int key_sign(const struct key *k, const char *context, struct span bytes,
             unsigned char ret[SIG_LEN], struct err *err);

#endif
