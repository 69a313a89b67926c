// zeek.c - one line of a Zeek TSV log with the header that names its columns.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/zeek.h"

struct header {
    struct span separator, set, empty, unset, path, fields, types;
};

bool zeek_is(struct span s)
{
    return span_starts(s, SPAN_LIT("#separator ")) || span_starts(s, SPAN_LIT("#fields\t"));
}

static int digit(char c)
{
    return c >= '0' && c <= '9'                     ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

// Undoes \xNN and "\\".
static struct span unescape(struct arena *a, struct span in)
{
    size_t used = 0;
    char *out;

    if (span_find(in, '\\') == in.n || !(out = arena_alloc(a, in.n))) {
        return in;
    }
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] == '\\' && i + 3 < in.n && in.p[i + 1] == 'x' && digit(in.p[i + 2]) >= 0 &&
            digit(in.p[i + 3]) >= 0) {
            out[used++] = (char)(digit(in.p[i + 2]) * 16 + digit(in.p[i + 3]));
            i += 3;
        } else if (in.p[i] == '\\' && i + 1 < in.n && in.p[i + 1] == '\\') {
            out[used++] = in.p[i++];
        } else {
            out[used++] = in.p[i];
        }
    }
    return span_of(out, used);
}

static struct span cut_by(struct span *rest, struct span separator)
{
    size_t n = span_find_span(*rest, separator);
    struct span v = span_sub(*rest, 0, n);

    *rest = span_sub(*rest, n + separator.n, rest->n);
    return v;
}

// Reads the header lines; what is left is the record's line.
static void read_header(struct arena *a, struct span *s, struct header *h)
{
    static const struct {
        const char *key;
        size_t at;
    } keys[] = {{"#set_separator", offsetof(struct header, set)},
                {"#empty_field", offsetof(struct header, empty)},
                {"#unset_field", offsetof(struct header, unset)},
                {"#path", offsetof(struct header, path)},
                {"#fields", offsetof(struct header, fields)},
                {"#types", offsetof(struct header, types)}};

    *h = (struct header){.separator = SPAN_LIT("\t"),
                         .set = SPAN_LIT(","),
                         .empty = SPAN_LIT("(empty)"),
                         .unset = SPAN_LIT("-")};
    while (s->n && s->p[0] == '#') {
        struct span line = span_cut(s, '\n'), key;

        if (span_starts(line, SPAN_LIT("#separator "))) {
            h->separator = unescape(a, span_sub(line, 11, line.n));
            continue;
        }
        key = cut_by(&line, h->separator);
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
            if (span_eq_str(key, keys[i].key)) {
                *(struct span *)((char *)h + keys[i].at) = line;
            }
        }
    }
}

static struct fval scalar(struct arena *a, struct span type, struct span v)
{
    struct fval out = fval_str(v);

    if ((span_eq_str(type, "count") || span_eq_str(type, "int") || span_eq_str(type, "port")) &&
        span_i64(v, &out.i)) {
        out.type = V_INT;
    } else if (span_eq_str(type, "count") && span_u64(v, &(uint64_t){0})) {
        uint64_t u;

        (void)span_u64(v, &u);
        out.i = (int64_t)u;
        out.type = V_UINT;
    } else if (span_eq_str(type, "bool") && (span_eq_str(v, "T") || span_eq_str(v, "F"))) {
        out = (struct fval){.type = V_BOOL,
                            .s = v.p[0] == 'T' ? SPAN_LIT("true") : SPAN_LIT("false"),
                            .i = v.p[0] == 'T'};
    } else if (out.type == V_STR) {
        out.s = unescape(a, v);
    }
    return out;
}

static bool is_list(struct span type)
{
    return span_starts(type, SPAN_LIT("set[")) || span_starts(type, SPAN_LIT("vector["));
}

static bool put(struct fields *out, const struct header *h, struct span name, struct span type,
                struct span v)
{
    struct span inner = is_list(type) ? span_sub(type, span_find(type, '[') + 1, type.n) : type;

    if (span_eq(v, h->unset)) {
        return fields_add(out, name, (struct fval){.type = V_NULL});
    }
    if (!is_list(type)) {
        return fields_add(
            out, name, span_eq(v, h->empty) ? fval_str(SPAN_LIT("")) : scalar(out->arena, type, v));
    }
    if (span_eq(v, h->empty) || v.n == 0) {
        return fields_add(out, name, (struct fval){.type = V_NULL, .s = SPAN_LIT("[]")});
    }
    inner = span_sub(inner, 0, inner.n - 1);
    while (v.n) {
        struct span one = cut_by(&v, h->set);

        if (!fields_add(out, name, scalar(out->arena, inner, one))) {
            return false;
        }
    }
    return true;
}

const char *zeek_flatten(struct span s, struct fields *out, struct span *ret_line)
{
    struct header h;
    struct span line;

    read_header(out->arena, &s, &h);
    *ret_line = line = s;
    if (h.fields.n == 0) {
        return "a Zeek header without its #fields";
    }
    if (h.path.n && !fields_add_str(out, SPAN_LIT("_path"), h.path)) {
        return "more fields than a record may have";
    }
    while (h.fields.n) {
        struct span name = cut_by(&h.fields, h.separator), type = cut_by(&h.types, h.separator);
        bool last = line.n == 0;
        struct span v = cut_by(&line, h.separator);

        if (last) {
            return "the line has fewer columns than its header";
        }
        if (!put(out, &h, name, type, v)) {
            return "more fields than a record may have";
        }
    }
    return line.n ? "the line has more columns than its header" : NULL;
}
