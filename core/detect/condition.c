// condition.c - Sigma's condition language to a tree.
// SPDX-License-Identifier: Apache-2.0
//
//   or   := and ("or" and)*         and := not ("and" not)*         not := "not" not | unit
//   unit := "(" or ")" | ("1" | "any" | "all") "of" ("them" | NAME or pattern) | NAME
#include "core/detect/set.h"

struct parse {
    struct build *b;
    const struct ynode *at;
    struct span text, rest, word; // word: the current token, empty at the end
    unsigned depth;
};

static bool name_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
           c == '-' || c == '*' || c == '?' || c == '.';
}

static void advance(struct parse *p)
{
    size_t n = 0;

    p->rest = span_trim(p->rest);
    while (n < p->rest.n && name_char(p->rest.p[n])) {
        n++;
    }
    if (n == 0 && p->rest.n) {
        n = 1; // a bracket, or a character that the grammar will refuse
    }
    p->word = span_sub(p->rest, 0, n);
    p->rest = span_sub(p->rest, n, p->rest.n);
}

static const struct node *refuse(struct parse *p, const char *what)
{
    struct ynode at = *p->at;
    size_t off = p->word.n ? (size_t)(p->word.p - p->text.p) : p->text.n;

    at.col += (unsigned)off + !at.plain;
    y_fault(p->b->docs, &at, p->b->err, "sigma.condition", "%s at \"" SPAN_FMT "\"", what,
            SPAN_ARG(p->word));
    return NULL;
}

static bool is(const struct parse *p, const char *word)
{
    return span_eq_nocase(p->word, span_str(word));
}

// A name with `*` (any run) and `?` against a selection's name.
static bool name_fits(struct span pattern, struct span name)
{
    size_t pi = 0, ni = 0, star = SIZE_MAX, mark = 0;

    while (ni < name.n) {
        if (pi < pattern.n && pattern.p[pi] == '*') {
            star = pi++;
            mark = ni;
        } else if (pi < pattern.n && (pattern.p[pi] == '?' || pattern.p[pi] == name.p[ni])) {
            pi++;
            ni++;
        } else if (star != SIZE_MAX) {
            pi = star + 1;
            ni = ++mark;
        } else {
            return false;
        }
    }
    while (pi < pattern.n && pattern.p[pi] == '*') {
        pi++;
    }
    return pi == pattern.n;
}

static const struct node *parse_of(struct parse *p, enum node_op op)
{
    struct build *b = p->b;
    bool them = is(p, "them");
    const struct node **child;
    size_t n = 0;

    if (p->word.n == 0 || !name_char(p->word.p[0])) {
        return refuse(p, "\"of\" must be followed by \"them\" or a name");
    }
    child = arena_array(&b->s->arena, b->nsel + 1, sizeof(const struct node *));
    for (size_t i = 0; child && i < b->nsel; i++) {
        struct span name = b->sel[i].name;
        // Names that begin with an underscore are private: only a pattern that says so means them.
        bool hidden = name.p[0] == '_' && (them || p->word.p[0] != '_');

        if (!hidden && (them || name_fits(p->word, name))) {
            child[n++] = b->sel[i].node;
        }
    }
    if (n == 0) {
        return refuse(p, "no selection has such a name");
    }
    advance(p);
    return build_node(b, op, child, n);
}

static const struct node *parse_name(struct parse *p)
{
    for (size_t i = 0; i < p->b->nsel; i++) {
        if (span_eq(p->b->sel[i].name, p->word)) {
            advance(p);
            return p->b->sel[i].node;
        }
    }
    return refuse(p, "there is no selection of that name");
}

static const struct node *parse_or(struct parse *p);

static bool next_is(const struct parse *p, const char *word)
{
    struct parse ahead = *p;

    advance(&ahead);
    return is(&ahead, word);
}

static const struct node *parse_unit(struct parse *p)
{
    if (p->word.n == 0) {
        return refuse(p, "the condition ends too early");
    }
    if (is(p, "(")) {
        const struct node *n;

        advance(p);
        n = parse_or(p);
        if (n && !is(p, ")")) {
            return refuse(p, "a closing bracket is missing");
        }
        advance(p);
        return n;
    }
    if (next_is(p, "of")) {
        enum node_op op = is(p, "all") ? NODE_AND : NODE_OR;

        if (op == NODE_OR && !is(p, "1") && !is(p, "any")) {
            return refuse(p, "only \"1 of\", \"any of\" and \"all of\" are known");
        }
        advance(p);
        advance(p);
        return parse_of(p, op);
    }
    return parse_name(p);
}

static const struct node *parse_not(struct parse *p)
{
    bool negate = false;
    const struct node *n;

    while (is(p, "not")) {
        negate = !negate;
        advance(p);
    }
    n = parse_unit(p);
    return n && negate ? build_node(p->b, NODE_NOT, &n, 1) : n;
}

enum { TERMS_MAX = 256 };

static const struct node *parse_terms(struct parse *p, const char *word, enum node_op op,
                                      const struct node *(*term)(struct parse *))
{
    const struct node *child[TERMS_MAX];
    size_t n = 0;

    for (;;) {
        if (n == TERMS_MAX) {
            return refuse(p, "the condition has too many terms");
        }
        child[n] = term(p);
        if (!child[n]) {
            return NULL;
        }
        n++;
        if (!is(p, word)) {
            return build_node(p->b, op, child, n);
        }
        advance(p);
    }
}

static const struct node *parse_and(struct parse *p)
{
    return parse_terms(p, "and", NODE_AND, parse_not);
}

enum { BRACKETS_MAX = 12 };

static const struct node *parse_or(struct parse *p)
{
    const struct node *n;

    if (p->depth == BRACKETS_MAX) {
        return refuse(p, "the brackets are nested too deeply");
    }
    p->depth++;
    n = parse_terms(p, "or", NODE_OR, parse_and);
    p->depth--;
    return n;
}

const struct node *build_condition(struct build *b, const struct ynode *text)
{
    struct parse p = {.b = b, .at = text, .text = y_text(text), .rest = y_text(text)};
    const struct node *n;

    if (text->type != Y_SCALAR || text->text.n == 0) {
        y_fault(b->docs, text, b->err, "sigma.condition", "the condition must be a text");
        return NULL;
    }
    if (span_find(p.text, '|') < p.text.n) {
        y_fault(b->docs, text, b->err, "sigma.condition",
                "aggregation behind \"|\" is no longer Sigma: write a correlation");
        return NULL;
    }
    advance(&p);
    n = parse_or(&p);
    if (n && p.word.n) {
        return refuse(&p, "the condition should have ended");
    }
    return n;
}
