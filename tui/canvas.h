// canvas.h - the screen as an array of cells; drawing that cannot go wrong at an edge.
// SPDX-License-Identifier: Apache-2.0
//
// A cell holds one character of one or two cells and at most one combining mark, with a colour role.
// Of a wide character the left cell holds the text (width 2), the right one is its tail (width 0).
// Invariants: a tail always follows its head; overwriting one half blanks the other; a wide
// character that would pass the right edge of the clip is not drawn. All coordinates may lie
// outside: what is outside the clip is not drawn. (x, y) is zero-based, x first.
//
// Every text goes through utf8_sanitise(): this is the only way into a cell. Where `ascii` is set
// (the terminal has no UTF-8), a character outside ASCII is written as \uNNNN before layout, so
// that columns still align.
//
// The canvas owns its cells; canvas_resize() is the only call that allocates, besides a scratch
// buffer that stops growing with the longest row.
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/attr.h"
#include "core/base/buf.h"
#include "core/base/span.h"
#include "tui/theme.h"

enum { CANVAS_MAX_W = 1000, CANVAS_MAX_H = 400, CELL_BYTES = 8 };

struct cell {
    char text[CELL_BYTES]; // one character, then at most one mark; UTF-8
    uint8_t len;
    uint8_t width;    // 1 or 2; 0 = the right half of the cell before
    uint8_t style;    // enum style
    uint8_t selected; // the row under the cursor: painted with STYLE_CURSOR on top
};

struct rect {
    int x, y, w, h;
};

enum glyph { GLYPH_H, GLYPH_V, GLYPH_TL, GLYPH_TR, GLYPH_BL, GLYPH_BR, GLYPH_CROSS, GLYPH_COUNT };

struct canvas {
    int w, h;
    struct cell *cell; // h rows of w
    struct rect clip;
    int cursor_x, cursor_y; // where the hardware cursor stands; -1 = bottom left
    bool ascii;             // no UTF-8 on the terminal
    bool lines;             // box lines of Unicode instead of - | +
    struct buf scratch;
};

int canvas_init(struct canvas *c, int w, int h); // 0 or E_LIMIT, E_SYSTEM
void canvas_free(struct canvas *c);
int canvas_resize(struct canvas *c, int w, int h); // clears; on failure the old size stays
void canvas_clear(struct canvas *c);               // blanks all, resets clip and cursor

struct rect canvas_area(const struct canvas *c);
// Sets the clip (cut to the canvas) and returns the one before, to be put back.
struct rect canvas_clip(struct canvas *c, struct rect r);

// Draws at most `cells` cells of `s` and returns the cells used. What does not fit ends with `~`.
int canvas_text(struct canvas *c, int x, int y, int cells, enum style st, struct span s);
int canvas_str(struct canvas *c, int x, int y, int cells, enum style st, const char *s);
int canvas_printf(struct canvas *c, int x, int y, int cells, enum style st, const char *fmt, ...)
    ATTR_PRINTF(6, 7);
// The same, ending at column x + cells - 1.
int canvas_right(struct canvas *c, int x, int y, int cells, enum style st, const char *s);

void canvas_fill(struct canvas *c, struct rect r, char ch, enum style st);
void canvas_glyph(struct canvas *c, int x, int y, enum glyph g, enum style st);
void canvas_hline(struct canvas *c, int x, int y, int w, enum style st);
void canvas_box(struct canvas *c, struct rect r, enum style st); // blanks the inside
void canvas_restyle(struct canvas *c, struct rect r, enum style st);
void canvas_select(struct canvas *c, struct rect r); // marks cells as the cursor row
void canvas_cursor(struct canvas *c, int x, int y);

// The cell at (x, y), which must lie inside.
static inline struct cell *canvas_cell(const struct canvas *c, int x, int y)
{
    return &c->cell[(size_t)y * (size_t)c->w + (size_t)x];
}

#endif
