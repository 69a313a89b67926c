// cond.c - recursive descent over a comparison expression, evaluating as it reads.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/cond.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"
#include "core/play/cond_lex.h"

enum vkind {
    VAL_NONE,
    VAL_TEXT,
    VAL_NUMBER,
    VAL_BOOL,
    VAL_RAW
}; // raw: a variable, typed by its peer

struct value {
    enum vkind kind;
    char text[COND_VALUE_MAX];
    double number; // whole numbers beyond 2^53 do not occur: values are counts and seconds
    bool truth;
};

struct parse {
    struct cond_lex lx;
    cond_lookup *look;
    void *ctx;
    struct cond_seen *seen;
    struct err *err;
    bool syntax;  // the text is wrong: stop
    bool meaning; // a name, value or kind is wrong: read on, the result is an error
    bool check;   // values need not be known
    unsigned depth;
};

static void ATTR_PRINTF(3, 4) wrong(struct parse *p, const char *code, const char *fmt, ...)
{
    char msg[400];
    va_list ap;

    if (p->syntax || p->meaning) {
        return; // the first fault is the one to say
    }
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    err_set(p->err, E_INPUT, code, "%s", msg);
}

static void bad_syntax(struct parse *p, const char *expected)
{
    size_t at = p->lx.all.n - p->lx.rest.n - p->lx.text.n;

    if (!p->syntax) {
        bool before = p->meaning;

        p->meaning = false; // a syntax fault is said rather than what it may have caused
        wrong(p, "cond.syntax", "%s expected at byte %zu, not \"" SPAN_FMT "\"", expected, at + 1,
              SPAN_ARG(span_sub(p->lx.text, 0, 60)));
        p->meaning = before;
    }
    p->syntax = true;
    p->lx.tok = T_END;
    p->lx.rest = SPAN_NONE;
}

static void bad_meaning(struct parse *p)
{
    p->meaning = true;
}

// ---- values

static void read_name(struct parse *p, struct value *v)
{
    struct span name = p->lx.text;
    int got = p->look(p->ctx, name, v->text);

    v->kind = VAL_NONE;
    if (got < 0) {
        wrong(p, "cond.name", "there is no variable " SPAN_FMT, SPAN_ARG(name));
        bad_meaning(p);
    } else if (got == 0) {
        if (!p->check) {
            wrong(p, "cond.unknown", "the value of " SPAN_FMT " is not known", SPAN_ARG(name));
            bad_meaning(p);
        }
    } else {
        v->kind = VAL_RAW;
    }
    if (p->seen && p->seen->n < COND_SEEN_MAX && got >= 0) {
        p->seen->at[p->seen->n].name = name;
        snprintf(p->seen->at[p->seen->n++].value, COND_VALUE_MAX, "%s",
                 got > 0 ? v->text : "not known");
    }
}

static void read_text(struct parse *p, struct value *v, struct span s)
{
    size_t n = 0;

    v->kind = VAL_TEXT;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n) {
            i++;
        }
        if (n + 1 >= sizeof(v->text)) {
            wrong(p, "cond.bound", "a text has more than %d bytes", COND_VALUE_MAX - 1);
            bad_meaning(p);
            break;
        }
        v->text[n++] = s.p[i];
    }
    v->text[n] = '\0';
}

static bool read_literal(struct parse *p, struct value *v)
{
    if (p->lx.tok == T_TEXT) {
        read_text(p, v, span_sub(p->lx.text, 1, p->lx.text.n - 2));
    } else if (p->lx.tok == T_NUMBER) {
        v->kind = VAL_NUMBER;
        v->number = p->lx.number;
    } else if (p->lx.tok == T_BOOL) {
        v->kind = VAL_BOOL;
        v->truth = p->lx.text.n == 4;
    } else if (p->lx.tok == T_WORD && p->lx.mode == COND_LIMIT) {
        read_text(p, v, p->lx.text);
    } else {
        bad_syntax(p, "a value");
        return false;
    }
    cond_next(&p->lx);
    return !p->syntax;
}

static bool order_holds(enum cond_op op, int cmp)
{
    switch (op) {
    case OP_EQ: return cmp == 0;
    case OP_NE: return cmp != 0;
    case OP_LT: return cmp < 0;
    case OP_LE: return cmp <= 0;
    case OP_GT: return cmp > 0;
    default: return cmp >= 0;
    }
}

// A variable takes the kind of what it is compared with; two variables are numbers when both read
// as numbers, else texts.
static bool coerce(struct value *v, enum vkind kind)
{
    struct span s = span_str(v->text);

    if (v->kind != VAL_RAW) {
        return v->kind == kind;
    }
    v->kind = kind;
    if (kind == VAL_NUMBER) {
        return cond_number(s, false, &v->number);
    }
    if (kind == VAL_BOOL) {
        v->truth = span_eq_str(s, "true");
        return v->truth || span_eq_str(s, "false");
    }
    return true;
}

static bool compare(struct parse *p, enum cond_op op, struct span name, struct value a,
                    struct value b)
{
    enum vkind kind = b.kind;
    double x, y;
    bool ordered;

    if (a.kind == VAL_NONE || b.kind == VAL_NONE) {
        return false; // said already, or only checked
    }
    if (kind == VAL_RAW) {
        kind = cond_number(span_str(a.text), false, &x) && cond_number(span_str(b.text), false, &y)
                   ? VAL_NUMBER
                   : VAL_TEXT;
    }
    // `lots_in_process <= few` is a slip, not an order of texts
    ordered = kind == VAL_NUMBER || (kind == VAL_TEXT && p->lx.mode == COND_STIX);
    if (!coerce(&a, kind) || !coerce(&b, kind) || (!ordered && op != OP_EQ && op != OP_NE)) {
        wrong(p, "cond.type", "the value of " SPAN_FMT ", \"%s\", cannot be compared so",
              SPAN_ARG(name), a.text);
        bad_meaning(p);
        return false;
    }
    if (kind == VAL_NUMBER) {
        return order_holds(op, a.number < b.number ? -1 : a.number > b.number);
    }
    if (kind == VAL_BOOL) {
        return order_holds(op, a.truth - b.truth);
    }
    return order_holds(op, span_cmp(span_str(a.text), span_str(b.text)));
}

// '%' any run, '_' one character; no other is special. Iterative, so long runs stay cheap.
static bool like(struct span pattern, struct span text)
{
    struct span star = SPAN_NONE, again = SPAN_NONE;
    bool have_star = false;

    while (text.n) {
        if (pattern.n && pattern.p[0] == '%') {
            pattern = span_sub(pattern, 1, pattern.n);
            star = pattern;
            again = text;
            have_star = true;
        } else if (pattern.n && pattern.p[0] == '_') {
            pattern = span_sub(pattern, 1, pattern.n);
            utf8_next(&text);
        } else if (pattern.n && pattern.p[0] == text.p[0]) {
            pattern = span_sub(pattern, 1, pattern.n);
            text = span_sub(text, 1, text.n);
        } else if (have_star) {
            again = span_sub(again, 1, again.n);
            text = again;
            pattern = star;
        } else {
            return false;
        }
    }
    while (pattern.n && pattern.p[0] == '%') {
        pattern = span_sub(pattern, 1, pattern.n);
    }
    return pattern.n == 0;
}

// ---- grammar

static bool test_in(struct parse *p, struct span name, const struct value *left)
{
    bool any = false;

    if (p->lx.tok != T_OPEN) {
        bad_syntax(p, "\"(\"");
        return false;
    }
    do {
        struct value right = {0};

        cond_next(&p->lx);
        if (!read_literal(p, &right)) {
            return false;
        }
        any |= compare(p, OP_EQ, name, *left, right);
    } while (p->lx.tok == T_COMMA);
    if (p->lx.tok != T_CLOSE || p->lx.close_square) {
        bad_syntax(p, "\")\"");
        return false;
    }
    cond_next(&p->lx);
    return any;
}

static bool test_like(struct parse *p, const struct value *left)
{
    struct value right = {0};

    if (p->lx.tok != T_TEXT) {
        bad_syntax(p, "a text in quotes");
        return false;
    }
    return read_literal(p, &right) && left->kind == VAL_RAW &&
           like(span_str(right.text), span_str(left->text));
}

static bool test_op(struct parse *p, struct span name, const struct value *left)
{
    struct value right = {0};
    enum cond_op op = p->lx.op;

    if (p->lx.tok != T_OP) {
        bad_syntax(p, "an operator");
        return false;
    }
    cond_next(&p->lx);
    if (p->lx.tok == T_PATH) {
        read_name(p, &right);
        cond_next(&p->lx);
    } else if (!read_literal(p, &right)) {
        return false;
    }
    return compare(p, op, name, *left, right);
}

static bool test_path(struct parse *p)
{
    struct span name = p->lx.text;
    struct value left = {0};
    bool negate, result;

    read_name(p, &left);
    cond_next(&p->lx);
    negate = cond_at_word(&p->lx, "NOT");
    if (negate) {
        cond_next(&p->lx);
    }
    if (cond_at_word(&p->lx, "IN")) {
        cond_next(&p->lx);
        result = test_in(p, name, &left);
    } else if (cond_at_word(&p->lx, "LIKE")) {
        cond_next(&p->lx);
        result = test_like(p, &left);
    } else if (cond_at_word(&p->lx, "MATCHES") || cond_at_word(&p->lx, "ISSUBSET") ||
               cond_at_word(&p->lx, "ISSUPERSET")) {
        wrong(p, "cond.operator", "the operator " SPAN_FMT " is not carried out here",
              SPAN_ARG(p->lx.text));
        p->syntax = true;
        return false;
    } else {
        result = test_op(p, name, &left);
    }
    return negate ? !result : result;
}

static bool parse_or(struct parse *p);

static bool parse_group(struct parse *p)
{
    bool square = p->lx.close_square, result;

    cond_next(&p->lx);
    result = parse_or(p);
    if (p->lx.tok != T_CLOSE || p->lx.close_square != square) {
        bad_syntax(p, square ? "\"]\"" : "\")\"");
        return false;
    }
    cond_next(&p->lx);
    return result;
}

static bool parse_exists(struct parse *p)
{
    char value[COND_VALUE_MAX];
    bool known;

    cond_next(&p->lx);
    if (p->lx.tok != T_PATH) {
        bad_syntax(p, "a variable");
        return false;
    }
    known = p->look(p->ctx, p->lx.text, value) > 0;
    cond_next(&p->lx);
    return known;
}

static bool parse_not(struct parse *p)
{
    bool path = p->lx.tok == T_PATH || (p->lx.mode == COND_LIMIT && p->lx.tok == T_WORD);
    bool result;

    if (p->depth >= COND_DEPTH) {
        wrong(p, "cond.depth", "the expression is nested deeper than %d", COND_DEPTH);
        p->syntax = true;
        p->lx.tok = T_END;
        p->lx.rest = SPAN_NONE;
        return false;
    }
    p->depth++;
    if (cond_at_word(&p->lx, "NOT")) {
        cond_next(&p->lx);
        result = !parse_not(p);
    } else if (cond_at_word(&p->lx, "EXISTS")) {
        result = parse_exists(p);
    } else if (p->lx.tok == T_OPEN) {
        result = parse_group(p);
    } else if (path) {
        result = test_path(p);
    } else {
        bad_syntax(p, "a comparison");
        result = false;
    }
    p->depth--;
    return result;
}

static bool parse_and(struct parse *p)
{
    bool result = parse_not(p);

    while (!p->syntax && cond_at_word(&p->lx, "AND")) {
        cond_next(&p->lx);
        result &= parse_not(p); // both sides are read whatever the first says
    }
    return result;
}

static bool parse_or(struct parse *p)
{
    bool result = parse_and(p);

    while (!p->syntax && cond_at_word(&p->lx, "OR")) {
        cond_next(&p->lx);
        result |= parse_and(p);
    }
    return result;
}

static enum cond run(struct parse *p, struct span expr)
{
    bool result;

    if (expr.n > COND_MAX) {
        wrong(p, "cond.bound", "an expression has %zu bytes, at most %d may be", expr.n, COND_MAX);
        return COND_ERROR;
    }
    p->lx.all = p->lx.rest = expr;
    cond_next(&p->lx);
    result = parse_or(p);
    if (!p->syntax && p->lx.tok != T_END) {
        bad_syntax(p, "AND, OR or the end");
    }
    return p->syntax || p->meaning ? COND_ERROR : result ? COND_TRUE : COND_FALSE;
}

enum cond cond_eval(struct span expr, enum cond_mode mode, cond_lookup *look, void *ctx,
                    struct cond_seen *seen, struct err *err)
{
    struct parse p = {.lx = {.mode = mode}, .look = look, .ctx = ctx, .seen = seen, .err = err};

    if (seen) {
        seen->n = 0;
    }
    return run(&p, expr);
}

int cond_check(struct span expr, enum cond_mode mode, cond_lookup *look, void *ctx, struct err *err)
{
    struct parse p = {.lx = {.mode = mode}, .look = look, .ctx = ctx, .err = err, .check = true};

    return run(&p, expr) == COND_ERROR ? E_INPUT : E_OK;
}
