// term_curses.h - the terminal: canvas out, keys in. term_curses.c alone includes curses.h.
// SPDX-License-Identifier: Apache-2.0
//
// One terminal a process (curses holds it in globals). Everything degrades and nothing refuses: an
// unknown TERM becomes vt100, a refused colour becomes mono, a locale without UTF-8 gives a canvas
// that spells characters out. The hardware cursor stands on the selected row after every draw, since
// braille lines and speech follow it. No mouse, no title, no clipboard, no bracketed paste.
//
// The shell polls term_fd(), calls term_read() when it is readable, and term_timeout() when
// KEY_ESC_MS passed while term_pending(). SIGWINCH comes to the shell (signalfd), which calls
// term_resize().
#ifndef TUI_TERM_CURSES_H
#define TUI_TERM_CURSES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct term;

struct term_options {
    const char *color;  // --color: auto, never, 8, 16, 256; NULL = auto
    const char *glyphs; // --glyphs: auto, ascii, unicode (box lines); NULL = auto = ascii lines
};

// Opens the terminal of standard input and output and sizes the canvas. setlocale() comes before.
int term_open(struct term **ret, const struct term_options *o, struct canvas *c, struct err *err);
void term_close(struct term *t); // restores the modes, clears the screen; NULL is allowed

void term_draw(struct term *t, const struct canvas *c);
void term_repaint(struct term *t); // the next draw sends everything
void term_bell(struct term *t);
int term_resize(struct term *t, struct canvas *c); // asks the kernel for the size

int term_fd(const struct term *t);
// Reads what is there; calls `key` for each key. Returns 0, or E_EOF when the terminal is gone.
int term_read(struct term *t, void (*key)(void *ctx, int32_t key), void *ctx);
bool term_pending(const struct term *t);
void term_timeout(struct term *t, void (*key)(void *ctx, int32_t key), void *ctx);

bool term_is_serial(const struct term *t); // no reverse bar, no ticks by the second
enum theme_depth term_depth(const struct term *t);

#endif
