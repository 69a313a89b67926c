// keymap.h - which key means which action, per mode. Keys hold no logic.
// SPDX-License-Identifier: Apache-2.0
//
// The text (share/keys.conf, and the user's own file in the same form) has lines
//
//     bind MODE ACTION KEY...        # comment
//
// A later line for the same mode and key wins, so the user's file is parsed behind the default one;
// `unbind MODE KEY...` takes keys away. Actions are those of tui/action.def and of the table that
// the program passes (numbered from TUI_ACTION_COUNT). A mode is a screen, a kind of widget or
// `global`; a look-up names the modes from the nearest to the farthest.
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/textfile.h"

enum tui_action {
    ACTION_NONE,
#define ACTION(NAME, name, help) ACTION_##NAME,
#include "tui/action.def"
#undef ACTION
    TUI_ACTION_COUNT
};

struct action_row {
    const char *name, *help;
};

enum { KEYMAP_MAX = 512, KEYMAP_MODES = 32, KEYMAP_MODE_TEXT = 16 };

struct key_row {
    uint8_t mode;
    uint16_t action;
    int32_t key;
};

struct keymap {
    const struct action_row *extra; // the program's actions
    size_t nextra;
    char mode[KEYMAP_MODES][KEYMAP_MODE_TEXT];
    size_t nmodes;
    struct key_row row[KEYMAP_MAX]; // in the order of the text: the order of help
    size_t n;
};

void keymap_init(struct keymap *km, const struct action_row *extra, size_t nextra);
// Adds the lines of a text. Every faulty line is told to `faults` (path, line, column) and left
// out; the rest stands. Returns 0, or E_INPUT when a line was refused.
int keymap_parse(struct keymap *km, const struct textfile *tf, struct faults *faults);

// The action of a key in the first of the named modes that binds it; ACTION_NONE when none does.
unsigned keymap_find(const struct keymap *km, const char *const *modes, size_t nmodes, int32_t key);

const struct action_row *keymap_action(const struct keymap *km, unsigned action);
unsigned keymap_action_of(const struct keymap *km, struct span name); // ACTION_NONE: unknown
int keymap_mode_of(const struct keymap *km, struct span name);        // -1: unknown

// The first key of an action in these modes, or K_NONE: for footers.
int32_t keymap_key_of(const struct keymap *km, const char *const *modes, size_t nmodes,
                      unsigned action);

#endif
