// treecache.c - the file of trees: checking, finding, making.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/treecache.h"

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "core/base/rd.h"
#include "core/base/ytree.h"

enum { MAGIC = 16, HEAD = MAGIC + SHA256_LEN + 4, ROW = SHA256_LEN + 8, TREES_MAX = 1 << 20 };

static const char magic[MAGIC + 1] = "fabsoc trees 1\n\0";

struct digest treecache_reader(struct span build)
{
    char text[200];
    int n = snprintf(text, sizeof(text), "libyaml %s, %d bytes, %d levels, %d nodes, %d keys; ",
                     yaml_get_version_string(), YDOC_TEXT_MAX, YDOC_DEPTH_MAX, YDOC_NODES_MAX,
                     YDOC_KEYS_MAX);

    return digest_of2(span_of(text, (size_t)n), build);
}

static struct span row_at(const struct treecache *c, size_t i)
{
    return span_sub(c->file, HEAD + i * ROW, ROW);
}

enum treecache_state treecache_open(struct treecache *c, struct span file, struct span key,
                                    const struct digest *reader)
{
    struct digest mac;
    struct rd r = rd_of(file);
    struct span front = rd_bytes(&r, MAGIC), by = rd_bytes(&r, SHA256_LEN);
    uint32_t n = rd_u32(&r);

    *c = (struct treecache){.file = SPAN_NONE};
    if (!rd_ok(&r) || !span_eq(front, span_of(magic, MAGIC)) ||
        !span_eq(by, span_of((const char *)reader->b, SHA256_LEN))) {
        return TREECACHE_FOREIGN;
    }
    if (key.n < TREECACHE_KEY_MIN || file.n > TREECACHE_BYTES_MAX || n > TREES_MAX ||
        r.n < (size_t)n * ROW + SHA256_LEN) {
        return TREECACHE_CHANGED;
    }
    file.n -= SHA256_LEN;
    mac = digest_mac(key, file);
    if (memcmp(file.p + file.n, mac.b, SHA256_LEN) != 0 || digest_is_zero(&mac)) {
        return TREECACHE_CHANGED;
    }
    *c = (struct treecache){.file = file, .n = n};
    return TREECACHE_GOOD;
}

struct span treecache_find(const struct treecache *c, const struct digest *text)
{
    size_t from = 0, to = c->n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;
        struct rd row = rd_of(row_at(c, mid));
        struct span digest = rd_bytes(&row, SHA256_LEN);
        int order = rd_ok(&row) ? memcmp(text->b, digest.p, SHA256_LEN) : 0;

        if (order == 0) {
            uint32_t at = rd_u32(&row), n = rd_u32(&row);

            return rd_ok(&row) && at <= c->file.n && n <= c->file.n - at ? span_sub(c->file, at, n)
                                                                         : SPAN_NONE;
        }
        if (order < 0) {
            to = mid;
        } else {
            from = mid + 1;
        }
    }
    return SPAN_NONE;
}

// The tree of one text, in `a`; empty when the text is none that can be read.
static struct span make_tree(struct arena *a, const struct textfile *file)
{
    struct span tree = SPAN_NONE;
    struct err err = ERR_INIT;
    struct arena tmp;
    struct ydocs d;
    AUTO_BUF b;

    buf_init(&b, TREECACHE_BYTES_MAX);
    arena_init(&tmp, TREECACHE_BYTES_MAX);
    if (ydoc_load(&tmp, file->text, file->path, &d, &err) == 0) {
        ydoc_pack(&b, &d);
        tree = buf_ok(&b) ? arena_span(a, buf_span(&b)) : SPAN_NONE;
    }
    arena_free(&tmp);
    return tree;
}

bool treelist_make(struct treelist *l, struct arena *a, const struct treecache *c,
                   const struct textfile *file, size_t n)
{
    *l = (struct treelist){.text = arena_array(a, n + 1, sizeof(*l->text)),
                           .tree = arena_array(a, n + 1, sizeof(*l->tree)),
                           .n = n};
    for (size_t i = 0; l->text && l->tree && i < n; i++) {
        l->text[i] = digest_of(file[i].text);
        if (digest_is_zero(&l->text[i])) {
            continue; // no digest: nothing tells it from others
        }
        l->tree[i] = treecache_find(c, &l->text[i]);
        if (l->tree[i].n) {
            l->found++;
        } else {
            l->tree[i] = make_tree(a, &file[i]);
            l->made += l->tree[i].n != 0;
        }
    }
    return arena_ok(a);
}

struct row {
    struct digest text;
    struct span tree;
};

static int by_digest(const void *a, const void *b)
{
    return memcmp(((const struct row *)a)->text.b, ((const struct row *)b)->text.b, SHA256_LEN);
}

// The rows of the list in order of their digests, each text once, those without a tree left out.
static struct row *sorted(const struct treelist *l, struct arena *a, size_t *ret_n)
{
    struct row *row = arena_array(a, l->n + 1, sizeof(*row));
    size_t n = 0, kept = 0;

    for (size_t i = 0; row && i < l->n; i++) {
        if (l->tree[i].n) {
            row[n++] = (struct row){l->text[i], l->tree[i]};
        }
    }
    if (n) {
        qsort(row, n, sizeof(*row), by_digest);
    }
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || by_digest(&row[kept - 1], &row[i]) != 0) {
            row[kept++] = row[i];
        }
    }
    *ret_n = kept;
    return row;
}

bool treelist_write(const struct treelist *l, struct arena *a, struct span key,
                    const struct digest *reader, struct buf *out)
{
    struct digest mac;
    size_t n, at;
    struct row *row = sorted(l, a, &n);

    if (!row || n > TREES_MAX || key.n < TREECACHE_KEY_MIN) {
        return false;
    }
    buf_put(out, magic, MAGIC);
    buf_put(out, reader->b, SHA256_LEN);
    buf_u32(out, (uint32_t)n);
    at = HEAD + n * ROW;
    for (size_t i = 0; i < n; at += row[i++].tree.n) {
        buf_put(out, row[i].text.b, SHA256_LEN);
        buf_u32(out, (uint32_t)at);
        buf_u32(out, (uint32_t)row[i].tree.n);
    }
    for (size_t i = 0; i < n; i++) {
        buf_put_span(out, row[i].tree);
    }
    mac = digest_mac(key, buf_span(out));
    buf_put(out, mac.b, SHA256_LEN);
    return buf_ok(out) && out->len <= TREECACHE_BYTES_MAX && !digest_is_zero(&mac);
}
