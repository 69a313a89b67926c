// hash.c - CRC32C (hardware or table), table hash, SHA-256 through libcrypto's EVP.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

static uint32_t crc_table[256];

// Filled before main(), so that every process and thread only reads it.
__attribute__((constructor)) static void crc_table_fill(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int k = 0; k < 8; k++) {
            c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
        }
        crc_table[i] = c;
    }
}

static uint32_t crc_soft(uint32_t c, const unsigned char *p, size_t n)
{
    while (n--) {
        c = crc_table[(c ^ *p++) & 0xff] ^ c >> 8;
    }
    return c;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_hard(uint32_t c, const unsigned char *p,
                                                           size_t n)
{
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t v;

        memcpy(&v, p, 8);
        c = (uint32_t)__builtin_ia32_crc32di(c, v);
    }
    while (n--) {
        c = __builtin_ia32_crc32qi(c, *p++);
    }
    return c;
}
#endif

uint32_t crc32c(uint32_t seed, struct span s)
{
    const unsigned char *p = (const unsigned char *)s.p;

#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) {
        return ~crc_hard(~seed, p, s.n);
    }
#endif
    return ~crc_soft(~seed, p, s.n);
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0xe9846af9b1a615dULL;
    h ^= h >> 32;
    h *= 0xe9846af9b1a615dULL;
    return h ^ h >> 28;
}

uint64_t hash64(uint64_t seed, struct span s)
{
    uint64_t h = mix(seed ^ 0x9e3779b97f4a7c15ULL ^ s.n);
    const char *p = s.p;
    size_t n = s.n;

    for (; n >= 8; p += 8, n -= 8) {
        uint64_t v;

        memcpy(&v, p, 8);
        h = mix(h ^ v) + 0x9e3779b97f4a7c15ULL;
    }
    if (n) {
        uint64_t v = 0;

        memcpy(&v, p, n);
        h = mix(h ^ v);
    }
    return mix(h);
}

struct digest_ctx {
    EVP_MD_CTX *md;
    bool failed;
};

struct digest_ctx *digest_begin(void)
{
    struct digest_ctx *c = calloc(1, sizeof(*c));

    if (c) {
        c->md = EVP_MD_CTX_new();
        c->failed = !c->md || EVP_DigestInit_ex(c->md, EVP_sha256(), NULL) != 1;
    }
    return c;
}

void digest_add(struct digest_ctx *c, struct span s)
{
    if (c && !c->failed && s.n) {
        c->failed = EVP_DigestUpdate(c->md, s.p, s.n) != 1;
    }
}

struct digest digest_end(struct digest_ctx *c)
{
    struct digest d = {0};
    unsigned n = sizeof(d.b);

    if (c) {
        if (c->failed || EVP_DigestFinal_ex(c->md, d.b, &n) != 1) {
            d = (struct digest){0};
        }
        EVP_MD_CTX_free(c->md);
        free(c);
    }
    return d;
}

struct digest digest_of2(struct span a, struct span b)
{
    struct digest_ctx *c = digest_begin();

    digest_add(c, a);
    digest_add(c, b);
    return digest_end(c);
}

struct digest digest_of(struct span s)
{
    return digest_of2(s, SPAN_NONE);
}

struct digest digest_mac(struct span key, struct span s)
{
    struct digest d = {0};
    unsigned n = sizeof(d.b);

    if (!HMAC(EVP_sha256(), key.n ? key.p : "", (int)key.n, (const unsigned char *)(s.n ? s.p : ""),
              s.n, d.b, &n)) {
        d = (struct digest){0};
    }
    return d;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool digest_is_zero(const struct digest *d)
{
    static const struct digest zero;

    return digest_eq(d, &zero);
}

void hex_put(struct span bytes, char *out)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.n; i++) {
        *out++ = hex[(unsigned char)bytes.p[i] >> 4];
        *out++ = hex[(unsigned char)bytes.p[i] & 15];
    }
    *out = '\0';
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_get(struct span hex, unsigned char *out, size_t n)
{
    if (hex.n != 2 * n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int hi = nibble(hex.p[2 * i]), lo = nibble(hex.p[2 * i + 1]);

        if (hi < 0 || lo < 0) {
            return false;
        }
        out[i] = (unsigned char)(hi << 4 | lo);
    }
    return true;
}

void digest_hex(const struct digest *d, char out[2 * SHA256_LEN + 1])
{
    hex_put(span_of((const char *)d->b, sizeof(d->b)), out);
}

bool digest_from_hex(struct span hex, struct digest *ret)
{
    return hex_get(hex, ret->b, sizeof(ret->b));
}
