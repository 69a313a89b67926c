// secs2.c - the walk over the items of a SECS-II message, and their values.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/secs2.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name;
    uint8_t width;
} formats[64] = {
    [SECS2_L] = {"L", 0},   [SECS2_B] = {"B", 1},   [SECS2_BOOLEAN] = {"BOOLEAN", 1},
    [SECS2_A] = {"A", 1},   [SECS2_J] = {"J", 1},   [SECS2_C2] = {"C2", 1},
    [SECS2_I8] = {"I8", 8}, [SECS2_I1] = {"I1", 1}, [SECS2_I2] = {"I2", 2},
    [SECS2_I4] = {"I4", 4}, [SECS2_F8] = {"F8", 8}, [SECS2_F4] = {"F4", 4},
    [SECS2_U8] = {"U8", 8}, [SECS2_U1] = {"U1", 1}, [SECS2_U2] = {"U2", 2},
    [SECS2_U4] = {"U4", 4},
};

const char *secs2_name(enum secs2_format f)
{
    return (unsigned)f < 64 ? formats[f].name : NULL;
}

size_t secs2_width(enum secs2_format f)
{
    return (unsigned)f < 64 ? formats[f].width : 0;
}

bool secs2_is_text(enum secs2_format f)
{
    return f == SECS2_A || f == SECS2_J;
}

void secs2_begin(struct secs2_walk *w, struct span body)
{
    w->body = body;
    w->at = 0;
    w->digests = w->begun = false;
    w->depth = 0;
    w->fault = NULL;
    w->fault_at = 0;
    w->detail[0] = '\0';
}

static int fail(struct secs2_walk *w, const char *fault, size_t at)
{
    w->fault = fault;
    w->fault_at = at;
    return -1;
}

// The format byte and the length behind it.
static int read_head(struct secs2_walk *w, struct secs2_item *ret, uint32_t *ret_length)
{
    const unsigned char *p = (const unsigned char *)w->body.p + w->at;
    size_t left = w->body.n - w->at, n = p[0] & 3;
    uint32_t length = 0;

    ret->at = w->at;
    ret->format = (enum secs2_format)(p[0] >> 2);
    if (!secs2_name(ret->format) && !(w->digests && ret->format == SECS2_DIGEST)) {
        (void)snprintf(w->detail, sizeof(w->detail), "format code %o is not of SECS-II",
                       (unsigned)ret->format);
        return fail(w, SECS2_FORMAT_UNKNOWN, w->at);
    }
    if (n == 0) {
        (void)snprintf(w->detail, sizeof(w->detail), "an item without length bytes");
        return fail(w, SECS2_LENGTH_BYTES_ZERO, w->at);
    }
    if (left < 1 + n) {
        (void)snprintf(w->detail, sizeof(w->detail), "%zu length bytes announced, %zu remain", n,
                       left - 1);
        return fail(w, SECS2_ITEM_TRUNCATED, w->at);
    }
    for (size_t i = 1; i <= n; i++) {
        length = length << 8 | p[i];
    }
    *ret_length = length;
    ret->end = w->at + 1 + n;
    return 1;
}

static int read_list(struct secs2_walk *w, struct secs2_item *ret, uint32_t count)
{
    size_t left = w->body.n - ret->end;

    ret->count = count;
    // an element has two bytes at least
    if (count > left / 2) {
        (void)snprintf(w->detail, sizeof(w->detail),
                       "the list declares %u elements, %zu bytes remain", count, left);
        return fail(w, SECS2_LIST_TRUNCATED, ret->at);
    }
    if (w->depth == SECS2_DEPTH) {
        (void)snprintf(w->detail, sizeof(w->detail), "lists stand in each other more than %d deep",
                       SECS2_DEPTH);
        return fail(w, SECS2_NESTING, ret->at);
    }
    w->level[w->depth].left = count;
    w->level[w->depth].index = 0;
    w->level[w->depth++].at = ret->at;
    return 1;
}

static int read_data(struct secs2_walk *w, struct secs2_item *ret, uint32_t length)
{
    size_t left = w->body.n - ret->end, width = secs2_width(ret->format);

    if (length > left) {
        (void)snprintf(w->detail, sizeof(w->detail), "%s item declares %u bytes, %zu remain",
                       secs2_name(ret->format) ? secs2_name(ret->format) : "digest", length, left);
        return fail(w, SECS2_ITEM_TRUNCATED, ret->at);
    }
    if (width > 1 && length % width) {
        (void)snprintf(w->detail, sizeof(w->detail), "%s item of %u bytes", secs2_name(ret->format),
                       length);
        return fail(w, SECS2_ITEM_SIZE, ret->at);
    }
    ret->data = span_sub(w->body, ret->end, length);
    ret->end += length;
    return 1;
}

// Before the next item: lists that have all their elements are closed already, so an open one asks for it.
static int at_end(struct secs2_walk *w)
{
    if (w->depth) {
        (void)snprintf(w->detail, sizeof(w->detail), "the list lacks %u of its elements",
                       w->level[w->depth - 1].left);
        return fail(w, SECS2_LIST_TRUNCATED, w->level[w->depth - 1].at);
    }
    return 0;
}

int secs2_next(struct secs2_walk *w, struct secs2_item *ret)
{
    uint32_t length = 0;
    bool list;
    int rc;

    if (w->fault) {
        return -1;
    }
    if (w->at == w->body.n) {
        return at_end(w);
    }
    if (w->begun && w->depth == 0) {
        (void)snprintf(w->detail, sizeof(w->detail), "%zu bytes behind the last item",
                       w->body.n - w->at);
        return fail(w, SECS2_TRAILING_BYTES, w->at);
    }
    *ret = (struct secs2_item){.depth = w->depth};
    if (w->depth) {
        ret->index = w->level[w->depth - 1].index;
    }
    rc = read_head(w, ret, &length);
    if (rc < 0) {
        return rc;
    }
    list = ret->format == SECS2_L;
    rc = list ? read_list(w, ret, length) : read_data(w, ret, length);
    if (rc < 0) {
        return rc;
    }
    w->begun = true;
    w->at = ret->end;
    if (list && length) {
        return 1;
    }
    // the item is whole: so may be the lists that it stands in
    if (list) {
        w->depth--;
        ret->closes = 1;
    }
    while (w->depth) {
        w->level[w->depth - 1].index++;
        if (--w->level[w->depth - 1].left) {
            break;
        }
        w->depth--;
        ret->closes++;
    }
    return 1;
}

// ---- values

size_t secs2_count(const struct secs2_item *it)
{
    size_t width = secs2_width(it->format);

    return width ? it->data.n / width : 0;
}

static void put_double(double v, bool single, char text[SECS2_TEXT], struct fval *ret)
{
    ret->type = V_FLOAT;
    if (isnan(v) || isinf(v)) {
        ret->type = V_STR;
        (void)snprintf(text, SECS2_TEXT, "%s", isnan(v) ? "NaN" : v < 0 ? "-Infinity" : "Infinity");
        return;
    }
    // a single's exact value needs as many digits as the double that holds it
    for (int digits = single ? 6 : 15; digits <= 17; digits++) {
        (void)snprintf(text, SECS2_TEXT, "%.*g", digits, v);
        if (strtod(text, NULL) == v) {
            break;
        }
    }
    if (!strpbrk(text, ".e")) {
        (void)snprintf(text + strlen(text), SECS2_TEXT - strlen(text), ".0");
    }
}

static uint64_t big_endian(const char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++) {
        v = v << 8 | (unsigned char)p[i];
    }
    return v;
}

void secs2_value(const struct secs2_item *it, size_t i, char text[SECS2_TEXT], struct fval *ret)
{
    size_t width = secs2_width(it->format);
    uint64_t v = big_endian(it->data.p + i * width, width);

    *ret = (struct fval){.type = V_INT};
    switch (it->format) {
    case SECS2_BOOLEAN:
        ret->type = V_BOOL;
        ret->i = v != 0;
        (void)snprintf(text, SECS2_TEXT, "%s", v ? "true" : "false");
        break;
    case SECS2_U1:
    case SECS2_U2:
    case SECS2_U4:
    case SECS2_U8:
        ret->type = v > INT64_MAX ? V_UINT : V_INT;
        ret->i = (int64_t)v;
        (void)snprintf(text, SECS2_TEXT, "%llu", (unsigned long long)v);
        break;
    case SECS2_F4: {
        uint32_t bits = (uint32_t)v;
        float f;

        memcpy(&f, &bits, sizeof(f));
        put_double((double)f, true, text, ret);
        break;
    }
    case SECS2_F8: {
        double d;

        memcpy(&d, &v, sizeof(d));
        put_double(d, false, text, ret);
        break;
    }
    default: // signed: the sign bit of the width
        ret->i = (int64_t)(v << (64 - 8 * width)) >> (64 - 8 * width);
        (void)snprintf(text, SECS2_TEXT, "%lld", (long long)ret->i);
        break;
    }
    ret->s = span_str(text);
}

void secs2_put_text(struct buf *out, const struct secs2_item *it)
{
    const unsigned char *p = (const unsigned char *)it->data.p;
    bool text = secs2_is_text(it->format);

    for (size_t i = 0; i < it->data.n; i++) {
        if (!text) {
            static const char hex[] = "0123456789abcdef";

            buf_put(out, (char[]){hex[p[i] >> 4], hex[p[i] & 15]}, 2);
        } else if (p[i] < 0x80) {
            buf_put(out, &p[i], 1);
        } else {
            buf_put(out, (char[]){(char)(0xC0 | p[i] >> 6), (char)(0x80 | (p[i] & 0x3F))}, 2);
        }
    }
}

// ---- paths

void secs2_follow(struct secs2_where *where, const struct secs2_item *it)
{
    if (it->depth) {
        where->index[it->depth - 1] = it->index;
    }
}

bool secs2_at(const struct secs2_where *where, const struct secs2_item *it, const char *path)
{
    unsigned depth = 0;

    if (path[0] == '\0' || path[0] == '.') {
        return path[0] == '.' && it->depth == 0;
    }
    for (const char *p = path; *p; p += *p == '.') {
        unsigned long want = 0;

        if (depth == it->depth) {
            return false;
        }
        if (*p == '*') {
            p++;
        } else {
            char *end;

            want = strtoul(p, &end, 10);
            p = end;
            if (where->index[depth] != want) {
                return false;
            }
        }
        depth++;
    }
    return it->depth == depth;
}
