// canvas.c - cells, clip, text.
// SPDX-License-Identifier: Apache-2.0
#include "tui/canvas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/utf8.h"

static const struct cell blank = {.text = " ", .len = 1, .width = 1};

int canvas_init(struct canvas *c, int w, int h)
{
    *c = (struct canvas){.cursor_x = -1, .cursor_y = -1};
    buf_init(&c->scratch, 64 * (size_t)CANVAS_MAX_W);
    return canvas_resize(c, w, h);
}

void canvas_free(struct canvas *c)
{
    free(c->cell);
    buf_free(&c->scratch);
    *c = (struct canvas){0};
}

int canvas_resize(struct canvas *c, int w, int h)
{
    struct cell *cell;

    if (w < 1 || h < 1 || w > CANVAS_MAX_W || h > CANVAS_MAX_H) {
        return E_LIMIT;
    }
    cell = calloc((size_t)w * (size_t)h, sizeof(*cell));
    if (!cell) {
        return E_SYSTEM;
    }
    free(c->cell);
    c->cell = cell;
    c->w = w;
    c->h = h;
    canvas_clear(c);
    return 0;
}

void canvas_clear(struct canvas *c)
{
    for (size_t i = 0; i < (size_t)c->w * (size_t)c->h; i++) {
        c->cell[i] = blank;
    }
    c->clip = canvas_area(c);
    c->cursor_x = c->cursor_y = -1;
}

struct rect canvas_area(const struct canvas *c)
{
    return (struct rect){0, 0, c->w, c->h};
}

static struct rect intersect(struct rect a, struct rect b)
{
    int x0 = a.x > b.x ? a.x : b.x, y0 = a.y > b.y ? a.y : b.y;
    int x1 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int y1 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;

    return (struct rect){x0, y0, x1 > x0 ? x1 - x0 : 0, y1 > y0 ? y1 - y0 : 0};
}

struct rect canvas_clip(struct canvas *c, struct rect r)
{
    struct rect old = c->clip;

    c->clip = intersect(r, canvas_area(c));
    return old;
}

static bool inside(const struct canvas *c, int x, int y, int w)
{
    return y >= c->clip.y && y < c->clip.y + c->clip.h && x >= c->clip.x &&
           x + w <= c->clip.x + c->clip.w;
}

// Blanks a cell together with the other half of a wide character it belongs to.
static void clear_cell(struct canvas *c, int x, int y)
{
    struct cell *cell = canvas_cell(c, x, y);

    if (cell->width == 0 && x > 0) {
        *canvas_cell(c, x - 1, y) = blank;
    } else if (cell->width == 2 && x + 1 < c->w) {
        *canvas_cell(c, x + 1, y) = blank;
    }
    *cell = blank;
}

static void put_cell(struct canvas *c, int x, int y, enum style st, struct span text, int width)
{
    struct cell *cell;

    if (!inside(c, x, y, width) || text.n > CELL_BYTES) {
        return;
    }
    for (int i = 0; i < width; i++) {
        clear_cell(c, x + i, y);
    }
    cell = canvas_cell(c, x, y);
    *cell = (struct cell){.len = (uint8_t)text.n, .width = (uint8_t)width, .style = (uint8_t)st};
    memcpy(cell->text, text.p, text.n);
    if (width == 2) {
        cell[1] = (struct cell){.width = 0, .style = (uint8_t)st};
    }
}

// One base character and its mark, of sanitised text.
static struct span take_cell(struct span *s, int *ret_width)
{
    struct span start = *s, next;
    int32_t cp = utf8_next(s);

    *ret_width = cp < 0 ? 1 : utf8_width((uint32_t)cp);
    next = *s;
    if (next.n && (cp = utf8_next(&next)) >= 0 && utf8_width((uint32_t)cp) == 0) {
        *s = next;
    }
    return span_of(start.p, start.n - s->n);
}

// Rewrites what is not ASCII as \uNNNN, for terminals without UTF-8.
static void spell_ascii(struct buf *b)
{
    char *copy;
    struct span s = buf_span(b);
    size_t n = s.n;
    bool plain = true;

    for (size_t i = 0; i < n; i++) {
        plain = plain && (unsigned char)s.p[i] < 0x80;
    }
    if (plain || !(copy = malloc(n))) {
        return;
    }
    memcpy(copy, s.p, n);
    buf_clear(b);
    s = span_of(copy, n);
    while (s.n) {
        int32_t cp = utf8_next(&s);

        if (cp >= 0 && cp < 0x80) {
            buf_u8(b, (uint8_t)cp);
        } else {
            buf_printf(b, cp > 0xffff ? "\\u{%x}" : "\\u%04x", (unsigned)cp);
        }
    }
    free(copy);
}

int canvas_text(struct canvas *c, int x, int y, int cells, enum style st, struct span s)
{
    size_t have;
    bool cut;
    struct span left;
    int at = x;

    if (cells <= 0) {
        return 0;
    }
    buf_clear(&c->scratch);
    have = utf8_sanitise(&c->scratch, s, (size_t)cells + 8);
    if (c->ascii) {
        spell_ascii(&c->scratch);
        have = utf8_cells(buf_span(&c->scratch));
    }
    cut = have > (size_t)cells;
    left = utf8_cut(buf_span(&c->scratch), (size_t)(cut ? cells - 1 : cells), NULL);
    while (left.n) {
        int w;
        struct span one = take_cell(&left, &w);

        put_cell(c, at, y, st, one, w);
        at += w;
    }
    if (cut) {
        put_cell(c, at++, y, st, SPAN_LIT("~"), 1);
    }
    return at - x;
}

int canvas_str(struct canvas *c, int x, int y, int cells, enum style st, const char *s)
{
    return canvas_text(c, x, y, cells, st, span_str(s));
}

int canvas_printf(struct canvas *c, int x, int y, int cells, enum style st, const char *fmt, ...)
{
    char text[4 * CANVAS_MAX_W];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return n < 0 ? 0 : canvas_text(c, x, y, cells, st, span_str(text));
}

int canvas_right(struct canvas *c, int x, int y, int cells, enum style st, const char *s)
{
    size_t w;

    if (cells <= 0) {
        return 0;
    }
    buf_clear(&c->scratch);
    w = utf8_sanitise(&c->scratch, span_str(s), (size_t)cells);
    if (c->ascii) {
        spell_ascii(&c->scratch);
        w = utf8_cells(buf_span(&c->scratch));
    }
    return canvas_str(c, w < (size_t)cells ? x + cells - (int)w : x, y, cells, st, s);
}

void canvas_fill(struct canvas *c, struct rect r, char ch, enum style st)
{
    r = intersect(r, c->clip);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            put_cell(c, x, y, st, span_of(&ch, 1), 1);
        }
    }
}

void canvas_glyph(struct canvas *c, int x, int y, enum glyph g, enum style st)
{
    static const char *const ascii[GLYPH_COUNT] = {"-", "|", "+", "+", "+", "+", "+"};
    static const char *const lines[GLYPH_COUNT] = {"─", "│", "┌", "┐", "└", "┘", "┼"};

    put_cell(c, x, y, st, span_str(c->lines && !c->ascii ? lines[g] : ascii[g]), 1);
}

void canvas_hline(struct canvas *c, int x, int y, int w, enum style st)
{
    for (int i = 0; i < w; i++) {
        canvas_glyph(c, x + i, y, GLYPH_H, st);
    }
}

void canvas_box(struct canvas *c, struct rect r, enum style st)
{
    if (r.w < 2 || r.h < 2) {
        return;
    }
    canvas_fill(c, r, ' ', st);
    canvas_hline(c, r.x, r.y, r.w, st);
    canvas_hline(c, r.x, r.y + r.h - 1, r.w, st);
    for (int y = r.y + 1; y < r.y + r.h - 1; y++) {
        canvas_glyph(c, r.x, y, GLYPH_V, st);
        canvas_glyph(c, r.x + r.w - 1, y, GLYPH_V, st);
    }
    canvas_glyph(c, r.x, r.y, GLYPH_TL, st);
    canvas_glyph(c, r.x + r.w - 1, r.y, GLYPH_TR, st);
    canvas_glyph(c, r.x, r.y + r.h - 1, GLYPH_BL, st);
    canvas_glyph(c, r.x + r.w - 1, r.y + r.h - 1, GLYPH_BR, st);
}

void canvas_restyle(struct canvas *c, struct rect r, enum style st)
{
    r = intersect(r, c->clip);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            canvas_cell(c, x, y)->style = (uint8_t)st;
        }
    }
}

void canvas_select(struct canvas *c, struct rect r)
{
    r = intersect(r, c->clip);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            canvas_cell(c, x, y)->selected = 1;
        }
    }
}

void canvas_cursor(struct canvas *c, int x, int y)
{
    if (inside(c, x, y, 1)) {
        c->cursor_x = x;
        c->cursor_y = y;
    }
}
