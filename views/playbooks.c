// playbooks.c - choosing a playbook for an incident; Enter makes a plan of it.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/view.h"

enum { SLOT_LIST, SLOT_MORE, SLOT_CALL };

static const struct list_col columns[] = {
    {{N_("playbook"), 1, 20, 40, false}, "name", AS_TEXT},
    {{N_("does"), 2, 20, 80, false}, "description", AS_TEXT},
};

static const struct list_spec spec = {
    .query = DESK_PLAYBOOKS,
    .col = columns,
    .ncols = sizeof(columns) / sizeof(columns[0]),
    .empty = N_("the set in force has no playbook"),
};

struct playbooks {
    struct list list;
    char incident[32];
};

static void playbooks_open(void *state, const char *arg)
{
    struct playbooks *p = state;

    list_init(&p->list, &spec, "");
    snprintf(p->incident, sizeof(p->incident), "%s", arg);
}

static void playbooks_close(void *state)
{
    list_free(&((struct playbooks *)state)->list);
}

static void playbooks_update(void *state, const struct view_env *env, const struct view_msg *m,
                             struct view_effects *fx)
{
    struct playbooks *p = state;
    char id[128];

    (void)env;
    if (list_message(&p->list, m, fx, SLOT_LIST)) {
        return;
    }
    if (m->kind == MSG_ACTION && m->action == ACTION_OPEN && table_selected(&p->list.table)) {
        if (!p->incident[0]) {
            fx_say(fx, "%s", _("a plan needs an incident: open one and choose from there"));
            return;
        }
        fx_call(fx, SLOT_CALL, DESK_CALL_PLAN, 2, p->incident,
                list_get(&p->list, "id", id, sizeof(id)));
        fx_say(fx, "%s", _("plan asked for"));
    } else if (m->kind == MSG_DONE) {
        fx_back(fx);
    }
}

static void playbooks_draw(void *state, const struct view_env *env, struct canvas *c,
                           struct rect body)
{
    struct playbooks *p = state;
    struct rect top = layout_top(&body, 1);
    char number[FMT_TEXT];

    if (p->incident[0]) {
        canvas_printf(c, top.x, top.y, top.w, STYLE_NORMAL,
                      _("for %s: Enter binds a playbook to its scope; nothing is done yet"),
                      fmt_number('I', span_str(p->incident), number));
    } else {
        canvas_str(c, top.x, top.y, top.w, STYLE_NORMAL, _("playbooks of the set in force"));
    }
    list_draw(&p->list, env, c, body);
}

static bool playbooks_ready(const void *state)
{
    return list_ready(&((const struct playbooks *)state)->list);
}

const struct view_ops view_playbooks = {
    .code = "playbooks",
    .kind = "list",
    .title = N_("Playbooks"),
    .footer = {ACTION_OPEN, ACTION_DOWN, ACTION_COMMAND, ACTION_BACK},
    .size = sizeof(struct playbooks),
    .open = playbooks_open,
    .update = playbooks_update,
    .draw = playbooks_draw,
    .close = playbooks_close,
    .ready = playbooks_ready,
};
