// sessions.c - brokered sessions: who is in, as whom, where, until when.
// SPDX-License-Identifier: Apache-2.0
#include "tui/layout.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/view.h"

enum { SLOT_LIST };

static const struct list_col columns[] = {
    {{N_("person"), 1, 10, 18, false}, "person", AS_TEXT},
    {{N_("to"), 1, 10, 16, false}, "asset", AS_TEXT},
    {{N_("as"), 2, 8, 14, false}, "account", AS_TEXT},
    {{N_("state"), 1, 8, 10, false}, "state", AS_TEXT},
    {{N_("since"), 2, 5, 6, true}, "started", AS_AGE},
    {{N_("until"), 1, 9, 9, false}, "allowed_until", AS_DUE},
    {{N_("ticket"), 3, 8, 14, false}, "ticket", AS_PERSON},
    {{N_("vendor"), 4, 8, 16, false}, "vendor", AS_PERSON},
    {{N_("ended"), 6, 11, 11, false}, "ended", AS_DATE},
    {{N_("from"), 5, 12, 24, false}, "source_ip", AS_PERSON},
    {{N_("session"), 7, 10, 24, false}, "id", AS_TEXT},
};

static const struct list_spec spec = {
    .query = DESK_SESSIONS,
    .col = columns,
    .ncols = sizeof(columns) / sizeof(columns[0]),
    .settled = "ended",
    .empty = N_("no brokered session is known"),
    .live = true,
};

struct sessions {
    struct list list;
};

static void sessions_open(void *state, const char *arg)
{
    (void)arg;
    list_init(&((struct sessions *)state)->list, &spec, "");
}

static void sessions_close(void *state)
{
    list_free(&((struct sessions *)state)->list);
}

static void sessions_update(void *state, const struct view_env *env, const struct view_msg *m,
                            struct view_effects *fx)
{
    (void)env;
    (void)list_message(&((struct sessions *)state)->list, m, fx, SLOT_LIST);
}

static void sessions_draw(void *state, const struct view_env *env, struct canvas *c,
                          struct rect body)
{
    struct sessions *s = state;
    struct rect top = layout_top(&body, 1);
    char status[40];

    canvas_printf(c, top.x, top.y, top.w, STYLE_NORMAL, _("%zu sessions, open ones first"),
                  s->list.table.n);
    table_status(&s->list.table, status, sizeof(status));
    canvas_right(c, top.x + top.w - 24, top.y, 24, STYLE_TITLE, i18n_text(status));
    list_draw(&s->list, env, c, body);
}

static bool sessions_ready(const void *state)
{
    return list_ready(&((const struct sessions *)state)->list);
}

const struct view_ops view_sessions = {
    .code = "pam",
    .name = "sessions",
    .kind = "list",
    .title = N_("Privileged sessions"),
    .tab = N_("PAM"),
    .footer = {ACTION_DOWN, ACTION_FOLLOW, ACTION_COMMAND, ACTION_BACK},
    .size = sizeof(struct sessions),
    .open = sessions_open,
    .update = sessions_update,
    .draw = sessions_draw,
    .close = sessions_close,
    .ready = sessions_ready,
};
