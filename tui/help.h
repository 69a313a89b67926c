// help.h - the keys of a screen, made from the rows of the keymap.
// SPDX-License-Identifier: Apache-2.0
//
// Nothing is written twice: a binding in keys.conf is a line of help. The nearest mode comes first;
// a key that a nearer mode took over is not listed again. Typing filters; Enter gives the action of
// the selected line back, so that help can be run.
#ifndef TUI_HELP_H
#define TUI_HELP_H

#include <stdbool.h>

#include "tui/keymap.h"
#include "tui/prompt.h"
#include "tui/table.h"

enum { HELP_ROWS = 256, HELP_KEYS = 40, HELP_MODES = 4 };

struct help_row {
    uint8_t mode; // index into modes
    uint16_t action;
    char keys[HELP_KEYS];
};

struct help {
    const struct keymap *km;
    char title[80];
    const char *modes[HELP_MODES];
    size_t nmodes;
    struct help_row row[HELP_ROWS]; // all
    size_t nrows;
    uint16_t shown[HELP_ROWS]; // indices of those that pass the filter
    size_t nshown;
    struct table table;
    struct prompt filter;
    const char *(*tr)(const char *); // translation of sentences; may be NULL
};

enum help_result { HELP_STAYS, HELP_CLOSED, HELP_RUN };

void help_open(struct help *h, const struct keymap *km, const char *title, const char *const *modes,
               size_t nmodes, const char *(*tr)(const char *));
void help_close(struct help *h);
// On HELP_RUN `*ret_action` is what to do on the screen below.
enum help_result help_key(struct help *h, int32_t key, unsigned *ret_action);
void help_draw(struct help *h, struct canvas *c, struct rect area);

#endif
