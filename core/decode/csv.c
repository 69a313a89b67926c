// csv.c - columns of a line to fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/csv.h"

static struct span undouble(struct arena *a, struct span in)
{
    size_t used = 0;
    char *out;

    if (span_find_span(in, SPAN_LIT("\"\"")) == in.n || !(out = arena_alloc(a, in.n))) {
        return in;
    }
    for (size_t i = 0; i < in.n; i++) {
        out[used++] = in.p[i];
        i += in.p[i] == '"' && i + 1 < in.n && in.p[i + 1] == '"';
    }
    return span_of(out, used);
}

struct span csv_column(struct span *s, struct span separator, struct arena *a, bool *ret_more)
{
    size_t n = 1, end;
    struct span v;

    if (s->n && s->p[0] == '"') {
        while (n < s->n && (s->p[n] != '"' || (n + 1 < s->n && s->p[n + 1] == '"'))) {
            n += s->p[n] == '"' ? 2 : 1;
        }
        end = n + 1 < s->n ? n + 1 : s->n;
        if (end == s->n || span_starts(span_sub(*s, end, s->n), separator)) {
            v = undouble(a, span_sub(*s, 1, n - 1));
            *ret_more = end < s->n;
            *s = span_sub(*s, end + separator.n, s->n);
            return v;
        }
    }
    n = span_find_span(*s, separator);
    *ret_more = n < s->n;
    v = span_trim(span_sub(*s, 0, n));
    *s = span_sub(*s, n + separator.n, s->n);
    return v;
}

const char *csv_flatten(struct span s, struct span separator, const struct span *column, size_t n,
                        struct span prefix, struct fields *out)
{
    bool more;

    if (separator.n == 0) {
        separator = SPAN_LIT(",");
    }
    for (size_t i = 0; i < n && s.n; i++) {
        struct span name = column[i], v;

        if (name.n > 1 && name.p[name.n - 1] == '*') {
            name = span_sub(name, 0, name.n - 1);
            v = s;
            s = SPAN_NONE;
        } else {
            v = csv_column(&s, separator, out->arena, &more);
        }
        if (name.n && !span_eq_str(name, "-") && v.n &&
            !fields_add_str(out, fields_join(out, prefix, name), v)) {
            return "more fields than a record may have";
        }
    }
    return NULL;
}
