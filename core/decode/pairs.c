// pairs.c - plain key=value to fields.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/pairs.h"

#include "core/decode/pairs_text.h"

// What stands between two backslashes is copied as a whole.
struct span unescape(struct arena *a, struct span in, const char *plain)
{
    size_t at = FIND_ANY(in, 0, "\\"), from = 0, n = 0;
    char *out = at < in.n ? arena_room(a, in.n) : NULL;

    if (!out) {
        return in;
    }
    while (at < in.n) { // what stands before it, and what it stands for
        char next = at + 1 < in.n ? in.p[at + 1] : '\0';
        bool known = next && (next == 'n' || next == 'r' || strchr(plain, next));

        memcpy(out + n, in.p + from, at - from);
        n += at - from;
        out[n++] = !known ? '\\' : next == 'n' ? '\n' : next == 'r' ? '\r' : next;
        from = at + 1 + known;
        at = FIND_ANY(in, from, "\\");
    }
    memcpy(out + n, in.p + from, in.n - from);
    return span_of(out, n + in.n - from);
}

static inline bool at_separator(struct span s, size_t i, struct span separator)
{
    return separator.n ? s.p[i] == separator.p[0] && s.n - i >= separator.n &&
                             span_same(s.p + i, separator.p, separator.n)
                       : s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n';
}

static inline size_t skip_separators(struct span s, size_t at, struct span separator)
{
    while (at < s.n) {
        if (span_is_blank(s.p[at])) {
            at++;
        } else if (separator.n && at_separator(s, at, separator)) {
            at += separator.n;
        } else {
            break;
        }
    }
    return at;
}

// Behind a closing quote or bracket: the end, a separator or a comma; else it was no closing one.
static inline bool may_end(struct span s, size_t i, struct span separator)
{
    unsigned char c = i < s.n ? (unsigned char)s.p[i] : ' ';

    // NUL, TAB, LF, CR, blank , and ;
    return (c < 64 && UINT64_C(0x0800100100002601) >> c & 1) || at_separator(s, i, separator);
}

// Length of a value in quotes with them, 0 when it has no end. '\"' and '""' are part of it.
static size_t quoted(struct span s, struct span separator, bool *ret_escapes)
{
    const char set[2] = {s.p[0], '\\'};

    *ret_escapes = false;
    for (size_t n = 1; (n = find_any(s, n, set, sizeof(set))) < s.n; n++) {
        if (s.p[n] == '\\') {
            *ret_escapes = true;
            n++;
        } else if (n + 1 < s.n && s.p[n + 1] == s.p[0] && !may_end(s, n + 1, separator)) {
            n++;
        } else if (may_end(s, n + 1, separator)) {
            return n + 1;
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

enum { KEY_MAX = 128 };

// Of a key behind blanks: also @ / : $ # * and NUL.
// clang-format off
static const bool wide_key[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['-'] = true, ['.'] = true,
    ['['] = true, [']'] = true, ['_'] = true, ['@'] = true, ['/'] = true, [':'] = true, ['$'] = true,
    ['#'] = true, ['*'] = true, ['\0'] = true,
};
// clang-format on

static inline bool wide_key_char(char c)
{
    return wide_key[(unsigned char)c];
}

static inline bool at_assign(struct span s, size_t i, struct span assign)
{
    return assign.n == 0 || (i < s.n && s.p[i] == assign.p[0] && s.n - i >= assign.n &&
                             span_same(s.p + i, assign.p, assign.n));
}

// Length of the key in quotes, behind blanks, or between separators, that `s` begins with.
static inline size_t key_length(struct span s, const struct dialect *d)
{
    size_t n = 0, most = s.n <= KEY_MAX ? s.n : KEY_MAX + 1;

    if (d->separator.n) { // keys may hold blanks
        while (n < most && !at_separator(s, n, d->separator) && !at_assign(s, n, d->assign)) {
            n++;
        }
        return n;
    }
    if (d->assign.n && !wide_key_char(d->assign.p[0])) {
        while (n < most && wide_key_char(s.p[n])) {
            n++;
        }
        return n;
    }
    while (n < most && wide_key_char(s.p[n]) && !at_assign(s, n, d->assign)) {
        n++;
    }
    return n;
}

// Whether a key and the assignment stand at the beginning of `s`, and how long the key is.
static inline bool key_at(struct span s, const struct dialect *d, size_t *ret)
{
    size_t quote = s.n && s.p[0] == '"';
    size_t n = quote ? span_find(span_sub(s, 1, s.n), '"') + 2 : key_length(s, d);

    *ret = n;
    return n > 2 * quote && n <= KEY_MAX && n < s.n && at_assign(s, n, d->assign);
}

static inline struct span behind(struct span s, size_t from)
{
    return span_of(s.p + from, s.n - from);
}

// Where the value that begins at `from` ends.
static size_t value_end(struct span s, size_t from, const struct dialect *d)
{
    struct span separator = d->separator;

    for (size_t n = from;; n++) {
        size_t key, next;

        n = separator.n ? find_any(s, n, separator.p, 1) : FIND_ANY(s, n, " \t\n");
        if (n >= s.n) {
            return s.n;
        }
        if (separator.n > 1 && !at_separator(s, n, separator)) {
            continue;
        }
        if (!d->runs) {
            return n;
        }
        next = skip_separators(s, n, separator);
        if (key_at(behind(s, next), d, &key)) {
            return n;
        }
    }
}

// The value at *at; moves *at behind it.
static inline struct span pair_value(struct span s, size_t *at, const struct dialect *d,
                                     struct arena *a)
{
    size_t n = 0, from = *at;

    if (d->separator.n || d->runs) {
        while (from < s.n && s.p[from] == ' ' && !at_separator(s, from, d->separator)) {
            from++;
        }
    }
    if (from < s.n && (s.p[from] == '"' || s.p[from] == '\'')) {
        bool escapes;

        n = quoted(behind(s, from), d->separator, &escapes);
        if (n) {
            struct span v = span_of(s.p + from + 1, n - 2);

            *at = from + n;
            // of a table whose cells were quoted: key=""value""
            return unquote(escapes ? unescape(a, v, "\"'\\") : v);
        }
    }
    if (from < s.n && d->brackets) {
        n = bracketed(behind(s, from), d->separator);
    }
    *at = n ? from + n : value_end(s, from, d);
    return span_trim(span_of(s.p + from, *at - from));
}

// Behind the word at `at`, which is no pair; brackets and commas before a key are no part of it.
static size_t pass_word(struct span s, size_t at, struct span separator)
{
    size_t n = at;

    while (n < s.n && !at_separator(s, n, separator) && s.p[n] && s.p[n] != '[' && s.p[n] != '{' &&
           s.p[n] != '(' && s.p[n] != ',') {
        n++;
    }
    return n > at ? n : at + 1;
}

const char *pairs_flatten(struct span s, const struct dialect *d, struct span prefix,
                          struct fields *out)
{
    const struct dialect how = *d; // at hand, whatever is written
    size_t found = 0, at = 0;

    while ((at = skip_separators(s, at, how.separator)) < s.n) {
        struct span key;
        size_t n;

        if (!key_at(behind(s, at), &how, &n)) {
            at = pass_word(s, at, how.separator);
            continue;
        }
        key = unquote(span_trim(span_of(s.p + at, n)));
        at += n + how.assign.n;
        if (key.n) {
            key = prefix.n ? fields_join(out, prefix, key) : key;
            if (!fields_add_str(out, key, pair_value(s, &at, &how, out->arena))) {
                return "more fields than a record may have";
            }
        }
        found++;
    }
    return found ? NULL : "no key=value pair";
}

// What stands before the key of the second and later pairs, in order of precedence.
static const struct span separators[] = {SPAN_LIT("\t"), SPAN_LIT(", "), SPAN_LIT("; "),
                                         SPAN_LIT(";"),  SPAN_LIT(","),  SPAN_LIT("|"),
                                         SPAN_NONE};
enum { SEPARATORS = sizeof(separators) / sizeof(separators[0]), BLANKS = SEPARATORS - 1 };

// Which of them stands before `k`; SEPARATORS when none does.
static size_t separator_before(struct span s, size_t k)
{
    char c = k ? s.p[k - 1] : 'x', before = k > 1 ? s.p[k - 2] : 'x';

    switch (c) {
    case '\t': return 0;
    case ' ': return before == ',' ? 1 : before == ';' ? 2 : BLANKS;
    case ';': return 3;
    case ',': return 4;
    case '|': return 5;
    default: return SEPARATORS;
    }
}

bool pairs_guess(struct span s, size_t least, struct dialect *ret)
{
    size_t count[SEPARATORS + 1] = {0}, keys = 0, best = BLANKS, equals = 0;

    // most texts have too few to be worth a closer look
    for (size_t i = FIND_ANY(s, 0, "="); equals < least && i < s.n; equals++) {
        i = FIND_ANY(s, i + 1, "=");
    }
    if (equals < least) {
        *ret = (struct dialect){.assign = SPAN_LIT("=")};
        return false;
    }
    for (size_t i = 0; (i = FIND_ANY(s, i, "=\"")) < s.n; i++) {
        size_t k;

        if (s.p[i] == '"') { // not inside a value
            bool escapes;
            size_t n = i && s.p[i - 1] == '=' ? quoted(behind(s, i), SPAN_NONE, &escapes) : 0;

            i += n ? n - 1 : 0;
            continue;
        }
        k = key_begin(s, i);
        keys += k < i;
        count[k < i ? separator_before(s, k) : SEPARATORS]++;
    }
    for (size_t m = 0; m < BLANKS; m++) {
        best = count[m] > count[best] ? m : best;
    }
    *ret = (struct dialect){.separator = separators[best], .assign = SPAN_LIT("=")};
    return keys >= least;
}
