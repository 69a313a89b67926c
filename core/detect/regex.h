// regex.h - PCRE2 as rules use it: one engine, bounded, faults told apart from "no".
// SPDX-License-Identifier: Apache-2.0
//
// The engine is pinned per process: just-in-time code where PCRE2 can make it (asked once a set), the
// interpreter otherwise; a rule whose expression the pinned engine cannot take is refused, so that
// two expressions never run under different limits. Text is UTF-8, invalid bytes match nothing
// (PCRE2_MATCH_INVALID_UTF). \C is refused. Limits: 16 KiB of expression, 100,000 match steps, 8 MiB
// heap, 1 MiB machine stack of the just-in-time code.
#ifndef CORE_DETECT_REGEX_H
#define CORE_DETECT_REGEX_H

#include "core/base/arena.h"
#include "core/base/span.h"

struct regex; // compiled, immutable, shared by threads

struct regexes { // owner of all expressions of a set
    struct regex *first;
    size_t count;
    enum { JIT_NOT_ASKED, JIT_NONE, JIT_USED } jit;
};

enum regex_flag {
    REGEX_NOCASE = 1,
    REGEX_MULTILINE = 2,
    REGEX_DOTALL = 4,
    REGEX_FROM_START = 8,
    REGEX_TO_END = 16,
};

// NULL: refused, `why` holds a sentence and `at` the offset of the fault in the expression.
const struct regex *regex_compile(struct regexes *owner, struct arena *a, struct span text,
                                  unsigned flags, char why[160], size_t *at);
void regexes_free(struct regexes *owner);
struct span regex_text(const struct regex *re); // the expression as it was given

struct regex_scratch; // one thread's
struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *s);

// 1 = found, 0 = not found, -1 = a limit was reached (the caller counts a fault).
int regex_find(const struct regex *re, struct regex_scratch *s, struct span text);

#endif
