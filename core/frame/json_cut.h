// json_cut.h - where a JSON text ends, by nesting alone.
// SPDX-License-Identifier: Apache-2.0
//
// Reads byte by byte and keeps a few words of state, so a text may arrive in any pieces and be
// nested to any depth. It does not check the grammar: that is the decoder's business. Three rules
// are used to find the next text after a broken one (a line that was cut short must not swallow the
// rest of the file):
//   - a raw line end inside a string is illegal (RFC 8259 section 7): the text ends there;
//   - an opening brace that begins a line is legal only behind '[', ',' or ':': else it begins a new
//     text, and the one before it ends;
//   - inside more than JSON_CUT_DEEP levels, which no decoder of ours takes, it ends the text always.
#ifndef CORE_FRAME_JSON_CUT_H
#define CORE_FRAME_JSON_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

enum { JSON_CUT_DEEP = 64 };

struct json_cut {
    uint64_t depth;
    char prev; // last byte that is no blank, outside strings
    bool begun, line, string, escape, at_start;
};

enum json_step {
    JSON_MORE,   // the byte belongs to the text, which goes on
    JSON_END,    // the byte is the last of the text
    JSON_BLANK,  // between two texts
    JSON_BEFORE, // the text ended before this byte, which was not taken
};

// Reads until a byte says something else than JSON_MORE, or to the end. `ret_used` bytes were read (with
// the one that JSON_BEFORE speaks of), `ret_lines` line ends were among them.
enum json_step json_cut_run(struct json_cut *c, struct span in, size_t *ret_used,
                            uint64_t *ret_lines);

#endif
