// table.h - a list that never moves under the cursor.
// SPDX-License-Identifier: Apache-2.0
//
// Rows are known by 16-byte ids, never by their place: the selection and the marks follow the ids.
// The table holds the order of the ids shown; what stands in the cells stays with the caller and is
// asked for by index while drawing, only for rows that can be seen.
//
// Live and frozen: a live table takes every new order (table_update). As soon as the cursor moves
// the table is frozen: the order stays, table_update() only counts the ids that are not shown
// (`+N new`) and keeps the new order aside; table_follow() takes it. Values inside shown rows may
// change at any time. When the selected id is gone from a new order, the row at its place is
// selected.
//
// Paging by keyset: the caller adds pages behind the end with table_append() when
// table_wants_more() says that the cursor comes near it and `more` is set.
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/span.h"
#include "tui/canvas.h"

enum { TABLE_ROWS = 4096, TABLE_MARKS = 512, TABLE_COLS = 16, TABLE_CELL = 256 };

struct rowid {
    unsigned char b[16];
};

static inline bool rowid_eq(const struct rowid *a, const struct rowid *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

// A column as data. Columns are taken by rank (1 = the last to go) if their least width still fits;
// what is left over goes to them by rank, up to `max`. A wider screen adds columns.
struct colspec {
    const char *title;
    uint8_t rank;
    uint8_t min, max;
    bool right; // numbers stand at the right edge
};

struct table_cell {
    char text[TABLE_CELL]; // terminated; may hold raw text from outside
    enum style style;
};

struct table_source {
    void *ctx;
    void (*cell)(void *ctx, size_t row, size_t col, struct table_cell *out);
    // The heading above a row; a line is drawn where it differs from that of the row before. May be NULL.
    const char *(*section)(void *ctx, size_t row);
    const char *(*title)(const char *title); // translation; may be NULL
    const char *empty;                       // said instead of rows; never reads like an error
};

struct table {
    const struct colspec *col;
    size_t ncols;
    struct rowid *id;
    size_t n, cap;
    struct rowid *aside; // the newest order while frozen
    size_t naside, aside_cap;
    struct rowid cur; // selected, valid while n > 0
    size_t at, top;   // its index; first row drawn
    int page;         // rows drawn last time
    struct rowid mark[TABLE_MARKS];
    size_t nmarks;
    bool freezes; // whether moving the cursor freezes (a list that grows) or not (a fixed one)
    bool frozen, more;
    size_t nnew;
};

void table_init(struct table *t, const struct colspec *col, size_t ncols, bool freezes);
void table_free(struct table *t);

// Takes a new order (or, frozen, sets it aside). Returns true when it is the one shown now. Rows
// beyond TABLE_ROWS are not taken; `more` says so.
bool table_update(struct table *t, const struct rowid *id, size_t n);
bool table_append(struct table *t, const struct rowid *id, size_t n);
// Live again: takes the order set aside. Returns true when it changed.
bool table_follow(struct table *t);
void table_freeze(struct table *t);

const struct rowid *table_selected(const struct table *t);  // NULL when empty
bool table_select(struct table *t, const struct rowid *id); // false: not shown
bool table_marked(const struct table *t, const struct rowid *id);
bool table_wants_more(const struct table *t);

// Movement, marks, follow: returns false when the action is none of its own.
bool table_act(struct table *t, unsigned action);

// "LIVE", "FROZEN" and the count of what is new.
void table_status(const struct table *t, char *out, size_t size);

// Titles, then rows. The hardware cursor goes to the selected row.
void table_draw(struct table *t, struct canvas *c, struct rect r, const struct table_source *src);

// The columns kept at a width, and their widths (0 = left out). For tests and wide exports.
void table_layout(const struct colspec *col, size_t ncols, int width, int ret_width[TABLE_COLS]);

#endif
