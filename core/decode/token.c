// token.c - a text in words, as people and programs write log lines.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/token.h"

enum { QUOTED_MAX = 1024, SCHEME_MAX = 8 };

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

enum {
    BETWEEN = 1, // separates words
    CELL = 2,    // and cells of a row, too
    MARK = 4,    // of a sentence, at a word's end
    DOT = 8,
    COLON = 16,
    BACK = 32,
    OTHER = 64, // may begin something that is no word
};
static const uint8_t kinds[256] = {['\0'] = BETWEEN,
                                   ['\t'] = BETWEEN | CELL,
                                   ['\n'] = BETWEEN,
                                   ['\r'] = BETWEEN,
                                   [' '] = BETWEEN,
                                   ['!'] = MARK,
                                   ['"'] = BETWEEN,
                                   ['\''] = OTHER,
                                   ['('] = BETWEEN,
                                   [')'] = BETWEEN,
                                   [','] = BETWEEN | CELL | MARK,
                                   ['-'] = OTHER,
                                   ['.'] = MARK | DOT,
                                   [':'] = MARK | COLON,
                                   [';'] = BETWEEN | CELL,
                                   ['<'] = BETWEEN,
                                   ['='] = BETWEEN,
                                   ['>'] = BETWEEN,
                                   ['?'] = MARK,
                                   ['['] = BETWEEN,
                                   ['\\'] = BACK,
                                   [']'] = BETWEEN,
                                   ['{'] = BETWEEN,
                                   ['|'] = BETWEEN | CELL,
                                   ['}'] = BETWEEN};

static inline unsigned kind_of(char c)
{
    return kinds[(unsigned char)c];
}

static inline bool is_between(char c)
{
    return kind_of(c) & BETWEEN;
}

static inline bool is_cell_end(char c)
{
    return kind_of(c) & CELL;
}

static struct token *add(struct tokens *t, enum token_kind kind, struct span s)
{
    struct token *v = t->n < TOKENS_MAX ? &t->v[t->n++] : NULL;

    if (v) {
        v->kind = kind;
        v->cell = v->colon = v->back = v->host = false;
        v->s = s;
    }
    return v;
}

// Length of a URL at the beginning: a scheme of letters (also "hxxp"), "://" and all up to a blank or
// a delimiter (RFC 3986, appendix C), without a mark of the sentence at the end.
static size_t url_at(struct span s)
{
    size_t n = 0;

    while (n < s.n && n <= SCHEME_MAX && is_letter(s.p[n])) {
        n++;
    }
    if (n < 2 || !span_starts(span_sub(s, n, s.n), SPAN_LIT("://"))) {
        return 0;
    }
    while (n < s.n && !is_one_of(s.p[n], " \t\r\n\"'<>|") && s.p[n]) {
        n++;
    }
    while (n && is_one_of(s.p[n - 1], ".,;:)]}")) {
        n--;
    }
    return n;
}

// Length with both quotes of a text in quotes at the beginning; 0: an apostrophe, or it has no end.
static size_t quoted_at(struct span s)
{
    for (size_t n = 1; n < s.n && n < QUOTED_MAX; n++) {
        if (s.p[n] == '\\') {
            n++;
        } else if (s.p[n] == s.p[0] && (n + 1 == s.n || !is_letter(s.p[n + 1]))) {
            return n + 1;
        }
    }
    return 0;
}

// "<word>", as Cisco and others set values off.
static size_t angled_at(struct span s)
{
    size_t n = 1;

    while (n < s.n && !is_between(s.p[n])) {
        n++;
    }
    return n > 1 && n < s.n && s.p[n] == '>' ? n + 1 : 0;
}

static void add_address(struct tokens *t, struct span s, const struct address *a, bool host)
{
    struct token *v = add(t, TOKEN_ADDRESS, s);

    if (v) {
        v->address = *a;
        v->host = host;
    }
}

static bool may_be_address(struct span s)
{
    return span_find(s, '.') < s.n || span_find(s, ':') < s.n;
}

// "outside:10.0.0.1/80", "root@10.0.0.1": a name and an address.
static bool add_halves(struct tokens *t, struct span s)
{
    static const char marks[] = ":@";
    struct address a;
    struct token *v;

    if (s.n < 4) {
        return false;
    }
    for (size_t i = 0; i < sizeof(marks) - 1; i++) {
        size_t at = span_find(s, marks[i]);

        if (at && at < s.n && address_read(span_sub(s, at + 1, s.n), &a)) {
            v = add(t, TOKEN_WORD, span_sub(s, 0, at));
            if (v) {
                v->back = span_find(v->s, '\\') < v->s.n;
            }
            add_address(t, span_sub(s, at + 1, s.n), &a, marks[i] == '@');
            return true;
        }
    }
    return false;
}

// `seen`: the kinds of its bytes.
static void add_word(struct tokens *t, struct span s, unsigned seen)
{
    struct address a;
    struct token *v;
    size_t n = s.n;

    while (n > 1 && (kind_of(s.p[n - 1]) & MARK) && !(n > 2 && s.p[n - 2] == ':')) {
        n--;
    }
    if (n == 1 && (kind_of(s.p[0]) & MARK)) {
        return; // the end of a sentence behind a URL or a quote
    }
    if ((seen & (DOT | COLON)) && may_be_address(span_of(s.p, n))) {
        if (address_read(span_of(s.p, n), &a)) {
            add_address(t, span_of(s.p, n), &a, false);
            return;
        }
        if (add_halves(t, span_of(s.p, n))) {
            return;
        }
    }
    v = add(t, TOKEN_WORD, span_of(s.p, n));
    if (v) {
        v->colon = n < s.n && s.p[n] == ':';
        v->back = seen & BACK;
    }
}

static size_t arrow_at(struct span s)
{
    size_t n = 0;

    while (n < s.n && n < 3 && (s.p[n] == '-' || s.p[n] == '=')) {
        n++;
    }
    return n && n < s.n && s.p[n] == '>' ? n + 1 : 0;
}

static size_t word_at(struct span s, unsigned *ret_seen)
{
    const char *p = s.p, *end = s.p + s.n;
    unsigned seen = 0;

    for (; p < end; p++) {
        unsigned kind = kind_of(*p);

        if ((kind & (BETWEEN | OTHER)) &&
            ((kind & BETWEEN) || (*p == '-' && arrow_at(span_of(p, (size_t)(end - p)))))) {
            break;
        }
        seen |= kind;
    }
    *ret_seen = seen;
    return (size_t)(p - s.p);
}

// A word, or the URL that it begins.
static size_t add_plain(struct tokens *t, struct span s)
{
    unsigned seen;
    size_t n = word_at(s, &seen), url = seen & COLON ? url_at(s) : 0;

    if (url) {
        (void)add(t, TOKEN_URL, span_of(s.p, url));
        return url;
    }
    add_word(t, span_of(s.p, n), seen);
    return n;
}

// "[2001:db8::1]:443"
static size_t bracketed_at(struct span s, struct address *ret)
{
    size_t n = span_find(s, ']') + 1;

    if (n > s.n) {
        return 0;
    }
    while (n < s.n && !is_between(s.p[n])) {
        n++;
    }
    while (n && is_one_of(s.p[n - 1], ":.")) {
        n--;
    }
    return span_find(span_sub(s, 0, n), ':') < n && address_read(span_sub(s, 0, n), ret) ? n : 0;
}

// One word, or what stands between two. How many bytes it took.
static size_t next(struct tokens *t, struct span s, bool *cell_open)
{
    struct address a;
    size_t n;

    if (!(kind_of(s.p[0]) & (BETWEEN | OTHER))) {
        *cell_open = false;
        return add_plain(t, s);
    }
    if (is_cell_end(s.p[0])) {
        if (*cell_open) {
            (void)add(t, TOKEN_EMPTY, SPAN_NONE);
        }
        t->cells++;
        *cell_open = true;
        return 1;
    }
    if ((n = arrow_at(s)) > 0) {
        (void)add(t, TOKEN_ARROW, span_sub(s, 0, n));
    } else if (s.p[0] == '[' && (n = bracketed_at(s, &a)) > 0) {
        add_address(t, span_sub(s, 0, n), &a, false);
    } else if ((s.p[0] == '"' || s.p[0] == '\'') && (n = quoted_at(s)) > 0) {
        struct span in = span_sub(s, 1, n - 2);

        if (address_read(in, &a)) {
            add_address(t, in, &a, false);
        } else {
            (void)add(t, in.n ? TOKEN_QUOTED : TOKEN_EMPTY, in);
        }
    } else if (s.p[0] == '<' && (n = angled_at(s)) > 0) {
        struct span in = span_sub(s, 1, n - 2);

        if (address_read(in, &a)) {
            add_address(t, in, &a, false);
        } else {
            (void)add(t, TOKEN_QUOTED, in);
        }
    } else if (is_between(s.p[0]) || s.p[0] == '\'') {
        *cell_open = *cell_open && s.p[0] == ' ';
        return 1;
    } else {
        n = add_plain(t, s);
    }
    *cell_open = false;
    return n;
}

void tokens_read(struct span text, struct tokens *ret)
{
    bool cell_open = false;
    size_t at = 0;

    ret->n = ret->cells = 0;
    text = span_sub(text, 0, TOKENS_REACH);
    while (at < text.n && ret->n < TOKENS_MAX) {
        size_t before = ret->n;
        bool cell;

        if (text.p[at] == ' ') { // between words, and in a cell that is open
            at++;
            continue;
        }
        cell = before && is_cell_end(text.p[at - 1]);
        at += next(ret, span_of(text.p + at, text.n - at), &cell_open);
        cell |= at < text.n && is_cell_end(text.p[at]);
        for (size_t i = before; i < ret->n; i++) {
            ret->v[i].cell = cell;
        }
    }
}
