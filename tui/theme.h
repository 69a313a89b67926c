// theme.h - from a colour role and a number of colours to a paint.
// SPDX-License-Identifier: Apache-2.0
//
// Views name roles (style.def); this table alone knows colours. Depths: mono, 8, 16, 256. A role
// has a paint at every depth and a second sign that does not depend on colour at all.
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

enum style {
#define STYLE(NAME, name, letter, p8, p16, p256, mono, meaning) STYLE_##NAME,
#include "tui/style.def"
#undef STYLE
    STYLE_COUNT
};

enum theme_depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_COUNT };

enum { A_B = 1, A_R = 2, A_U = 4 }; // bold, reverse, underline

struct paint {
    int16_t fg, bg; // colour number, -1 = the terminal's default
    uint8_t attr;   // A_*
};

struct paint theme_paint(enum style s, enum theme_depth d);
char theme_letter(enum style s);
const char *theme_name(enum style s);
const char *theme_meaning(enum style s);

// What to use: `asked` is the value of --color (auto, never, 8, 16, 256; empty = auto), `no_color`
// whether NO_COLOR is set and not empty (no-color.org), `colors` what terminfo says (below 8 = none).
// Never more than the terminal has, except where a number is asked for. False: `asked` is unknown.
bool theme_depth_of(struct span asked, bool no_color, int colors, enum theme_depth *ret);

#endif
