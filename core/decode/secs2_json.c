// secs2_json.c - a SECS-II body as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/secs2.h"

#include "core/decode/digest_item.h"

// A JSON string of the item's text: every byte is the character of its number.
static void put_string(struct buf *out, struct span s)
{
    buf_u8(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\') {
            buf_put(out, (char[]){'\\', (char)c}, 2);
        } else if (c < 0x20 || c == 0x7f) {
            buf_printf(out, "\\u%04x", c);
        } else if (c < 0x80) {
            buf_u8(out, c);
        } else {
            buf_put(out, (char[]){(char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F))}, 2);
        }
    }
    buf_u8(out, '"');
}

static void put_numbers(struct buf *out, const struct secs2_item *it)
{
    buf_u8(out, '[');
    for (size_t i = 0; i < secs2_count(it); i++) {
        char text[SECS2_TEXT];
        struct fval v;

        secs2_value(it, i, text, &v);
        buf_printf(out, v.type == V_STR ? "%s\"%s\"" : "%s%s", i ? "," : "", text);
    }
    buf_u8(out, ']');
}

static void put_digest(struct buf *out, const struct digest_item *d)
{
    char hex[2 * SHA256_LEN + 1];

    digest_hex(&d->digest, hex);
    buf_printf(out, "{\"%s\":{\"%s\":\"%s\",\"length\":%u}}",
               secs2_name(d->format) ? secs2_name(d->format) : "L",
               d->keyed ? "hmac_sha256" : "sha256", hex, d->length);
}

static void put_item(struct buf *out, const struct secs2_item *it)
{
    struct digest_item d;

    if (it->format == SECS2_DIGEST) {
        if (digest_item_get(it->data, &d)) {
            put_digest(out, &d);
        } else {
            buf_str(out, "null");
        }
        return;
    }
    buf_printf(out, "{\"%s\":", secs2_name(it->format));
    if (secs2_is_text(it->format)) {
        put_string(out, it->data);
    } else if (it->format == SECS2_B || it->format == SECS2_C2) {
        buf_u8(out, '"');
        secs2_put_text(out, it);
        buf_u8(out, '"');
    } else {
        put_numbers(out, it);
    }
    buf_u8(out, '}');
}

bool secs2_put_json(struct buf *out, struct secs2_walk *w)
{
    struct secs2_item it;
    int rc;

    if (w->body.n == 0) {
        buf_str(out, "null");
        return true;
    }
    while ((rc = secs2_next(w, &it)) > 0) {
        if (it.index) {
            buf_u8(out, ',');
        }
        if (it.format == SECS2_L) {
            buf_str(out, "{\"L\":[");
        } else {
            put_item(out, &it);
        }
        for (unsigned i = 0; i < it.closes; i++) {
            buf_str(out, "]}");
        }
    }
    return rc == 0;
}
