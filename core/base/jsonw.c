// jsonw.c - streaming JSON writer.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/jsonw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/find.h"
#include "core/base/utf8.h"

static void before(struct jsonw *w)
{
    if (w->key) {
        w->key = false;
        return;
    }
    if (w->comma[w->depth]) {
        buf_u8(w->b, ',');
    }
    w->comma[w->depth] = true;
}

void jsonw_open(struct jsonw *w, char kind)
{
    before(w);
    buf_u8(w->b, (uint8_t)kind);
    if (w->depth + 1 >= sizeof(w->comma)) {
        w->b->failed = true;
        return;
    }
    w->comma[++w->depth] = false;
}

void jsonw_close(struct jsonw *w, char kind)
{
    w->depth -= w->depth > 0;
    buf_u8(w->b, (uint8_t)kind);
}

static inline bool is_itself(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

// How many bytes at the begin stand for themselves: most of what is written, so they are not looked at
// one by one.
static size_t plain_run(struct span s)
{
    size_t i = 0;

#if defined(__x86_64__)
    for (; i + 16 <= s.n; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i_u *)(s.p + i)); // signed: from 0x80 on below 0
        __m128i in = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8(0x1f)),
                                   _mm_cmplt_epi8(x, _mm_set1_epi8(0x7f)));
        unsigned other = (unsigned)_mm_movemask_epi8(in) ^ 0xffff;

        other |= find_mask(s.p + i, "\"\\", 2);
        if (other) {
            return i + (size_t)__builtin_ctz(other);
        }
    }
#endif
    while (i < s.n && is_itself(s.p[i])) {
        i++;
    }
    return i;
}

// One character that may have to be written otherwise.
static void put_other(struct buf *b, struct span *s)
{
    struct span before_cp = *s;
    int32_t cp = utf8_next(s);

    if (cp < 0) {
        buf_printf(b, "\\\\x%02x", -1 - cp);
    } else if (cp == '"' || cp == '\\') {
        buf_printf(b, "\\%c", (char)cp);
    } else if (cp == '\n') {
        buf_str(b, "\\n");
    } else if (cp == '\r') {
        buf_str(b, "\\r");
    } else if (cp == '\t') {
        buf_str(b, "\\t");
    } else if (cp < 0x20 || cp == 0x7f) {
        buf_printf(b, "\\u%04x", (unsigned)cp);
    } else {
        buf_put(b, before_cp.p, before_cp.n - s->n);
    }
}

static void quote(struct buf *b, struct span s)
{
    buf_u8(b, '"');
    while (s.n) {
        size_t n = plain_run(s);

        if (n) {
            buf_put(b, s.p, n);
            s = span_sub(s, n, s.n);
        } else {
            put_other(b, &s);
        }
    }
    buf_u8(b, '"');
}

void jsonw_key(struct jsonw *w, struct span name)
{
    before(w);
    quote(w->b, name);
    buf_u8(w->b, ':');
    w->key = true;
}

void jsonw_str(struct jsonw *w, struct span s)
{
    before(w);
    quote(w->b, s);
}

void jsonw_i64(struct jsonw *w, int64_t v)
{
    before(w);
    buf_printf(w->b, "%lld", (long long)v);
}

void jsonw_u64(struct jsonw *w, uint64_t v)
{
    before(w);
    buf_printf(w->b, "%llu", (unsigned long long)v);
}

void jsonw_double(struct jsonw *w, double v)
{
    char text[40];

    before(w);
    if (!isfinite(v)) {
        buf_str(w->b, "null"); // JSON has no such numbers
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v) {
            break;
        }
    }
    buf_str(w->b, text);
}

void jsonw_bool(struct jsonw *w, bool v)
{
    before(w);
    buf_str(w->b, v ? "true" : "false");
}

void jsonw_null(struct jsonw *w)
{
    before(w);
    buf_str(w->b, "null");
}

void jsonw_raw(struct jsonw *w, struct span json)
{
    before(w);
    buf_put_span(w->b, json);
}

void jsonw_kstr(struct jsonw *w, const char *key, struct span s)
{
    jsonw_key(w, span_str(key));
    jsonw_str(w, s);
}

void jsonw_ki64(struct jsonw *w, const char *key, int64_t v)
{
    jsonw_key(w, span_str(key));
    jsonw_i64(w, v);
}

void jsonw_ku64(struct jsonw *w, const char *key, uint64_t v)
{
    jsonw_key(w, span_str(key));
    jsonw_u64(w, v);
}

void jsonw_kbool(struct jsonw *w, const char *key, bool v)
{
    jsonw_key(w, span_str(key));
    jsonw_bool(w, v);
}
