// overview.c - one sentence first, then the numbers that explain it, then whom to call.
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

enum { SLOT_TIERS, SLOT_BAYS, SLOT_SOURCES, SLOT_LATE, SLOT_LATE_MORE, SLOT_CALL };
enum { OVERVIEW_WATCH_S = 10 }; // no commit for so long: nobody watches

static const struct list_col columns[] = {
    {{N_("T"), 1, 2, 2, false}, "tier", AS_TIER},
    {{N_("inc"), 1, 6, 7, false}, "incident", AS_INCIDENT},
    {{N_("phase"), 1, 7, 9, false}, "phase", AS_TEXT},
    {{N_("due"), 1, 9, 10, false}, "due", AS_DUE},
    {{N_("where"), 2, 10, 14, false}, "asset", AS_TEXT},
    {{N_("call"), 1, 12, 20, false}, "call_name", AS_PERSON},
    {{N_("number"), 1, 7, 14, false}, "call_number", AS_PERSON},
    {{N_("deputy"), 4, 10, 18, false}, "deputy_name", AS_PERSON},
    {{N_("number"), 3, 7, 14, false}, "deputy_number", AS_PERSON},
    {{N_("said last"), 5, 16, 40, false}, "last_call", AS_PERSON},
};

static const struct list_spec spec = {
    .query = DESK_LATE,
    .col = columns,
    .ncols = ARRAY_LEN(columns),
    .empty = N_("nothing is late, nothing is due within 15 minutes"),
};

struct overview {
    struct page tiers, bays, sources;
    struct list late;
};

static void overview_open(void *state, const char *arg)
{
    struct overview *o = state;

    (void)arg;
    page_init(&o->tiers);
    page_init(&o->bays);
    page_init(&o->sources);
    list_init(&o->late, &spec, "");
}

static void overview_close(void *state)
{
    struct overview *o = state;

    page_free(&o->tiers);
    page_free(&o->bays);
    page_free(&o->sources);
    list_free(&o->late);
}

static void overview_action(struct overview *o, const struct view_msg *m, struct view_effects *fx)
{
    char incident[32], phase[32], person[128];

    if (m->action != ACTION_OPEN && m->action != DO_INCIDENT && m->action != DO_CALL) {
        return;
    }
    if (!table_selected(&o->late.table)) {
        fx_say(fx, "%s", _("no row is selected"));
        return;
    }
    (void)list_get(&o->late, "incident", incident, sizeof(incident));
    if (m->action != DO_CALL) {
        fx_open(fx, "incident", incident);
    } else if (!m->arg) {
        fx_input(fx, DO_CALL, _("called (name: what was said): "));
    } else {
        part_record_call(fx, SLOT_CALL, incident, list_get(&o->late, "phase", phase, sizeof(phase)),
                         list_get(&o->late, "call_name", person, sizeof(person)), m->arg);
    }
}

static void overview_update(void *state, const struct view_env *env, const struct view_msg *m,
                            struct view_effects *fx)
{
    struct overview *o = state;

    (void)env;
    if (m->kind == MSG_OPENED || m->kind == MSG_NEWS || m->kind == MSG_DONE) {
        fx_ask(fx, SLOT_TIERS, DESK_TIERS, 0);
        fx_ask(fx, SLOT_BAYS, DESK_BAYS, 0);
        fx_ask(fx, SLOT_SOURCES, DESK_SOURCES, 0);
        list_ask(&o->late, fx, SLOT_LATE, true);
        return;
    }
    if (part_keep(&o->tiers, m, SLOT_TIERS) || part_keep(&o->bays, m, SLOT_BAYS) ||
        part_keep(&o->sources, m, SLOT_SOURCES) || list_message(&o->late, m, fx, SLOT_LATE)) {
        return;
    }
    if (m->kind == MSG_ACTION) {
        overview_action(o, m, fx);
    }
}

// The one sentence: the gravest true thing.
static void draw_sentence(const struct overview *o, const struct view_env *env, struct canvas *c,
                          struct rect r)
{
    static const char *const threat[][2] = {
        {N_("NO: %llu threat to SAFETY"), N_("NO: %llu threats to SAFETY")},
        {N_("NO: %llu threat to the WHOLE FAB"), N_("NO: %llu threats to the WHOLE FAB")},
        {N_("AT RISK: %llu threat to a CONSTRAINT"), N_("AT RISK: %llu threats to CONSTRAINTS")},
    };
    const struct page *s = env->state;
    char text[160] = "", col[3] = "t0";
    enum style st = STYLE_NORMAL;
    struct span asset;
    uint64_t n = 0;
    size_t tier;

    if (!s->filled) {
        canvas_str(c, r.x, r.y, r.w, STYLE_TITLE, _("IS THE FAB OK?  asking ..."));
        return;
    }
    if (!page_get(s, 0, "commit_age").n || page_u64(s, 0, "commit_age") > OVERVIEW_WATCH_S) {
        r.w -= canvas_str(c, r.x, r.y, r.w, STYLE_TITLE, _("IS THE FAB OK?  "));
        canvas_str(c, r.x + 16, r.y, r.w, STYLE_CRITICAL,
                   _("NOT KNOWN: what comes in is not being looked at"));
        return;
    }
    for (tier = 0; tier < ARRAY_LEN(threat); tier++) {
        col[1] = (char)('0' + tier);
        n = page_u64(s, 0, col);
        if (n) {
            break;
        }
    }
    if (n) {
        asset = page_get(&o->tiers, tier, "worst_asset");
        bool several = n > 1; // the wafers are those of all, not of the worst one's asset

        snprintf(text, sizeof(text), i18n_text(threat[tier][several]), (unsigned long long)n);
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 !asset.n  ? "%.*s"
                 : several ? _(", first %.*s")
                           : ": %.*s",
                 SPAN_ARG(asset));
        n = page_u64(&o->tiers, tier, "wph");
        if (n) {
            snprintf(text + strlen(text), sizeof(text) - strlen(text),
                     several ? _("; %llu wafers/h") : _(", %llu wafers/h"), (unsigned long long)n);
        }
        st = tier < 2 ? STYLE_CRITICAL : STYLE_HIGH;
    } else if (page_u64(s, 0, "late")) {
        snprintf(text, sizeof(text), _("YES, BUT %llu clocks are late"),
                 (unsigned long long)page_u64(s, 0, "late"));
        st = STYLE_HIGH;
    } else {
        snprintf(text, sizeof(text), "%s", _("YES: no incident at T0, T1 or T2"));
    }
    r.w -= canvas_str(c, r.x, r.y, r.w, STYLE_TITLE, _("IS THE FAB OK?  "));
    canvas_str(c, r.x + 16, r.y, r.w, st, text);
}

static void draw_tiers(const struct overview *o, const struct view_env *env, struct canvas *c,
                       struct rect r)
{
    static const char *const names[] = {N_("T0 safety"), N_("T1 fab-wide"), N_("T2 constraint"),
                                        N_("T3 tool"), N_("T4 no wafer")};
    static const struct {
        const char *title, *column;
        int x, w;
    } cols[] = {{N_("open"), "open", 16, 5},     {N_("new/h"), "new_hour", 22, 5},
                {N_("oldest"), "oldest", 28, 6}, {N_("late"), "late", 35, 5},
                {N_("<15m"), "due_soon", 41, 5}, {N_("wph"), "wph", 47, 5}};

    canvas_str(c, r.x, r.y, r.w, STYLE_TITLE, _("tier"));
    canvas_str(c, r.x + 54, r.y, r.w - 54, STYLE_TITLE, _("worst"));
    for (size_t k = 0; k < ARRAY_LEN(cols); k++) {
        canvas_right(c, r.x + cols[k].x, r.y, cols[k].w, STYLE_TITLE, i18n_text(cols[k].title));
    }
    for (int t = 0; t < 5; t++) {
        char text[FMT_TEXT];
        size_t row = (size_t)t;
        int y = r.y + 1 + t;
        uint64_t open = page_u64(&o->tiers, row, "open");
        enum style st = open && t < 2 ? STYLE_CRITICAL : open && t == 2 ? STYLE_HIGH : STYLE_NORMAL;
        struct span asset = page_get(&o->tiers, row, "worst_asset");

        canvas_printf(c, r.x, y, 15, st, "%s%s", i18n_text(names[t]), open && t < 2 ? " !" : "");
        for (size_t k = 0; k < ARRAY_LEN(cols); k++) {
            struct span v = page_get(&o->tiers, row, cols[k].column);
            uint64_t n = page_u64(&o->tiers, row, cols[k].column);

            if (strcmp(cols[k].column, "oldest") == 0) {
                utime_t when = page_time(&o->tiers, row, "oldest");

                (void)(!v.n                 ? snprintf(text, sizeof(text), "-")
                       : when != UTIME_NONE ? (fmt_age(env->now, when, text), 0)
                                            : (fmt_seconds(n, text), 0));
            } else {
                fmt_count(n, text);
            }
            canvas_right(c, r.x + cols[k].x, y, cols[k].w,
                         n && strcmp(cols[k].column, "late") == 0 ? STYLE_HIGH : STYLE_NORMAL,
                         o->tiers.filled ? text : "?");
        }
        if (asset.n) {
            canvas_printf(c, r.x + 54, y, r.w - 54, STYLE_NORMAL, "%s " SPAN_FMT,
                          fmt_number('I', page_get(&o->tiers, row, "worst_incident"), text),
                          SPAN_ARG(asset));
        }
    }
}

static void draw_bays(const struct overview *o, struct canvas *c, struct rect r)
{
    int x = r.x + canvas_str(c, r.x, r.y, r.w, STYLE_TITLE, _("bays   "));

    for (size_t i = 0; i < o->bays.nrows && x < r.x + r.w - 8; i++) {
        uint64_t bad = page_u64(&o->bays, i, "incidents");
        struct span worst = page_get(&o->bays, i, "worst_tier");
        char text[80];

        snprintf(text, sizeof(text), "%.*s %llu/%llu", (int)(page_get(&o->bays, i, "id").n % 24),
                 page_get(&o->bays, i, "id").n ? page_get(&o->bays, i, "id").p : "",
                 (unsigned long long)page_u64(&o->bays, i, "productive"),
                 (unsigned long long)page_u64(&o->bays, i, "tools"));
        if (bad) {
            snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s%llu",
                     fmt_tier_style(worst) == STYLE_NORMAL ? "~" : "!", (unsigned long long)bad);
        }
        x +=
            canvas_str(c, x, r.y, r.x + r.w - x, bad ? fmt_tier_style(worst) : STYLE_NORMAL, text) +
            2;
    }
}

static void draw_feeds(const struct overview *o, struct canvas *c, struct rect r)
{
    char text[200];
    size_t silent = 0;

    text[0] = '\0';
    for (size_t i = 0; i < o->sources.nrows; i++) {
        if (page_bool(&o->sources, i, "silent")) {
            size_t n = strlen(text);

            snprintf(text + n, sizeof(text) - n, " " SPAN_FMT,
                     SPAN_ARG(page_get(&o->sources, i, "name")));
            silent++;
        }
    }
    canvas_str(c, r.x, r.y, r.w, STYLE_TITLE, _("feeds"));
    if (o->sources.filled && o->sources.nrows == 0) {
        canvas_str(c, r.x + 7, r.y, r.w - 7, STYLE_HIGH, _("NO SOURCE HAS SPOKEN!"));
    } else if (silent) {
        canvas_printf(c, r.x + 7, r.y, r.w - 7, STYLE_HIGH, _("%zu of %zu SILENT!%s"), silent,
                      o->sources.nrows, text);
    } else {
        canvas_printf(c, r.x + 7, r.y, r.w - 7, STYLE_NORMAL, _("%zu sources, all speak"),
                      o->sources.nrows);
    }
}

static void draw_load(const struct view_env *env, struct canvas *c, struct rect r)
{
    uint64_t load = page_u64(env->state, 0, "load_10m");
    uint64_t waits = page_u64(env->state, 0, "approvals");
    int x = r.x + 7;

    canvas_str(c, r.x, r.y, r.w, STYLE_TITLE, _("load"));
    x += canvas_printf(c, x, r.y, 20, STYLE_NORMAL, _("%llu groups/10min "),
                       (unsigned long long)load);
    x += gauge_bar(c, x, r.y, 12, load > 10 ? STYLE_HIGH : STYLE_NORMAL, load, 10) + 1;
    x += canvas_str(c, x, r.y, r.x + r.w - x, load > 10 ? STYLE_HIGH : STYLE_NORMAL,
                    load > 10  ? _("FLOOD!")
                    : load > 2 ? _("BUSY")
                               : _("NORMAL"));
    if (waits) {
        canvas_printf(c, x + 2, r.y, r.x + r.w - x - 2, STYLE_WAITS, _("[??] %llu APPROVAL waits"),
                      (unsigned long long)waits);
    }
}

static void overview_draw(void *state, const struct view_env *env, struct canvas *c,
                          struct rect body)
{
    struct overview *o = state;
    struct rect low;
    char whom[400];
    const struct rowid *id = table_selected(&o->late.table);
    size_t row;

    draw_sentence(o, env, c, layout_top(&body, 1));
    draw_tiers(o, env, c, layout_top(&body, 6));
    draw_bays(o, c, layout_top(&body, 1));
    draw_feeds(o, c, layout_top(&body, 1));
    draw_load(env, c, layout_top(&body, 1));
    part_rule(c, layout_top(&body, 1), 0, _("late, or due within 15 minutes: whom to call"));
    low = layout_bottom(&body, body.h > 5 && id ? 2 : 0);
    if (id && low.h) {
        row = page_find(&o->late.latest, id);
        part_whom(&o->late.latest, row, whom, sizeof(whom));
        (void)part_field(c, low, 0, _("call"), span_str(whom));
        (void)part_field(c, low, 1, _("said"), page_get(&o->late.latest, row, "last_call"));
    }
    list_draw(&o->late, env, c, body);
}

static bool overview_ready(const void *state)
{
    const struct overview *o = state;

    return o->tiers.filled && o->bays.filled && o->sources.filled && list_ready(&o->late);
}

const struct view_ops view_overview = {
    .code = "ovr",
    .name = "overview",
    .kind = "list",
    .title = N_("Shift overview"),
    .tab = N_("Ovr"),
    .footer = {ACTION_OPEN, DO_CALL, DO_NEXT_CRITICAL, ACTION_COMMAND, ACTION_DOWN},
    .size = sizeof(struct overview),
    .open = overview_open,
    .update = overview_update,
    .draw = overview_draw,
    .close = overview_close,
    .ready = overview_ready,
};
