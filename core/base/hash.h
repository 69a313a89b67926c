// hash.h - checksums and hashes that are not secrets, and SHA-256.
// SPDX-License-Identifier: Apache-2.0
//
// crc32c    Castagnoli polynomial 0x1EDC6F41 (RFC 3720 appendix B.4): journal records and blocks.
// hash64    a keyless 64-bit mix for tables; never leaves the process, so it may change.
// sha256    FIPS 180-4 by libcrypto: digests of effects, rule sets, audit rows, plans.
#ifndef CORE_BASE_HASH_H
#define CORE_BASE_HASH_H

#include <stdint.h>

#include "core/base/span.h"

enum { SHA256_LEN = 32 };

uint32_t crc32c(uint32_t seed, struct span s); // seed 0 to begin; feed the result to go on
uint64_t hash64(uint64_t seed, struct span s);

struct digest { // a plain value: SHA-256 of something
    unsigned char b[SHA256_LEN];
};

struct digest digest_of(struct span s);
// HMAC-SHA-256 (RFC 2104); all zero when libcrypto fails.
struct digest digest_mac(struct span key, struct span s);
struct digest digest_of2(struct span a, struct span b); // of the concatenation
bool digest_eq(const struct digest *a, const struct digest *b);
bool digest_is_zero(const struct digest *d);
// Lower-case hexadecimal, 64 characters and a terminator.
void digest_hex(const struct digest *d, char out[2 * SHA256_LEN + 1]);
bool digest_from_hex(struct span hex, struct digest *ret);

void hex_put(struct span bytes, char *out); // 2n characters and a terminator
// Decodes 2n hexadecimal digits (either case) into `out`; false when the text is anything else.
bool hex_get(struct span hex, unsigned char *out, size_t n);

// Incremental form, for directories and streams. A failed step makes the final digest all zero.
struct digest_ctx;
struct digest_ctx *digest_begin(void);
void digest_add(struct digest_ctx *c, struct span s);
struct digest digest_end(struct digest_ctx *c); // frees c

#endif
