// console_line.c - the line behind ':'.
// SPDX-License-Identifier: Apache-2.0
//
// A command is a screen's code or an action's name, then its argument. Every key is a command, so
// that everything can be found by typing.
#include <stdio.h>
#include <string.h>

#include "views/console_int.h"
#include "views/i18n.h"

// The i-th name there is: screens first, then actions.
static const char *name_at(const struct console *c, size_t i)
{
    size_t views = 0;
    unsigned action;

    while (view_table[views]) {
        views++;
    }
    if (i < views) {
        return view_table[i]->code;
    }
    action = (unsigned)(i - views) + 1;
    return action < TUI_ACTION_COUNT + c->km->nextra ? keymap_action(c->km, action)->name : NULL;
}

bool console_complete(void *ctx, struct span line, size_t i, char out[PROMPT_TEXT])
{
    const struct console *c = ctx;
    const char *name;

    for (size_t k = 0; (name = name_at(c, k)) != NULL; k++) {
        if (span_starts(span_str(name), line) && i-- == 0) {
            snprintf(out, PROMPT_TEXT, "%s", name);
            return true;
        }
    }
    return false;
}

const char *console_command_help(const struct console *c, const char *line)
{
    struct span rest = span_str(line), word = span_cut(&rest, ' ');
    const struct view_ops *v = view_find(word);
    unsigned action = keymap_action_of(c->km, word);

    return v ? i18n_text(v->title) : action ? i18n_text(keymap_action(c->km, action)->help) : "";
}

void console_command(struct console *c, const char *line)
{
    struct span rest = span_trim(span_str(line)), word = span_cut(&rest, ' ');
    const struct view_ops *v = view_find(word);
    unsigned action = keymap_action_of(c->km, word);
    char arg[PROMPT_TEXT];

    rest = span_trim(rest);
    snprintf(arg, sizeof(arg), "%.*s", (int)rest.n, rest.n ? rest.p : "");
    if (!word.n) {
        return;
    }
    // "incident" is both: with a number it is the screen, alone the action on the selected row.
    if (v && (v->tab || arg[0] || !action)) {
        if (!v->tab && !arg[0] && v != &view_playbooks) {
            console_say(c, true, _("%s needs a number, such as :%s 12"), v->code, v->code);
        } else {
            (void)console_push(c, v, arg);
        }
    } else if (action == ACTION_QUIT) {
        c->over = true;
    } else if (action) {
        console_act(c, action, arg[0] ? arg : NULL, false);
    } else {
        console_say(c, true, _("no command is called '%.*s'; ? lists them"), (int)word.n, word.p);
    }
}
