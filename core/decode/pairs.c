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
