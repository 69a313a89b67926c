// dialog.c - the question, the typed answer.
// SPDX-License-Identifier: Apache-2.0
#include "tui/dialog.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/keymap.h"
#include "tui/layout.h"

static void set(char *out, size_t size, const char *s)
{
    (void)utf8_sanitise_str(span_str(s), out, size);
}

void dialog_init(struct dialog *d, const char *title, const char *want, const char *label,
                 const char *wrong)
{
    *d = (struct dialog){0};
    set(d->title, sizeof(d->title), title);
    set(d->want, sizeof(d->want), want);
    set(d->label, sizeof(d->label), label);
    set(d->wrong, sizeof(d->wrong), wrong);
    prompt_init(&d->prompt, NULL, NULL);
}

void dialog_line(struct dialog *d, const char *fmt, ...)
{
    char text[4 * DIALOG_LINE];
    va_list ap;

    if (d->nlines == DIALOG_LINES) {
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    set(d->line[d->nlines++], DIALOG_LINE, text);
}

enum dialog_result dialog_key(struct dialog *d, unsigned action, int32_t key)
{
    switch (prompt_key(&d->prompt, action, key)) {
    case PROMPT_DISMISSED: return DIALOG_REFUSED;
    case PROMPT_ACCEPTED: break;
    case PROMPT_EDITED: d->was_wrong = false; return DIALOG_OPEN;
    case PROMPT_IGNORED: return DIALOG_OPEN;
    }
    if (d->prompt.len == 0) {
        return DIALOG_REFUSED;
    }
    if (d->want[0] == '\0' || strcmp(d->want, d->prompt.text) == 0) {
        return DIALOG_CONFIRMED;
    }
    d->was_wrong = true;
    prompt_set(&d->prompt, "");
    return DIALOG_OPEN;
}

void dialog_draw(const struct dialog *d, struct canvas *c, struct rect area)
{
    int lines = (int)d->nlines, w = 44;
    struct rect r;

    for (size_t i = 0; i < d->nlines; i++) {
        int need = (int)utf8_cells(span_str(d->line[i])) + 4;

        w = need > w ? need : w;
    }
    w = (int)utf8_cells(span_str(d->title)) + 10 > w ? (int)utf8_cells(span_str(d->title)) + 10 : w;
    w = (int)utf8_cells(span_str(d->label)) + 24 > w ? (int)utf8_cells(span_str(d->label)) + 24 : w;
    r = layout_center(area, w < 76 ? w : 76, lines + (d->wrong[0] ? 4 : 3));
    canvas_box(c, r, STYLE_NORMAL);
    canvas_printf(c, r.x + 2, r.y, r.w - 4, STYLE_TITLE, "-- %s ", d->title);
    for (int i = 0; i < lines; i++) {
        canvas_str(c, r.x + 2, r.y + 1 + i, r.w - 4, STYLE_NORMAL, d->line[i]);
    }
    prompt_draw(&d->prompt, c, r.x + 2, r.y + 1 + lines, r.w - 4, d->label);
    if (d->was_wrong) {
        canvas_str(c, r.x + 2, r.y + 2 + lines, r.w - 4, STYLE_ERROR, d->wrong);
    }
}
