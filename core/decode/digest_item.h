// digest_item.h - what stands in a record in place of an item that is not kept.
// SPDX-License-Identifier: Apache-2.0
//
// An item of format SECS2_DIGEST (017 octal, which SEMI E5 does not use; from the wire it is a fault), 38
// bytes: format of the item it stands for u8 | 1 = keyed, 0 = not u8 | its length u32 (big-endian) |
// digest 32 bytes. Keyed: HMAC-SHA256 (RFC 2104) of the content under the site's key, so that whoever
// holds the records cannot try values; not keyed: SHA-256, only where a file is decoded for its owner.
#ifndef CORE_DECODE_DIGEST_ITEM_H
#define CORE_DECODE_DIGEST_ITEM_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/decode/secs2.h"

enum { DIGEST_ITEM_BYTES = 38, DIGEST_KEY_MAX = 64 };

struct digest_item {
    enum secs2_format format;
    bool keyed;
    uint32_t length;
    struct digest digest;
};

void digest_item_put(struct buf *out, const struct digest_item *d); // with format byte and length
bool digest_item_get(struct span data, struct digest_item *ret);

// HMAC-SHA256 under `key`, or SHA-256 when it is empty. All zero when libcrypto fails.
struct digest digest_keyed(struct span key, struct span s);

#endif
