// canon.c - RFC 8785 over jansson trees.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/canon.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/utf8.h"

#define CANON_WHOLE ((int64_t)1 << 53) // beyond it doubles skip whole numbers (RFC 8785, 3.2.2.3)

// Brackets that are open at once; strings are skipped. Checked before the tree is built.
static bool depth_ok(struct span text)
{
    unsigned depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > CANON_DEPTH) {
                return false;
            }
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return true;
}

json_t *canon_read(struct span text, const char *path, struct err *err)
{
    json_error_t je;
    json_t *v;

    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
        text = span_sub(text, 3, text.n); // a byte order mark of an editor
    }
    if (!depth_ok(text)) {
        err_at(err, path, 0, 0);
        err_set(err, E_LIMIT, "json.depth", "brackets are nested deeper than %d", CANON_DEPTH);
        return NULL;
    }
    v = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &je);
    if (!v) {
        err_at(err, path, je.line > 0 ? (unsigned)je.line : 0,
               je.column > 0 ? (unsigned)je.column : 0);
        err_set(err, E_INPUT,
                json_error_code(&je) == json_error_duplicate_key ? "json.duplicate" : "json.syntax",
                "%s", je.text);
    }
    return v;
}

// The UTF-16 form of a character: one unit, or a surrogate pair in the order it is written.
static uint32_t utf16_rank(int32_t cp)
{
    uint32_t c = (uint32_t)cp;

    return c < 0x10000 ? c << 16 : (0xd800 + ((c - 0x10000) >> 10)) << 16 | (0xdc00 + (c & 0x3ff));
}

static int key_cmp(const void *x, const void *y)
{
    struct span a = span_str(*(const char *const *)x);
    struct span b = span_str(*(const char *const *)y);

    while (a.n && b.n) {
        uint32_t ra = utf16_rank(utf8_next(&a));
        uint32_t rb = utf16_rank(utf8_next(&b));

        if (ra != rb) {
            return ra < rb ? -1 : 1;
        }
    }
    return a.n ? 1 : b.n ? -1 : 0;
}

static void put_string(struct buf *b, struct span s)
{
    static const char short_escape[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

    buf_u8(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\') {
            buf_u8(b, '\\');
            buf_u8(b, c);
        } else if (c < 0x20 && short_escape[c]) {
            buf_u8(b, '\\');
            buf_u8(b, (uint8_t)short_escape[c]);
        } else if (c < 0x20) {
            buf_printf(b, "\\u%04x", c);
        } else {
            buf_u8(b, c);
        }
    }
    buf_u8(b, '"');
}

static int put_whole(struct buf *b, int64_t v, struct err *err)
{
    if (v > CANON_WHOLE || v < -CANON_WHOLE) {
        return err_set(err, E_INPUT, "json.number", "the number %" PRId64 " is beyond 2^53", v);
    }
    buf_printf(b, "%" PRId64, v);
    return E_OK;
}

static int put_real(struct buf *b, double v, struct err *err)
{
    if (!(v >= -(double)CANON_WHOLE && v <= (double)CANON_WHOLE) || v != (double)(int64_t)v) {
        return err_set(err, E_INPUT, "json.number", "the number %g is not whole within 2^53", v);
    }
    return put_whole(b, (int64_t)v, err);
}

static int put_value(struct buf *b, json_t *v, unsigned depth, struct err *err);

static int put_array(struct buf *b, json_t *v, unsigned depth, struct err *err)
{
    size_t i;
    json_t *item;

    buf_u8(b, '[');
    json_array_foreach(v, i, item)
    {
        if (i > 0) {
            buf_u8(b, ',');
        }
        if (put_value(b, item, depth + 1, err) < 0) {
            return E_INPUT;
        }
    }
    buf_u8(b, ']');
    return E_OK;
}

static int put_object(struct buf *b, json_t *v, unsigned depth, struct err *err)
{
    const char *key[CANON_KEYS];
    size_t n = 0;

    if (json_object_size(v) > CANON_KEYS) {
        return err_set(err, E_LIMIT, "json.keys", "an object has more than %d keys", CANON_KEYS);
    }
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        key[n++] = json_object_iter_key(it);
    }
    qsort(key, n, sizeof(key[0]), key_cmp);
    buf_u8(b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            buf_u8(b, ',');
        }
        put_string(b, span_str(key[i]));
        buf_u8(b, ':');
        if (put_value(b, json_object_get(v, key[i]), depth + 1, err) < 0) {
            return E_INPUT;
        }
    }
    buf_u8(b, '}');
    return E_OK;
}

static int put_value(struct buf *b, json_t *v, unsigned depth, struct err *err)
{
    if (depth > CANON_DEPTH) {
        return err_set(err, E_LIMIT, "json.depth", "values are nested deeper than %d", CANON_DEPTH);
    }
    switch (json_typeof(v)) {
    case JSON_OBJECT: return put_object(b, v, depth, err);
    case JSON_ARRAY: return put_array(b, v, depth, err);
    case JSON_STRING:
        put_string(b, span_of(json_string_value(v), json_string_length(v)));
        return E_OK;
    case JSON_INTEGER: return put_whole(b, json_integer_value(v), err);
    case JSON_REAL: return put_real(b, json_real_value(v), err);
    case JSON_TRUE: buf_str(b, "true"); return E_OK;
    case JSON_FALSE: buf_str(b, "false"); return E_OK;
    default: buf_str(b, "null"); return E_OK;
    }
}

int canon_put(struct buf *b, json_t *v, struct err *err)
{
    if (put_value(b, v, 0, err) < 0) {
        return E_INPUT;
    }
    return buf_ok(b) ? E_OK
                     : err_set(err, E_LIMIT, "json.size", "the text passes %zu bytes", b->max);
}

int canon_digest(json_t *v, struct digest *ret, struct err *err)
{
    AUTO_BUF b;

    buf_init(&b, 4 << 20);
    if (canon_put(&b, v, err) < 0) {
        return E_INPUT;
    }
    *ret = digest_of(buf_span(&b));
    return E_OK;
}

bool canon_is(struct span text)
{
    json_t *v = canon_read(text, "", NULL);
    bool same;
    AUTO_BUF b;

    buf_init(&b, text.n + 1);
    same = v && canon_put(&b, v, NULL) == E_OK && span_eq(buf_span(&b), text);
    json_decref(v);
    return same;
}
