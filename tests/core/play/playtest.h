// playtest.h - reading a file and collecting faults, for the tests of this shelf.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_PLAY_PLAYTEST_H
#define TESTS_CORE_PLAY_PLAYTEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/base/textfile.h"

struct said {
    size_t n;
    struct err err[60];
};

static inline void said_add(void *ctx, const struct err *err)
{
    struct said *s = ctx;

    if (s->n < ARRAY_LEN(s->err)) {
        s->err[s->n++] = *err;
    }
}

static inline bool said_code(const struct said *s, const char *code)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->err[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}

// The whole file, terminated, to be freed; a missing file fails the test and says so.
static inline struct span slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    size_t n;

    assert_non_null(text);
    if (!f) {
        free(text);
        fail_msg("%s is not there: this test cannot run without it", path);
        return SPAN_NONE;
    }
    n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    return span_of(text, n);
}

static inline void unslurp(struct span s)
{
    free((void *)(uintptr_t)s.p);
}

#endif
