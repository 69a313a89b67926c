// plan.c - one plan: what exactly would be done, who must agree, who has.
// SPDX-License-Identifier: Apache-2.0
//
// Approving and starting go through a typed confirmation and carry the hash of the plan that was on
// the screen, so a plan that changed meanwhile is refused by the database.
#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/part.h"

enum { SLOT_PLAN, SLOT_CALL, SLOT_APPROVALS, SLOT_APPROVALS_MORE, SLOT_RUNS, SLOT_RUNS_MORE };

static const struct list_col approval_columns[] = {
    {{N_("person"), 1, 10, 18, false}, "person", AS_TEXT},
    {{N_("as"), 1, 14, 24, false}, "function", AS_TEXT},
    {{N_("said"), 1, 8, 10, false}, "verdict", AS_TEXT},
    {{N_("at"), 1, 8, 8, false}, "at", AS_CLOCK},
    {{N_("reason"), 2, 10, 60, false}, "reason", AS_PERSON},
};

static const struct list_col run_columns[] = {
    {{N_("run"), 1, 5, 7, false}, "number", AS_RUN},
    {{N_("state"), 1, 9, 9, false}, "state", AS_STATE},
    {{N_("dry"), 1, 3, 3, false}, "dry", AS_FLAG},
    {{N_("actions"), 1, 7, 7, true}, "actions", AS_COUNT},
    {{N_("verified"), 1, 8, 8, true}, "verified", AS_COUNT},
    {{N_("started"), 2, 8, 8, false}, "started", AS_CLOCK},
    {{N_("reason"), 3, 10, 60, false}, "reason", AS_PERSON},
};

static const struct list_spec approvals = {.query = DESK_APPROVALS,
                                           .col = approval_columns,
                                           .ncols = ARRAY_LEN(approval_columns),
                                           .empty = N_("nobody has said anything yet")};
static const struct list_spec runs = {.query = DESK_RUNS,
                                      .col = run_columns,
                                      .ncols = ARRAY_LEN(run_columns),
                                      .empty = N_("not run yet")};

struct plan {
    char number[32], incident[32];
    struct page page;
    struct list approvals, runs;
    size_t nruns; // seen so far
    int skip;     // of the document
    bool on_doc;  // Tab: document or runs
};

static void plan_open(void *state, const char *arg)
{
    struct plan *p = state;
    struct span number = fmt_number_of(span_str(arg));

    snprintf(p->number, sizeof(p->number), "%.*s", number.n < 31 ? (int)number.n : 31,
             number.n ? number.p : "");
    page_init(&p->page);
    list_init(&p->approvals, &approvals, p->number);
    list_init(&p->runs, &runs, "");
}

static void plan_close(void *state)
{
    struct plan *p = state;

    page_free(&p->page);
    list_free(&p->approvals);
    list_free(&p->runs);
}

static void plan_dialog(void *state, unsigned action, struct dialog *d)
{
    const struct plan *p = state;
    char want[FMT_TEXT], label[80], inc[FMT_TEXT];

    (void)fmt_number('P', span_str(p->number), want);
    snprintf(label, sizeof(label), _("Type %s, or Esc to refuse: "), want);
    dialog_init(d, action == DO_APPROVE ? _("APPROVE this plan?") : _("RUN this plan?"), want,
                label, _("That is not the plan's number; nothing was done."));
    dialog_line(d, _("plan %s for %s, hash %.12s"), want,
                fmt_number('I', page_get(&p->page, 0, "incident"), inc),
                page_get(&p->page, 0, "hash").n >= 12 ? page_get(&p->page, 0, "hash").p : "");
    dialog_line(d, _("hazard %.*s   needs %.*s"), SPAN_ARG(page_get(&p->page, 0, "hazard")),
                SPAN_ARG(page_get(&p->page, 0, "approval_rule")));
    dialog_line(d, _("impact %.*s"), SPAN_ARG(page_get(&p->page, 0, "impact")));
    dialog_line(d, "%s",
                action == DO_APPROVE
                    ? _("You say yes to exactly these commands and their rollbacks.")
                    : _("This changes production. Abort stops before the next step."));
}

static void plan_action(struct plan *p, const struct view_msg *m, struct view_effects *fx)
{
    char hash[VIEW_ARG], number[32];

    (void)page_str(&p->page, 0, "hash", hash, sizeof(hash));
    switch (m->action) {
    case ACTION_NEXT_PANE: p->on_doc = !p->on_doc; break;
    case ACTION_OPEN:
        if (*list_get(&p->runs, "number", number, sizeof(number))) {
            fx_open(fx, "run", number);
        }
        break;
    case DO_DRY_RUN:
        fx_call(fx, SLOT_CALL, DESK_CALL_DRY_RUN, 1, p->number);
        fx_say(fx, "%s", _("dry-run asked for: nothing will be changed"));
        break;
    case DO_APPROVE:
    case DO_START:
        if (!p->page.filled || !p->page.nrows) {
            fx_error(fx, "%s", _("the plan is not on the screen yet"));
        } else if (!m->confirmed) {
            fx_confirm(fx, m->action, NULL);
        } else {
            fx_call(fx, SLOT_CALL,
                    m->action == DO_APPROVE ? DESK_CALL_APPROVE : DESK_CALL_START_RUN, 2, p->number,
                    hash);
        }
        break;
    case DO_REFUSE:
        if (m->arg) {
            fx_call(fx, SLOT_CALL, DESK_CALL_REFUSE, 2, p->number, m->arg);
        } else {
            fx_input(fx, DO_REFUSE, _("refuse, because: "));
        }
        break;
    case DO_INCIDENT: fx_open(fx, "incident", p->incident); break;
    default: break;
    }
}

static bool scroll(struct plan *p, unsigned action)
{
    switch (action) {
    case ACTION_PAGE_DOWN: p->skip += 5; return true;
    case ACTION_PAGE_UP: p->skip = p->skip > 5 ? p->skip - 5 : 0; return true;
    case ACTION_DOWN: p->skip += p->on_doc; return p->on_doc;
    case ACTION_UP: p->skip -= p->on_doc && p->skip > 0; return p->on_doc;
    default: return false;
    }
}

static void plan_update(void *state, const struct view_env *env, const struct view_msg *m,
                        struct view_effects *fx)
{
    struct plan *p = state;

    (void)env;
    if (m->kind == MSG_OPENED || m->kind == MSG_NEWS || m->kind == MSG_DONE) {
        fx_ask(fx, SLOT_PLAN, DESK_PLAN, 1, p->number);
        list_ask(&p->approvals, fx, SLOT_APPROVALS, true);
        if (p->incident[0]) {
            list_ask(&p->runs, fx, SLOT_RUNS, true);
        }
        return;
    }
    if (part_keep(&p->page, m, SLOT_PLAN)) {
        bool first = !p->incident[0];

        (void)page_str(&p->page, 0, "incident", p->incident, sizeof(p->incident));
        memcpy(p->runs.arg, p->incident, sizeof(p->incident));
        if (first && p->incident[0]) {
            list_ask(&p->runs, fx, SLOT_RUNS, true);
        }
        return;
    }
    if (m->kind == MSG_ACTION && scroll(p, m->action)) {
        return;
    }
    if ((m->kind != MSG_ACTION && list_message(&p->approvals, m, fx, SLOT_APPROVALS)) ||
        list_message(&p->runs, m, fx, SLOT_RUNS)) {
        if (p->runs.latest.nrows > p->nruns) { // two rows high: a new run would stand above them
            (void)table_act(&p->runs.table, ACTION_FIRST);
        }
        p->nruns = p->runs.latest.nrows;
        return;
    }
    if (m->kind == MSG_ACTION) {
        plan_action(p, m, fx);
    }
}

static int draw_facts(const struct plan *p, const struct view_env *env, struct canvas *c,
                      struct rect r)
{
    const struct page *g = &p->page;
    char num[FMT_TEXT], inc[FMT_TEXT], due[FMT_TEXT], at[FMT_TEXT];
    enum style st, due_st;
    const char *state = fmt_state(page_get(g, 0, "state"), &st);
    int x = r.x, y = 1;

    x += canvas_str(c, x, r.y, 10, STYLE_TITLE, fmt_number('P', span_str(p->number), num)) + 1;
    x += canvas_str(c, x, r.y, 10, st, state) + 1;
    canvas_text(c, x, r.y, r.x + r.w - x, STYLE_TITLE, page_get(g, 0, "playbook"));
    if (g->nrows == 0) {
        return y + part_field(c, r, y, "", span_str(part_nothing(g)));
    }
    (void)fmt_due(env->now, page_time(g, 0, "expires"), due, &due_st);
    y += part_fieldf(c, r, y, _("for"), _("%s  hazard %.*s  planned by %.*s at %s  expires in %s"),
                     fmt_number('I', page_get(g, 0, "incident"), inc),
                     SPAN_ARG(page_get(g, 0, "hazard")), SPAN_ARG(page_get(g, 0, "planned_by")),
                     fmt_minute(page_time(g, 0, "planned"), at), due);
    y += part_field(c, r, y, _("hash"), page_get(g, 0, "hash"));
    y += part_field(c, r, y, _("needs"), page_get(g, 0, "approval_rule"));
    y += part_field(c, r, y, _("impact"), page_get(g, 0, "impact"));
    return y;
}

static void plan_draw(void *state, const struct view_env *env, struct canvas *c, struct rect body)
{
    struct plan *p = state;
    struct rect low;
    int rows;

    (void)layout_top(&body, draw_facts(p, env, c, body));
    low = layout_bottom(&body, 4);
    list_draw(&p->approvals, env, c, layout_bottom(&body, 4));
    part_rule(c, layout_bottom(&body, 1), 0, _("who agreed"));
    part_rule(c, layout_top(&low, 1), 0, _("runs of the incident"));
    list_draw(&p->runs, env, c, low);
    part_rule(c, layout_top(&body, 1), 0, _("exactly this would be done (PgDn)"));
    rows = part_wrap(c, body, page_get(&p->page, 0, "document"), p->skip);
    if (p->skip >= rows) {
        p->skip = rows > 0 ? rows - 1 : 0;
    }
}

static bool plan_ready(const void *state)
{
    const struct plan *p = state;

    return p->page.filled && list_ready(&p->approvals) && (!p->incident[0] || list_ready(&p->runs));
}

const struct view_ops view_plan = {
    .code = "plan",
    .kind = "list",
    .title = N_("Plan"),
    .footer = {DO_DRY_RUN, DO_APPROVE, DO_REFUSE, DO_START, ACTION_OPEN, ACTION_NEXT_PANE,
               ACTION_BACK},
    .size = sizeof(struct plan),
    .open = plan_open,
    .update = plan_update,
    .draw = plan_draw,
    .close = plan_close,
    .dialog = plan_dialog,
    .ready = plan_ready,
};
