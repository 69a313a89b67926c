// rotate.h - which file of a rotation comes next; inside connectors/intake.
// SPDX-License-Identifier: Apache-2.0
//
// logrotate(8) and its like give the file NAME another name, "NAME.1", "NAME-20261122" or, with an extension,
// "app.1.log", and begin a new one. Who was away while that happened more than once finds several that are
// unread: they are read in the order in which they were written last, those that were written after the one
// read before. A packed one (.gz .xz .zst .bz2 .lz4) cannot be read any more: its size is what was lost.
#ifndef CONNECTORS_INTAKE_ROTATE_H
#define CONNECTORS_INTAKE_ROTATE_H

#include <sys/stat.h>

#include "core/base/span.h"
#include "core/base/time.h"

enum { ROTATE_NAME = 256 };

struct rotated {
    char name[ROTATE_NAME];
    ntime_t written; // last
    uint64_t size;
    bool packed;
};

ntime_t rotate_written(const struct stat *st);
// When the file was made; 0 where the file system does not say. A file made after the last record of its inode
// number was received is another one: numbers of deleted files are given again.
ntime_t rotate_made(int fd);
// Whether `sibling` is what a rotation makes of `name`.
bool rotate_of(struct span name, struct span sibling, bool *ret_packed);
// The one written soonest after `after`; not the file `but`. False when there is none.
bool rotate_next(int dir, const char *name, ntime_t after, uint64_t but, struct rotated *ret);

#endif
