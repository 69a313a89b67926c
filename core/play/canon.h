// canon.h - JSON texts of documents: strict reading, one canonical form, its hash.
// SPDX-License-Identifier: Apache-2.0
//
// Canonical form: RFC 8785 (JCS) for strings, whole numbers within 2^53, true, false, null, arrays
// and objects; keys sorted by UTF-16 code units, no blanks. A fraction is refused: nothing that is
// signed or hashed here needs one. Depth at most CANON_DEPTH, at most CANON_KEYS keys an object.
#ifndef CORE_PLAY_CANON_H
#define CORE_PLAY_CANON_H

#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"

enum { CANON_DEPTH = 32, CANON_KEYS = 512 };

// Strict: one value, no duplicate keys, no trailing bytes, depth within CANON_DEPTH, no U+0000.
// NULL with the fault (code "json.syntax", "json.depth", ...; line and column set) when refused.
json_t *canon_read(struct span text, const char *path, struct err *err);

int canon_put(struct buf *b, json_t *v, struct err *err);
int canon_digest(json_t *v, struct digest *ret, struct err *err);
// The text is its own canonical form.
bool canon_is(struct span text);

#endif
