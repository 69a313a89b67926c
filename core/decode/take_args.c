// take_args.c - values that are lists of words: an executed program's arguments, message codes.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/take.h"

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// An argument is in quotes, or, when it holds blanks, quotes or control characters, hexadecimal in capitals
// (audit_log_n_untrustedstring() of the kernel). "(null)" and what else is neither stays as it is.
static size_t put_arg(char *out, struct span v)
{
    bool hex = v.n >= 2 && v.n % 2 == 0;

    if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"') {
        memcpy(out, v.p + 1, v.n - 2);
        return v.n - 2;
    }
    for (size_t i = 0; hex && i < v.n; i++) {
        hex = hex_digit(v.p[i]) >= 0;
    }
    for (size_t i = 0; hex && i < v.n / 2; i++) {
        int c = hex_digit(v.p[2 * i]) * 16 + hex_digit(v.p[2 * i + 1]);

        out[i] = c ? (char)c : ' ';
    }
    if (!hex) {
        memcpy(out, v.p, v.n);
    }
    return hex ? v.n / 2 : v.n;
}

// The word's name is "aN" or, of an argument in pieces, "aN[M]": its N, or -1. ("aN_len" says only a length.)
static int64_t arg_number(struct span name, bool *ret_piece)
{
    size_t n = 1;
    int64_t at = 0;

    while (n < name.n && n < 8 && name.p[n] >= '0' && name.p[n] <= '9') {
        at = at * 10 + (name.p[n] - '0');
        n++;
    }
    *ret_piece = n < name.n && name.p[n] == '[' && name.p[n + 1] != '0';
    return name.p[0] == 'a' && n > 1 && (n == name.n || name.p[n] == '[') ? at : -1;
}

struct span take_execve(struct span text, struct arena *a)
{
    char *out = arena_alloc(a, text.n + 1);
    size_t used = 0;

    text = span_sub(text, 0, span_find(text, '\n'));
    while (out && text.n) {
        size_t eq = span_find(text, '='), space = span_find(text, ' '), n;
        struct span name = span_sub(text, 0, eq), rest;
        bool piece = false;

        if (space < eq || eq == text.n) { // no pair
            text = span_sub(text, space + 1, text.n);
            continue;
        }
        rest = span_sub(text, eq + 1, text.n);
        n = rest.n && rest.p[0] == '"' ? span_find(span_sub(rest, 1, rest.n), '"') + 2
                                       : span_find(rest, ' ');
        n = n < rest.n ? n : rest.n;
        if (name.n > 1 && arg_number(name, &piece) >= 0) {
            if (used && !piece) {
                out[used++] = ' ';
            }
            used += put_arg(out + used, span_sub(rest, 0, n));
        }
        text = span_trim(span_sub(rest, n, rest.n));
    }
    return span_of(out, used);
}

static bool between(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ';';
}

// Writes the text with its words replaced; `out` may be NULL, to count only. *ret_known: one was.
static size_t write_words(struct span text, const struct lookup *t, char *out, bool *ret_known)
{
    size_t used = 0;

    for (size_t at = 0, end; at < text.n; at = end) {
        bool gap = between(text.p[at]);
        const struct pair *p;
        struct span put;

        for (end = at; end < text.n && between(text.p[end]) == gap;) {
            end++;
        }
        put = span_sub(text, at, end - at);
        p = gap ? NULL : lookup_find(t, put);
        *ret_known = *ret_known || p;
        put = p ? p->to : put;
        if (out && put.n) {
            memcpy(out + used, put.p, put.n);
        }
        used += put.n;
    }
    return used;
}

struct span take_words(struct span text, const struct lookup *t, struct arena *a)
{
    bool known = false;
    size_t n = write_words(text, t, NULL, &known);
    char *out = known ? arena_room(a, n + 1) : NULL;

    return out ? span_of(out, write_words(text, t, out, &known)) : SPAN_NONE;
}
