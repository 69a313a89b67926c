// print.c - an event as the one-line JSON object that scripts may rely on.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/print.h"

#include <stdlib.h>

#include "core/base/jsonw.h"
#include "core/base/utf8.h"
#include "core/decode/hsms_record.h"
#include "core/decode/template.h"

// Copies the string that begins at s.p[0] == '"' up to and with its closing quote; bytes that are no
// UTF-8 become the text \xNN.
static size_t copy_string(struct buf *out, struct span s)
{
    size_t i = 1, from = 0;

    while (i < s.n && s.p[i] != '"') {
        struct span rest = span_sub(s, i, s.n);

        if (s.p[i] == '\\') {
            i += 2;
        } else if ((unsigned char)s.p[i] < 0x80) {
            i++;
        } else if (utf8_next(&rest) < 0) {
            buf_put_span(out, span_sub(s, from, i - from));
            buf_printf(out, "\\\\x%02x", (unsigned char)s.p[i]);
            from = ++i;
        } else {
            i = s.n - rest.n;
        }
    }
    i = i < s.n ? i + 1 : s.n;
    buf_put_span(out, span_sub(s, from, i - from));
    return i;
}

// A right JSON text without the blanks between its tokens.
static void copy_json(struct buf *out, struct span s)
{
    size_t i = 0;

    while (i < s.n) {
        size_t from = i;

        while (i < s.n && s.p[i] != '"' && (unsigned char)s.p[i] > ' ') {
            i++;
        }
        buf_put_span(out, span_sub(s, from, i - from));
        if (i < s.n && s.p[i] == '"') {
            i += copy_string(out, span_sub(s, i, s.n));
        } else {
            i++;
        }
    }
}

static void put_value(struct jsonw *w, const struct fval *v)
{
    switch (v->type) {
    case V_STR: jsonw_str(w, v->s); break;
    case V_NULL: // also "{}" and "[]"
        jsonw_raw(w, v->s.n ? v->s : SPAN_LIT("null"));
        break;
    case V_INT:
    case V_UINT:
    case V_FLOAT:
    case V_BOOL: jsonw_raw(w, v->s); break;
    case V_ABSENT: jsonw_null(w); break;
    }
}

struct ref {
    struct span name;
    size_t at;
};

static int by_name(const void *a, const void *b)
{
    const struct ref *x = a, *y = b;
    int c = span_cmp(x->name, y->name);

    return c ? c : x->at < y->at ? -1 : x->at > y->at;
}

// okv[0..n) as members, `strip` bytes of each name left out. Equal names become one list, at the place
// of the first. next[i] = the next field of the same name (its own index: the last), or SIZE_MAX for
// one that is not the first.
static void put_fields(struct jsonw *w, const struct okv *okv, size_t n, size_t strip)
{
    struct ref *order = n ? malloc(n * sizeof(*order)) : NULL;
    size_t *next = n ? malloc(2 * n * sizeof(*next)) : NULL, *follows = next ? next + n : NULL;

    if (!order || !next) {
        w->b->failed |= n > 0;
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = (struct ref){okv[i].name, i};
        next[i] = i;
        follows[i] = 0;
    }
    qsort(order, n, sizeof(*order), by_name);
    for (size_t i = 1; i < n; i++) {
        if (span_eq(order[i].name, order[i - 1].name)) {
            next[order[i - 1].at] = order[i].at;
            follows[order[i].at] = 1;
        }
    }
    for (size_t i = 0; i < n; i++) {
        bool list = next[i] != i;

        if (follows[i]) {
            continue;
        }
        jsonw_key(w, span_sub(okv[i].name, strip, okv[i].name.n));
        if (list) {
            jsonw_open(w, '[');
        }
        put_value(w, &okv[i].v);
        for (size_t k = i; next[k] != k;) {
            k = next[k];
            put_value(w, &okv[k].v);
        }
        if (list) {
            jsonw_close(w, ']');
        }
    }
out:
    free(order);
    free(next);
}

static void put_event(struct jsonw *w, const struct event *ev)
{
    static const size_t prefix = sizeof("header.") - 1;
    struct span json = span_trim(ev->json), bom = SPAN_LIT("\xEF\xBB\xBF");

    if (span_starts(json, bom)) {
        json = span_trim(span_sub(json, bom.n, json.n));
    }
    if (hsms_record_is(ev->raw)) {
        jsonw_raw(w, SPAN_NONE);
        hsms_put_event(w->b, ev->raw, ev->okv, ev->nokv);
        return;
    }
    if (json.n == 0) {
        jsonw_open(w, '{');
        put_fields(w, ev->okv, ev->nokv, 0);
        jsonw_close(w, '}');
        return;
    }
    if (ev->json_from == 0 || json.p[0] != '{') {
        jsonw_raw(w, SPAN_NONE);
        copy_json(w->b, json);
        return;
    }
    jsonw_open(w, '{');
    jsonw_key(w, SPAN_LIT("header"));
    jsonw_open(w, '{');
    put_fields(w, ev->okv, ev->json_from, prefix);
    jsonw_close(w, '}');
    json = span_trim(span_sub(json, 1, json.n - 2));
    if (json.n) {
        jsonw_raw(w, SPAN_NONE);
        copy_json(w->b, json);
    }
    jsonw_close(w, '}');
}

static void put_list(struct jsonw *w, struct span values)
{
    jsonw_open(w, '[');
    while (values.n) {
        jsonw_str(w, span_cut(&values, ','));
    }
    jsonw_close(w, ']');
}

void decode_print(struct buf *out, const char *file, uint64_t line, uint64_t line_end,
                  const struct event *ev)
{
    struct jsonw w = jsonw_of(out);
    char time[TIME_TEXT];

    jsonw_open(&w, '{');
    jsonw_kstr(&w, "file", span_str(file));
    jsonw_ku64(&w, "line", line);
    if (line_end > line) {
        jsonw_ku64(&w, "line_end", line_end);
    }
    jsonw_kstr(&w, "source", span_str(ev->source));
    jsonw_kstr(&w, "kind", span_str(kind_name(ev->kind)));
    jsonw_kstr(&w, "@timestamp", span_str(utime_text(ev->time, time)));
    jsonw_key(&w, SPAN_LIT("ecs"));
    jsonw_open(&w, '{');
    for (enum field f = 0; f < FIELD_COUNT; f++) {
        if (event_has(ev, f)) {
            jsonw_key(&w, span_str(field_name(f)));
            if (ev->field[f].type == V_INT) {
                jsonw_i64(&w, ev->field[f].i);
            } else if (field_is_list(f)) {
                put_list(&w, ev->field[f].s);
            } else {
                jsonw_str(&w, ev->field[f].s);
            }
        }
    }
    jsonw_close(&w, '}');
    jsonw_key(&w, SPAN_LIT("event"));
    put_event(&w, ev);
    jsonw_kstr(&w, "raw", ev->raw);
    if (ev->error[0]) {
        jsonw_kstr(&w, "error", span_str(ev->error));
    }
    jsonw_close(&w, '}');
    buf_str(out, "\n");
}
