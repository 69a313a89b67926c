// alert.c - one group: cause, consequence, action, why this tier, the rule, then the record itself.
// SPDX-License-Identifier: Apache-2.0
//
// The record is read through api.read_raw, which leaves a trace: once when the screen opens (for the
// newest alert), then for the selected alert on Enter; never because something was committed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/attr.h"
#include "core/base/hash.h"
#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/part.h"

enum { SLOT_GROUP, SLOT_ALERTS, SLOT_ALERTS_MORE, SLOT_RAW, SLOT_CALL };

static const struct list_col columns[] = {
    {{N_("alert"), 1, 8, 9, false}, "number", AS_ALERT},
    {{N_("time"), 1, 8, 8, false}, "event_time", AS_CLOCK},
    {{N_("T"), 2, 2, 2, false}, "tier", AS_TIER},
    {{N_("actor"), 3, 8, 16, false}, "actor", AS_PERSON},
    {{N_("from"), 3, 10, 18, false}, "source_ip", AS_PERSON},
    {{N_("summary"), 1, 16, 80, false}, "summary", AS_TEXT},
    {{N_("source"), 5, 8, 16, false}, "source", AS_TEXT},
    {{N_("seq"), 5, 6, 9, true}, "seq", AS_TEXT},
};

static const struct list_spec spec = {
    .query = DESK_ALERTS,
    .col = columns,
    .ncols = ARRAY_LEN(columns),
    .empty = N_("the group has no alert that you may see"),
    .live = true,
    .is_paged = true,
};

enum raw_form { RAW_PART, RAW_TEXT, RAW_HEX, RAW_FORMS };

struct alert {
    char number[32];
    struct page group;
    struct list alerts;
    struct buf raw;  // the record's bytes
    char raw_of[64]; // id of the alert they belong to
    bool raw_asked, raw_known, raw_none;
    enum raw_form form;
    int skip;
};

static void alert_open(void *state, const char *arg)
{
    struct alert *a = state;

    snprintf(a->number, sizeof(a->number), "%s", arg);
    page_init(&a->group);
    list_init(&a->alerts, &spec, arg);
    buf_init(&a->raw, 1 << 20);
}

static void alert_close(void *state)
{
    struct alert *a = state;

    page_free(&a->group);
    list_free(&a->alerts);
    buf_free(&a->raw);
}

static void ask_raw(struct alert *a, struct view_effects *fx)
{
    (void)list_get(&a->alerts, "id", a->raw_of, sizeof(a->raw_of));
    if (a->raw_of[0]) {
        a->raw_asked = true;
        a->raw_known = a->raw_none = false;
        fx_call(fx, SLOT_RAW, DESK_CALL_READ_RAW, 1, a->raw_of);
    }
}

static void take_raw(struct alert *a, const struct desk_answer *answer, struct view_effects *fx)
{
    struct span hex = desk_cell(answer, 0, 0);
    char *to;

    if (span_starts(hex, SPAN_LIT("\\x"))) { // how PostgreSQL writes bytea
        hex = span_sub(hex, 2, hex.n);
    }
    buf_clear(&a->raw);
    to = buf_reserve(&a->raw, hex.n / 2 + 1);
    if (!to || !hex_get(hex, (unsigned char *)to, hex.n / 2)) {
        fx_error(fx, "%s", _("the record came back in a form that cannot be read"));
        return;
    }
    buf_advance(&a->raw, hex.n / 2);
    a->raw_known = true;
    a->skip = 0;
}

static void group_action(struct alert *a, const struct view_msg *m, struct view_effects *fx)
{
    struct span rest = span_str(m->arg ? m->arg : ""), minutes;
    char text[64];

    switch (m->action) {
    case DO_ACK:
        fx_call(fx, SLOT_CALL, DESK_CALL_ACK_GROUP, 2, a->number, m->arg ? m->arg : "");
        break;
    case DO_UNACK: fx_call(fx, SLOT_CALL, DESK_CALL_UNACK_GROUP, 1, a->number); break;
    case DO_CLOSE:
        if (m->arg) {
            fx_call(fx, SLOT_CALL, DESK_CALL_CLOSE_GROUP, 2, a->number, m->arg);
        } else {
            fx_input(fx, m->action, _("close, because: "));
        }
        break;
    case DO_SHELVE:
        minutes = span_cut(&rest, ' ');
        if (!m->arg) {
            fx_input(fx, m->action, _("shelve for how many minutes, and why: "));
        } else if (!span_trim(rest).n) {
            fx_error(fx, "%s",
                     _("shelve needs minutes and a reason, such as: 60 filter is being changed"));
        } else {
            snprintf(text, sizeof(text), "%.*s", minutes.n < 8 ? (int)minutes.n : 8,
                     minutes.n ? minutes.p : "");
            fx_call(fx, SLOT_CALL, DESK_CALL_SHELVE_GROUP, 3, a->number, text, rest.p);
        }
        break;
    case DO_INCIDENT:
        (void)page_str(&a->group, 0, "incident", text, sizeof(text));
        if (text[0]) {
            fx_open(fx, "incident", text);
        } else {
            fx_say(fx, "%s", _("this group belongs to no incident"));
        }
        break;
    default: break;
    }
}

static bool scroll_raw(struct alert *a, unsigned action)
{
    if (a->form == RAW_PART) {
        return false;
    }
    switch (action) {
    case ACTION_DOWN: a->skip++; return true;
    case ACTION_UP: a->skip -= a->skip > 0; return true;
    case ACTION_PAGE_DOWN: a->skip += 15; return true;
    case ACTION_PAGE_UP: a->skip = a->skip > 15 ? a->skip - 15 : 0; return true;
    case ACTION_FIRST: a->skip = 0; return true;
    default: return false;
    }
}

static void alert_update(void *state, const struct view_env *env, const struct view_msg *m,
                         struct view_effects *fx)
{
    struct alert *a = state;

    (void)env;
    if (m->kind == MSG_OPENED || m->kind == MSG_NEWS ||
        (m->kind == MSG_DONE && m->slot == SLOT_CALL)) {
        fx_ask(fx, SLOT_GROUP, DESK_GROUP, 1, a->number);
        list_ask(&a->alerts, fx, SLOT_ALERTS, true);
        return;
    }
    if (m->kind == MSG_DONE && m->slot == SLOT_RAW) {
        take_raw(a, m->answer, fx);
        return;
    }
    if (m->kind == MSG_FAULT && m->slot == SLOT_RAW) {
        a->raw_none = true;
        return;
    }
    if (m->kind == MSG_ACTION && scroll_raw(a, m->action)) {
        return;
    }
    if (part_keep(&a->group, m, SLOT_GROUP) || list_message(&a->alerts, m, fx, SLOT_ALERTS)) {
        if (!a->raw_asked && list_ready(&a->alerts)) {
            ask_raw(a, fx);
        }
        return;
    }
    if (m->kind == MSG_ACTION && m->action == ACTION_OPEN) {
        ask_raw(a, fx);
    } else if (m->kind == MSG_ACTION && m->action == DO_RAW) {
        a->form = (enum raw_form)((a->form + 1) % RAW_FORMS);
        a->skip = 0;
    } else if (m->kind == MSG_ACTION) {
        group_action(a, m, fx);
    }
}

static int draw_head(const struct alert *a, const struct view_env *env, struct canvas *c,
                     struct rect r)
{
    const struct page *g = &a->group;
    char num[FMT_TEXT], due[FMT_TEXT];
    enum style st, due_st, state_st;
    struct span tier = page_get(g, 0, "tier");
    const char *sign = fmt_priority(page_u64(g, 0, "severity"), &st), *state;
    int x = r.x;

    state = fmt_state(page_get(g, 0, "state"), &state_st);
    (void)fmt_due(env->now,
                  page_time(g, 0, "acked") == UTIME_NONE ? page_time(g, 0, "ack_due") : UTIME_NONE,
                  due, &due_st);
    x += canvas_str(c, x, r.y, 12, STYLE_TITLE, fmt_number('G', span_str(a->number), num)) + 1;
    x += canvas_text(c, x, r.y, 3, fmt_tier_style(tier), tier) + 1;
    x += canvas_str(c, x, r.y, 3, st, sign) + 1;
    canvas_text(c, x, r.y, r.x + r.w - x - 30, STYLE_TITLE, page_get(g, 0, "title"));
    canvas_printf(c, r.x + r.w - 28, r.y, 18, state_st, "%s " SPAN_FMT, state,
                  SPAN_ARG(page_get(g, 0, "owner")));
    canvas_printf(c, r.x + r.w - 10, r.y, 10, due_st, "%10s", due[0] == '-' ? "" : due);
    return 1;
}

static int draw_fields(const struct alert *a, const struct view_env *env, struct canvas *c,
                       struct rect r)
{
    const struct page *g = &a->group;
    char first[FMT_TEXT], last[FMT_TEXT], count[FMT_TEXT], inc[FMT_TEXT], whom[400], matched[600];
    int y = draw_head(a, env, c, r);

    if (g->nrows == 0) {
        return y + part_field(c, r, y, "", span_str(part_nothing(g)));
    }
    y += part_fieldf(
        c, r, y, _("group"), _("%s alerts %s..%s  %.*s  level %.*s  incident %s"),
        fmt_count(page_u64(g, 0, "alerts"), count), fmt_clock(page_time(g, 0, "first"), first),
        fmt_clock(page_time(g, 0, "last"), last), SPAN_ARG(page_get(g, 0, "source_kind")),
        SPAN_ARG(page_get(g, 0, "level")), fmt_number('I', page_get(g, 0, "incident"), inc));
    y += part_fieldf(c, r, y, _("asset"), _("%.*s  area %.*s  by %.*s"),
                     SPAN_ARG(page_get(g, 0, "asset")), SPAN_ARG(page_get(g, 0, "area")),
                     SPAN_ARG(page_get(g, 0, "actor")));
    y += part_field(c, r, y, _("cause"), page_get(g, 0, "cause"));
    y += part_field(c, r, y, _("risk"), page_get(g, 0, "consequence"));
    y += part_field(c, r, y, _("do"), page_get(g, 0, "action"));
    if (page_get(g, 0, "call_function").n) { // else its incident's clocks say whom
        part_whom(g, 0, whom, sizeof(whom));
        y += part_field(c, r, y, _("call"), span_str(whom));
    }
    y += part_fieldf(c, r, y, _("rule"), "%.*s  %.*s", SPAN_ARG(page_get(g, 0, "rule_id")),
                     SPAN_ARG(page_get(g, 0, "title")));
    y += part_fieldf(c, r, y, _("tier"), _("%.*s (of itself %.*s, axes %.*s): %.*s"),
                     SPAN_ARG(page_get(g, 0, "tier")), SPAN_ARG(page_get(g, 0, "base_tier")),
                     SPAN_ARG(page_get(g, 0, "axes")), SPAN_ARG(page_get(g, 0, "why")));
    y += part_field(c, r, y, _("match"),
                    span_str(list_get(&a->alerts, "matched", matched, sizeof(matched))));
    return y;
}

static void draw_raw(struct alert *a, struct canvas *c, struct rect r)
{
    char title[80], num[FMT_TEXT], number[32] = "";
    struct rect in = r;
    int rows;

    for (size_t i = 0; i < a->alerts.latest.nrows; i++) {
        if (span_eq_str(page_get(&a->alerts.latest, i, "id"), a->raw_of)) {
            (void)page_str(&a->alerts.latest, i, "number", number, sizeof(number));
        }
    }
    snprintf(title, sizeof(title), _("record of %s, %zu bytes (reading it was noted)"),
             fmt_number('A', span_str(number), num), a->raw.len);
    part_rule(c, layout_top(&in, 1), 0, a->raw_known ? title : _("record"));
    if (!a->raw_known) {
        canvas_str(c, in.x + 1, in.y, in.w - 1, STYLE_STALE,
                   a->raw_none    ? _("none that you may read, or found without one: see match")
                   : a->raw_asked ? _("asking ...")
                                  : _("Enter reads it; the reading is noted"));
        return;
    }
    rows = (a->form == RAW_HEX ? part_hex : part_wrap)(c, in, buf_span(&a->raw), a->skip);
    if (a->skip >= rows) {
        a->skip = rows > 0 ? rows - 1 : 0;
    }
}

static void alert_draw(void *state, const struct view_env *env, struct canvas *c, struct rect body)
{
    struct alert *a = state;
    struct rect list;

    if (a->form != RAW_PART) {
        (void)draw_head(a, env, c, layout_top(&body, 1));
        draw_raw(a, c, body);
        return;
    }
    (void)layout_top(&body, draw_fields(a, env, c, body));
    list = layout_bottom(&body, body.h / 2);
    draw_raw(a, c, body);
    list_draw(&a->alerts, env, c, list);
}

static bool alert_ready(const void *state)
{
    const struct alert *a = state;

    return a->group.filled && list_ready(&a->alerts) &&
           (a->raw_known || a->raw_none || a->alerts.latest.nrows == 0);
}

const struct view_ops view_alert = {
    .code = "alert",
    .kind = "list",
    .title = N_("Alert detail"),
    .footer = {ACTION_OPEN, DO_RAW, DO_ACK, DO_SHELVE, DO_INCIDENT, DO_CLOSE, ACTION_BACK},
    .size = sizeof(struct alert),
    .open = alert_open,
    .update = alert_update,
    .draw = alert_draw,
    .close = alert_close,
    .ready = alert_ready,
};
