// share.h - where the installed tree's share/ is, and what the commands load from it.
// SPDX-License-Identifier: Apache-2.0
//
// FABSOC_SHARE, else relative to the program: DIR/../../share (a build in build/MODE) or
// DIR/../share/fabsoc (an installed prefix). A folder counts when it has sources/ in it.
#ifndef CONNECTORS_CTL_SHARE_H
#define CONNECTORS_CTL_SHARE_H

#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/textfile.h"

struct fab;
struct sourceset;

enum { SHARE_PATH_MAX = 4096 };

// The folder itself. E_SYSTEM when there is none.
int share_find(char out[SHARE_PATH_MAX], struct err *err);
// The folder or file `name` in it.
int share_path(const char *name, char out[SHARE_PATH_MAX], struct err *err);
// All source files of share/sources; what they are wrong in is said. NULL: could not (err says why).
struct sourceset *share_sources(struct faults *faults, struct err *err);

// The model that FILE holds; NULL with its faults said when it is refused. E_*: it could not be read.
int share_fab(const char *path, struct faults *faults, struct fab **ret, struct err *err);

// A list of texts that grows with each path that is read into it.
struct texts {
    struct arena arena;
    struct textfile *file;
    size_t n, cap;
};

void texts_init(struct texts *t);
void texts_free(struct texts *t);
// Adds a file, or all files below a directory that end with one of `ends` (NULL-terminated list).
int texts_add(struct texts *t, const char *path, const char *const *ends, struct err *err);
extern const char *const texts_yaml[]; // .yml and .yaml

// The graver of two exit statuses (enum ctl_exit stands in order of gravity).
static inline int ctl_worse(int a, int b)
{
    return a > b ? a : b;
}

// Receives faults: each is printed to standard error; `ctx` is not used.
void share_say(void *ctx, const struct err *err);

#endif
