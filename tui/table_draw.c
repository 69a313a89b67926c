// table_draw.c - columns by rank, rows that can be seen.
// SPDX-License-Identifier: Apache-2.0
#include "tui/table.h"

#include "core/base/utf8.h"

enum { GUTTER = 2 }; // '>' of the cursor, '*' of a mark

void table_layout(const struct colspec *col, size_t ncols, int width, int ret_width[TABLE_COLS])
{
    int left = width + 1; // each column brings one blank, the last does not

    for (size_t i = 0; i < TABLE_COLS; i++) {
        ret_width[i] = 0;
    }
    for (unsigned rank = 1; rank <= TABLE_COLS; rank++) {
        for (size_t i = 0; i < ncols; i++) {
            if (col[i].rank == rank && col[i].min + 1 <= left) {
                ret_width[i] = col[i].min;
                left -= col[i].min + 1;
            }
        }
    }
    for (unsigned rank = 1; rank <= TABLE_COLS; rank++) {
        for (size_t i = 0; i < ncols; i++) {
            int more = col[i].max - ret_width[i];

            if (col[i].rank == rank && ret_width[i] && more > 0) {
                more = more < left ? more : left;
                ret_width[i] += more;
                left -= more;
            }
        }
    }
}

static void draw_titles(const struct table *t, struct canvas *c, struct rect r, const int *width,
                        const struct table_source *src)
{
    int x = r.x + GUTTER;

    for (size_t i = 0; i < t->ncols; i++) {
        const char *title = src->title ? src->title(t->col[i].title) : t->col[i].title;

        if (width[i]) {
            (t->col[i].right ? canvas_right : canvas_str)(c, x, r.y, width[i], STYLE_TITLE, title);
            x += width[i] + 1;
        }
    }
}

static void draw_row(const struct table *t, struct canvas *c, struct rect r, const int *width,
                     const struct table_source *src, size_t row)
{
    int x = r.x + GUTTER;
    bool selected = row == t->at;

    canvas_str(c, r.x, r.y, 1, STYLE_NORMAL, selected ? ">" : " ");
    canvas_str(c, r.x + 1, r.y, 1, STYLE_NORMAL, table_marked(t, &t->id[row]) ? "*" : " ");
    for (size_t i = 0; i < t->ncols; i++) {
        struct table_cell cell = {.style = STYLE_NORMAL};

        if (!width[i]) {
            continue;
        }
        src->cell(src->ctx, row, i, &cell);
        (t->col[i].right ? canvas_right : canvas_str)(c, x, r.y, width[i], cell.style, cell.text);
        x += width[i] + 1;
    }
    if (selected) {
        canvas_select(c, r);
        canvas_cursor(c, r.x, r.y);
    }
}

static bool has_heading(const struct table *t, const struct table_source *src, size_t row)
{
    (void)t;
    return src->section &&
           (row == 0 || strcmp(src->section(src->ctx, row), src->section(src->ctx, row - 1)) != 0);
}

// Moves `top` so that the selected row is on the screen, headings counted.
static void scroll(struct table *t, const struct table_source *src, int lines)
{
    if (t->top > t->at) {
        t->top = t->at;
    }
    while (t->top < t->at) {
        int need = 0;

        for (size_t i = t->top; i <= t->at && need <= lines; i++) {
            need += 1 + has_heading(t, src, i);
        }
        if (need <= lines) {
            return;
        }
        t->top++;
    }
}

void table_draw(struct table *t, struct canvas *c, struct rect r, const struct table_source *src)
{
    int width[TABLE_COLS], y = r.y + 1, end = r.y + r.h;

    if (r.h < 2 || r.w <= GUTTER) {
        return;
    }
    table_layout(t->col, t->ncols, r.w - GUTTER, width);
    draw_titles(t, c, r, width, src);
    if (t->n == 0) {
        canvas_str(c, r.x + GUTTER, y, r.w - GUTTER, STYLE_STALE, src->empty ? src->empty : "");
        return;
    }
    scroll(t, src, r.h - 1);
    t->page = 0;
    for (size_t row = t->top; row < t->n && y < end; row++) {
        if (has_heading(t, src, row)) {
            if (y + 1 >= end && row != t->at) {
                break;
            }
            int x = r.x + canvas_printf(c, r.x, y, r.w - 4, STYLE_TITLE, "-- %s ",
                                        src->section(src->ctx, row));

            canvas_hline(c, x, y++, r.x + r.w - x, STYLE_TITLE);
        }
        draw_row(t, c, (struct rect){r.x, y++, r.w, 1}, width, src, row);
        t->page++;
    }
}
