// json_index.h - where the tokens of a JSON text begin, 64 bytes at a time; internal to core/decode.
// SPDX-License-Identifier: Apache-2.0
//
// The first of two passes (Langdale, Lemire: Parsing Gigabytes of JSON per Second, VLDB Journal 28,
// 2019, section 3.1). It finds brackets, colons, commas outside of strings, opening quotes, and the
// first bytes of numbers and words; everything inside of strings is checked here (control characters,
// escapes, the four digits of \u), the grammar by the second pass (json_take.c). Needs AVX2 and PCLMUL;
// without them json_index() says no and the plain reader (json.h) does the work.
#ifndef CORE_DECODE_JSON_INDEX_H
#define CORE_DECODE_JSON_INDEX_H

#include "core/base/span.h"

struct json_index {
    uint32_t *at; // offsets of tokens, then the length of the text twice
    size_t n;
    uint64_t *back; // one bit a byte: it is a backslash
    size_t cap;     // bytes of text that both have room for
};

// False: this processor cannot, no memory, the text is longer than 2^31, or a string in it is wrong.
bool json_index(struct json_index *x, struct span text);
void json_index_free(struct json_index *x);

// Whether one of the bytes from..to-1 is a backslash.
bool json_index_escaped(const struct json_index *x, size_t from, size_t to);

// Undoes the escapes of a string that json_index() found right; `out` has room for in.n + 32 bytes.
// Returns the length.
size_t json_index_unescape(struct span in, char *out);

#endif
