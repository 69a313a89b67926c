// screen.h - the stack of open screens: Enter goes in, Esc comes back.
// SPDX-License-Identifier: Apache-2.0
//
// The stack knows what is open, in which order, and nothing else; the frames belong to the caller.
// The bottom frame is never popped. At the bound the oldest frame above the bottom is given back, so
// that going in always works.
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stddef.h>

enum { SCREEN_DEPTH = 16 };

struct screen_stack {
    void *frame[SCREEN_DEPTH];
    size_t n;
};

// Returns the frame that had to leave, to be closed by the caller, or NULL.
void *screen_push(struct screen_stack *s, void *frame);
void *screen_pop(struct screen_stack *s); // the frame taken off, NULL at the bottom
void *screen_top(const struct screen_stack *s);

#endif
