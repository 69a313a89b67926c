// layout.h - cutting rectangles: how a screen is divided.
// SPDX-License-Identifier: Apache-2.0
//
// Each function takes a strip off `*r`, at most what is there, and returns it.
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include "tui/canvas.h"

static inline struct rect layout_top(struct rect *r, int h)
{
    struct rect cut = *r;

    cut.h = h < r->h ? h : r->h;
    r->y += cut.h;
    r->h -= cut.h;
    return cut;
}

static inline struct rect layout_bottom(struct rect *r, int h)
{
    struct rect cut = *r;

    cut.h = h < r->h ? h : r->h;
    r->h -= cut.h;
    cut.y = r->y + r->h;
    return cut;
}

static inline struct rect layout_left(struct rect *r, int w)
{
    struct rect cut = *r;

    cut.w = w < r->w ? w : r->w;
    r->x += cut.w;
    r->w -= cut.w;
    return cut;
}

static inline struct rect layout_center(struct rect r, int w, int h)
{
    w = w < r.w ? w : r.w;
    h = h < r.h ? h : r.h;
    return (struct rect){r.x + (r.w - w) / 2, r.y + (r.h - h) / 2, w, h};
}

#endif
