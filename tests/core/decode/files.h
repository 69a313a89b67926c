// files.h - reading files in the decoder's tests.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CORE_DECODE_FILES_H
#define TESTS_CORE_DECODE_FILES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/attr.h"
#include "core/base/textfile.h"
#include "core/decode/decode.h"

enum { FILES_MAX = 4096 };

struct files {
    struct textfile f[FILES_MAX];
    size_t n;
};

static inline struct span file_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *p = NULL;
    size_t n = 0, cap = 0, got;

    if (!f) {
        return SPAN_NONE;
    }
    do {
        if (n == cap) {
            cap = cap ? cap * 2 : 65536;
            p = realloc(p, cap + 1);
            if (!p) {
                abort();
            }
        }
        got = fread(p + n, 1, cap - n, f);
        n += got;
    } while (got);
    (void)fclose(f);
    return span_of(p, n);
}

static inline void files_add(struct files *ff, const char *path)
{
    struct span text = file_read(path);

    if (text.p && ff->n < FILES_MAX) {
        ff->f[ff->n++] = (struct textfile){strdup(path), text};
    }
}

// All files of a folder whose names end with `ending`.
static inline void files_load(struct files *ff, const char *dir, const char *ending)
{
    struct dirent **list;
    int n = scandir(dir, &list, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char path[1024];

        if (span_ends(span_str(list[i]->d_name), span_str(ending)) && list[i]->d_name[0] != '.') {
            (void)snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
            files_add(ff, path);
        }
        free(list[i]);
    }
    if (n >= 0) {
        free(list);
    }
}

static inline void files_free(struct files *ff)
{
    for (size_t i = 0; i < ff->n; i++) {
        free((void *)(uintptr_t)ff->f[i].path);
        free((void *)(uintptr_t)ff->f[i].text.p);
    }
    ff->n = 0;
}

static inline void say_fault(void *ctx, const struct err *err)
{
    (void)ctx;
    err_print(stderr, err);
}

// The project's own sources; every fault of them is printed.
static inline struct sourceset *own_sources(struct faults *faults)
{
    static struct files ff;
    struct sourceset *s;

    files_load(&ff, "share/sources", ".yaml");
    faults->say = say_fault;
    s = sourceset_load(ff.f, ff.n, faults);
    files_free(&ff);
    return s;
}

#endif
