// labels.c - "Label: value" in a text that has no "=".
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/labels.h"

#include "core/base/attr.h"

static const struct span separators[] = {SPAN_LIT("\\r\\n"), SPAN_LIT("\\n"), SPAN_LIT("\n"),
                                         SPAN_LIT("; "),     SPAN_LIT(", "),  SPAN_LIT(","),
                                         SPAN_LIT("\t"),     SPAN_LIT(" | ")};

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

// Letters, digits, blank and _ - . / ( )
static inline bool label_char(char c)
{
    static const uint64_t set[4] = {UINT64_C(0x03ffe30100000000), UINT64_C(0x07fffffe87fffffe)};
    unsigned char u = (unsigned char)c;

    return set[u / 64] >> u % 64 & 1;
}

// Length of the label at the beginning, without its colon; 0 when there is none.
static size_t label_at(struct span s)
{
    size_t n = 1, most = s.n <= LABEL_MAX ? s.n : LABEL_MAX + 1;

    if (s.n == 0 || !is_letter(s.p[0])) {
        return 0;
    }
    while (n < most && label_char(s.p[n])) {
        n++;
    }
    return n <= LABEL_MAX && n + 1 < s.n && s.p[n] == ':' &&
                   (s.p[n + 1] == ' ' || s.p[n + 1] == '"' || s.p[n + 1] == '\t')
               ? n
               : 0;
}

static struct span skip_blanks(struct span s)
{
    while (s.n && span_is_blank(s.p[0])) {
        s = span_sub(s, 1, s.n);
    }
    return s;
}

// Where the next separator stands that a label follows; s.n when there is none.
static size_t value_end(struct span s, struct span separator)
{
    size_t at = 0;

    while (at < s.n) {
        size_t n = span_find_span(span_sub(s, at, s.n), separator);

        at += n;
        if (at >= s.n || label_at(skip_blanks(span_sub(s, at + separator.n, s.n)))) {
            break;
        }
        at += separator.n;
    }
    return at < s.n ? at : s.n;
}

static size_t count_labels(struct span s, struct span separator)
{
    size_t n = label_at(s) > 0;

    for (size_t at = value_end(s, separator); at < s.n;) {
        n++;
        s = span_sub(s, at + separator.n, s.n);
        at = value_end(s, separator);
    }
    return n;
}

// "syslog[action:...": a word and a bracket before the first label.
static struct span behind_bracket(struct span s)
{
    size_t open = span_find(span_sub(s, 0, LABEL_MAX), '[');

    return open < s.n && open < LABEL_MAX && span_find(s, ':') > open &&
                   label_at(span_sub(s, open + 1, s.n))
               ? span_sub(s, open + 1, s.n)
               : s;
}

static struct span strip_value(struct span v)
{
    size_t quote;

    v = span_trim(v);
    if (v.n >= 2 && v.p[0] == '"' && (quote = span_find(span_sub(v, 1, v.n), '"')) < v.n - 1) {
        return span_sub(v, 1, quote);
    }
    while (v.n && (v.p[v.n - 1] == ',' || v.p[v.n - 1] == ';')) {
        v = span_sub(v, 0, v.n - 1);
    }
    return v;
}

size_t labels_flatten(struct span s, size_t least, struct fields *out)
{
    size_t best = 0, most = 0, added = 0;

    s = behind_bracket(span_trim(s));
    if (!label_at(s)) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
        size_t n = count_labels(s, separators[i]);

        if (n > most) {
            most = n;
            best = i;
        }
    }
    if (most < least) {
        return 0;
    }
    while (s.n) {
        size_t label = label_at(s), end = value_end(s, separators[best]);
        struct span name = span_trim(span_sub(s, 0, label));

        if (label) {
            added +=
                fields_add_str(out, name, strip_value(span_sub(s, label + 1, end - label - 1)));
        }
        s = skip_blanks(span_sub(s, end + separators[best].n, s.n));
    }
    return added;
}
