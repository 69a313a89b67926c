// sig.h - Ed25519 over a context and bytes: verifying, and the name of a key.
// SPDX-License-Identifier: Apache-2.0
//
// Signed is always `context || 0x00 || bytes` (RFC 8032, pure Ed25519), so that a signature over a
// command can never pass for one over a result. Public keys are 32 raw bytes; a key's id is the
// first 8 bytes of their SHA-256. Verifying needs no secret and may be called from any role;
// signing lives in connectors/act/key.h.
#ifndef CORE_WIRE_SIG_H
#define CORE_WIRE_SIG_H

#include "core/base/err.h"
#include "core/base/span.h"

enum { SIG_LEN = 64, SIG_KEY_LEN = 32, SIG_KEY_ID_LEN = 8, SIG_BYTES_MAX = 64 * 1024 };

struct sig_key {
    unsigned char b[SIG_KEY_LEN];
    unsigned char id[SIG_KEY_ID_LEN];
};

struct sig_key sig_key_of(const unsigned char raw[SIG_KEY_LEN]);
// A PEM "PUBLIC KEY" (SubjectPublicKeyInfo) that is an Ed25519 key; code "key.form" otherwise.
int sig_key_pem(struct span pem, struct sig_key *ret, struct err *err);

// True only for a right signature of SIG_LEN bytes by this key. `context` with its terminator.
bool sig_verify(const struct sig_key *key, const char *context, struct span bytes,
                struct span signature);

#endif
