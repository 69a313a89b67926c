// trees_home.c - private folders, private files, and this program's name of its build.
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/ctl/trees.h"
#include "connectors/os/files.h"

// The XDG base directory specification 0.8: a path that is not absolute is none.
static bool place(const char *variable, const char *usual, char out[PATH_MAX])
{
    const char *base = getenv(variable), *home = getenv("HOME");
    int n = -1;

    if (base && base[0] == '/') {
        n = snprintf(out, PATH_MAX, "%s/fabsoc", base);
    } else if (home && home[0] == '/') {
        n = snprintf(out, PATH_MAX, "%s/%s/fabsoc", home, usual);
    }
    return n > 0 && n < PATH_MAX;
}

int trees_home(const char *variable, const char *usual)
{
    struct err err = ERR_INIT;
    char path[PATH_MAX];
    struct stat st;
    int fd;

    if (!place(variable, usual, path) || file_make_dirs(path, 0700, &err) < 0) {
        return -1;
    }
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 &&
        (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool read_all(int fd, size_t n, struct buf *ret)
{
    char *at = buf_reserve(ret, n + 1);

    while (at && ret->len < n) {
        ssize_t got = read(fd, ret->p + ret->len, n - ret->len);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        buf_advance(ret, (size_t)got);
    }
    return at != NULL;
}

bool trees_read(int dirfd, const char *name, struct buf *ret)
{
    int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    bool ok;

    if (fd < 0) {
        return false;
    }
    ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
         !(st.st_mode & (S_IRWXG | S_IRWXO)) && st.st_size <= TREECACHE_BYTES_MAX &&
         read_all(fd, (size_t)st.st_size, ret);
    close(fd);
    return ok;
}

static bool is_ours(const char *name)
{
    return strncmp(name, "trees-", 6) == 0;
}

// The one written first, and how many there are.
static size_t oldest(int dirfd, DIR *d, char out[NAME_MAX + 1])
{
    struct timespec first = {0};
    const struct dirent *e;
    size_t n = 0;

    rewinddir(d);
    while ((e = readdir(d)) != NULL) {
        struct stat st;

        if (!is_ours(e->d_name) || fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
            continue;
        }
        if (n++ == 0 || st.st_mtim.tv_sec < first.tv_sec ||
            (st.st_mtim.tv_sec == first.tv_sec && st.st_mtim.tv_nsec < first.tv_nsec)) {
            first = st.st_mtim;
            (void)snprintf(out, NAME_MAX + 1, "%s", e->d_name);
        }
    }
    return n;
}

void trees_prune(int dirfd)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    char name[NAME_MAX + 1];

    while (d && oldest(dirfd, d, name) > TREES_FILES_MAX && unlinkat(dirfd, name, 0) == 0) {
    }
    if (d) {
        closedir(d);
    } else if (fd >= 0) {
        close(fd);
    }
}

static int find_build(struct dl_phdr_info *info, size_t size, void *ctx)
{
    struct span *ret = ctx;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum && ret->n == 0; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        const char *at = (const char *)(info->dlpi_addr + h->p_vaddr);
        const char *end = at + h->p_memsz;

        while (h->p_type == PT_NOTE && (size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *n = (const void *)at;
            size_t name = (n->n_namesz + 3U) & ~3U, desc = (n->n_descsz + 3U) & ~3U;

            if (name + desc > (size_t)(end - at) - sizeof(*n)) {
                break;
            }
            if (n->n_type == NT_GNU_BUILD_ID && name == 4 && memcmp(n + 1, "GNU", 4) == 0) {
                *ret = span_of((const char *)(n + 1) + name, n->n_descsz);
                break;
            }
            at += sizeof(*n) + name + desc;
        }
    }
    return 1; // the program itself comes first
}

struct span trees_build(void)
{
    struct span build = SPAN_NONE;

    (void)dl_iterate_phdr(find_build, &build);
    return build;
}
