// treecache.h - trees of many texts in one file that is checked, never trusted.
// SPDX-License-Identifier: Apache-2.0
//
// A tree is found by the SHA-256 of its whole text, so a text that was changed has none. All of the file
// is under an HMAC-SHA-256 (RFC 2104) whose key does not stand beside it: who can write the file and not
// read the key cannot make a tree of his own pass, and a disk cannot either. A file of another form, of
// another reader of YAML, cut or changed is refused as a whole; then every text is read as if there were none.
//
//   file    magic 16 bytes, reader 32 bytes, count u32, then that many rows sorted by digest:
//           digest 32 bytes, from u32, length u32 (within the file); the trees (ytree.h); HMAC 32 bytes
#ifndef CORE_BASE_TREECACHE_H
#define CORE_BASE_TREECACHE_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/textfile.h"

enum { TREECACHE_BYTES_MAX = 256 << 20, TREECACHE_KEY_MIN = 32 };

enum treecache_state {
    TREECACHE_GOOD,
    TREECACHE_FOREIGN, // not such a file, or written by another version
    TREECACHE_CHANGED, // cut, or not as it was written with this key
};

struct treecache {
    struct span file; // borrowed; empty: no tree is known
    size_t n;
};

// Who reads the texts: the program's build, libyaml's version, ydoc.h's bounds.
struct digest treecache_reader(struct span build);

// Anything but GOOD leaves a cache without a tree.
enum treecache_state treecache_open(struct treecache *c, struct span file, struct span key,
                                    const struct digest *reader);
struct span treecache_find(const struct treecache *c, const struct digest *text);

// The trees of the texts, those that `c` does not know read now. The tree of a text that cannot be read
// is empty: whoever loads it says why. Trees point into the cache's file or into `a`.
struct treelist {
    struct digest *text;
    struct span *tree; // by text
    size_t n, found, made;
};

// False without memory.
bool treelist_make(struct treelist *l, struct arena *a, const struct treecache *c,
                   const struct textfile *file, size_t n);
// Writes a file of all trees of the list; false when there are too many bytes.
bool treelist_write(const struct treelist *l, struct arena *a, struct span key,
                    const struct digest *reader, struct buf *out);

#endif
