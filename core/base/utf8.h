// utf8.h - reading UTF-8, the width of text in cells, and the one sanitiser.
// SPDX-License-Identifier: Apache-2.0
//
// This is a security boundary: a terminal escape in a log line is an attack on the operator
// (CVE-2003-0063 and its family), and ncurses does not stop newlines, backspaces, bidirectional
// controls or tag characters. Every byte that came from outside passes utf8_sanitise() before it
// reaches a cell, a log line or an export; nothing else in the tree may decide what is printable.
//
// What comes out: valid UTF-8 whose characters are printable, assigned to a width of 1 or 2 cells,
// plus at most one combining mark a base character. What went in and may not stay is shown, not
// dropped: a bad byte as \xNN, a control as \xNN, a format or bidirectional control, a tag, a
// private, unassigned or invisible character (filler, variation selector) as <U+NNNN>. An escape is
// never taken apart, neither by a limit in cells nor by one in bytes. The backslash itself stays (text stays readable;
// the result is for people, it is not meant to be decoded again).
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/span.h"

// Decodes one character (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF) and moves
// `*s` behind it. A byte that begins no valid character is returned as -1 - byte, and one byte is
// consumed. `s` must not be empty.
int32_t utf8_next(struct span *s);
size_t utf8_put(uint32_t cp, char out[4]); // bytes written
bool utf8_valid(struct span s);

// Cells a character takes: 0 combining, 1, 2 wide, -1 not printable (control, format, private,
// noncharacter). Ambiguous width counts as 1 (Unicode Annex 11, narrow context).
int utf8_width(uint32_t cp);
size_t utf8_cells(struct span clean); // of sanitised text

// Appends the sanitised form of `s`; stops before a character that would pass `max_cells`
// (SIZE_MAX = no limit) and returns the cells written.
size_t utf8_sanitise(struct buf *out, struct span s, size_t max_cells);
// The same into a fixed buffer, always terminated, cut at a character border. Returns bytes.
size_t utf8_sanitise_str(struct span s, char *out, size_t size);

// The longest prefix of sanitised text that fits into `cells`; `ret_cells` gets its width.
struct span utf8_cut(struct span clean, size_t cells, size_t *ret_cells);

#endif
