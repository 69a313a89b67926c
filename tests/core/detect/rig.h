// rig.h - files and faults for detect's tests.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_DETECT_RIG_H
#define TESTS_CORE_DETECT_RIG_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/detect/ruleset.h"

enum { RIG_FILES = 6000, RIG_FAULTS = 600 };

struct rig {
    struct textfile *file;
    size_t nfiles;
    struct ruleset *set;
    struct matcher *m;
    struct faults faults;
    struct err *err;
    size_t nerr;
};

ATTR_UNUSED static struct span rig_slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *p = NULL;
    size_t n = 0, cap = 0;

    if (!f) {
        return SPAN_NONE;
    }
    for (;;) {
        size_t got;

        if (n == cap) {
            cap = cap ? cap * 2 : 4096;
            p = realloc(p, cap + 1);
            assert_non_null(p);
        }
        got = fread(p + n, 1, cap - n, f);
        if (got == 0) {
            break;
        }
        n += got;
    }
    (void)fclose(f);
    p[n] = '\0';
    return span_of(p, n);
}

ATTR_UNUSED static void rig_say(void *ctx, const struct err *err)
{
    struct rig *r = ctx;

    if (r->nerr < RIG_FAULTS) {
        r->err[r->nerr++] = *err;
    }
}

ATTR_UNUSED static void rig_open(struct rig *r)
{
    *r = (struct rig){0};
    r->file = calloc(RIG_FILES, sizeof(*r->file));
    r->err = calloc(RIG_FAULTS, sizeof(*r->err));
    assert_true(r->file && r->err);
    r->faults = (struct faults){.say = rig_say, .ctx = r};
}

ATTR_UNUSED static void rig_text(struct rig *r, const char *path, const char *text)
{
    r->file[r->nfiles++] = (struct textfile){strdup(path), span_str(strdup(text))};
}

static struct rig *rig_walked;

ATTR_UNUSED static int rig_visit(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    size_t n = strlen(path);

    (void)st;
    (void)ftw;
    if (flag == FTW_F &&
        ((n > 4 && strcmp(path + n - 4, ".yml") == 0) ||
         (n > 5 && strcmp(path + n - 5, ".yaml") == 0)) &&
        !strstr(path, ".samples.yaml")) {
        struct rig *r = rig_walked;

        assert_true(r->nfiles < RIG_FILES);
        r->file[r->nfiles++] = (struct textfile){strdup(path), rig_slurp(path)};
    }
    return 0;
}

// Reads every YAML file below `dir`; 0 files = the folder is not there.
ATTR_UNUSED static size_t rig_tree(struct rig *r, const char *dir)
{
    rig_walked = r;
    (void)nftw(dir, rig_visit, 16, FTW_PHYS);
    return r->nfiles;
}

// Third-party data that a test cannot do without.
ATTR_UNUSED static void rig_need(bool there, const char *what)
{
    if (!there) {
        fail_msg("cannot run: %s is not there", what);
    }
}

ATTR_UNUSED static void rig_load(struct rig *r)
{
    r->set = ruleset_load(r->file, r->nfiles, &r->faults);
    assert_non_null(r->set);
    r->m = matcher_new(r->set, NULL);
    assert_non_null(r->m);
}

ATTR_UNUSED static void rig_close(struct rig *r)
{
    matcher_free(r->m);
    ruleset_free(r->set);
    for (size_t i = 0; i < r->nfiles; i++) {
        free((void *)(uintptr_t)r->file[i].path);
        free((void *)(uintptr_t)r->file[i].text.p);
    }
    free(r->file);
    free(r->err);
}

#endif
