// pairs.c - CEF, LEEF and plain key=value to fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/pairs.h"

#include "core/base/find.h"

static inline bool key_char(char c)
{
    // letters, digits and - . [ ] _
    static const uint64_t set[4] = {UINT64_C(0x03ff600000000000), UINT64_C(0x07fffffeaffffffe)};
    unsigned char u = (unsigned char)c;

    return set[u / 64] >> u % 64 & 1;
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

// The '=' of a text one by one, from left to right; 64 bytes are looked at together.
struct equals {
    struct span s;
    size_t at;     // of the first byte behind those in `mask`
    uint64_t mask; // those that were found and not given out: bit 0 is byte `at` - 64
};

static void find_equals(struct equals *e)
{
    e->mask = 0;
#if defined(__x86_64__)
    if (e->at + 64 <= e->s.n) {
        for (size_t k = 0; k < 4; k++) {
            e->mask |= (uint64_t)find_mask(e->s.p + e->at + 16 * k, "=", 1) << 16 * k;
        }
        e->at += 64;
        return;
    }
#endif
    for (size_t k = 0; k < 64 && e->at + k < e->s.n; k++) {
        e->mask |= (uint64_t)(e->s.p[e->at + k] == '=') << k;
    }
    e->at += 64;
}

// Position of the next '=', or s.n.
static inline size_t next_equal(struct equals *e)
{
    size_t i;

    while (!e->mask) {
        if (e->at >= e->s.n) {
            return e->s.n;
        }
        find_equals(e);
    }
    i = e->at - 64 + (size_t)__builtin_ctzll(e->mask);
    e->mask &= e->mask - 1;
    return i;
}

// Position of the next '=' from `from` on that separates a key from its value, and where that key begins;
// false when there is none. A '=' counts when no backslash stands before it and the word before it is a
// key.
static bool next_key(struct equals *e, size_t from, size_t *ret_key, size_t *ret_equal)
{
    const char *p = e->s.p;
    size_t i;

    while ((i = next_equal(e)) < e->s.n) {
        size_t k = i, back = i;

        while (back > from && p[back - 1] == '\\') {
            back--;
        }
        if ((i - back) % 2) { // an odd number of backslashes: the last one is for it
            continue;
        }
        while (k > from && key_char(p[k - 1])) {
            k--;
        }
        if (k < i && (k == from || p[k - 1] == ' ' || p[k - 1] == '\t' || p[k - 1] == '\n')) {
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
    struct equals e = {.s = s};
    size_t key = 0, equal = 0, first = out->n;
    bool more = next_key(&e, 0, &key, &equal), escapes = span_find(s, '\\') < s.n;

    while (more) {
        size_t from = equal + 1;
        struct span name = span_of(s.p + key, equal - key), v;

        more = next_key(&e, from, &key, &equal);
        v = span_trim(span_of(s.p + from, (more ? key : s.n) - from));
        v = unquote(v);
        if (!fields_add_str(out, name, escapes ? unescape(out->arena, v, "=\\|\"") : v)) {
            return;
        }
    }
    add_labelled(out, first);
}

// One header part up to an unescaped bar.
static bool cef_part(struct span *rest, struct span *ret)
{
    for (size_t i = 0; (i = FIND_ANY(*rest, i, "|\\")) < rest->n; i++) {
        if (rest->p[i] == '\\') {
            i++;
        } else {
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

    s = span_sub(s, span_starts(s, SPAN_LIT("CEF:")) ? 4 : 0, s.n);
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
    struct dialect d = {.assign = SPAN_LIT("=")};
    char separator = '\t';
    bool two;

    s = span_sub(s, span_starts(s, SPAN_LIT("LEEF:")) ? 5 : 0, s.n);
    two = s.n && s.p[0] == '2';
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
    d.separator = span_of(&separator, 1);
    return pairs_flatten(s, &d, SPAN_NONE, out);
}

static struct span skip_separators(struct span s, struct span separator)
{
    for (;;) {
        if (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n' || s.p[0] == '\r')) {
            s = span_sub(s, 1, s.n);
        } else if (separator.n && span_starts(s, separator)) {
            s = span_sub(s, separator.n, s.n);
        } else {
            return s;
        }
    }
}

static bool at_separator(struct span s, size_t i, struct span separator)
{
    return separator.n
               ? s.p[i] == separator.p[0] && span_starts(span_sub(s, i, separator.n), separator)
               : s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n';
}

// Behind a closing quote or bracket: the end, a separator or a comma; else it was no closing one.
static bool may_end(struct span s, size_t i, struct span separator)
{
    return i >= s.n || at_separator(s, i, separator) || strchr(" ,;\t\r\n", s.p[i]);
}

// Length of a value in quotes with them, 0 when it has no end. '\"' and '""' are part of it.
static size_t quoted(struct span s, struct span separator)
{
    for (size_t n = 1; n < s.n; n++) {
        if (s.p[n] == '\\') {
            n++;
        } else if (s.p[n] == s.p[0]) {
            if (n + 1 < s.n && s.p[n + 1] == s.p[0] && !may_end(s, n + 1, separator)) {
                n++;
            } else if (may_end(s, n + 1, separator)) {
                return n + 1;
            }
        }
    }
    return 0;
}

static size_t bracketed(struct span s, struct span separator)
{
    static const char open[] = "[{(", shut[] = "]})";
    const char *at = s.p[0] ? strchr(open, s.p[0]) : NULL;
    size_t depth = 0;

    for (size_t n = 0; at && n < s.n; n++) {
        depth += s.p[n] == *at;
        depth -= s.p[n] == shut[at - open];
        if (depth == 0) {
            return may_end(s, n + 1, separator) ? n + 1 : 0;
        }
    }
    return 0;
}

// Whether a key and the assignment stand at the beginning of `s`, and how long the key is.
static bool key_at(struct span s, const struct dialect *d, size_t *ret)
{
    size_t n = 0, quote = s.n && s.p[0] == '"';

    if (quote) {
        n = span_find(span_sub(s, 1, s.n), '"') + 2;
    } else if (d->separator.n) { // keys may hold blanks
        while (n < s.n && n <= 128 && !at_separator(s, n, d->separator) &&
               !span_starts(span_sub(s, n, s.n), d->assign)) {
            n++;
        }
    } else {
        while (n < s.n && n <= 128 && (key_char(s.p[n]) || strchr("@/:$#*", s.p[n])) &&
               !span_starts(span_sub(s, n, s.n), d->assign)) {
            n++;
        }
    }
    *ret = n;
    return n > 2 * quote && n <= 128 && n < s.n && span_starts(span_sub(s, n, s.n), d->assign);
}

static size_t plain_value(struct span s, const struct dialect *d)
{
    size_t n = 0, key;

    for (; n < s.n; n++) {
        if (at_separator(s, n, d->separator)) {
            struct span rest = span_sub(s, n, s.n);

            if (!d->runs || key_at(skip_separators(rest, d->separator), d, &key)) {
                break;
            }
        }
    }
    return n;
}

// A value; moves *s behind it.
static struct span pair_value(struct span *s, const struct dialect *d, struct arena *a)
{
    size_t n = 0;
    struct span v;

    if (d->separator.n || d->runs) {
        while (s->n && s->p[0] == ' ' && !at_separator(*s, 0, d->separator)) {
            *s = span_sub(*s, 1, s->n);
        }
    }
    if (s->n && (s->p[0] == '"' || s->p[0] == '\'') && (n = quoted(*s, d->separator)) > 0) {
        v = unescape(a, span_sub(*s, 1, n - 2), "\"'\\");
        *s = span_sub(*s, n, s->n);
        return unquote(v); // of a table whose cells were quoted: key=""value""
    }
    if (s->n && d->brackets) {
        n = bracketed(*s, d->separator);
    }
    n = n ? n : plain_value(*s, d);
    v = span_trim(span_sub(*s, 0, n));
    *s = span_sub(*s, n, s->n);
    return v;
}

const char *pairs_flatten(struct span s, const struct dialect *d, struct span prefix,
                          struct fields *out)
{
    size_t found = 0;

    while ((s = skip_separators(s, d->separator)).n) {
        struct span key;
        size_t n;

        if (!key_at(s, d, &n)) {
            // a word that is no pair; brackets and commas before a key are no part of it
            for (n = 0; n < s.n && !at_separator(s, n, d->separator) && !strchr("[{(,", s.p[n]);) {
                n++;
            }
            s = span_sub(s, n ? n : 1, s.n);
            continue;
        }
        key = unquote(span_trim(span_sub(s, 0, n)));
        s = span_sub(s, n + d->assign.n, s.n);
        if (key.n &&
            !fields_add_str(out, fields_join(out, prefix, key), pair_value(&s, d, out->arena))) {
            return "more fields than a record may have";
        }
        found++;
    }
    return found ? NULL : "no key=value pair";
}

bool pairs_guess(struct span s, size_t least, struct dialect *ret)
{
    // what stands before the key of the second and later pairs, in order of precedence
    static const struct span separators[] = {SPAN_LIT("\t"), SPAN_LIT(", "), SPAN_LIT("; "),
                                             SPAN_LIT(";"),  SPAN_LIT(","),  SPAN_LIT("|"),
                                             SPAN_NONE};
    size_t count[sizeof(separators) / sizeof(separators[0])] = {0}, keys = 0, best = 6, equals = 0;

    // most texts have too few to be worth a closer look
    for (size_t i = span_find(s, '='); equals < least && i < s.n; equals++) {
        i += 1 + span_find(span_sub(s, i + 1, s.n), '=');
    }
    if (equals < least) {
        *ret = (struct dialect){.assign = SPAN_LIT("=")};
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        size_t k = i;

        if (s.p[i] == '"' && i && s.p[i - 1] == '=') { // not inside a value
            size_t n = quoted(span_sub(s, i, s.n), SPAN_NONE);

            i += n ? n - 1 : 0;
            continue;
        }
        if (s.p[i] != '=') {
            continue;
        }
        while (k && key_char(s.p[k - 1])) {
            k--;
        }
        if (k == i) {
            continue;
        }
        keys++;
        for (size_t m = 0; m < 7; m++) {
            if (span_ends(span_sub(s, 0, k), separators[m]) &&
                (m < 6 || (k && s.p[k - 1] == ' '))) {
                count[m]++;
                break;
            }
        }
    }
    for (size_t m = 0; m < 6; m++) {
        best = count[m] > count[best] ? m : best;
    }
    *ret = (struct dialect){.separator = separators[best], .assign = SPAN_LIT("=")};
    return keys >= least;
}
