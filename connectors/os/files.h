// files.h - whole files and trees of documents; writing so that a crash leaves the old or the new.
// SPDX-License-Identifier: Apache-2.0
//
// Bounds: TREE_FILES_MAX files, TREE_DEPTH_MAX levels, TREE_BYTES_MAX bytes a tree. Only regular
// files and directories are followed; names that begin with a dot are left out. Order is by the bytes
// of the path, the same on every machine.
#ifndef CONNECTORS_OS_FILES_H
#define CONNECTORS_OS_FILES_H

#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/textfile.h"

enum { TREE_FILES_MAX = 20000, TREE_DEPTH_MAX = 8, TREE_BYTES_MAX = 64 << 20 };

struct file_tree {
    struct textfile *file; // in the arena, sorted by path
    size_t n;
};

// Reads the file `path` (relative to `dirfd`, or AT_FDCWD) of at most `max` bytes into `ret`.
int file_read(int dirfd, const char *path, size_t max, struct buf *ret, struct err *err);
// Reads `path`: a directory (all files below it whose name ends with one of `ends`, NULL-terminated
// list, or all when `ends` is NULL; an end behind a '!' that stands first leaves files out), or one file. Paths are `show` + "/" + the path below it.
int file_read_tree(int dirfd, const char *path, const char *show, const char *const *ends,
                   struct arena *a, struct file_tree *ret, struct err *err);

// Writes name.tmp, syncs, renames, syncs the directory.
int file_write_atomic(int dirfd, const char *name, struct span bytes, mode_t mode, struct err *err);
// All of it, through short writes and EINTR. 0 or E_SYSTEM with errno kept.
int file_write_all(int fd, struct span bytes);
// Directories of a path are made with `mode` where they are missing.
int file_make_dirs(const char *path, mode_t mode, struct err *err);

// The digest of a set of documents: SHA-256 over (path length u32, path, text length u32, text) in
// the order of paths.
struct digest file_tree_digest(const struct textfile *file, size_t n);

#endif
