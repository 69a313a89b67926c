// ydoc.h - a YAML text as a tree that remembers where every node stood.
// SPDX-License-Identifier: Apache-2.0
//
// Rules, sources, fab model, policy, roster, configuration: all documents of an administrator. One
// reader (libyaml), one kind of fault: path, line, column, code, sentence.
//
// Bounds: 4 MiB a text, 64 levels, 500,000 nodes, 4,096 keys a map. Refused: aliases (no document of ours needs them
// and they make small texts large), duplicate keys, keys that are not scalars, tags other than the
// core schema's. Everything lives in the caller's arena; scalars are terminated copies.
#ifndef CORE_BASE_YDOC_H
#define CORE_BASE_YDOC_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/span.h"

enum {
    YDOC_TEXT_MAX = 4 << 20,
    YDOC_DEPTH_MAX = 64,
    YDOC_NODES_MAX = 500000,
    YDOC_KEYS_MAX = 4096
};

enum ytype { Y_SCALAR, Y_LIST, Y_MAP };

struct ynode {
    enum ytype type;
    bool plain;          // a scalar without quotes: the only kind that may be null, bool or number
    unsigned line, col;  // 1-based
    struct span text;    // scalar
    size_t n;            // children
    struct ynode **item; // list items, or map values
    struct span *key;    // map keys, item[i] belongs to key[i]
    unsigned *key_line;  // where the key stood
};

struct ydocs {
    const char *path; // borrowed from the caller, for faults
    size_t n;         // documents in the text (`---`), empty ones left out
    struct ynode **doc;
};

int ydoc_load(struct arena *a, struct span text, const char *path, struct ydocs *ret,
              struct err *err);

// NULL map or missing key: NULL. So chains of lookups need one test at the end.
struct ynode *y_get(const struct ynode *map, const char *key);
bool y_is_null(const struct ynode *n);         // absent, or plain ~, null, Null, NULL or empty
bool y_bool(const struct ynode *n, bool *ret); // true/false, yes/no, on/off (plain)
bool y_int(const struct ynode *n, int64_t *ret);
struct span y_text(const struct ynode *n); // scalar text, else empty

// Fills err with path, the node's place and the sentence; returns E_INPUT.
int y_fault(const struct ydocs *d, const struct ynode *n, struct err *err, const char *code,
            const char *fmt, ...) ATTR_PRINTF(5, 6);

// Typed access with the fault said: `key` must be there and be of that form.
int y_need_text(const struct ydocs *d, const struct ynode *map, const char *key, struct span *ret,
                struct err *err);
int y_need(const struct ydocs *d, const struct ynode *map, const char *key, enum ytype type,
           struct ynode **ret, struct err *err);
// Every key of `map` is in the NULL-terminated list, else a fault that names the stranger.
int y_only(const struct ydocs *d, const struct ynode *map, const char *const *known,
           struct err *err);

#endif
