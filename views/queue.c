// queue.c - the alert queue: groups, live until the cursor moves.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/view.h"

enum { SLOT_LIST, SLOT_MORE, SLOT_CALL };

static const struct list_col columns[] = {
    {{N_("T"), 1, 2, 2, false}, "tier", AS_TIER},
    {{N_("P"), 1, 2, 2, false}, "severity", AS_PRIORITY},
    {{N_("due"), 1, 9, 9, false}, "ack_due", AS_DUE},
    {{N_("age"), 4, 4, 5, true}, "first", AS_AGE},
    {{N_("n"), 3, 4, 4, true}, "alerts", AS_COUNT},
    {{N_("src"), 8, 6, 6, false}, "source_kind", AS_TEXT},
    {{N_("where"), 2, 10, 14, false}, "asset", AS_TEXT},
    {{N_("what"), 1, 26, 60, false}, "title", AS_TEXT},
    {{N_("who"), 7, 10, 18, false}, "actor", AS_PERSON},
    {{N_("inc"), 6, 5, 7, false}, "incident", AS_INCIDENT},
    {{N_("own"), 3, 8, 10, false}, "owner", AS_PERSON},
    {{N_("st"), 2, 3, 6, false}, "state", AS_STATE},
    {{N_("expected"), 8, 8, 8, false}, "expected", AS_FLAG},
    {{N_("group"), 8, 6, 8, false}, "number", AS_GROUP},
};

static const struct list_spec spec = {
    .query = DESK_QUEUE,
    .col = columns,
    .ncols = sizeof(columns) / sizeof(columns[0]),
    .settled = "state",
    .empty = N_("no group waits: nothing to do here"),
    .live = true,
    .is_paged = true,
};

struct queue {
    struct list list;
};

static void queue_open(void *state, const char *arg)
{
    struct queue *q = state;

    list_init(&q->list, &spec, *arg ? arg : "all");
}

static void queue_close(void *state)
{
    list_free(&((struct queue *)state)->list);
}

// Marked rows, else the selected one.
static size_t chosen(const struct queue *q, const struct rowid **ret)
{
    const struct table *t = &q->list.table;

    if (t->nmarks) {
        *ret = t->mark;
        return t->nmarks;
    }
    *ret = table_selected(t);
    return *ret ? 1 : 0;
}

static void call_chosen(struct queue *q, const struct view_msg *m, struct view_effects *fx)
{
    const struct rowid *id;
    size_t n = chosen(q, &id);
    char minutes[16] = "", number[32];
    struct span rest = span_str(m->arg ? m->arg : "");

    if (m->action == DO_SHELVE) {
        struct span first = span_cut(&rest, ' ');

        snprintf(minutes, sizeof(minutes), "%.*s", first.n < 8 ? (int)first.n : 8,
                 first.n ? first.p : "");
        if (!span_trim(rest).n) {
            fx_error(fx, "%s",
                     _("shelve needs minutes and a reason, such as: 60 filter is being changed"));
            return;
        }
    }
    for (size_t i = 0; i < n && i < VIEW_EFFECTS - 2; i++) {
        (void)list_get_id(&q->list, &id[i], "number", number, sizeof(number));
        switch (m->action) {
        case DO_ACK:
            fx_call(fx, SLOT_CALL, DESK_CALL_ACK_GROUP, 2, number, m->arg ? m->arg : "");
            break;
        case DO_UNACK: fx_call(fx, SLOT_CALL, DESK_CALL_UNACK_GROUP, 1, number); break;
        case DO_SHELVE:
            fx_call(fx, SLOT_CALL, DESK_CALL_SHELVE_GROUP, 3, number, minutes, rest.p);
            break;
        default: fx_call(fx, SLOT_CALL, DESK_CALL_CLOSE_GROUP, 2, number, m->arg); break;
        }
    }
    if (n > VIEW_EFFECTS - 2) {
        fx_error(fx, _("%zu of %zu groups were asked for: repeat for the rest"),
                 (size_t)VIEW_EFFECTS - 2, n);
        return;
    }
    q->list.table.nmarks = 0;
}

static void act_on_groups(struct queue *q, const struct view_msg *m, struct view_effects *fx)
{
    const struct rowid *id;
    size_t n = chosen(q, &id);

    if (n == 0) {
        fx_say(fx, "%s", _("no group is selected"));
    } else if (m->action == DO_SHELVE && !m->arg) {
        fx_input(fx, m->action, _("shelve for how many minutes, and why: "));
    } else if (m->action == DO_CLOSE && !m->arg) {
        fx_input(fx, m->action, _("close, because: "));
    } else if (n > 1 && !m->confirmed) {
        fx_confirm(fx, m->action, m->arg);
    } else {
        call_chosen(q, m, fx);
    }
}

static void queue_dialog(void *state, unsigned action, struct dialog *d)
{
    struct queue *q = state;
    const struct rowid *id;
    size_t n = chosen(q, &id), grave = 0;
    char tier[8], count[16], label[80];

    for (size_t i = 0; i < n; i++) {
        (void)list_get_id(&q->list, &id[i], "tier", tier, sizeof(tier));
        grave += fmt_tier_style(span_str(tier)) == STYLE_CRITICAL;
    }
    snprintf(count, sizeof(count), "%zu", n);
    snprintf(label, sizeof(label), _("Type %s, or Esc to refuse: "), count);
    dialog_init(d, _("Several groups at once"), count, label, _("That is not the number."));
    dialog_line(d, _("%s: %zu groups, %zu of them T0 or T1."),
                view_actions[action - TUI_ACTION_COUNT].name, n, grave);
}

static void next_critical(struct queue *q, struct view_effects *fx)
{
    struct table *t = &q->list.table;
    char tier[8], st[16];

    for (size_t i = 1; i <= t->n; i++) {
        const struct rowid *id = &t->id[(t->at + i) % t->n];

        (void)list_get_id(&q->list, id, "tier", tier, sizeof(tier));
        (void)list_get_id(&q->list, id, "state", st, sizeof(st));
        if (fmt_tier_style(span_str(tier)) == STYLE_CRITICAL && strcmp(st, "new") == 0) {
            (void)table_select(t, id);
            return;
        }
    }
    fx_say(fx, "%s", _("no T0 or T1 group waits to be acknowledged"));
}

static void queue_action(struct queue *q, const struct view_msg *m, struct view_effects *fx)
{
    char text[64];

    switch (m->action) {
    case ACTION_OPEN:
        if (table_selected(&q->list.table)) {
            fx_open(fx, "alert", list_get(&q->list, "number", text, sizeof(text)));
        }
        break;
    case DO_INCIDENT:
        if (*list_get(&q->list, "incident", text, sizeof(text))) {
            fx_open(fx, "incident", text);
        } else {
            fx_say(fx, "%s", _("this group belongs to no incident"));
        }
        break;
    case ACTION_FILTER:
        if (m->arg) {
            struct span want = span_trim(span_str(m->arg));

            want = want.n && strchr("Ii", want.p[0]) ? fmt_number_of(want) : want;
            snprintf(q->list.arg, sizeof(q->list.arg), "%.*s", (int)(want.n < 60 ? want.n : 60),
                     want.n ? want.p : "all");
            (void)table_follow(&q->list.table);
            list_ask(&q->list, fx, SLOT_LIST, true);
        } else {
            fx_input(fx, ACTION_FILTER, _("show (all, new, mine, or an incident such as I-412): "));
        }
        break;
    case DO_NEXT_CRITICAL: next_critical(q, fx); break;
    case DO_ACK:
    case DO_UNACK:
    case DO_SHELVE:
    case DO_CLOSE: act_on_groups(q, m, fx); break;
    default: break;
    }
}

static void queue_update(void *state, const struct view_env *env, const struct view_msg *m,
                         struct view_effects *fx)
{
    struct queue *q = state;

    (void)env;
    if (!list_message(&q->list, m, fx, SLOT_LIST)) {
        if (m->kind == MSG_ACTION) {
            queue_action(q, m, fx);
        } else if (m->kind == MSG_DONE) {
            list_ask(&q->list, fx, SLOT_LIST, true);
        }
    }
}

static void queue_draw(void *state, const struct view_env *env, struct canvas *c, struct rect body)
{
    struct queue *q = state;
    struct rect top = layout_top(&body, 1);
    char status[40];
    int used;

    used = canvas_printf(c, top.x, top.y, top.w, STYLE_NORMAL,
                         _("show %s   sort tier, due   %zu groups%s"), q->list.arg, q->list.table.n,
                         q->list.table.more ? "+" : "");
    if (q->list.table.nmarks) {
        canvas_printf(c, top.x + used, top.y, top.w - used, STYLE_TITLE, _("   %zu marked"),
                      q->list.table.nmarks);
    }
    table_status(&q->list.table, status, sizeof(status));
    canvas_right(c, top.x + top.w - 24, top.y, 24, STYLE_TITLE, i18n_text(status));
    list_draw(&q->list, env, c, body);
}

static bool queue_ready(const void *state)
{
    return list_ready(&((const struct queue *)state)->list);
}

const struct view_ops view_queue = {
    .code = "que",
    .name = "queue",
    .kind = "list",
    .title = N_("Alert queue"),
    .tab = N_("Que"),
    .footer = {ACTION_OPEN, ACTION_MARK, DO_ACK, DO_SHELVE, DO_INCIDENT, ACTION_FILTER,
               ACTION_FOLLOW, DO_CLOSE, DO_NEXT_CRITICAL},
    .size = sizeof(struct queue),
    .open = queue_open,
    .update = queue_update,
    .draw = queue_draw,
    .close = queue_close,
    .dialog = queue_dialog,
    .ready = queue_ready,
};
