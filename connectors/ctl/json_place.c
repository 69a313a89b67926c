// json_place.c - from a JSON pointer to a line and a column.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/check.h"

static size_t blanks(struct span s, size_t i)
{
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r')) {
        i++;
    }
    return i;
}

// Behind the string that begins at `i`.
static size_t string_end(struct span s, size_t i)
{
    for (i++; i < s.n && s.p[i] != '"'; i++) {
        i += s.p[i] == '\\';
    }
    return i < s.n ? i + 1 : s.n;
}

// Behind the value that begins at `i`: brackets are counted, strings passed over.
static size_t value_end(struct span s, size_t i)
{
    size_t depth = 0;

    while (i < s.n) {
        char c = s.p[i];

        if (c == '"') {
            i = string_end(s, i);
            if (depth == 0) {
                return i;
            }
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return i;
        }
        i++;
        if (c == '{' || c == '[') {
            depth++;
        } else if ((c == ']' || c == '}') && --depth == 0) {
            return i;
        }
    }
    return s.n;
}

// A key as written equals a pointer's token (~1 is '/', ~0 is '~').
static bool same(struct span key, struct span token)
{
    size_t k = 0;

    for (size_t i = 0; i < token.n; i++, k++) {
        char c = token.p[i];

        if (c == '~' && i + 1 < token.n) {
            c = token.p[++i] == '1' ? '/' : '~';
        }
        if (k >= key.n || key.p[k] != c) {
            return false;
        }
    }
    return k == key.n;
}

// The member or element `token` of the value at `i`: where it begins (`ret_at`) and its value.
static bool descend(struct span s, size_t i, struct span token, size_t *ret_at, size_t *ret_value)
{
    bool object = i < s.n && s.p[i] == '{';
    uint64_t index = 0, want = 0;

    if (i >= s.n || (!object && s.p[i] != '[') || (!object && !span_u64(token, &want))) {
        return false;
    }
    for (i = blanks(s, i + 1); i < s.n && s.p[i] != '}' && s.p[i] != ']'; index++) {
        size_t at = i, end;
        bool found = !object && index == want;

        if (object) {
            if (s.p[i] != '"') {
                return false;
            }
            end = string_end(s, i);
            found = same(span_sub(s, i + 1, end - i - 2), token);
            i = blanks(s, end);
            i = blanks(s, i < s.n && s.p[i] == ':' ? i + 1 : i);
        }
        if (found) {
            *ret_at = at;
            *ret_value = i;
            return true;
        }
        i = blanks(s, value_end(s, i));
        i = i < s.n && s.p[i] == ',' ? blanks(s, i + 1) : i;
        if (i == at) {
            return false;
        }
    }
    return false;
}

void json_place(struct span text, struct span pointer, unsigned *line, unsigned *col)
{
    size_t value = blanks(text, 0), at = value;

    if (pointer.n && pointer.p[0] == '/') {
        pointer = span_sub(pointer, 1, pointer.n);
    }
    while (pointer.n && descend(text, value, span_cut(&pointer, '/'), &at, &value)) {
    }
    *line = *col = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        *col += 1;
        if (text.p[i] == '\n') {
            *line += 1;
            *col = 1;
        }
    }
}
