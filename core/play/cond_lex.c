// cond_lex.c - cutting an expression into tokens.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/cond_lex.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/time.h"

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static void take(struct cond_lex *p, enum token tok, size_t n)
{
    p->tok = tok;
    p->text = span_sub(p->rest, 0, n);
    p->rest = span_sub(p->rest, n, p->rest.n);
}

static void lex_text(struct cond_lex *p)
{
    for (size_t i = 1; i < p->rest.n; i++) {
        if (p->rest.p[i] == '\\') {
            i++;
        } else if (p->rest.p[i] == '\'') {
            take(p, T_TEXT, i + 1);
            return;
        }
    }
    take(p, T_BAD, p->rest.n);
}

static void lex_op(struct cond_lex *p)
{
    static const struct {
        const char *text;
        enum cond_op op;
    } ops[] = {{"==", OP_EQ}, {"!=", OP_NE}, {"<>", OP_NE}, {"<=", OP_LE},
               {">=", OP_GE}, {"=", OP_EQ},  {"<", OP_LT},  {">", OP_GT}};

    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (span_starts(p->rest, span_str(ops[i].text))) {
            p->op = ops[i].op;
            take(p, T_OP, strlen(ops[i].text));
            return;
        }
    }
    take(p, T_BAD, p->rest.n ? 1 : 0);
}

// -12, 3.5; in a limit also 30m, which is seconds. strtod alone would take "0x1f" and "inf".
bool cond_number(struct span s, bool durations, double *ret)
{
    char text[48];
    char *end;
    utime_t t;
    size_t digits = 0, dots = 0;

    if (durations && utime_duration(s, &t)) {
        *ret = (double)t / (double)UTIME_SECOND;
        return true;
    }
    for (size_t i = 0; i < s.n; i++) {
        digits += isdigit((unsigned char)s.p[i]) != 0;
        dots += s.p[i] == '.';
    }
    if (s.n == 0 || s.n >= sizeof(text) || digits == 0 || dots > 1 ||
        digits + dots + (s.p[0] == '-' || s.p[0] == '+') != s.n) {
        return false;
    }
    snprintf(text, sizeof(text), SPAN_FMT, SPAN_ARG(s));
    errno = 0;
    *ret = strtod(text, &end);
    return *end == '\0' && errno == 0;
}

static void lex_word(struct cond_lex *p)
{
    size_t n = 1; // the first may be a sign

    while (n < p->rest.n && is_word(p->rest.p[n])) {
        n++;
    }
    take(p, T_WORD, n);
    if (span_starts(p->text, SPAN_LIT("__")) && span_ends(p->text, SPAN_LIT("__")) && n > 4 &&
        span_starts(p->rest, SPAN_LIT(":value"))) {
        p->tok = T_PATH;
        p->rest = span_sub(p->rest, 6, p->rest.n);
    } else if (span_eq_str(p->text, "true") || span_eq_str(p->text, "false")) {
        p->tok = T_BOOL;
    } else if (cond_number(p->text, p->mode == COND_LIMIT, &p->number)) {
        p->tok = T_NUMBER;
    }
}

void cond_next(struct cond_lex *p)
{
    while (p->rest.n && isspace((unsigned char)p->rest.p[0])) {
        p->rest = span_sub(p->rest, 1, p->rest.n);
    }
    p->text = SPAN_NONE;
    if (p->rest.n == 0) {
        p->tok = T_END;
    } else if (p->rest.p[0] == '(' || p->rest.p[0] == '[') {
        p->close_square = p->rest.p[0] == '[';
        take(p, T_OPEN, 1);
    } else if (p->rest.p[0] == ')' || p->rest.p[0] == ']') {
        p->close_square = p->rest.p[0] == ']';
        take(p, T_CLOSE, 1);
    } else if (p->rest.p[0] == ',') {
        take(p, T_COMMA, 1);
    } else if (p->rest.p[0] == '\'') {
        lex_text(p);
    } else if (is_word(p->rest.p[0]) || p->rest.p[0] == '+') {
        lex_word(p);
    } else {
        lex_op(p);
    }
}

bool cond_at_word(const struct cond_lex *p, const char *word)
{
    return p->tok == T_WORD && span_eq_str(p->text, word);
}
