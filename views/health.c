// health.c - what it sees and what it cannot: sources, refusals, how full the engine is.
// SPDX-License-Identifier: Apache-2.0
#include "tui/layout.h"
#include "views/fmt.h"
#include "views/i18n.h"
#include "views/list.h"
#include "views/view.h"

enum { SLOT_SOURCES, SLOT_MORE, SLOT_TABLES, SLOT_TABLES_MORE };

static const struct list_col source_columns[] = {
    {{N_("source"), 1, 16, 24, false}, "name", AS_TEXT},
    {{N_("kind"), 2, 6, 8, false}, "kind", AS_TEXT},
    {{N_("silent"), 1, 6, 6, false}, "silent", AS_FLAG},
    {{N_("newest"), 1, 8, 8, false}, "newest", AS_CLOCK},
    {{N_("records"), 2, 7, 8, true}, "records", AS_COUNT},
    {{N_("undec"), 1, 5, 6, true}, "undecoded", AS_COUNT},
    {{N_("unkn"), 3, 5, 6, true}, "unknown", AS_COUNT},
    {{N_("late"), 3, 5, 6, true}, "late", AS_COUNT},
    {{N_("dead"), 2, 5, 6, true}, "dead", AS_COUNT},
    {{N_("skipped"), 4, 7, 8, true}, "skipped_bytes", AS_COUNT},
};

static const struct list_col table_columns[] = {
    {{N_("engine table"), 1, 16, 24, false}, "id", AS_TEXT},
    {{N_("rows"), 1, 6, 8, true}, "rows", AS_COUNT},
    {{N_("bound"), 1, 6, 8, true}, "bound", AS_COUNT},
    {{N_("evicted"), 1, 7, 8, true}, "evicted", AS_COUNT},
    {{N_("expired"), 2, 7, 8, true}, "expired", AS_COUNT},
};

static const struct list_spec sources = {
    .query = DESK_SOURCES,
    .col = source_columns,
    .ncols = sizeof(source_columns) / sizeof(source_columns[0]),
    .empty = N_("no source has spoken yet"),
};

static const struct list_spec tables = {
    .query = DESK_TABLES,
    .col = table_columns,
    .ncols = sizeof(table_columns) / sizeof(table_columns[0]),
    .empty = N_("the engine has not reported yet"),
};

struct health {
    struct list sources, tables;
    bool on_tables;
};

static void health_open(void *state, const char *arg)
{
    struct health *h = state;

    (void)arg;
    list_init(&h->sources, &sources, "");
    list_init(&h->tables, &tables, "");
}

static void health_close(void *state)
{
    struct health *h = state;

    list_free(&h->sources);
    list_free(&h->tables);
}

static void health_update(void *state, const struct view_env *env, const struct view_msg *m,
                          struct view_effects *fx)
{
    struct health *h = state;

    (void)env;
    if (m->kind == MSG_ACTION) {
        if (m->action == ACTION_NEXT_PANE) {
            h->on_tables = !h->on_tables;
            return;
        }
        (void)list_message(h->on_tables ? &h->tables : &h->sources, m, fx,
                           h->on_tables ? SLOT_TABLES : SLOT_SOURCES);
        return;
    }
    if (!list_message(&h->sources, m, fx, SLOT_SOURCES)) {
        (void)list_message(&h->tables, m, fx, SLOT_TABLES);
    }
}

static void health_draw(void *state, const struct view_env *env, struct canvas *c, struct rect body)
{
    struct health *h = state;
    struct rect top = layout_top(&body, 1), low;
    char refused[FMT_TEXT], evicted[FMT_TEXT], mark[FMT_TEXT];

    canvas_printf(c, top.x, top.y, top.w, STYLE_NORMAL,
                  _("watermark %s   engine inputs refused %s   keys evicted %s"),
                  fmt_clock(page_time(env->state, 0, "watermark"), mark),
                  fmt_count(page_u64(env->state, 0, "refused"), refused),
                  fmt_count(page_u64(env->state, 0, "evicted"), evicted));
    low = layout_bottom(&body, body.h * 2 / 5);
    // The list in use is drawn last, so that the hardware cursor stands in it.
    if (h->on_tables) {
        list_draw(&h->sources, env, c, body);
        list_draw(&h->tables, env, c, low);
    } else {
        list_draw(&h->tables, env, c, low);
        list_draw(&h->sources, env, c, body);
    }
}

static bool health_ready(const void *state)
{
    const struct health *h = state;

    return list_ready(&h->sources) && list_ready(&h->tables);
}

const struct view_ops view_health = {
    .code = "hea",
    .name = "health",
    .kind = "list",
    .title = N_("Sources and engine"),
    .tab = N_("Hea"),
    .footer = {ACTION_NEXT_PANE, ACTION_DOWN, ACTION_COMMAND, ACTION_BACK},
    .size = sizeof(struct health),
    .open = health_open,
    .update = health_update,
    .draw = health_draw,
    .close = health_close,
    .ready = health_ready,
};
