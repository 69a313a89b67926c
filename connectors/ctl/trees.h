// trees.h - what was read of documents the last time: a cache between two runs.
// SPDX-License-Identifier: Apache-2.0
//
// One file for one list of documents and one build of the program, `trees-<16 hex>` in
// $XDG_CACHE_HOME/fabsoc, at most TREES_FILES_MAX of them; what it holds and why it cannot change what a rule
// says is core/base/treecache.h. Its key is $XDG_STATE_HOME/fabsoc/cache.key, mode 0600, made when it is
// missing. Folders and files must be the caller's own and closed to others, or there is no cache.
// FABSOC_CACHE=off: none either. Not for `check`, which is asked about the text, nor for the service, which
// loads its sets before its sandbox closes and has no folder to write into.
#ifndef CONNECTORS_CTL_TREES_H
#define CONNECTORS_CTL_TREES_H

#include "core/base/treecache.h"

enum { TREES_FILES_MAX = 16, TREES_WORTH = 64 * 1024 }; // fewer bytes of texts are read without

struct trees {
    struct arena arena;
    struct buf file;      // as it was found
    struct treelist list; // .tree NULL: no cache
    bool refused;         // a file was there that is not as it was written: said to standard error
};

// Cannot fail: without a cache every text is read. The trees live until trees_close().
void trees_open(struct trees *t, const struct textfile *file, size_t n);
void trees_close(struct trees *t);

// ---- trees_home.c: where they lie

// A folder of the caller's alone below $`variable` or $HOME/`usual`, made where it is missing; -1: none.
int trees_home(const char *variable, const char *usual);
// A file of the caller's alone; false: none, or others may have had it in hand.
bool trees_read(int dirfd, const char *name, struct buf *ret);
// Forgets the oldest files beyond TREES_FILES_MAX.
void trees_prune(int dirfd);
// The build of this program, as the linker named it; empty: it did not.
struct span trees_build(void);

#endif
