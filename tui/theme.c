// theme.c - the paints of the colour roles.
// SPDX-License-Identifier: Apache-2.0
#include "tui/theme.h"

#include <stddef.h>

#include "core/base/attr.h"

#define PAINT(fg, bg, attr)                                                                        \
    {                                                                                              \
        fg, bg, attr                                                                               \
    }

static const struct {
    const char *name, *meaning;
    char letter;
    struct paint paint[DEPTH_COUNT];
} styles[STYLE_COUNT] = {
#define STYLE(NAME, name, letter, p8, p16, p256, mono, meaning)                                    \
    [STYLE_##NAME] = {name, meaning, letter, {mono, p8, p16, p256}},
#include "tui/style.def"
#undef STYLE
};

struct paint theme_paint(enum style s, enum theme_depth d)
{
    return styles[s].paint[d];
}

char theme_letter(enum style s)
{
    return styles[s].letter;
}

const char *theme_name(enum style s)
{
    return styles[s].name;
}

const char *theme_meaning(enum style s)
{
    return styles[s].meaning;
}

bool theme_depth_of(struct span asked, bool no_color, int colors, enum theme_depth *ret)
{
    static const struct {
        const char *word;
        enum theme_depth depth;
    } words[] = {{"never", DEPTH_MONO}, {"8", DEPTH_8}, {"16", DEPTH_16}, {"256", DEPTH_256}};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_eq_str(asked, words[i].word)) {
            *ret = words[i].depth;
            return true;
        }
    }
    if (asked.n && !span_eq_str(asked, "auto")) {
        return false;
    }
    *ret = no_color || colors < 8 ? DEPTH_MONO
           : colors < 16          ? DEPTH_8
           : colors < 256         ? DEPTH_16
                                  : DEPTH_256;
    return true;
}
