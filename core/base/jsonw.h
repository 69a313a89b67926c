// jsonw.h - writing JSON into a buffer, one value after the other.
// SPDX-License-Identifier: Apache-2.0
//
// A writer, not a tree: commas and colons are put by themselves. Strings are escaped per RFC 8259;
// bytes that are not UTF-8 are written as the text \xNN (a JSON string can hold no raw bytes), so
// every output is valid JSON. The order of keys is the caller's; canonical JSON (RFC 8785) sorts
// them and is core/play's business. Depth is bounded at 32; deeper sets the buffer's error.
#ifndef CORE_BASE_JSONW_H
#define CORE_BASE_JSONW_H

#include "core/base/buf.h"

struct jsonw {
    struct buf *b;
    unsigned depth;
    bool comma[33]; // a value already stands on this level
    bool key;       // a key was written, its value is next
};

static inline struct jsonw jsonw_of(struct buf *b)
{
    return (struct jsonw){.b = b};
}

void jsonw_open(struct jsonw *w, char kind); // '{' or '['
void jsonw_close(struct jsonw *w, char kind);
void jsonw_key(struct jsonw *w, struct span name);
void jsonw_str(struct jsonw *w, struct span s);
void jsonw_i64(struct jsonw *w, int64_t v);
void jsonw_u64(struct jsonw *w, uint64_t v);
void jsonw_double(struct jsonw *w, double v); // shortest form that reads back the same
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);
void jsonw_raw(struct jsonw *w, struct span json); // already JSON, trusted by the caller

// Key and value in one; `key` is a C string.
void jsonw_kstr(struct jsonw *w, const char *key, struct span s);
void jsonw_ki64(struct jsonw *w, const char *key, int64_t v);
void jsonw_ku64(struct jsonw *w, const char *key, uint64_t v);
void jsonw_kbool(struct jsonw *w, const char *key, bool v);

#endif
