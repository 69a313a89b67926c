// console.h - the console without a terminal: screens, questions, answers, keys, the frame around them.
// SPDX-License-Identifier: Apache-2.0
//
// The console carries out what views ask for (view.h) over the desk port, brings the answers back to
// the view that asked, and draws rows 1 and 2, the message line and the keys. It waits for nothing: a
// key changes the screen at once and questions go out behind it. Time comes in with console_tick().
// console_main.c adds the terminal; tests drive it with a fake desk and print the canvas.
#ifndef VIEWS_CONSOLE_H
#define VIEWS_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/time.h"
#include "core/desk.h"
#include "tui/canvas.h"
#include "tui/keymap.h"

struct console;

// The desk and the keymap are borrowed and outlive the console. NULL when there is no memory.
struct console *console_new(struct desk *desk, const struct keymap *km, utime_t wall);
void console_free(struct console *c); // does not close the desk

// Opens a screen by code on top of the others; E_USAGE when there is no such screen.
int console_show(struct console *c, struct span code, const char *arg, struct err *err);

void console_key(struct console *c, int32_t key);
void console_answers(struct console *c); // takes all answers that wait at the desk
// About once a second: wall time, and a new look at the state of the fab.
void console_tick(struct console *c, utime_t wall);
void console_draw(struct console *c, struct canvas *canvas);

// True when the screen on top and the state were answered at least once: a dump may be taken.
bool console_ready(const struct console *c);
const char *console_message(const struct console *c); // the message line, "" when empty
bool console_is_over(const struct console *c);        // the person left
bool console_take_dirty(struct console *c);           // something changed since the last call
bool console_take_bell(struct console *c);            // a T0 or T1 incident appeared
bool console_take_repaint(struct console *c);         // Ctrl-L

#endif
