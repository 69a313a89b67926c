// json.h - one JSON text (RFC 8259) to flat fields, in one pass.
// SPDX-License-Identifier: Apache-2.0
//
// `{"a":{"b":[1,{"c":"x"}]}}` gives a.b = 1, a.b.c = "x"; see struct okv. Types are kept; an integer
// that fits 64 bits is never seen as a double. Nothing is copied but escaped strings and joined names.
// No recursion: at most JSON_DEPTH levels, deeper is a fault. A byte order mark before the text is
// passed over; bytes in strings that are no UTF-8 stay as they are; half a surrogate pair becomes
// U+FFFD.
#ifndef CORE_DECODE_JSON_H
#define CORE_DECODE_JSON_H

#include "core/decode/fields.h"

enum { JSON_DEPTH = 64 };

struct json_fault {
    const char *why; // NULL: the text is right
    size_t at;       // byte in the text
};

// Adds the fields of `text` to `out`. At a fault those read before it stand.
bool json_flatten(struct span text, struct fields *out, struct json_fault *fault);

#endif
