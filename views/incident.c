// incident.c - the workspace of one incident: clocks and whom to call, then panes.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/part.h"

enum { PANE_TIMELINE, PANE_ENTITIES, PANE_PLANS, PANE_RUNS, PANE_CLOCKS, PANE_COUNT };
// Each pane has two slots: its list and a further page.
enum { SLOT_INCIDENT, SLOT_CALL, SLOT_PANES };

static const struct list_col timeline_columns[] = {
    {{N_("time"), 1, 8, 8, false}, "event_time", AS_CLOCK},
    {{N_("kind"), 2, 8, 10, false}, "kind", AS_TEXT},
    {{N_("what"), 1, 44, 140, false}, "text", AS_TEXT},
    {{N_("by"), 3, 10, 16, false}, "actor", AS_PERSON},
    {{N_("found"), 4, 8, 8, false}, "found", AS_CLOCK},
};

static const struct list_col entity_columns[] = {
    {{N_("kind"), 1, 10, 12, false}, "kind", AS_TEXT},
    {{N_("value"), 1, 20, 60, false}, "value", AS_TEXT},
    {{N_("alerts"), 1, 6, 7, true}, "alerts", AS_COUNT},
    {{N_("first"), 2, 8, 8, false}, "first", AS_CLOCK},
    {{N_("last"), 2, 8, 8, false}, "last", AS_CLOCK},
};

static const struct list_col plan_columns[] = {
    {{N_("plan"), 1, 5, 7, false}, "number", AS_PLAN},
    {{N_("state"), 1, 9, 9, false}, "state", AS_STATE},
    {{N_("playbook"), 1, 16, 40, false}, "playbook", AS_TEXT},
    {{N_("hazard"), 2, 6, 6, false}, "hazard", AS_TIER},
    {{N_("needs"), 2, 25, 40, false}, "approval_rule", AS_TEXT},
    {{N_("has"), 3, 8, 30, false}, "approved_functions", AS_PERSON},
    {{N_("by"), 5, 8, 14, false}, "planned_by", AS_TEXT},
    {{N_("expires"), 4, 7, 9, false}, "expires", AS_DUE},
};

static const struct list_col run_columns[] = {
    {{N_("run"), 1, 5, 7, false}, "number", AS_RUN},
    {{N_("state"), 1, 9, 9, false}, "state", AS_STATE},
    {{N_("plan"), 1, 5, 7, false}, "plan", AS_PLAN},
    {{N_("dry"), 1, 3, 3, false}, "dry", AS_FLAG},
    {{N_("actions"), 2, 7, 7, true}, "actions", AS_COUNT},
    {{N_("verified"), 2, 8, 8, true}, "verified", AS_COUNT},
    {{N_("started"), 3, 8, 8, false}, "started", AS_CLOCK},
    {{N_("by"), 4, 8, 14, false}, "started_by", AS_TEXT},
    {{N_("reason"), 5, 10, 60, false}, "reason", AS_PERSON},
};

static const struct list_col clock_columns[] = {
    {{N_("phase"), 1, 8, 9, false}, "phase", AS_TEXT},
    {{N_("due"), 1, 9, 10, false}, "due", AS_DUE},
    {{N_("met"), 1, 8, 8, false}, "met", AS_CLOCK},
    {{N_("breached"), 2, 8, 8, false}, "breached", AS_FLAG},
    {{N_("call"), 1, 12, 20, false}, "call_name", AS_PERSON},
    {{N_("number"), 1, 7, 14, false}, "call_number", AS_PERSON},
    {{N_("function"), 4, 10, 20, false}, "call_function", AS_PERSON},
    {{N_("deputy"), 3, 8, 18, false}, "deputy_name", AS_PERSON},
    {{N_("number"), 3, 7, 14, false}, "deputy_number", AS_PERSON},
    {{N_("said last"), 5, 12, 40, false}, "last_call", AS_PERSON},
};

#define COLS(a) .col = (a), .ncols = ARRAY_LEN(a)

static const struct list_spec panes[PANE_COUNT] = {
    {.query = DESK_TIMELINE,
     COLS(timeline_columns),
     .empty = N_("nothing has happened yet"),
     .live = true,
     .is_paged = true},
    {.query = DESK_ENTITIES,
     COLS(entity_columns),
     .empty = N_("no asset, person, session or address is known")},
    {.query = DESK_PLANS, COLS(plan_columns), .empty = N_("no plan yet: p chooses a playbook")},
    {.query = DESK_RUNS, COLS(run_columns), .empty = N_("nothing was run")},
    {.query = DESK_CLOCKS, COLS(clock_columns), .settled = "met", .empty = N_("no clock runs")},
};

static const char *const pane_names[PANE_COUNT] = {N_("Timeline"), N_("Things"), N_("Plans"),
                                                   N_("Runs"), N_("Clocks")};

struct incident {
    char number[32];
    struct page page;
    struct list pane[PANE_COUNT];
    int at;
};

static unsigned pane_slot(int pane)
{
    return SLOT_PANES + 2 * (unsigned)pane;
}

static void incident_open(void *state, const char *arg)
{
    struct incident *s = state;
    struct span number = fmt_number_of(span_str(arg));

    snprintf(s->number, sizeof(s->number), "%.*s", number.n < 31 ? (int)number.n : 31,
             number.n ? number.p : "");
    page_init(&s->page);
    for (int i = 0; i < PANE_COUNT; i++) {
        list_init(&s->pane[i], &panes[i], s->number);
    }
}

static void incident_close(void *state)
{
    struct incident *s = state;

    page_free(&s->page);
    for (int i = 0; i < PANE_COUNT; i++) {
        list_free(&s->pane[i]);
    }
}

// The running clock that ends next: row of the clocks page, or nrows.
static size_t next_clock(const struct incident *s)
{
    const struct page *p = &s->pane[PANE_CLOCKS].latest;
    size_t best = p->nrows;

    for (size_t i = 0; i < p->nrows; i++) {
        if (page_time(p, i, "met") == UTIME_NONE &&
            (best == p->nrows || page_time(p, i, "due") < page_time(p, best, "due"))) {
            best = i;
        }
    }
    return best;
}

static void open_selected(struct incident *s, struct view_effects *fx)
{
    char number[32];

    (void)list_get(&s->pane[s->at], "number", number, sizeof(number));
    if (number[0] && s->at == PANE_PLANS) {
        fx_open(fx, "plan", number);
    } else if (number[0] && s->at == PANE_RUNS) {
        fx_open(fx, "run", number);
    }
}

static void record_call(const struct incident *s, const struct view_msg *m, struct view_effects *fx)
{
    const struct page *p = &s->pane[PANE_CLOCKS].latest;
    size_t row = next_clock(s);
    char phase[32], person[128];

    if (!m->arg) {
        fx_input(fx, DO_CALL, _("called (name: what was said): "));
        return;
    }
    part_record_call(fx, SLOT_CALL, s->number, page_str(p, row, "phase", phase, sizeof(phase)),
                     page_str(p, row, "call_name", person, sizeof(person)), m->arg);
}

static void move(const struct incident *s, const struct view_msg *m, struct view_effects *fx)
{
    struct span rest = span_str(m->arg ? m->arg : ""), event = span_cut(&rest, ' ');
    char name[32];

    if (!m->arg) {
        fx_input(fx, DO_MOVE, _("move to (contain, eradicate, recover, close, reopen) and why: "));
    } else if (!span_trim(rest).n) {
        fx_error(fx, "%s", _("a move needs a reason, such as: contain spread is stopped"));
    } else {
        snprintf(name, sizeof(name), "%.*s", event.n < 31 ? (int)event.n : 31, event.p);
        fx_call(fx, SLOT_CALL, DESK_CALL_MOVE_INCIDENT, 3, s->number, name, rest.p);
    }
}

static void incident_action(struct incident *s, const struct view_msg *m, struct view_effects *fx)
{
    switch (m->action) {
    case ACTION_NEXT_PANE: s->at = (s->at + 1) % PANE_COUNT; break;
    case ACTION_OPEN: open_selected(s, fx); break;
    case DO_TAKE:
    case DO_ACK: fx_call(fx, SLOT_CALL, DESK_CALL_TAKE_INCIDENT, 1, s->number); break;
    case DO_MOVE: move(s, m, fx); break;
    case DO_NOTE:
        if (m->arg) {
            fx_call(fx, SLOT_CALL, DESK_CALL_NOTE, 2, s->number, m->arg);
        } else {
            fx_input(fx, DO_NOTE, _("note: "));
        }
        break;
    case DO_CALL: record_call(s, m, fx); break;
    case DO_PLAYBOOK:
        s->at = PANE_PLANS; // where the plan will appear
        fx_open(fx, "playbooks", s->number);
        break;
    default: break;
    }
}

static void incident_update(void *state, const struct view_env *env, const struct view_msg *m,
                            struct view_effects *fx)
{
    struct incident *s = state;

    (void)env;
    if (m->kind == MSG_OPENED || m->kind == MSG_NEWS || m->kind == MSG_DONE) {
        fx_ask(fx, SLOT_INCIDENT, DESK_INCIDENT, 1, s->number);
        for (int i = 0; i < PANE_COUNT; i++) {
            list_ask(&s->pane[i], fx, pane_slot(i), true);
        }
        return;
    }
    if (part_keep(&s->page, m, SLOT_INCIDENT)) {
        return;
    }
    for (int i = 0; i < PANE_COUNT; i++) {
        if ((m->kind != MSG_ACTION || i == s->at) &&
            list_message(&s->pane[i], m, fx, pane_slot(i))) {
            return;
        }
    }
    if (m->kind == MSG_ACTION) {
        incident_action(s, m, fx);
    }
}

static void draw_head(const struct incident *s, struct canvas *c, struct rect r)
{
    const struct page *p = &s->page;
    char num[FMT_TEXT];
    enum style st;
    struct span tier = page_get(p, 0, "tier"), owner = page_get(p, 0, "owner");
    const char *state = fmt_state(page_get(p, 0, "state"), &st);
    int x = r.x;

    x += canvas_str(c, x, r.y, 12, STYLE_TITLE, fmt_number('I', span_str(s->number), num)) + 1;
    x += canvas_text(c, x, r.y, 3, fmt_tier_style(tier), tier) + 1;
    x += canvas_str(c, x, r.y, 10, st, state) + 1;
    canvas_text(c, x, r.y, r.x + r.w - x - 21, STYLE_TITLE, page_get(p, 0, "title"));
    if (owner.n) {
        canvas_printf(c, r.x + r.w - 20, r.y, 20, STYLE_NORMAL, _("owner %.*s"), SPAN_ARG(owner));
    } else {
        canvas_str(c, r.x + r.w - 20, r.y, 20, STYLE_HIGH, _("no owner!"));
    }
}

static int draw_facts(const struct incident *s, const struct view_env *env, struct canvas *c,
                      struct rect r)
{
    const struct page *p = &s->page, *clocks = &s->pane[PANE_CLOCKS].latest;
    size_t clock = next_clock(s);
    char due[FMT_TEXT], count[FMT_TEXT], first[FMT_TEXT], whom[400];
    enum style st;
    int y = 1;

    if (p->nrows == 0) {
        return y + part_field(c, r, y, "", span_str(part_nothing(p)));
    }
    y += part_fieldf(c, r, y, _("asset"),
                     _("%.*s  area %.*s  %llu wafers/h  hazard %.*s  axes %.*s"),
                     SPAN_ARG(page_get(p, 0, "asset")), SPAN_ARG(page_get(p, 0, "area")),
                     (unsigned long long)page_u64(p, 0, "wph"), SPAN_ARG(page_get(p, 0, "hazard")),
                     SPAN_ARG(page_get(p, 0, "axes")));
    y += part_field(c, r, y, _("lots"), page_get(p, 0, "lots"));
    y += part_fieldf(c, r, y, _("seen"), _("%s alerts of %.*s since %s"),
                     fmt_count(page_u64(p, 0, "alerts"), count),
                     SPAN_ARG(page_get(p, 0, "source_kinds")),
                     fmt_clock(page_time(p, 0, "first"), first));
    y += part_field(c, r, y, _("why"), page_get(p, 0, "why"));
    if (clock < clocks->nrows) {
        (void)fmt_due(env->now, page_time(clocks, clock, "due"), due, &st);
        part_whom(clocks, clock, whom, sizeof(whom));
        y += part_fieldf(c, r, y, _("clock"), "%.*s %s: %s",
                         SPAN_ARG(page_get(clocks, clock, "phase")), due, whom);
        canvas_restyle(c, (struct rect){r.x + 8, r.y + y - 1, r.w - 8, 1}, st);
        y += part_field(c, r, y, _("said"), page_get(clocks, clock, "last_call"));
    }
    return y;
}

static void draw_tabs(const struct incident *s, struct canvas *c, struct rect r)
{
    char status[40];
    int x = r.x;

    for (int i = 0; i < PANE_COUNT; i++) {
        const struct table *t = &s->pane[i].table;

        x += canvas_printf(c, x, r.y, r.x + r.w - x, i == s->at ? STYLE_TITLE : STYLE_NORMAL,
                           i == s->at ? "[%s %zu%s]" : " %s %zu%s ", i18n_text(pane_names[i]), t->n,
                           t->more ? "+" : "") +
             1;
    }
    table_status(&s->pane[s->at].table, status, sizeof(status));
    canvas_right(c, r.x + r.w - 16, r.y, 16, STYLE_TITLE, i18n_text(status));
}

static void incident_draw(void *state, const struct view_env *env, struct canvas *c,
                          struct rect body)
{
    struct incident *s = state;

    draw_head(s, c, body);
    (void)layout_top(&body, draw_facts(s, env, c, body));
    draw_tabs(s, c, layout_top(&body, 1));
    list_draw(&s->pane[s->at], env, c, body);
}

static bool incident_ready(const void *state)
{
    const struct incident *s = state;
    bool ready = s->page.filled;

    for (int i = 0; i < PANE_COUNT; i++) {
        ready = ready && list_ready(&s->pane[i]);
    }
    return ready;
}

const struct view_ops view_incident = {
    .code = "incident",
    .kind = "list",
    .title = N_("Incident workspace"),
    .footer = {ACTION_NEXT_PANE, ACTION_OPEN, DO_TAKE, DO_PLAYBOOK, DO_NOTE, DO_CALL, DO_MOVE,
               ACTION_BACK},
    .size = sizeof(struct incident),
    .open = incident_open,
    .update = incident_update,
    .draw = incident_draw,
    .close = incident_close,
    .ready = incident_ready,
};
