// run.c - a playbook run: its steps, what each did, what its probe said.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "tui/gauge.h"
#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/part.h"

enum { SLOT_RUN, SLOT_CALL, SLOT_STEPS, SLOT_STEPS_MORE };

static const struct list_col columns[] = {
    {{N_("n"), 1, 2, 3, true}, "n", AS_TEXT},
    {{N_(""), 1, 4, 4, false}, "state", AS_STEP},
    {{N_("step"), 1, 20, 40, false}, "name", AS_TEXT},
    {{N_("target"), 2, 12, 24, false}, "target", AS_PERSON},
    {{N_("state"), 1, 10, 14, false}, "state", AS_TEXT},
    {{N_("kind"), 4, 8, 14, false}, "kind", AS_TEXT},
    {{N_("started"), 3, 8, 8, false}, "started", AS_CLOCK},
    {{N_("ended"), 3, 8, 8, false}, "ended", AS_CLOCK},
    {{N_("says"), 5, 16, 60, false}, "text", AS_TEXT},
};

static const struct list_spec spec = {.query = DESK_STEPS,
                                      .col = columns,
                                      .ncols = ARRAY_LEN(columns),
                                      .empty = N_("no step was entered yet")};

struct run {
    char number[32];
    struct page page;
    struct list steps;
};

static void run_open(void *state, const char *arg)
{
    struct run *r = state;
    struct span number = fmt_number_of(span_str(arg));

    snprintf(r->number, sizeof(r->number), "%.*s", number.n < 31 ? (int)number.n : 31,
             number.n ? number.p : "");
    page_init(&r->page);
    list_init(&r->steps, &spec, r->number);
}

static void run_close(void *state)
{
    struct run *r = state;

    page_free(&r->page);
    list_free(&r->steps);
}

static void run_dialog(void *state, unsigned action, struct dialog *d)
{
    const struct run *r = state;
    char want[FMT_TEXT], label[80], text[FMT_TEXT];

    (void)fmt_number('R', span_str(r->number), want);
    snprintf(label, sizeof(label), _("Type %s, or Esc to refuse: "), want);
    dialog_init(d, action == DO_ABORT ? _("ABORT this run?") : _("Let this run GO ON?"), want,
                label, _("That is not the run's number; nothing was done."));
    dialog_line(d, _("run %s of plan %s"), want,
                fmt_number('P', page_get(&r->page, 0, "plan"), text));
    dialog_line(d, _("%llu actions, %llu verified so far"),
                (unsigned long long)page_u64(&r->page, 0, "actions"),
                (unsigned long long)page_u64(&r->page, 0, "verified"));
    dialog_line(d, "%s",
                action == DO_ABORT ? _("It stops before the next step, never in the middle of one.")
                                   : _("The steps that are left will change production."));
}

static void run_action(struct run *r, const struct view_msg *m, struct view_effects *fx)
{
    char number[32];

    switch (m->action) {
    case DO_ABORT:
    case DO_RESUME:
        if (!m->arg) {
            fx_input(fx, m->action,
                     m->action == DO_ABORT ? _("abort, because: ") : _("go on, because: "));
        } else if (!m->confirmed) {
            fx_confirm(fx, m->action, m->arg);
        } else {
            fx_call(fx, SLOT_CALL,
                    m->action == DO_ABORT ? DESK_CALL_ABORT_RUN : DESK_CALL_RESUME_RUN, 2,
                    r->number, m->arg);
        }
        break;
    case DO_INCIDENT:
        fx_open(fx, "incident", page_str(&r->page, 0, "incident", number, sizeof(number)));
        break;
    default: break;
    }
}

static void run_update(void *state, const struct view_env *env, const struct view_msg *m,
                       struct view_effects *fx)
{
    struct run *r = state;

    (void)env;
    if (m->kind == MSG_OPENED || m->kind == MSG_NEWS || m->kind == MSG_DONE) {
        fx_ask(fx, SLOT_RUN, DESK_RUN, 1, r->number);
        list_ask(&r->steps, fx, SLOT_STEPS, true);
        return;
    }
    if (part_keep(&r->page, m, SLOT_RUN) || list_message(&r->steps, m, fx, SLOT_STEPS)) {
        return;
    }
    if (m->kind == MSG_ACTION) {
        run_action(r, m, fx);
    }
}

static int draw_facts(const struct run *r, struct canvas *c, struct rect at)
{
    const struct page *p = &r->page;
    char num[FMT_TEXT], plan[FMT_TEXT], inc[FMT_TEXT], t0[FMT_TEXT], t1[FMT_TEXT];
    enum style st;
    const char *state = fmt_state(page_get(p, 0, "state"), &st);
    uint64_t actions = page_u64(p, 0, "actions"), verified = page_u64(p, 0, "verified");
    int x = at.x, y = 1;

    x += canvas_str(c, x, at.y, 10, STYLE_TITLE, fmt_number('R', span_str(r->number), num)) + 1;
    x += canvas_str(c, x, at.y, 10, st, state) + 1;
    if (p->nrows == 0) {
        return y + part_field(c, at, y, "", span_str(part_nothing(p)));
    }
    x += canvas_str(c, x, at.y, 30, STYLE_TITLE,
                    page_bool(p, 0, "dry") ? _("DRY-RUN: nothing is changed")
                                           : _("LIVE (not dry-run)"));
    canvas_printf(c, x + 2, at.y, at.x + at.w - x - 2, STYLE_NORMAL, _("plan %s  %s  by %.*s"),
                  fmt_number('P', page_get(p, 0, "plan"), plan),
                  fmt_number('I', page_get(p, 0, "incident"), inc),
                  SPAN_ARG(page_get(p, 0, "started_by")));
    y += part_fieldf(c, at, y, _("time"), "%s - %s", fmt_clock(page_time(p, 0, "started"), t0),
                     fmt_clock(page_time(p, 0, "ended"), t1));
    y += part_field(c, at, y, _("reason"), page_get(p, 0, "reason"));
    canvas_str(c, at.x, at.y + y, 8, STYLE_TITLE, _("proof"));
    x = at.x + 8 + gauge_bar(c, at.x + 8, at.y + y, 22, STYLE_NORMAL, verified, actions);
    canvas_printf(c, x + 1, at.y + y, at.x + at.w - x - 1, STYLE_NORMAL,
                  _("%llu of %llu actions verified by a probe of the far end"),
                  (unsigned long long)verified, (unsigned long long)actions);
    return y + 1;
}

static void draw_step(const struct run *r, struct canvas *c, struct rect at)
{
    const struct rowid *id = table_selected(&r->steps.table);
    const struct page *p = &r->steps.latest;
    size_t row;
    int y = 1;

    if (!id) {
        return;
    }
    row = page_find(p, id);
    part_rule(c, at, 0, _("the selected step"));
    y += part_field(c, at, y, _("says"), page_get(p, row, "text"));
    y += part_field(c, at, y, _("before"), page_get(p, row, "before"));
    (void)part_field(c, at, y, _("after"), page_get(p, row, "after"));
}

static void run_draw(void *state, const struct view_env *env, struct canvas *c, struct rect body)
{
    struct run *r = state;

    (void)layout_top(&body, draw_facts(r, c, body));
    draw_step(r, c, layout_bottom(&body, 4));
    list_draw(&r->steps, env, c, body);
}

static bool run_ready(const void *state)
{
    const struct run *r = state;

    return r->page.filled && list_ready(&r->steps);
}

const struct view_ops view_run = {
    .code = "run",
    .kind = "list",
    .title = N_("Playbook run"),
    .footer = {ACTION_DOWN, DO_INCIDENT, ACTION_COMMAND, ACTION_BACK},
    .size = sizeof(struct run),
    .open = run_open,
    .update = run_update,
    .draw = run_draw,
    .close = run_close,
    .dialog = run_dialog,
    .ready = run_ready,
};
