// console_tty.h - the console on a terminal, or once on paper.
// SPDX-License-Identifier: Apache-2.0
//
// The loop waits on the terminal, the desk and signals; keys are answered at once, data is painted at most
// four times a second. It reads the clocks that console.h gets as parameters.
#ifndef VIEWS_CONSOLE_TTY_H
#define VIEWS_CONSOLE_TTY_H

#include <stdio.h>

#include "core/desk.h"
#include "tui/keymap.h"
#include "tui/term_curses.h"

struct console_options {
    struct term_options term;
    const char *screen; // the first screen, "run:3" or "run 3"; NULL = the overview
    int w, h;           // of a dump
    // Called once everything is open and before the first byte from the desk is looked at: closes the
    // sandbox. May be NULL.
    int (*confine)(struct err *err);
};

enum { CONSOLE_DUMP_MS = 20000 };

// Until the person leaves, the terminal goes or a signal says so: 0, or a code with err.
int console_tty_run(struct desk *desk, const struct keymap *km, const struct console_options *o,
                    struct err *err);
// Waits until the screen is answered (CONSOLE_DUMP_MS at most) and prints it as text.
int console_tty_dump(struct desk *desk, const struct keymap *km, const struct console_options *o,
                     FILE *out, struct err *err);

#endif
