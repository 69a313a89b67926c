// ytree.c - writing and reading trees as bytes.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/ytree.h"

enum { TAG_PLAIN, TAG_QUOTED, TAG_LIST, TAG_MAP };
enum { NODE_BYTES_MIN = 4 }; // tag, line, column, count

// ---- writing

static void put_number(struct buf *b, uint32_t v)
{
    for (; v > 0x7f; v >>= 7) {
        buf_u8(b, (uint8_t)(v | 0x80));
    }
    buf_u8(b, (uint8_t)v);
}

static void put_text(struct buf *b, struct span s)
{
    put_number(b, (uint32_t)s.n);
    buf_put_span(b, s);
    buf_u8(b, 0);
}

static void put_node(struct buf *b, const struct ynode *n)
{
    buf_u8(b, n->type == Y_MAP    ? TAG_MAP
              : n->type == Y_LIST ? TAG_LIST
              : n->plain          ? TAG_PLAIN
                                  : TAG_QUOTED);
    put_number(b, n->line);
    put_number(b, n->col);
    if (n->type == Y_SCALAR) {
        put_text(b, n->text);
        return;
    }
    put_number(b, (uint32_t)n->n);
    for (size_t i = 0; i < n->n; i++) {
        if (n->type == Y_MAP) {
            put_number(b, n->key_line[i]);
            put_text(b, n->key[i]);
        }
        put_node(b, n->item[i]);
    }
}

void ydoc_pack(struct buf *out, const struct ydocs *d)
{
    put_number(out, (uint32_t)d->n);
    for (size_t i = 0; i < d->n; i++) {
        put_node(out, d->doc[i]);
    }
}

// ---- reading

struct reader {
    struct arena *a;
    const unsigned char *p, *end;
    size_t left; // nodes that there may still be
    bool failed;
};

static uint32_t get_number(struct reader *r)
{
    uint32_t v = 0;

    for (unsigned shift = 0; shift < 35; shift += 7) {
        unsigned char c;

        if (r->p == r->end) {
            break;
        }
        c = *r->p++;
        if (shift == 28 && c > 0x0f) {
            break;
        }
        v |= (uint32_t)(c & 0x7f) << shift;
        if (c < 0x80) {
            return v;
        }
    }
    r->failed = true;
    return 0;
}

// A count of nodes: all of them together take no more room than the bytes they stand in allow.
static uint32_t get_count(struct reader *r)
{
    uint32_t n = get_number(r);

    r->failed = r->failed || n > r->left;
    r->left -= r->failed ? 0 : n;
    return r->failed ? 0 : n;
}

static struct span get_text(struct reader *r)
{
    uint32_t n = get_number(r);
    struct span s = span_of((const char *)r->p, n);

    if (r->failed || n >= (size_t)(r->end - r->p) || r->p[n] != 0) {
        r->failed = true;
        return SPAN_NONE;
    }
    r->p += n + 1;
    return s;
}

static void *get_room(struct reader *r, size_t count, size_t size)
{
    void *p = r->failed ? NULL : arena_room(r->a, count * size);

    r->failed = r->failed || !p;
    return p;
}

static struct ynode *get_node(struct reader *r, unsigned depth);

static void get_children(struct reader *r, struct ynode *n, unsigned depth)
{
    uint32_t count = get_count(r);

    r->failed = r->failed || (n->type == Y_MAP && count > YDOC_KEYS_MAX);
    n->item = get_room(r, count, sizeof(struct ynode *));
    if (n->type == Y_MAP) {
        n->key = get_room(r, count, sizeof(*n->key));
        n->key_line = get_room(r, count, sizeof(*n->key_line));
    }
    for (; !r->failed && n->n < count; n->n++) {
        if (n->type == Y_MAP) {
            n->key_line[n->n] = get_number(r);
            n->key[n->n] = get_text(r);
        }
        n->item[n->n] = get_node(r, depth + 1);
    }
}

static struct ynode *get_node(struct reader *r, unsigned depth)
{
    struct ynode *n = get_room(r, 1, sizeof(*n));
    unsigned char tag = r->failed || r->p == r->end ? UINT8_MAX : *r->p++;

    if (tag > TAG_MAP || depth > YDOC_DEPTH_MAX) {
        r->failed = true;
        return NULL;
    }
    *n = (struct ynode){.type = tag == TAG_MAP    ? Y_MAP
                                : tag == TAG_LIST ? Y_LIST
                                                  : Y_SCALAR,
                        .plain = tag == TAG_PLAIN};
    n->line = get_number(r);
    n->col = get_number(r);
    if (n->type == Y_SCALAR) {
        n->text = get_text(r);
    } else {
        get_children(r, n, depth);
    }
    return n;
}

bool ydoc_unpack(struct arena *a, struct span tree, const char *path, struct ydocs *ret)
{
    char *copy = tree.n ? arena_room(a, tree.n) : NULL; // the texts stay where they stand in it
    struct reader r = {.a = a, .p = (const unsigned char *)copy, .failed = !copy};
    uint32_t count;

    *ret = (struct ydocs){.path = path};
    if (!copy) {
        return false;
    }
    memcpy(copy, tree.p, tree.n);
    r.end = r.p + tree.n;
    r.left = tree.n / NODE_BYTES_MIN < YDOC_NODES_MAX ? tree.n / NODE_BYTES_MIN : YDOC_NODES_MAX;
    count = get_count(&r);
    ret->doc = get_room(&r, count, sizeof(struct ynode *));
    while (!r.failed && ret->n < count) {
        ret->doc[ret->n++] = get_node(&r, 0);
    }
    if (r.failed || r.p != r.end) {
        *ret = (struct ydocs){.path = path};
        return false;
    }
    return true;
}

int ydoc_load_tree(struct arena *a, struct span text, struct span tree, const char *path,
                   struct ydocs *ret, struct err *err)
{
    if (tree.n && text.n <= YDOC_TEXT_MAX && ydoc_unpack(a, tree, path, ret)) {
        return 0;
    }
    return ydoc_load(a, text, path, ret, err);
}
