// prompt.h - a one-line editor with history and completion.
// SPDX-License-Identifier: Apache-2.0
//
// Invariants: text is valid UTF-8, terminated, shorter than PROMPT_TEXT; `at` stands on a character
// border. What does not fit is not taken. Keys come as actions of the mode "prompt" or as
// characters.
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/span.h"
#include "tui/canvas.h"

enum { PROMPT_TEXT = 256, PROMPT_HISTORY = 32, PROMPT_HINT = 160 };

enum prompt_result { PROMPT_IGNORED, PROMPT_EDITED, PROMPT_ACCEPTED, PROMPT_DISMISSED };

// Writes the `i`-th candidate for the whole line so far and returns true, or false when there is none.
typedef bool (*prompt_complete_fn)(void *ctx, struct span line, size_t i, char out[PROMPT_TEXT]);

struct prompt {
    char text[PROMPT_TEXT];
    size_t len, at;
    char hint[PROMPT_HINT]; // candidates, after a completion that was not unique
    prompt_complete_fn complete;
    void *complete_ctx;
    char history[PROMPT_HISTORY][PROMPT_TEXT]; // ring, oldest overwritten
    size_t nhistory, browse; // lines ever kept; distance from the newest, 0 = the line being typed
};

void prompt_init(struct prompt *p, prompt_complete_fn complete, void *ctx);
void prompt_set(struct prompt *p, const char *text);
// `action` is what the keymap says of `key` in mode "prompt", or ACTION_NONE.
enum prompt_result prompt_key(struct prompt *p, unsigned action, int32_t key);
void prompt_remember(struct prompt *p); // keeps the line in the history, unless empty or repeated
// Draws label and line into one row, scrolled so that the cursor shows, and places the cursor.
void prompt_draw(const struct prompt *p, struct canvas *c, int x, int y, int cells,
                 const char *label);

#endif
