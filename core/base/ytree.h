// ytree.h - the tree of a YAML text as bytes, and back: what a reader of YAML need not find again.
// SPDX-License-Identifier: Apache-2.0
//
// Numbers are unsigned LEB128 (DWARF 5, 7.6) of at most 32 bits, texts a number and their bytes and a NUL:
//
//   tree    count, then that many nodes, one a document
//   node    0 plain | 1 quoted scalar, line, column, text
//           2 list, line, column, count, nodes
//           3 map, line, column, count, then that many of: line of the key, text of the key, node
//
// ydoc_unpack() takes any bytes: every length is held against what is left and ydoc.h's bounds hold, so
// that whoever walks the tree is as safe as behind ydoc_load(). Whether the tree is the text's is not to
// be seen from here: treecache.h.
#ifndef CORE_BASE_YTREE_H
#define CORE_BASE_YTREE_H

#include "core/base/buf.h"
#include "core/base/ydoc.h"

void ydoc_pack(struct buf *out, const struct ydocs *d);

// False, with nothing of use in *ret: not such bytes, or no memory. `path` as in ydoc_load().
bool ydoc_unpack(struct arena *a, struct span tree, const char *path, struct ydocs *ret);

// The tree where it is given and good, else the text read.
int ydoc_load_tree(struct arena *a, struct span text, struct span tree, const char *path,
                   struct ydocs *ret, struct err *err);

#endif
