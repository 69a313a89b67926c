// actions.h - the console's actions as numbers and rows.
// SPDX-License-Identifier: Apache-2.0
#ifndef VIEWS_ACTIONS_H
#define VIEWS_ACTIONS_H

#include "tui/keymap.h"

enum view_action {
    DO_FIRST = TUI_ACTION_COUNT - 1,
#define ACTION(NAME, name, help) DO_##NAME,
#include "views/action.def"
#undef ACTION
    DO_END
};

extern const struct action_row view_actions[DO_END - TUI_ACTION_COUNT];

#endif
