// dialog.h - asking before something is changed; the default answer is no.
// SPDX-License-Identifier: Apache-2.0
//
// A typed dialog shows what will be touched (our own words and ids, never free text from outside)
// and wants a part of the target typed: no single key, no repeated Enter and no pasted noise says
// yes. Esc and an empty line refuse. A wrong word does not refuse, it says so and waits.
// An input dialog asks for one line (a reason, a name); an empty line refuses, too.
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"
#include "tui/prompt.h"

enum { DIALOG_LINES = 14, DIALOG_LINE = 160, DIALOG_WANT = 64 };

enum dialog_result { DIALOG_OPEN, DIALOG_CONFIRMED, DIALOG_REFUSED };

struct dialog {
    char title[DIALOG_LINE];
    char line[DIALOG_LINES][DIALOG_LINE];
    size_t nlines;
    char want[DIALOG_WANT]; // what must be typed; "" = an input dialog
    char label[DIALOG_LINE];
    char wrong[DIALOG_LINE]; // said when the typed word is another
    bool was_wrong;
    struct prompt prompt;
};

// `label` stands before the line to be typed, `wrong` is the sentence for a wrong word.
void dialog_init(struct dialog *d, const char *title, const char *want, const char *label,
                 const char *wrong);
void dialog_line(struct dialog *d, const char *fmt, ...)
    ATTR_PRINTF(2, 3); // beyond the bound: lost
enum dialog_result dialog_key(struct dialog *d, unsigned action, int32_t key);
void dialog_draw(const struct dialog *d, struct canvas *c, struct rect area);

#endif
