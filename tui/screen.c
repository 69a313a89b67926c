// screen.c - a bounded stack.
// SPDX-License-Identifier: Apache-2.0
#include "tui/screen.h"

#include <string.h>

void *screen_push(struct screen_stack *s, void *frame)
{
    void *left = NULL;

    if (s->n == SCREEN_DEPTH) {
        left = s->frame[1];
        memmove(&s->frame[1], &s->frame[2], (SCREEN_DEPTH - 2) * sizeof(s->frame[0]));
        s->n--;
    }
    s->frame[s->n++] = frame;
    return left;
}

void *screen_pop(struct screen_stack *s)
{
    return s->n > 1 ? s->frame[--s->n] : NULL;
}

void *screen_top(const struct screen_stack *s)
{
    return s->n ? s->frame[s->n - 1] : NULL;
}
