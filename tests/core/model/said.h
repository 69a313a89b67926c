// said.h - collects the faults of a load, so that a test can ask for one by line and code.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_MODEL_SAID_H
#define TESTS_CORE_MODEL_SAID_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/textfile.h"

enum { SAID_KEPT = 16 };

struct said {
    struct faults faults;
    struct err err[SAID_KEPT];
    size_t n;
};

static inline void said_take(void *ctx, const struct err *err)
{
    struct said *s = ctx;

    if (s->n < SAID_KEPT) {
        s->err[s->n++] = *err;
    }
}

static inline struct faults *said_begin(struct said *s)
{
    *s = (struct said){.faults = {.say = said_take, .ctx = s}};
    return &s->faults;
}

// The first fault stands where it should, names the document, and its sentence holds `word`.
static inline void assert_said(const struct said *s, unsigned line, const char *code,
                               const char *word)
{
    assert_true(s->n > 0);
    assert_string_equal(s->err[0].code, code);
    assert_int_equal(s->err[0].line, line);
    assert_true(s->err[0].col > 0);
    assert_string_equal(s->err[0].path, "doc.yaml");
    if (!strstr(s->err[0].msg, word)) {
        fail_msg("\"%s\" does not name %s", s->err[0].msg, word);
    }
}

static inline struct textfile said_text(const char *text)
{
    return (struct textfile){.path = "doc.yaml", .text = span_str(text)};
}

// A shipped document, read from the top of the tree where tests run; freed by the caller.
static inline char *said_read(const char *path, struct textfile *ret)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    size_t n;

    if (!f || !text) {
        fail_msg("cannot read %s: tests run from the top of the tree", path);
        return NULL;
    }
    n = fread(text, 1, 1 << 20, f);
    (void)fclose(f);
    *ret = (struct textfile){.path = path, .text = span_of(text, n)};
    return text;
}

#endif
