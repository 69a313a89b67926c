// term_text.c - cells to lines.
// SPDX-License-Identifier: Apache-2.0
#include "tui/term_text.h"

static void end_line(struct buf *out, size_t start, char pad)
{
    size_t len = out->len;

    while (len > start && out->p[len - 1] == pad) {
        len--;
    }
    buf_cut(out, len);
    buf_u8(out, '\n');
}

void term_text(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->h; y++) {
        size_t start = out->len;

        for (int x = 0; x < c->w; x++) {
            const struct cell *cell = canvas_cell(c, x, y);

            buf_put(out, cell->text, cell->len); // a tail has no bytes
        }
        end_line(out, start, ' ');
    }
}

void term_text_styles(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->h; y++) {
        size_t start = out->len;

        for (int x = 0; x < c->w; x++) {
            const struct cell *cell = canvas_cell(c, x, y);

            buf_u8(out, (uint8_t)theme_letter(cell->selected && cell->style == STYLE_NORMAL
                                                  ? STYLE_CURSOR
                                                  : (enum style)cell->style));
        }
        end_line(out, start, '.');
    }
}
