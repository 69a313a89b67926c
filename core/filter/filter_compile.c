// filter_compile.c - text to postfix, by recursive descent with a bound.
// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"
#include "core/filter/filter_impl.h"

enum { MATCH_STEPS = 100000, MATCH_DEPTH = 1000 };

enum token { T_END, T_WORD, T_QUOTED, T_OP, T_OPEN, T_CLOSE, T_COMMA, T_BAD };

struct compile {
    struct filter *f;
    struct span rest;
    enum token tok;
    struct span text; // of the token; quoted: unescaped, without quotes
    unsigned depth;
    bool failed;
    struct filter_node spare; // written after a fault only, never read
    struct err *err;
};

static bool bad(struct compile *c, const char *code, const char *what)
{
    if (!c->failed) {
        size_t at = c->text.p ? (size_t)(c->text.p - c->f->text) : 0;

        if (c->err) {
            c->err->col = (unsigned)at + 1;
        }
        err_set(c->err, E_INPUT, code, "%s at byte %zu", what, at + 1);
    }
    c->failed = true;
    c->tok = T_END;
    c->rest = SPAN_NONE;
    return false;
}

// ---- tokens

static bool in_word(char ch)
{
    return !isspace((unsigned char)ch) && ch != '\0' && !strchr("()=!<>~,\"", ch);
}

static void take(struct compile *c, enum token tok, size_t n)
{
    c->tok = tok;
    c->text = span_sub(c->rest, 0, n);
    c->rest = span_sub(c->rest, n, c->rest.n);
}

// Unescapes in place: the result is never longer than the text.
static void take_quoted(struct compile *c)
{
    char *start = c->f->text + (c->rest.p - c->f->text) + 1, *out = start;
    size_t i = 1;

    for (; i < c->rest.n && c->rest.p[i] != '"'; i++) {
        if (c->rest.p[i] == '\\' && i + 1 < c->rest.n) {
            i++;
        }
        *out++ = c->rest.p[i];
    }
    if (i >= c->rest.n) {
        take(c, T_BAD, c->rest.n);
        return;
    }
    take(c, T_QUOTED, i + 1);
    c->text = span_of(start, (size_t)(out - start));
}

static void next(struct compile *c)
{
    static const char *const ops[] = {"!=", "!~", "<=", ">=", "=", "<", ">", "~"};
    size_t n = 0;

    c->rest = span_trim(c->rest);
    c->text = span_sub(c->rest, 0, 0);
    if (c->rest.n == 0) {
        c->tok = T_END;
        return;
    }
    if (strchr("(),", c->rest.p[0]) && c->rest.p[0]) {
        take(c, c->rest.p[0] == '(' ? T_OPEN : c->rest.p[0] == ')' ? T_CLOSE : T_COMMA, 1);
        return;
    }
    if (c->rest.p[0] == '"') {
        take_quoted(c);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (span_starts(c->rest, span_str(ops[i]))) {
            take(c, T_OP, strlen(ops[i]));
            return;
        }
    }
    while (n < c->rest.n && in_word(c->rest.p[n])) {
        n++;
    }
    take(c, n ? T_WORD : T_BAD, n ? n : 1);
}

static bool at_word(const struct compile *c, const char *word)
{
    return c->tok == T_WORD && span_eq_nocase(c->text, span_str(word));
}

static struct filter_node *add(struct compile *c, enum filter_op op)
{
    struct filter_node *t;

    if (c->f->n >= FILTER_NODES_MAX) {
        bad(c, "filter.bound", "more than 64 tests and operators");
        return &c->spare;
    }
    t = &c->f->node[c->f->n++];
    *t = (struct filter_node){.op = op};
    return t;
}

// ---- tests

static void set_numbers(struct filter_node *t)
{
    bool time = span_eq_str(t->field, "@timestamp");

    if (t->op != F_RANGE) {
        t->high = t->low;
    }
    t->whole = time ? utime_iso(t->low, 0, &t->ilow, NULL) && utime_iso(t->high, 0, &t->ihigh, NULL)
                    : span_i64(t->low, &t->ilow) && span_i64(t->high, &t->ihigh);
}

static void compile_regex(struct compile *c, struct filter_node *t)
{
    PCRE2_SIZE where;
    int code;

    t->re = pcre2_compile((PCRE2_SPTR)(t->low.n ? t->low.p : ""), t->low.n,
                          PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_CASELESS |
                              PCRE2_NEVER_BACKSLASH_C,
                          &code, &where, NULL);
    if (!t->re) {
        bad(c, "filter.regex", "this is no regular expression");
        return;
    }
    if (!c->f->limits) {
        c->f->limits = pcre2_match_context_create(NULL);
        c->f->match = pcre2_match_data_create(1, NULL);
    }
    if (!c->f->limits || !c->f->match) {
        bad(c, "filter.memory", "no memory");
        return;
    }
    pcre2_set_match_limit(c->f->limits, MATCH_STEPS);
    pcre2_set_depth_limit(c->f->limits, MATCH_DEPTH);
}

static bool take_value(struct compile *c, struct span *ret)
{
    if (c->tok != T_WORD && c->tok != T_QUOTED) {
        return bad(c, "filter.syntax", "a value expected");
    }
    *ret = c->text;
    return true;
}

static void put_test(struct compile *c, struct span field, enum filter_op op, struct span value,
                     bool quoted)
{
    size_t dots = span_find_span(value, SPAN_LIT(".."));
    struct filter_node *t = add(c, op);

    if (c->failed) {
        return;
    }
    t->field = field;
    t->low = value;
    if (op == F_EQ && !quoted && dots > 0 && dots + 2 < value.n) {
        t->op = F_RANGE;
        t->low = span_sub(value, 0, dots);
        t->high = span_sub(value, dots + 2, value.n);
    }
    if (op == F_MATCH) {
        compile_regex(c, t);
    } else {
        set_numbers(t);
    }
    if (span_eq_str(field, "@timestamp") && !t->whole && op != F_MATCH) {
        bad(c, "filter.time", "a time of RFC 3339 expected");
    }
}

static void parse_in(struct compile *c, struct span field)
{
    bool first = true;

    if (c->tok != T_OPEN) {
        bad(c, "filter.syntax", "\"(\" expected");
        return;
    }
    do {
        struct span value;

        next(c);
        if (!take_value(c, &value)) {
            return;
        }
        put_test(c, field, F_EQ, value, c->tok == T_QUOTED);
        if (!first) {
            add(c, F_OR);
        }
        first = false;
        next(c);
    } while (c->tok == T_COMMA);
    if (c->tok != T_CLOSE) {
        bad(c, "filter.syntax", "\")\" expected");
        return;
    }
    next(c);
}

static void parse_op(struct compile *c, struct span field)
{
    static const struct {
        const char *text;
        enum filter_op op;
        bool negate;
    } ops[] = {{"=", F_EQ, false},    {"!=", F_EQ, true},   {"<", F_LT, false},
               {"<=", F_LE, false},   {">", F_GT, false},   {">=", F_GE, false},
               {"~", F_MATCH, false}, {"!~", F_MATCH, true}};
    size_t i = 0;
    struct span value;

    while (!span_eq_str(c->text, ops[i].text)) {
        i++; // next() makes no other operator
    }
    next(c);
    if (!take_value(c, &value)) {
        return;
    }
    put_test(c, field, ops[i].op, value, c->tok == T_QUOTED);
    if (ops[i].negate) {
        add(c, F_NOT);
    }
    next(c);
}

static void parse_test(struct compile *c)
{
    struct span field = c->text;
    bool keyword = at_word(c, "and") || at_word(c, "or") || at_word(c, "in");

    if ((c->tok != T_WORD && c->tok != T_QUOTED) || field.n == 0 || keyword) {
        bad(c, "filter.syntax", "a field expected");
        return;
    }
    next(c);
    if (c->tok == T_OP) {
        parse_op(c, field);
    } else if (at_word(c, "in")) {
        next(c);
        parse_in(c, field);
    } else {
        add(c, F_THERE)->field = field;
    }
}

// ---- operators

static void parse_or(struct compile *c);

static void parse_not(struct compile *c)
{
    if (++c->depth > FILTER_DEPTH_MAX) {
        bad(c, "filter.depth", "nested deeper than 32");
    } else if (at_word(c, "not")) {
        next(c);
        parse_not(c);
        add(c, F_NOT);
    } else if (c->tok == T_OPEN) {
        next(c);
        parse_or(c);
        if (c->tok != T_CLOSE) {
            bad(c, "filter.syntax", "\")\" expected");
        } else {
            next(c);
        }
    } else {
        parse_test(c);
    }
    c->depth--;
}

static void parse_and(struct compile *c)
{
    parse_not(c);
    while (!c->failed && at_word(c, "and")) {
        next(c);
        parse_not(c);
        add(c, F_AND);
    }
}

static void parse_or(struct compile *c)
{
    parse_and(c);
    while (!c->failed && at_word(c, "or")) {
        next(c);
        parse_and(c);
        add(c, F_OR);
    }
}

struct filter *filter_compile(struct span text, struct err *err)
{
    struct filter *f = calloc(1, sizeof(*f));
    struct compile c = {.f = f, .err = err};

    if (text.n > FILTER_MAX || !utf8_valid(text)) {
        err_set(err, E_INPUT, "filter.bound", "a filter is UTF-8 of at most %d bytes", FILTER_MAX);
        free(f);
        return NULL;
    }
    if (!f || !(f->text = malloc(text.n + 1))) {
        err_set(err, E_SYSTEM, "filter.memory", "no memory");
        free(f);
        return NULL;
    }
    memcpy(f->text, text.n ? text.p : "", text.n);
    f->text[text.n] = '\0';
    c.rest = span_of(f->text, text.n);
    next(&c);
    parse_or(&c);
    if (!c.failed && c.tok != T_END) {
        bad(&c, "filter.syntax", "and, or or the end expected");
    }
    if (c.failed) {
        filter_free(f);
        return NULL;
    }
    return f;
}

void filter_free(struct filter *f)
{
    for (size_t i = 0; f && i < f->n; i++) {
        pcre2_code_free(f->node[i].re);
    }
    if (f) {
        pcre2_match_data_free(f->match);
        pcre2_match_context_free(f->limits);
        free(f->text);
        free(f);
    }
}
