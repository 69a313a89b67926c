// pairs.c - CEF, LEEF and plain key=value to fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/pairs.h"

static bool key_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c && strchr("_.[]-", c));
}

// Undoes backslash escapes; `plain` are the characters that stand for themselves behind one.
static struct span unescape(struct arena *a, struct span in, const char *plain)
{
    char *out;
    size_t n = 0;

    if (span_find(in, '\\') == in.n || !(out = arena_alloc(a, in.n))) {
        return in;
    }
    for (size_t i = 0; i < in.n; i++) {
        char next = i + 1 < in.n ? in.p[i + 1] : '\0';

        if (in.p[i] != '\\' || !next) {
            out[n++] = in.p[i];
        } else if (next == 'n' || next == 'r') {
            out[n++] = next == 'n' ? '\n' : '\r';
            i++;
        } else if (strchr(plain, next)) {
            out[n++] = next;
            i++;
        } else {
            out[n++] = '\\';
        }
    }
    return span_of(out, n);
}

// Values of vendors that put quotes around everything (CyberArk: act="Logon").
static struct span unquote(struct span s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? span_sub(s, 1, s.n - 2) : s;
}

// Position of the next '=' that separates a key from its value, and where that key begins; false when
// there is none. A '=' counts when no backslash stands before it and the word before it is a key.
static bool next_key(struct span s, size_t from, size_t *ret_key, size_t *ret_equal)
{
    for (size_t i = from; i < s.n; i++) {
        size_t k = i;

        if (s.p[i] == '\\') {
            i++;
            continue;
        }
        if (s.p[i] != '=') {
            continue;
        }
        while (k > from && key_char(s.p[k - 1])) {
            k--;
        }
        if (k < i && (k == from || s.p[k - 1] == ' ' || s.p[k - 1] == '\t')) {
            *ret_key = k;
            *ret_equal = i;
            return true;
        }
    }
    return false;
}

// "cs1Label=Safe cs1=X": X under the name Safe as well.
static void add_labelled(struct fields *out, size_t first)
{
    size_t n = out->n;

    for (size_t i = first; i < n; i++) {
        struct span name = out->v[i].name, base;

        if (name.n < 6 || name.n > 40 || !span_ends(name, SPAN_LIT("Label"))) {
            continue;
        }
        base = span_sub(name, 0, name.n - 5);
        // labels stand next to their values, so the search is short and bounded
        for (size_t k = i > first + 8 ? i - 8 : first; k < n && k < i + 8; k++) {
            if (span_eq(out->v[k].name, base) && out->v[i].v.s.n) {
                (void)fields_add(out, out->v[i].v.s, out->v[k].v);
                break;
            }
        }
    }
}

static void cef_extension(struct span s, struct fields *out)
{
    size_t key, equal, first = out->n;
    bool more = next_key(s, 0, &key, &equal);

    while (more) {
        size_t name_at = key, from = equal + 1;
        struct span name = span_sub(s, name_at, equal - name_at), v;

        more = next_key(s, from, &key, &equal);
        v = span_trim(span_sub(s, from, more ? key - from : s.n));
        if (!fields_add_str(out, name, unescape(out->arena, unquote(v), "=\\|\""))) {
            return;
        }
    }
    add_labelled(out, first);
}

// One header part up to an unescaped bar.
static bool cef_part(struct span *rest, struct span *ret)
{
    for (size_t i = 0; i < rest->n; i++) {
        if (rest->p[i] == '\\') {
            i++;
        } else if (rest->p[i] == '|') {
            *ret = span_sub(*rest, 0, i);
            *rest = span_sub(*rest, i + 1, rest->n);
            return true;
        }
    }
    *ret = *rest;
    *rest = SPAN_NONE;
    return false;
}

const char *cef_flatten(struct span s, struct fields *out)
{
    static const struct span names[] = {
        SPAN_LIT("CEFVersion"),    SPAN_LIT("DeviceVendor"),       SPAN_LIT("DeviceProduct"),
        SPAN_LIT("DeviceVersion"), SPAN_LIT("DeviceEventClassID"), SPAN_LIT("Name"),
        SPAN_LIT("Severity")};

    s = span_sub(s, 4, s.n);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct span part;
        bool bar = cef_part(&s, &part);

        (void)fields_add_str(out, names[i], unescape(out->arena, span_trim(part), "|\\"));
        if (!bar && i < 6) {
            return "the CEF header has fewer than seven parts";
        }
    }
    cef_extension(s, out);
    return NULL;
}

// LEEF 2.0: "^", "x5E" or "0x5E"; absent or empty = TAB.
static char leef_separator(struct span s)
{
    static const char hex[] = "0123456789abcdef";
    size_t x = span_starts(s, SPAN_LIT("0x")) ? 2 : s.n > 1 && (s.p[0] | 0x20) == 'x' ? 1 : 0;
    int v = 0;

    if (s.n == 1) {
        return s.p[0];
    }
    for (size_t i = x; x && i < s.n && i < x + 2; i++) {
        const char *at = s.p[i] ? strchr(hex, s.p[i] | 0x20) : NULL;

        if (!at) {
            return '\t';
        }
        v = v * 16 + (int)(at - hex);
    }
    return v > 0 && v < 128 ? (char)v : '\t';
}

const char *leef_flatten(struct span s, struct fields *out)
{
    static const struct span names[] = {SPAN_LIT("LEEFVersion"), SPAN_LIT("Vendor"),
                                        SPAN_LIT("Product"), SPAN_LIT("Version"),
                                        SPAN_LIT("EventID")};
    bool two = s.n > 5 && s.p[5] == '2';
    char separator = '\t';

    s = span_sub(s, 5, s.n);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct span part;
        bool bar = cef_part(&s, &part);

        (void)fields_add_str(out, names[i], span_trim(part));
        if (!bar && i < 4) {
            return "the LEEF header has fewer than five parts";
        }
    }
    if (two) {
        size_t bar = span_find(s, '|'), equal = span_find(s, '=');

        if (bar < s.n && bar < equal) {
            separator = leef_separator(span_sub(s, 0, bar));
            s = span_sub(s, bar + 1, s.n);
        }
    }
    // some write blanks where tabs should stand: then the CEF way of finding keys is right
    if (separator == '\t' && span_find(s, '\t') == s.n) {
        cef_extension(s, out);
        return NULL;
    }
    return pairs_flatten(s, separator, SPAN_NONE, out);
}

// A value behind '=': quoted to its quote (escapes undone), else to the separator.
static struct span pair_value(struct span *s, char separator, struct arena *a)
{
    struct span v;
    size_t n = 0;

    if (s->n && s->p[0] == '"') {
        for (n = 1; n < s->n && s->p[n] != '"'; n++) {
            n += s->p[n] == '\\' && n + 1 < s->n;
        }
        if (n < s->n) {
            v = unescape(a, span_sub(*s, 1, n - 1), "\"\\");
            *s = span_sub(*s, n + 1, s->n);
            return v;
        }
        n = 0;
    }
    while (n < s->n && (separator ? s->p[n] != separator : s->p[n] != ' ' && s->p[n] != '\t')) {
        n++;
    }
    v = span_sub(*s, 0, n);
    *s = span_sub(*s, n, s->n);
    return separator ? unquote(span_trim(v)) : v;
}

const char *pairs_flatten(struct span s, char separator, struct span prefix, struct fields *out)
{
    size_t found = 0;

    while (s.n) {
        size_t n = 0;
        struct span key;

        while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || (separator && s.p[0] == separator))) {
            s = span_sub(s, 1, s.n);
        }
        while (n < s.n && s.p[n] != '=' &&
               (separator ? s.p[n] != separator : s.p[n] != ' ' && s.p[n] != '\t')) {
            n++;
        }
        key = span_trim(span_sub(s, 0, n));
        if (n == s.n || s.p[n] != '=' || key.n == 0 || key.n > 128) {
            s = span_sub(s, n + 1, s.n); // a word that is no pair
            continue;
        }
        s = span_sub(s, n + 1, s.n);
        if (!fields_add_str(out, fields_join(out, prefix, key),
                            pair_value(&s, separator, out->arena))) {
            return "more fields than a record may have";
        }
        found++;
    }
    return found ? NULL : "no key=value pair";
}
