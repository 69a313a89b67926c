// cond.h - comparison expressions: conditions of if steps, and limits.
// SPDX-License-Identifier: Apache-2.0
//
// STIX 2.1 patterning comparison expressions (section 9) as CACAO uses them, without observations:
//
//   or    = and {"OR" and}        and = not {"AND" not}      not = ["NOT"] test
//   test  = "(" or ")" | "[" or "]" | "EXISTS" path
//         | path ["NOT"] (= == != <> < <= > >= operand | IN (literal, ...) | LIKE 'a%b_')
//   path  = __name__:value        operand = literal | path
//
// Literals: 'text' (\' and \\ inside), numbers, true, false. A number compares with what reads as a
// number, a text with text by bytes, true and false with = and != only; anything else is an error,
// never false. COND_LIMIT adds bare names (tool_state), bare words as text (productive) and durations
// (30m = 1800). MATCHES, ISSUBSET and ISSUPERSET are refused by name.
//
// The whole expression is always read: an unknown name, a value that is not known or of the wrong
// kind anywhere in it makes the result an error, whatever the rest says. Bounds: 1,000 bytes, depth 16.
#ifndef CORE_PLAY_COND_H
#define CORE_PLAY_COND_H

#include "core/base/err.h"
#include "core/base/span.h"

enum cond { COND_FALSE, COND_TRUE, COND_ERROR };
enum cond_mode { COND_STIX, COND_LIMIT };
enum { COND_MAX = 1000, COND_DEPTH = 16, COND_SEEN_MAX = 4, COND_VALUE_MAX = 128 };

// 1: `out` has the value; 0: the name exists, its value is not known; -1: no such name. `name` is
// with its underscores in COND_STIX, bare in COND_LIMIT.
typedef int cond_lookup(void *ctx, struct span name, char out[COND_VALUE_MAX]);

// The names that were read and their values, for the sentence of a limit.
struct cond_seen {
    size_t n;
    struct {
        struct span name; // into the expression
        char value[COND_VALUE_MAX];
    } at[COND_SEEN_MAX];
};

enum cond cond_eval(struct span expr, enum cond_mode mode, cond_lookup *look, void *ctx,
                    struct cond_seen *seen, struct err *err); // seen and err may be NULL
// Syntax and names only: values need not be known.
int cond_check(struct span expr, enum cond_mode mode, cond_lookup *look, void *ctx,
               struct err *err);

#endif
