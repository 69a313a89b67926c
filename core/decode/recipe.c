// recipe.c - marks of a recipe's items, and what has changed.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/recipe.h"

#include <stdlib.h>

#include "core/decode/digest_item.h"

enum { HEAD_BYTES = 17, TOOL_MAX = 64, NAME_MAX_BYTES = 256 };

void recipe_begin(struct recipe_marks *r, struct span key, const struct fab_mask *mask,
                  size_t nmasks)
{
    r->key = key;
    r->mask = mask;
    r->nmasks = nmasks;
    r->items = r->n = 0;
    r->bytes = 0;
}

static uint64_t first_eight(const struct digest *d)
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++) {
        v = v << 8 | d->b[i];
    }
    return v;
}

// Number, format and content under the key; behind the bound the last mark takes in all that follows.
static void add(struct recipe_marks *r, enum secs2_format format, struct span content)
{
    unsigned char head[HEAD_BYTES + SHA256_LEN];
    struct digest d = digest_keyed(r->key, content);
    size_t at = r->items < RECIPE_MARKS ? r->items : RECIPE_MARKS - 1, n = 0;

    for (int shift = 56; shift >= 0; shift -= 8) {
        head[n++] = (unsigned char)((uint64_t)r->items >> shift);
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
        head[n++] = (unsigned char)((r->items < RECIPE_MARKS ? 0 : r->mark[at]) >> shift);
    }
    head[n++] = (unsigned char)format;
    memcpy(head + n, d.b, sizeof(d.b));
    d = digest_keyed(r->key, span_of((const char *)head, n + sizeof(d.b)));
    r->mark[at] = first_eight(&d);
    r->items++;
    r->n = at + 1;
}

static bool item_masked(const struct recipe_marks *r, size_t number)
{
    for (size_t i = 0; i < r->nmasks; i++) {
        if (r->mask[i].how == FAB_MASK_ITEM && r->mask[i].from == number) {
            return true;
        }
    }
    return false;
}

void recipe_item(struct recipe_marks *r, const struct secs2_item *it)
{
    r->bytes += it->data.n;
    add(r, it->format, item_masked(r, r->items + 1) ? SPAN_NONE : it->data);
}

static struct span line_masked(const struct recipe_marks *r, struct span line)
{
    for (size_t i = 0; i < r->nmasks; i++) {
        if (r->mask[i].how == FAB_MASK_LINE && span_starts(line, span_str(r->mask[i].starts))) {
            return span_str(r->mask[i].starts);
        }
    }
    return line;
}

// A block without its masked bytes; at most RECIPE_BLOCK long, so the copy is small.
static struct span block_masked(const struct recipe_marks *r, struct span block, size_t at,
                                char out[RECIPE_BLOCK])
{
    size_t n = 0;
    bool any = false;

    for (size_t i = 0; i < r->nmasks; i++) {
        any |= r->mask[i].how == FAB_MASK_BYTES;
    }
    for (size_t i = 0; any && i < block.n; i++) {
        bool masked = false;

        for (size_t k = 0; k < r->nmasks; k++) {
            masked |= r->mask[k].how == FAB_MASK_BYTES && at + i >= r->mask[k].from &&
                      at + i - r->mask[k].from < r->mask[k].length;
        }
        if (!masked) {
            out[n++] = block.p[i];
        }
    }
    return any ? span_of(out, n) : block;
}

void recipe_single(struct recipe_marks *r, const struct secs2_item *it)
{
    struct span rest = it->data;
    bool lines = secs2_is_text(it->format) && span_find(rest, '\n') < rest.n;
    char out[RECIPE_BLOCK];

    r->bytes += rest.n;
    if (lines) {
        while (rest.n) {
            add(r, it->format, line_masked(r, span_cut(&rest, '\n')));
        }
        return;
    }
    for (size_t at = 0; at < rest.n || at == 0; at += RECIPE_BLOCK) {
        if (r->n == RECIPE_MARKS - 1 && r->nmasks == 0) { // all the rest has one mark: at once
            add(r, it->format, span_sub(rest, at, rest.n));
            r->items += (rest.n - at - 1) / RECIPE_BLOCK;
            break;
        }
        add(r, it->format, block_masked(r, span_sub(rest, at, RECIPE_BLOCK), at, out));
    }
}

struct digest recipe_digest(const struct recipe_marks *r)
{
    unsigned char bytes[8 * RECIPE_MARKS + 8];
    size_t n = 0;

    for (size_t i = 0; i <= r->n; i++) {
        uint64_t v = i < r->n ? r->mark[i] : r->items;

        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[n++] = (unsigned char)(v >> shift);
        }
    }
    return digest_keyed(r->key, span_of((const char *)bytes, n));
}

// ---- the book

struct page {
    struct page *newer, *older;
    uint64_t hash;
    size_t ntool, nname;
    char tool[TOOL_MAX], name[NAME_MAX_BYTES];
    size_t items, n;
    uint64_t mark[]; // n of them
};

struct recipe_book {
    struct page *newest, *oldest;
    size_t n;
    uint64_t evicted;
};

struct recipe_book *recipe_book_new(void)
{
    return calloc(1, sizeof(struct recipe_book));
}

static void take_out(struct recipe_book *b, struct page *p)
{
    *(p->older ? &p->older->newer : &b->oldest) = p->newer;
    *(p->newer ? &p->newer->older : &b->newest) = p->older;
    b->n--;
}

static void put_in(struct recipe_book *b, struct page *p)
{
    p->newer = NULL;
    p->older = b->newest;
    *(p->older ? &p->older->newer : &b->oldest) = p;
    b->newest = p;
    b->n++;
}

void recipe_book_free(struct recipe_book *b)
{
    if (b) {
        while (b->oldest) {
            struct page *p = b->oldest;

            take_out(b, p);
            free(p);
        }
        free(b);
    }
}

uint64_t recipe_book_evicted(const struct recipe_book *b)
{
    return b->evicted;
}

static struct page *find(struct recipe_book *b, uint64_t hash, struct span tool, struct span name)
{
    for (struct page *p = b->newest; p; p = p->older) {
        if (p->hash == hash && span_eq(span_of(p->tool, p->ntool), tool) &&
            span_eq(span_of(p->name, p->nname), name)) {
            return p;
        }
    }
    return NULL;
}

static void compare(const struct page *p, const struct recipe_marks *r, struct recipe_change *ret)
{
    size_t both = p->n < r->n ? p->n : r->n, most = p->n > r->n ? p->n : r->n;

    ret->known = true;
    ret->items_before = p->items;
    for (size_t i = 0; i < most; i++) {
        if (i >= both || p->mark[i] != r->mark[i]) {
            if (ret->n < RECIPE_NAMED) {
                ret->item[ret->n] = (uint32_t)i + 1;
            }
            ret->n++;
        }
    }
}

bool recipe_book_take(struct recipe_book *b, struct span tool, struct span name,
                      const struct recipe_marks *r, struct recipe_change *ret)
{
    struct page *old, *p = calloc(1, sizeof(*p) + r->n * sizeof(p->mark[0]));

    *ret = (struct recipe_change){.known = false};
    if (!p) {
        return false;
    }
    tool = span_sub(tool, 0, TOOL_MAX);
    name = span_sub(name, 0, NAME_MAX_BYTES);
    p->hash = hash64(hash64(3, tool), name);
    p->ntool = tool.n;
    p->nname = name.n;
    memcpy(p->tool, tool.n ? tool.p : "", tool.n);
    memcpy(p->name, name.n ? name.p : "", name.n);
    p->items = r->items;
    p->n = r->n;
    memcpy(p->mark, r->mark, r->n * sizeof(p->mark[0]));
    old = find(b, p->hash, tool, name);
    if (old) {
        compare(old, r, ret);
        take_out(b, old);
        free(old);
    } else if (b->n == RECIPE_BOOK) {
        old = b->oldest;
        take_out(b, old);
        free(old);
        b->evicted++;
    }
    put_in(b, p);
    return true;
}
