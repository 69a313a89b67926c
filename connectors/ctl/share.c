// share.c - finding and reading share/.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/ctl/share.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/ctl/trees.h"
#include "connectors/os/files.h"
#include "core/decode/decode.h"
#include "core/model/fab.h"

enum { TEXTS_BYTES_MAX = 512 << 20 };

const char *const texts_yaml[] = {"!.samples.yaml", ".yml", ".yaml", NULL};

void share_say(void *ctx, const struct err *err)
{
    (void)ctx;
    err_print(stderr, err);
}

// `dir` made absolute, if it has sources/ in it.
static bool is_share(const char *dir, char out[SHARE_PATH_MAX])
{
    char path[SHARE_PATH_MAX + 16], *real;

    (void)snprintf(path, sizeof(path), "%s/sources", dir);
    if (access(path, R_OK | X_OK) < 0 || (real = realpath(dir, NULL)) == NULL) {
        return false;
    }
    (void)snprintf(out, SHARE_PATH_MAX, "%s", real);
    free(real);
    return true;
}

int share_find(char out[SHARE_PATH_MAX], struct err *err)
{
    static const char *const beside[] = {"../../share", "../share/fabsoc", "../../share/fabsoc"};
    const char *given = getenv("FABSOC_SHARE");
    char self[SHARE_PATH_MAX], dir[SHARE_PATH_MAX + 32];
    ssize_t n;

    if (given && given[0]) {
        return is_share(given, out) ? 0
                                    : err_set(err, E_SYSTEM, "share.none",
                                              "FABSOC_SHARE: %s has no sources/ in it", given);
    }
    n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    while (n > 0 && self[n - 1] != '/') {
        n--;
    }
    for (size_t i = 0; n > 0 && i < ARRAY_LEN(beside); i++) {
        (void)snprintf(dir, sizeof(dir), "%.*s%s", (int)n, self, beside[i]);
        if (is_share(dir, out)) {
            return 0;
        }
    }
    return err_set(err, E_SYSTEM, "share.none",
                   "there is no share/ beside the program; set FABSOC_SHARE");
}

int share_path(const char *name, char out[SHARE_PATH_MAX], struct err *err)
{
    char dir[SHARE_PATH_MAX];
    int rc = share_find(dir, err);

    if (rc < 0) {
        return rc;
    }
    return snprintf(out, SHARE_PATH_MAX, "%s/%s", dir, name) < SHARE_PATH_MAX
               ? 0
               : err_set(err, E_LIMIT, "share.path", "the path of share/ is too long");
}

void texts_init(struct texts *t)
{
    *t = (struct texts){.n = 0};
    arena_init(&t->arena, TEXTS_BYTES_MAX);
}

void texts_free(struct texts *t)
{
    arena_free(&t->arena);
    t->n = t->cap = 0;
}

int texts_add(struct texts *t, const char *path, const char *const *ends, struct err *err)
{
    struct file_tree tree = {NULL, 0};
    struct span show = span_str(path);
    int rc;

    if (access(path, R_OK) < 0) {
        err_at(err, path, 0, 0);
        return err_sys(err, errno, "file.open", "could not be opened");
    }
    while (show.n > 1 && show.p[show.n - 1] == '/') {
        show.n--;
    }
    rc = file_read_tree(AT_FDCWD, path, arena_str(&t->arena, show), ends, &t->arena, &tree, err);
    for (size_t i = 0; i < tree.n && rc == 0; i++) {
        t->file = arena_grow(&t->arena, t->file, t->n, &t->cap, sizeof(*t->file));
        if (!t->file) {
            return err_set(err, E_LIMIT, "file.memory", "the files do not fit into memory");
        }
        t->file[t->n++] = tree.file[i];
    }
    return rc;
}

struct sourceset *share_sources(struct faults *faults, struct err *err)
{
    struct sourceset *set = NULL;
    char path[SHARE_PATH_MAX];
    struct trees trees;
    struct texts t;

    if (share_path("sources", path, err) < 0) {
        return NULL;
    }
    texts_init(&t);
    if (texts_add(&t, path, texts_yaml, err) == 0) {
        trees_open(&trees, t.file, t.n);
        set = sourceset_load_trees(t.file, trees.list.tree, t.n, faults);
        trees_close(&trees);
        if (!set) {
            (void)err_set(err, E_SYSTEM, "source.memory", "the sources do not fit into memory");
        }
    }
    texts_free(&t);
    return set;
}

int share_fab(const char *path, struct faults *faults, struct fab **ret, struct err *err)
{
    struct texts t;
    int rc;

    *ret = NULL;
    texts_init(&t);
    rc = texts_add(&t, path, texts_yaml, err);
    if (rc == 0) {
        *ret = fab_load(t.file, t.n, faults);
    }
    texts_free(&t);
    return rc;
}
