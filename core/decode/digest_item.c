// digest_item.c - digests in place of items.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/digest_item.h"

void digest_item_put(struct buf *out, const struct digest_item *d)
{
    buf_u8(out, SECS2_DIGEST << 2 | 1);
    buf_u8(out, DIGEST_ITEM_BYTES);
    buf_u8(out, (uint8_t)d->format);
    buf_u8(out, d->keyed);
    for (int shift = 24; shift >= 0; shift -= 8) {
        buf_u8(out, (uint8_t)(d->length >> shift));
    }
    buf_put(out, d->digest.b, sizeof(d->digest.b));
}

bool digest_item_get(struct span data, struct digest_item *ret)
{
    const unsigned char *p = (const unsigned char *)data.p;

    if (data.n != DIGEST_ITEM_BYTES || p[0] > 077 || p[1] > 1) {
        return false;
    }
    ret->format = (enum secs2_format)p[0];
    ret->keyed = p[1];
    ret->length = (uint32_t)p[2] << 24 | (uint32_t)p[3] << 16 | (uint32_t)p[4] << 8 | p[5];
    memcpy(ret->digest.b, p + 6, sizeof(ret->digest.b));
    return true;
}

struct digest digest_keyed(struct span key, struct span s)
{
    return key.n ? digest_mac(key, s) : digest_of(s);
}
