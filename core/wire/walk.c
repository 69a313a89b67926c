// walk.c - the header walker in front of msgpack-c.
// SPDX-License-Identifier: Apache-2.0
#include "core/wire/walk.h"

#include <stdint.h>

struct head {
    bool array;
    uint64_t n;   // elements of an array, or bytes that follow
    unsigned len; // bytes of length field
};

// Kinds of the first byte (msgpack specification, "formats"). False: not allowed here.
static bool head_of(unsigned char c, struct head *h)
{
    *h = (struct head){0};
    if (c <= 0x7f || c >= 0xe0) { // small integers
        return true;
    }
    if (c >= 0x90 && c <= 0x9f) { // fixarray
        *h = (struct head){.array = true, .n = c & 0x0f};
        return true;
    }
    if (c >= 0xa0 && c <= 0xbf) { // fixstr
        h->n = c & 0x1f;
        return true;
    }
    switch (c) {
    case 0xc0: // nil, false, true
    case 0xc2:
    case 0xc3: return true;
    case 0xcc: // unsigned and signed integers: the bytes that follow
    case 0xd0: h->n = 1; return true;
    case 0xcd:
    case 0xd1: h->n = 2; return true;
    case 0xce:
    case 0xd2: h->n = 4; return true;
    case 0xcf:
    case 0xd3: h->n = 8; return true;
    case 0xc4: // bin, str
    case 0xd9: h->len = 1; return true;
    case 0xc5:
    case 0xda: h->len = 2; return true;
    case 0xc6:
    case 0xdb: h->len = 4; return true;
    case 0xdc: *h = (struct head){.array = true, .len = 2}; return true;
    case 0xdd: *h = (struct head){.array = true, .len = 4}; return true;
    default: return false; // maps, extensions, floats, 0xc1
    }
}

static int short_of(struct err *err)
{
    return err_set(err, E_INPUT, "wire.short", "a length passes the end of the message");
}

// Reads one header and steps over its bytes; an array's elements are left to the caller.
static int step(const unsigned char **p, size_t *left, struct head *h, struct err *err)
{
    if (*left == 0) {
        return short_of(err);
    }
    if (!head_of(**p, h)) {
        return err_set(err, E_INPUT, "wire.type", "type byte 0x%02x is not allowed", **p);
    }
    ++*p;
    --*left;
    if (h->len > *left) {
        return short_of(err);
    }
    for (unsigned i = 0; i < h->len; i++) {
        h->n = h->n << 8 | (*p)[i];
    }
    *p += h->len;
    *left -= h->len;
    if (h->n > *left) { // each element of an array takes a byte at least
        return short_of(err);
    }
    if (!h->array) {
        *p += h->n;
        *left -= h->n;
    }
    return 0;
}

int wire_walk(struct span s, struct err *err)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t left = s.n;
    uint64_t open[WIRE_DEPTH + 1] = {1}; // values still to come on each level
    unsigned depth = 0, nodes = 0;

    for (;;) {
        struct head h = {0};
        int rc;

        while (open[depth] == 0) {
            if (depth == 0) {
                return left ? err_set(err, E_INPUT, "wire.trailing", "bytes behind the message")
                            : 0;
            }
            depth--;
        }
        if (++nodes > WIRE_NODES) {
            return err_set(err, E_LIMIT, "wire.nodes", "more than %d values", WIRE_NODES);
        }
        open[depth]--;
        rc = step(&p, &left, &h, err);
        if (rc) {
            return rc;
        }
        if (h.array) {
            if (depth == WIRE_DEPTH) {
                return err_set(err, E_LIMIT, "wire.depth", "nested deeper than %d", WIRE_DEPTH);
            }
            open[++depth] = h.n;
        }
    }
}
