// console_keys.c - keys to actions, and the overlays that take keys first.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "tui/key.h"
#include "views/console_int.h"
#include "views/i18n.h"

static const char *const prompt_modes[] = {"prompt"};

size_t console_modes(const struct console *c, const char *modes[CONSOLE_MODES])
{
    const struct frame *f = console_top(c);

    modes[0] = f->ops->code;
    modes[1] = f->ops->kind;
    modes[2] = "global";
    return CONSOLE_MODES;
}

static void back(struct console *c)
{
    if (c->stack.n > 1) {
        console_pop(c);
        return;
    }
    c->overlay = OVERLAY_INPUT; // leaving is never one key
    c->overlay_action = ACTION_QUIT;
    snprintf(c->overlay_label, sizeof(c->overlay_label), "%s", _("leave the console? yes or no: "));
    prompt_set(&c->input, "");
}

static void open_help(struct console *c)
{
    const char *modes[CONSOLE_MODES];
    size_t n = console_modes(c, modes);

    help_open(&c->help, c->km, i18n_text(console_top(c)->ops->title), modes, n, i18n_text);
    c->overlay = OVERLAY_HELP;
}

static void cancel(struct console *c)
{
    struct frame *f = console_top(c);

    memset(f->asked, 0, sizeof(f->asked)); // their answers will be dropped
    f->has_news = false;
    console_say(c, false, "%s", _("no longer waiting for answers"));
}

void console_act(struct console *c, unsigned action, const char *arg, bool confirmed)
{
    struct view_msg m = {.kind = MSG_ACTION, .action = action, .arg = arg, .confirmed = confirmed};

    if (action >= DO_VIEW_1 && action <= DO_VIEW_6) {
        console_tab(c, action - DO_VIEW_1);
        return;
    }
    switch (action) {
    case ACTION_NONE: return;
    case ACTION_HELP: open_help(c); return;
    case ACTION_BACK: back(c); return;
    case ACTION_CANCEL: cancel(c); return;
    case ACTION_REPAINT: c->repaint = true; return;
    case ACTION_COMMAND:
        prompt_set(&c->command, "");
        c->overlay = OVERLAY_COMMAND;
        return;
    case ACTION_QUIT: c->over = arg && (strcmp(arg, "yes") == 0 || strcmp(arg, "y") == 0); return;
    case DO_NEXT_CRITICAL:
        if (console_top(c)->ops != &view_queue) {
            (void)console_push(c, &view_queue, "new");
            return;
        }
        break;
    default: break;
    }
    console_send(c, console_top(c), &m);
}

static void command_key(struct console *c, int32_t key)
{
    char line[PROMPT_TEXT];

    switch (prompt_key(&c->command, keymap_find(c->km, prompt_modes, 1, key), key)) {
    case PROMPT_ACCEPTED:
        c->overlay = OVERLAY_NONE;
        prompt_remember(&c->command);
        memcpy(line, c->command.text, sizeof(line));
        console_command(c, line);
        break;
    case PROMPT_DISMISSED: c->overlay = OVERLAY_NONE; break;
    case PROMPT_EDITED:
    case PROMPT_IGNORED: break;
    }
}

static void input_key(struct console *c, int32_t key)
{
    char line[PROMPT_TEXT];

    switch (prompt_key(&c->input, keymap_find(c->km, prompt_modes, 1, key), key)) {
    case PROMPT_ACCEPTED:
        c->overlay = OVERLAY_NONE;
        memcpy(line, c->input.text, sizeof(line));
        if (line[0]) {
            console_act(c, c->overlay_action, line, false);
        } else {
            console_say(c, false, "%s", _("nothing was done"));
        }
        break;
    case PROMPT_DISMISSED:
        c->overlay = OVERLAY_NONE;
        console_say(c, false, "%s", _("nothing was done"));
        break;
    case PROMPT_EDITED:
    case PROMPT_IGNORED: break;
    }
}

static void dialog_keys(struct console *c, int32_t key)
{
    char arg[VIEW_ARG];

    switch (dialog_key(&c->dialog, keymap_find(c->km, prompt_modes, 1, key), key)) {
    case DIALOG_CONFIRMED:
        c->overlay = OVERLAY_NONE;
        memcpy(arg, c->overlay_arg, sizeof(arg));
        console_act(c, c->overlay_action, arg[0] ? arg : NULL, true);
        break;
    case DIALOG_REFUSED:
        c->overlay = OVERLAY_NONE;
        console_say(c, false, "%s", _("refused here: nothing was done"));
        break;
    case DIALOG_OPEN: break;
    }
}

static void help_keys(struct console *c, int32_t key)
{
    unsigned action = ACTION_NONE;
    enum help_result r = help_key(&c->help, key, &action);

    if (r != HELP_STAYS) {
        help_close(&c->help);
        c->overlay = OVERLAY_NONE;
    }
    if (r == HELP_RUN) {
        console_act(c, action, NULL, false);
    }
}

void console_key(struct console *c, int32_t key)
{
    const char *modes[CONSOLE_MODES];
    size_t n;
    unsigned action;

    c->dirty = true;
    if (key == K_CTRL_L) { // repaints wherever one is
        c->repaint = true;
        return;
    }
    switch (c->overlay) {
    case OVERLAY_COMMAND: command_key(c, key); return;
    case OVERLAY_INPUT: input_key(c, key); return;
    case OVERLAY_DIALOG: dialog_keys(c, key); return;
    case OVERLAY_HELP: help_keys(c, key); return;
    case OVERLAY_NONE: break;
    }
    n = console_modes(c, modes);
    action = keymap_find(c->km, modes, n, key);
    if (action != ACTION_NONE) {
        c->message[0] = '\0';
        console_act(c, action, NULL, false);
    }
}
