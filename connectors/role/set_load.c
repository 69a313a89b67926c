// set_load.c - installing and loading of sets.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/set_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/os/files.h"

enum { SET_BYTES_MAX = 256 << 20 };

static const char *const yaml_ends[] = {"!.samples.yaml", ".yml", ".yaml", NULL};
static const char *const json_ends[] = {".json", NULL};

static const struct {
    const char *name;
    const char *const *ends; // NULL: one file
} parts[SET_PARTS] = {
    [SET_RULES] = {"rules", yaml_ends},         [SET_SOURCES] = {"sources", yaml_ends},
    [SET_PLAYBOOKS] = {"playbooks", json_ends}, [SET_FAB] = {"fab.yaml", NULL},
    [SET_POLICY] = {"policy.yaml", NULL},       [SET_ROSTER] = {"roster.yaml", NULL},
};

const char *set_part_name(enum set_part p)
{
    return parts[p].name;
}

static bool belongs(const struct textfile *f, enum set_part p)
{
    struct span name = span_str(parts[p].name), path = span_str(f->path);

    return parts[p].ends ? span_starts(path, name) && path.n > name.n && path.p[name.n] == '/'
                         : span_eq(path, name);
}

static int by_path(const void *a, const void *b)
{
    const struct textfile *x = a, *y = b;

    return span_cmp(span_str(x->path), span_str(y->path));
}

static void arrange(struct set *s)
{
    if (s->n) {
        qsort(s->file, s->n, sizeof(*s->file), by_path);
    }
    for (enum set_part p = 0; p < SET_PARTS; p++) {
        size_t i = 0;

        while (i < s->n && !belongs(&s->file[i], p)) {
            i++;
        }
        s->part[p].file = s->file + i;
        for (s->part[p].n = 0; i < s->n && belongs(&s->file[i], p); i++) {
            s->part[p].n++;
        }
    }
    s->digest = file_tree_digest(s->file, s->n);
}

static int add_tree(struct set *s, size_t *cap, int dir, const char *path, enum set_part p,
                    struct err *err)
{
    struct file_tree t = {NULL, 0};
    int rc = file_read_tree(dir, path, parts[p].name, parts[p].ends, &s->arena, &t, err);

    for (size_t i = 0; i < t.n && rc == 0; i++) {
        s->file = arena_grow(&s->arena, s->file, s->n, cap, sizeof(*s->file));
        if (!s->file) {
            return err_set(err, E_LIMIT, "set.memory", "the set does not fit into memory");
        }
        s->file[s->n++] = t.file[i];
    }
    return rc;
}

int set_read(const char *const path[SET_PARTS], struct set *ret, struct err *err)
{
    struct set s = {.n = 0};
    size_t cap = 0;
    int rc = 0;

    arena_init(&s.arena, SET_BYTES_MAX);
    for (enum set_part p = 0; p < SET_PARTS && rc == 0; p++) {
        if (path[p]) {
            rc = add_tree(&s, &cap, AT_FDCWD, path[p], p, err);
        }
    }
    if (rc < 0) {
        arena_free(&s.arena);
        return rc;
    }
    arrange(&s);
    *ret = s;
    return 0;
}

void set_free(struct set *s)
{
    arena_free(&s->arena);
    *s = (struct set){.n = 0};
}

// 0, or -1 with errno.
static int give(int dir, const char *path, mode_t mode, gid_t gid)
{
    if (fchmodat(dir, path, mode, 0) < 0) {
        return -1;
    }
    return gid == (gid_t)-1 ? 0 : fchownat(dir, path, (uid_t)-1, gid, 0);
}

// Makes the directories above the last slash of `path` below `dir`.
static int make_parents(int dir, const char *path, gid_t gid)
{
    char part[1024];

    for (size_t i = 1; path[i] && i < sizeof(part); i++) {
        if (path[i] == '/') {
            memcpy(part, path, i);
            part[i] = '\0';
            if (mkdirat(dir, part, 0750) == 0 ? give(dir, part, 0750, gid) < 0 : errno != EEXIST) {
                return -1;
            }
        }
    }
    return 0;
}

static int write_files(int dir, const struct set *s, gid_t gid, struct err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        const char *path = s->file[i].path;

        if (make_parents(dir, path, gid) < 0) {
            return err_sys(err, errno, "set.write", "the directory of %s could not be made", path);
        }
        if (file_write_atomic(dir, path, s->file[i].text, 0640, err) < 0) {
            return E_SYSTEM;
        }
        if (give(dir, path, 0640, gid) < 0) {
            return err_sys(err, errno, "set.write", "%s could not be given to its group", path);
        }
    }
    return 0;
}

int set_install(int sets_dir, const struct set *s, gid_t gid, struct err *err)
{
    char name[2 * SHA256_LEN + 1], fresh[2 * SHA256_LEN + 8];
    int dir, rc;

    digest_hex(&s->digest, name);
    if (faccessat(sets_dir, name, F_OK, 0) == 0) {
        return 0;
    }
    (void)snprintf(fresh, sizeof(fresh), "%s.new", name); // what a crash left there is completed
    if (mkdirat(sets_dir, fresh, 0750) < 0 && errno != EEXIST) {
        return err_sys(err, errno, "set.write", "the set's directory could not be made");
    }
    dir = openat(sets_dir, fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        return err_sys(err, errno, "set.write", "the set's directory could not be opened");
    }
    rc = give(sets_dir, fresh, 0750, gid) < 0
             ? err_sys(err, errno, "set.write", "the set could not be given to its group")
             : write_files(dir, s, gid, err);
    close(dir);
    if (rc == 0 && (renameat(sets_dir, fresh, sets_dir, name) < 0 || fsync(sets_dir) < 0)) {
        rc = err_sys(err, errno, "set.write", "the set could not be put in its place");
    }
    return rc;
}

int set_load(int sets_dir, const struct digest *digest, struct set *ret, struct err *err)
{
    char name[2 * SHA256_LEN + 1];
    struct set s = {.n = 0};
    size_t cap = 0;
    int dir, rc = 0;

    digest_hex(digest, name);
    dir = openat(sets_dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        return err_sys(err, errno, "set.open", "set %s could not be opened", name);
    }
    arena_init(&s.arena, SET_BYTES_MAX);
    for (enum set_part p = 0; p < SET_PARTS && rc == 0; p++) {
        if (faccessat(dir, parts[p].name, F_OK, 0) == 0) {
            rc = add_tree(&s, &cap, dir, parts[p].name, p, err);
        }
    }
    close(dir);
    if (rc == 0) {
        arrange(&s);
        if (!digest_eq(&s.digest, digest)) {
            rc = err_set(err, E_INPUT, "set.digest", "set %s is not what its name says", name);
        }
    }
    if (rc < 0) {
        arena_free(&s.arena);
        return rc;
    }
    *ret = s;
    return 0;
}
