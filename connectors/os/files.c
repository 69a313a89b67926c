// files.c - reading trees, atomic writing.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// `whole`: of a regular file less than was asked for is its end.
static int read_fd(int fd, const char *path, size_t max, bool whole, struct buf *ret,
                   struct err *err)
{
    for (;;) {
        char piece[16384];
        ssize_t n = read(fd, piece, sizeof(piece));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            err_at(err, path, 0, 0);
            return err_sys(err, errno, "file.read", "could not be read");
        }
        if (n == 0) {
            return 0;
        }
        if (ret->len + (size_t)n > max) {
            err_at(err, path, 0, 0);
            return err_set(err, E_LIMIT, "file.size", "is longer than %zu bytes", max);
        }
        buf_put(ret, piece, (size_t)n);
        if (!buf_ok(ret)) {
            return err_set(err, E_LIMIT, "file.size", "does not fit into memory");
        }
        if (whole && (size_t)n < sizeof(piece)) {
            return 0;
        }
    }
}

static int read_path(int dirfd, const char *path, size_t max, bool whole, struct buf *ret,
                     struct err *err)
{
    int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int rc;

    if (fd < 0) {
        err_at(err, path, 0, 0);
        return err_sys(err, errno, "file.open", "could not be opened");
    }
    buf_clear(ret);
    rc = read_fd(fd, path, max, whole, ret, err);
    close(fd);
    return rc;
}

int file_read(int dirfd, const char *path, size_t max, struct buf *ret, struct err *err)
{
    return read_path(dirfd, path, max, false, ret, err);
}

struct walk {
    struct arena *a;
    const char *const *ends;
    struct textfile *file;
    size_t n, cap, bytes;
    struct buf text; // of the file in hand
    struct err *err;
};

static bool wanted(const struct walk *w, const char *name)
{
    if (!w->ends) {
        return true;
    }
    for (size_t i = 0; w->ends[i]; i++) {
        if (w->ends[i][0] == '!' && span_ends(span_str(name), span_str(w->ends[i] + 1))) {
            return false;
        }
        if (span_ends(span_str(name), span_str(w->ends[i]))) {
            return true;
        }
    }
    return false;
}

static int add_file(struct walk *w, int dirfd, const char *name, const char *show)
{
    int rc = read_path(dirfd, name, TREE_BYTES_MAX - w->bytes, true, &w->text, w->err);

    if (rc < 0) {
        err_at(w->err, show, 0, 0);
        return rc;
    }
    w->bytes += w->text.len;
    if (w->n == TREE_FILES_MAX) {
        return err_set(w->err, E_LIMIT, "file.count", "more than %d files", TREE_FILES_MAX);
    }
    w->file = arena_grow(w->a, w->file, w->n, &w->cap, sizeof(*w->file));
    if (!w->file) {
        return err_set(w->err, E_LIMIT, "file.memory", "the files do not fit into memory");
    }
    w->file[w->n++] =
        (struct textfile){arena_str(w->a, span_str(show)), arena_span(w->a, buf_span(&w->text))};
    return arena_ok(w->a)
               ? 0
               : err_set(w->err, E_LIMIT, "file.memory", "the files do not fit into memory");
}

static int walk_dir(struct walk *w, int fd, const char *show, unsigned depth);

// `type`: what the directory says of it; a link and the unknown are looked at.
static int walk_entry(struct walk *w, int dirfd, const char *name, const char *show,
                      unsigned char type, unsigned depth)
{
    struct stat st;

    if (type == DT_REG) {
        return wanted(w, name) ? add_file(w, dirfd, name, show) : 0;
    }
    if (fstatat(dirfd, name, &st, 0) < 0) {
        err_at(w->err, show, 0, 0);
        return err_sys(w->err, errno, "file.open", "could not be looked at");
    }
    if (S_ISREG(st.st_mode)) {
        return wanted(w, name) ? add_file(w, dirfd, name, show) : 0;
    }
    if (S_ISDIR(st.st_mode)) {
        int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0) {
            err_at(w->err, show, 0, 0);
            return err_sys(w->err, errno, "file.open", "could not be opened");
        }
        return walk_dir(w, fd, show, depth + 1);
    }
    return 0;
}

static int walk_dir(struct walk *w, int fd, const char *show, unsigned depth)
{
    DIR *d = fdopendir(fd);
    struct dirent *e;
    int rc = 0;

    if (!d) {
        close(fd);
        return err_sys(w->err, errno, "file.open", "could not be read");
    }
    if (depth > TREE_DEPTH_MAX) {
        err_at(w->err, show, 0, 0);
        rc = err_set(w->err, E_LIMIT, "file.depth", "is deeper than %d levels", TREE_DEPTH_MAX);
    }
    while (rc == 0 && (e = readdir(d)) != NULL) {
        if (e->d_name[0] != '.') {
            const char *below = arena_printf(w->a, "%s/%s", show, e->d_name);

            rc = walk_entry(w, dirfd(d), e->d_name, below, e->d_type, depth);
        }
    }
    closedir(d);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    const struct textfile *x = a, *y = b;

    return span_cmp(span_str(x->path), span_str(y->path));
}

int file_read_tree(int dirfd, const char *path, const char *show, const char *const *ends,
                   struct arena *a, struct file_tree *ret, struct err *err)
{
    struct walk w = {.a = a, .ends = ends, .err = err};
    struct stat st;
    int rc;

    buf_init(&w.text, TREE_BYTES_MAX);
    if (fstatat(dirfd, path, &st, 0) == 0 && S_ISREG(st.st_mode)) {
        rc = add_file(&w, dirfd, path, show);
    } else {
        rc = walk_entry(&w, dirfd, path, show, DT_UNKNOWN, 0);
    }
    buf_free(&w.text);
    if (rc < 0) {
        return rc;
    }
    if (w.n) {
        qsort(w.file, w.n, sizeof(*w.file), by_path);
    }
    *ret = (struct file_tree){w.file, w.n};
    return 0;
}

int file_write_all(int fd, struct span bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return E_SYSTEM;
        }
        bytes = span_sub(bytes, (size_t)n, bytes.n);
    }
    return 0;
}

int file_write_atomic(int dirfd, const char *name, struct span bytes, mode_t mode, struct err *err)
{
    char tmp[300];
    int fd, saved;

    (void)snprintf(tmp, sizeof(tmp), "%s.tmp", name);
    fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd >= 0 && fchmod(fd, mode) == 0 && file_write_all(fd, bytes) == 0 && fsync(fd) == 0) {
        close(fd);
        if (renameat(dirfd, tmp, dirfd, name) == 0 && fsync(dirfd) == 0) {
            return 0;
        }
        fd = -1;
    }
    saved = errno;
    if (fd >= 0) {
        close(fd);
    }
    (void)unlinkat(dirfd, tmp, 0);
    err_at(err, name, 0, 0);
    return err_sys(err, saved, "file.write", "could not be written");
}

int file_make_dirs(const char *path, mode_t mode, struct err *err)
{
    char part[4096];
    size_t n = strlen(path);

    if (n >= sizeof(part)) {
        return err_set(err, E_LIMIT, "file.path", "the path is too long");
    }
    for (size_t i = 1; i <= n; i++) {
        if (path[i] == '/' || path[i] == '\0') {
            memcpy(part, path, i);
            part[i] = '\0';
            if (mkdir(part, mode) < 0 && errno != EEXIST) {
                err_at(err, part, 0, 0);
                return err_sys(err, errno, "file.mkdir", "the directory could not be made");
            }
        }
    }
    return 0;
}

static void add_framed(struct digest_ctx *c, struct span s)
{
    char n[4];

    for (unsigned i = 0; i < sizeof(n); i++) {
        n[i] = (char)(s.n >> (8 * i));
    }
    digest_add(c, span_of(n, sizeof(n)));
    digest_add(c, s);
}

struct digest file_tree_digest(const struct textfile *file, size_t n)
{
    struct digest_ctx *c = digest_begin();

    for (size_t i = 0; i < n; i++) {
        add_framed(c, span_str(file[i].path));
        add_framed(c, file[i].text);
    }
    return digest_end(c);
}
