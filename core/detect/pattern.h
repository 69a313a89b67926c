// pattern.h - a Sigma string: literals, wildcards, and how they are compared.
// SPDX-License-Identifier: Apache-2.0
//
// While a rule is compiled a value is a row of units: a byte 0..255, or one of the marks below. The
// modifiers rewrite that row from left to right; at the end it becomes a pattern in its cheapest form.
//
// Escaping (specification 2.1, "escaping"): a backslash escapes `*`, `?` and a backslash; elsewhere it
// is itself. So `\*` is a star, `\\*` a backslash and a wildcard, `\\\*` a backslash and a star.
// Comparison ignores case unless `cased`: ASCII by folding both sides, other letters that have a case by
// PCRE2's Unicode tables; what has none (dashes, kana, emoji) is compared byte by byte.
#ifndef CORE_DETECT_PATTERN_H
#define CORE_DETECT_PATTERN_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/detect/regex.h"

enum unit {
    UNIT_STAR = 256, // any run of bytes
    UNIT_ONE = 257,  // exactly one character
    UNIT_DASH = 258, // windash: hyphen, slash, en dash, em dash or horizontal bar
};

struct units {
    const uint16_t *u; // in the arena
    size_t n;
};

struct units units_parse(struct arena *a, struct span text); // with wildcards and escapes
bool units_wild(struct units v);                             // has marks
struct units units_wrap(struct arena *a, struct units v, bool front, bool back); // adds stars
struct units units_windash(struct arena *a, struct units v);

enum utf16 { UTF16_LE, UTF16_BE, UTF16_BOM };
struct units units_utf16(struct arena *a, struct units v, enum utf16 form); // marks stay

// Base64 of the bytes (no marks allowed): whole, or as it appears when the text begins at byte
// `offset` (0..2) of a longer one: characters that depend on the neighbours are left out.
struct units units_base64(struct arena *a, struct units v);
struct units units_base64_at(struct arena *a, struct units v, unsigned offset);

enum pattern_kind {
    PATTERN_ANY, // every value that is present
    PATTERN_EXACT,
    PATTERN_PREFIX,
    PATTERN_SUFFIX,
    PATTERN_CONTAINS,
    PATTERN_GLOB,
    PATTERN_REGEX, // letters beyond ASCII that have a case, case ignored
};

struct pattern {
    enum pattern_kind kind;
    bool cased;
    struct span
        lit; // EXACT to CONTAINS: lower case unless cased; GLOB, REGEX: stands in every match,
             // in the same case, may be empty
    struct units glob;
    const struct regex *re;
    bool beyond; // REGEX: only a value with letters beyond ASCII can match
};

// The same pattern as pattern_make() gives of the parsed text with stars in front and at the back, made at
// once: of a text without wildcards and escapes and, unless cased, of ASCII alone. False: it is none, or
// there is no memory.
bool pattern_make_plain(struct arena *a, struct span text, bool cased, bool front, bool back,
                        struct pattern *ret);

// False: refused, `why` holds a sentence.
bool pattern_make(struct regexes *res, struct arena *a, struct units v, bool cased,
                  struct pattern *ret, char why[160]);

// `low` = `text` with ASCII letters folded and PATTERN_PAD bytes of anything behind it; only read when the
// pattern is not cased. 1, 0, or -1 on a limit.
enum { PATTERN_PAD = 16 };
int pattern_match(const struct pattern *p, struct regex_scratch *s, struct span text,
                  struct span low);

// The whole, the begin or the end of a value: asked most of all. Only of patterns that are pattern_short().
static inline bool pattern_short(const struct pattern *p)
{
    return p->kind >= PATTERN_EXACT && p->kind <= PATTERN_SUFFIX;
}

static inline bool pattern_match_short(const struct pattern *p, struct span text)
{
    if (p->kind == PATTERN_EXACT ? text.n != p->lit.n : text.n < p->lit.n) {
        return false;
    }
    return span_same(p->kind == PATTERN_SUFFIX ? text.p + (text.n - p->lit.n) : text.p, p->lit.p,
                     p->lit.n);
}

// Letters of ASCII in lower case, all other bytes as they are; whether there was nothing but ASCII. `out`
// has room for s.n bytes and is `s.p` or does not overlap it. (fold.c)
bool fold_ascii(char *out, struct span s);

#endif
