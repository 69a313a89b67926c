// incidents.c - incidents as a table grouped by tier.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/view.h"

enum { SLOT_LIST, SLOT_MORE, SLOT_CALL };

static const char *tier_heading(struct span tier)
{
    static const char *const names[] = {
        N_("T0 SAFETY"),
        N_("T1 FAB-WIDE"),
        N_("T2 CONSTRAINT"),
        N_("T3 TOOL"),
        N_("T4 NO WAFER DEPENDS ON IT"),
    };

    return tier.n == 2 && tier.p[0] == 'T' && tier.p[1] >= '0' && tier.p[1] <= '4'
               ? i18n_text(names[tier.p[1] - '0'])
               : _("TIER NOT KNOWN");
}

static const struct list_col columns[] = {
    {{N_("inc"), 1, 6, 8, false}, "number", AS_INCIDENT},
    {{N_("state"), 1, 9, 9, false}, "state", AS_STATE},
    {{N_("due"), 1, 9, 9, false}, "due", AS_DUE},
    {{N_("phase"), 4, 7, 8, false}, "phase", AS_TEXT},
    {{N_("where"), 2, 9, 14, false}, "asset", AS_TEXT},
    {{N_("what"), 2, 21, 60, false}, "title", AS_TEXT},
    {{N_("own"), 3, 6, 12, false}, "owner", AS_PERSON},
    {{N_("wph"), 5, 4, 5, true}, "wph", AS_COUNT},
    {{N_("run"), 6, 8, 9, false}, "run_state", AS_STATE},
    {{N_("axes"), 7, 8, 12, false}, "axes", AS_TEXT},
    {{N_("n"), 6, 4, 5, true}, "alerts", AS_COUNT},
    {{N_("kinds"), 8, 10, 18, false}, "source_kinds", AS_TEXT},
    {{N_("age"), 7, 4, 5, true}, "first", AS_AGE},
};

static const struct list_spec spec = {
    .query = DESK_INCIDENTS,
    .col = columns,
    .ncols = sizeof(columns) / sizeof(columns[0]),
    .section = "tier",
    .section_name = tier_heading,
    .empty = N_("no incident is open"),
    .live = true,
    .is_paged = true,
};

struct incidents {
    struct list list;
};

static void incidents_open(void *state, const char *arg)
{
    list_init(&((struct incidents *)state)->list, &spec, *arg ? arg : "open");
}

static void incidents_close(void *state)
{
    list_free(&((struct incidents *)state)->list);
}

static void incidents_action(struct incidents *s, const struct view_msg *m, struct view_effects *fx)
{
    char number[32];

    if (m->action == ACTION_FILTER) {
        if (!m->arg) {
            fx_input(fx, ACTION_FILTER, _("show (open, all): "));
            return;
        }
        snprintf(s->list.arg, sizeof(s->list.arg), "%.60s", m->arg);
        (void)table_follow(&s->list.table);
        list_ask(&s->list, fx, SLOT_LIST, true);
        return;
    }
    if (!table_selected(&s->list.table)) {
        return;
    }
    (void)list_get(&s->list, "number", number, sizeof(number));
    switch (m->action) {
    case ACTION_OPEN:
    case DO_INCIDENT: fx_open(fx, "incident", number); break;
    case DO_TAKE: fx_call(fx, SLOT_CALL, DESK_CALL_TAKE_INCIDENT, 1, number); break;
    default: break;
    }
}

static void incidents_update(void *state, const struct view_env *env, const struct view_msg *m,
                             struct view_effects *fx)
{
    struct incidents *s = state;

    (void)env;
    if (!list_message(&s->list, m, fx, SLOT_LIST)) {
        if (m->kind == MSG_ACTION) {
            incidents_action(s, m, fx);
        } else if (m->kind == MSG_DONE) {
            list_ask(&s->list, fx, SLOT_LIST, true);
        }
    }
}

static void incidents_draw(void *state, const struct view_env *env, struct canvas *c,
                           struct rect body)
{
    struct incidents *s = state;
    struct rect top = layout_top(&body, 1);
    char status[40];

    canvas_printf(c, top.x, top.y, top.w, STYLE_NORMAL,
                  _("show %s   sort tier, priority   %zu incidents%s"), s->list.arg,
                  s->list.table.n, s->list.table.more ? "+" : "");
    table_status(&s->list.table, status, sizeof(status));
    canvas_right(c, top.x + top.w - 24, top.y, 24, STYLE_TITLE, i18n_text(status));
    list_draw(&s->list, env, c, body);
}

static bool incidents_ready(const void *state)
{
    return list_ready(&((const struct incidents *)state)->list);
}

const struct view_ops view_incidents = {
    .code = "inc",
    .name = "incidents",
    .kind = "list",
    .title = N_("Incidents by tier"),
    .tab = N_("Inc"),
    .footer = {ACTION_OPEN, DO_TAKE, ACTION_FILTER, ACTION_FOLLOW, DO_NEXT_CRITICAL,
               ACTION_COMMAND},
    .size = sizeof(struct incidents),
    .open = incidents_open,
    .update = incidents_update,
    .draw = incidents_draw,
    .close = incidents_close,
    .ready = incidents_ready,
};
