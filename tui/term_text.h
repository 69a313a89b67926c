// term_text.h - a canvas as text: for tests, --dump and reports.
// SPDX-License-Identifier: Apache-2.0
#ifndef TUI_TERM_TEXT_H
#define TUI_TERM_TEXT_H

#include "core/base/buf.h"
#include "tui/canvas.h"

// One line a row, blanks at its end removed, '\n' after each; UTF-8. Text alone: what a terminal
// without colour shows.
void term_text(const struct canvas *c, struct buf *out);

// The colour roles in the same shape: one letter of style.def a cell, upper layer '>' for the
// cursor row, '.' for plain. For tests of attributes apart from text.
void term_text_styles(const struct canvas *c, struct buf *out);

#endif
