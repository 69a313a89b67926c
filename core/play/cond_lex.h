// cond_lex.h - the tokens of comparison expressions (cond.h).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_PLAY_COND_LEX_H
#define CORE_PLAY_COND_LEX_H

#include "core/play/cond.h"

enum token {
    T_END,
    T_WORD,
    T_PATH,
    T_TEXT,
    T_NUMBER,
    T_BOOL,
    T_OP,
    T_OPEN,
    T_CLOSE,
    T_COMMA,
    T_BAD
};

enum cond_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE };

struct cond_lex {
    struct span all, rest; // the expression, and what is not yet cut
    enum cond_mode mode;
    enum token tok;
    struct span text;  // of the token; T_PATH: the name without ":value"
    bool close_square; // T_OPEN, T_CLOSE: "[" or "]"
    enum cond_op op;
    double number;
};

void cond_next(struct cond_lex *p);
bool cond_at_word(const struct cond_lex *p, const char *word);
// -12, 3.5, and with `durations` 30m as seconds; nothing else that strtod takes.
bool cond_number(struct span s, bool durations, double *ret);

#endif
