// regex.c - PCRE2 10.42 behind regex.h.
// SPDX-License-Identifier: Apache-2.0
#include "core/detect/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/detect/cover.h"
#include "core/detect/few.h"

enum {
    PATTERN_MAX = 16 * 1024,
    MATCH_STEPS = 100000,
    HEAP_KIB = 8 * 1024,
    STACK_MIN = 32 * 1024,
    STACK_MAX = 1024 * 1024,
};

struct regex {
    struct regex *next;
    pcre2_code *code;
    struct span text;
    uint32_t least;  // bytes of a match, at least
    struct few need; // texts, one of which stands in every match; none: not known
    bool need_ascii; // in a subject beyond ASCII other letters may stand for theirs
};

struct regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *match;
    pcre2_jit_stack *stack;
};

static pcre2_code *compile_text(struct span text, uint32_t options, int *rc, size_t *at)
{
    pcre2_compile_context *c = pcre2_compile_context_create(NULL);
    pcre2_code *code;

    if (!c) {
        *rc = PCRE2_ERROR_NOMEMORY;
        return NULL;
    }
    pcre2_set_max_pattern_length(c, PATTERN_MAX);
    code = pcre2_compile((PCRE2_SPTR)(text.n ? text.p : ""), text.n, options, rc, at, c);
    pcre2_compile_context_free(c);
    return code;
}

// Whether this process may have just-in-time code: the build's answer and a trial, because a sandbox
// may forbid executable pages.
static bool try_jit(void)
{
    uint32_t built = 0;
    size_t at;
    int rc;
    pcre2_code *code;
    bool ok;

    (void)pcre2_config(PCRE2_CONFIG_JIT, &built);
    code = built ? compile_text(SPAN_LIT("a+b"), 0, &rc, &at) : NULL;
    ok = code && pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
    pcre2_code_free(code);
    return ok;
}

// The trial costs as much as an expression: it is made once.
static bool jit_usable(struct regexes *owner)
{
    if (owner->jit == JIT_NOT_ASKED) {
        owner->jit = try_jit() ? JIT_USED : JIT_NONE;
    }
    return owner->jit == JIT_USED;
}

static uint32_t options_of(unsigned flags)
{
    uint32_t o = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;

    o |= flags & REGEX_NOCASE ? PCRE2_CASELESS : 0;
    o |= flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0;
    o |= flags & REGEX_DOTALL ? PCRE2_DOTALL : 0;
    o |= flags & REGEX_FROM_START ? PCRE2_ANCHORED : 0;
    o |= flags & REGEX_TO_END ? PCRE2_ENDANCHORED : 0;
    return o;
}

static void say_code(int rc, char why[160])
{
    PCRE2_UCHAR text[120];

    if (pcre2_get_error_message(rc, text, sizeof(text)) < 0) {
        (void)snprintf(why, 160, "the expression cannot be compiled");
    } else {
        (void)snprintf(why, 160, "%s", (const char *)text);
    }
}

// What can be told of a subject without the expression: most are too short, or lack a text. Without case,
// s and k of an expression also match U+017F and U+212A.
static void find_need(struct arena *a, struct regex *re)
{
    struct span text[FEW_MAX];
    size_t n = cover_regex(a, re->text, text, FEW_MAX);

    if (pcre2_pattern_info(re->code, PCRE2_INFO_MINLENGTH, &re->least) != 0) {
        re->least = 0;
    }
    (void)few_make(&re->need, text, n);
    for (size_t i = 0; i < n; i++) {
        re->need_ascii = re->need_ascii || span_find(text[i], 's') < text[i].n ||
                         span_find(text[i], 'k') < text[i].n;
    }
}

const struct regex *regex_compile(struct regexes *owner, struct arena *a, struct span text,
                                  unsigned flags, char why[160], size_t *at)
{
    struct regex *re = arena_alloc(a, sizeof(*re));
    int rc = 0;

    *at = 0;
    if (!re) {
        (void)snprintf(why, 160, "no memory for the expression");
        return NULL;
    }
    re->code = compile_text(text, options_of(flags), &rc, at);
    if (!re->code) {
        say_code(rc, why);
        return NULL;
    }
    if (jit_usable(owner)) {
        rc = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
        if (rc != 0) {
            say_code(rc, why);
            pcre2_code_free(re->code);
            return NULL;
        }
    }
    re->text = span_of(arena_str(a, text), text.n);
    find_need(a, re);
    re->next = owner->first;
    owner->first = re;
    owner->count++;
    return re;
}

struct span regex_text(const struct regex *re)
{
    return re->text;
}

void regexes_free(struct regexes *owner)
{
    for (struct regex *re = owner->first; re; re = re->next) {
        pcre2_code_free(re->code);
    }
    *owner = (struct regexes){0};
}

struct regex_scratch *regex_scratch_new(void)
{
    struct regex_scratch *s = calloc(1, sizeof(*s));

    if (!s) {
        return NULL;
    }
    s->data = pcre2_match_data_create(1, NULL);
    s->match = pcre2_match_context_create(NULL);
    s->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL); // NULL without just-in-time
    if (!s->data || !s->match) {
        regex_scratch_free(s);
        return NULL;
    }
    pcre2_set_match_limit(s->match, MATCH_STEPS);
    pcre2_set_depth_limit(s->match, MATCH_STEPS);
    pcre2_set_heap_limit(s->match, HEAP_KIB);
    pcre2_jit_stack_assign(s->match, NULL, s->stack);
    return s;
}

void regex_scratch_free(struct regex_scratch *s)
{
    if (s) {
        pcre2_match_data_free(s->data);
        pcre2_match_context_free(s->match);
        pcre2_jit_stack_free(s->stack);
        free(s);
    }
}

static bool is_ascii(struct span s)
{
    unsigned char all = 0;

    for (size_t i = 0; i < s.n; i++) {
        all |= (unsigned char)s.p[i];
    }
    return all < 0x80;
}

int regex_find(const struct regex *re, struct regex_scratch *s, struct span text)
{
    int rc;

    if (text.n < re->least ||
        (re->need.n && !few_any(&re->need, text) && (!re->need_ascii || is_ascii(text)))) {
        return 0;
    }
    rc = pcre2_match(re->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, s->data, s->match);
    if (rc >= 0) {
        return 1;
    }
    return rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
