// console_int.h - the console's state, for console*.c only.
// SPDX-License-Identifier: Apache-2.0
#ifndef VIEWS_CONSOLE_INT_H
#define VIEWS_CONSOLE_INT_H

#include "tui/dialog.h"
#include "tui/help.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "views/console.h"
#include "views/view.h"

enum { CONSOLE_TABS = 6, CONSOLE_PENDING = DESK_PENDING, CONSOLE_MODES = 3 };

// An open screen. `waits` counts its unanswered questions; news that came meanwhile are kept as one.
struct frame {
    const struct view_ops *ops;
    uint64_t serial;
    uint64_t asked[VIEW_SLOTS]; // newest ticket of each slot: older answers are dropped
    unsigned waits;
    bool has_news;
    char arg[64];
    _Alignas(16) char state[];
};

// serial 0 = the console's own question (state of the fab).
struct pending {
    uint64_t ticket, serial; // ticket 0 = free
    unsigned slot;
    bool is_call;
};

enum overlay { OVERLAY_NONE, OVERLAY_COMMAND, OVERLAY_INPUT, OVERLAY_DIALOG, OVERLAY_HELP };

struct console {
    struct desk *desk;
    const struct keymap *km;
    struct frame *base[CONSOLE_TABS]; // the views reached by digits, kept open once opened
    size_t tab;
    struct screen_stack stack;
    uint64_t next_ticket, next_serial;
    struct pending pending[CONSOLE_PENDING];
    struct page state;
    bool state_waits, lost;
    utime_t wall, lost_since;
    uint64_t grave; // T0 and T1 incidents of the last state, for the bell

    enum overlay overlay;
    unsigned overlay_action; // what the line or the dialog is for
    char overlay_label[VIEW_ARG], overlay_arg[VIEW_ARG];
    struct prompt command, input;
    struct dialog dialog;
    struct help help;

    char message[VIEW_ARG];
    bool message_is_error;
    bool over, dirty, bell, repaint;
};

struct frame *console_top(const struct console *c);
struct view_env console_env(const struct console *c);
size_t console_modes(const struct console *c, const char *modes[CONSOLE_MODES]);
void console_say(struct console *c, bool is_error, const char *fmt, ...) ATTR_PRINTF(3, 4);
void console_send(struct console *c, struct frame *f, const struct view_msg *m);
void console_act(struct console *c, unsigned action, const char *arg, bool confirmed);
int console_push(struct console *c, const struct view_ops *ops, const char *arg);
void console_pop(struct console *c); // leaves the screen on top, never the last one
void console_tab(struct console *c, size_t tab);

// console_line.c: the command line
bool console_complete(void *ctx, struct span line, size_t i, char out[PROMPT_TEXT]);
void console_command(struct console *c, const char *line);
const char *console_command_help(const struct console *c, const char *line);

#endif
