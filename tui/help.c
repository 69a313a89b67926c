// help.c - rows of the keymap as a list that can be filtered and run.
// SPDX-License-Identifier: Apache-2.0
#include "tui/help.h"

#include <stdio.h>
#include <string.h>

#include "core/base/attr.h"
#include "core/base/utf8.h"
#include "tui/key.h"

static const struct colspec columns[] = {
    {"key", 1, 10, 12, false},
    {"does", 1, 20, 60, false},
    {"command", 2, 14, 15, false},
    {"where", 4, 6, 10, false},
};

static const char *say(const struct help *h, const char *s)
{
    return h->tr ? h->tr(s) : s;
}

static void add(struct help *h, size_t mode, unsigned action, int32_t key)
{
    char name[KEY_TEXT];
    size_t n;

    for (size_t i = 0; i < h->nrows; i++) {
        struct help_row *r = &h->row[i];

        if (r->mode == mode && r->action == action) {
            n = strlen(r->keys);
            snprintf(r->keys + n, sizeof(r->keys) - n, " %s", key_text(key, name));
            return;
        }
    }
    if (h->nrows < HELP_ROWS) {
        struct help_row *r = &h->row[h->nrows++];

        *r = (struct help_row){.mode = (uint8_t)mode, .action = (uint16_t)action};
        snprintf(r->keys, sizeof(r->keys), "%s", key_text(key, name));
    }
}

static void collect(struct help *h)
{
    for (size_t m = 0; m < h->nmodes; m++) {
        int mode = keymap_mode_of(h->km, span_str(h->modes[m]));

        for (size_t i = 0; mode >= 0 && i < h->km->n; i++) {
            const struct key_row *r = &h->km->row[i];

            if (r->mode == mode && keymap_find(h->km, h->modes, m, r->key) == ACTION_NONE) {
                add(h, m, r->action, r->key);
            }
        }
    }
}

static bool passes(const struct help *h, const struct help_row *r)
{
    const struct action_row *a = keymap_action(h->km, r->action);
    const char *f = h->filter.text;

    return !*f || strcasestr(a->name, f) || strcasestr(say(h, a->help), f) || strstr(r->keys, f);
}

static void refilter(struct help *h)
{
    struct rowid id[HELP_ROWS];

    h->nshown = 0;
    for (size_t i = 0; i < h->nrows; i++) {
        if (passes(h, &h->row[i])) {
            memset(&id[h->nshown], 0, sizeof(id[0]));
            memcpy(id[h->nshown].b, &i, sizeof(i));
            h->shown[h->nshown++] = (uint16_t)i;
        }
    }
    (void)table_update(&h->table, id, h->nshown);
}

void help_open(struct help *h, const struct keymap *km, const char *title, const char *const *modes,
               size_t nmodes, const char *(*tr)(const char *))
{
    *h = (struct help){.km = km, .tr = tr};
    snprintf(h->title, sizeof(h->title), "%s", title);
    h->nmodes = nmodes < HELP_MODES ? nmodes : HELP_MODES;
    memcpy(h->modes, modes, h->nmodes * sizeof(modes[0]));
    prompt_init(&h->filter, NULL, NULL);
    table_init(&h->table, columns, ARRAY_LEN(columns), false);
    collect(h);
    refilter(h);
}

void help_close(struct help *h)
{
    table_free(&h->table);
}

enum help_result help_key(struct help *h, int32_t key, unsigned *ret_action)
{
    static const char *const modes[] = {"help"};
    unsigned action = keymap_find(h->km, modes, 1, key);

    switch (action) {
    case ACTION_DISMISS: return HELP_CLOSED;
    case ACTION_ACCEPT:
        if (h->nshown == 0) {
            return HELP_STAYS;
        }
        *ret_action = h->row[h->shown[h->table.at]].action;
        return HELP_RUN;
    default: break;
    }
    if (!table_act(&h->table, action) && prompt_key(&h->filter, action, key) == PROMPT_EDITED) {
        refilter(h);
    }
    return HELP_STAYS;
}

static void cell(void *ctx, size_t row, size_t col, struct table_cell *out)
{
    const struct help *h = ctx;
    const struct help_row *r = &h->row[h->shown[row]];
    const struct action_row *a = keymap_action(h->km, r->action);
    const char *text = col == 0   ? r->keys
                       : col == 1 ? say(h, a->help)
                       : col == 2 ? a->name
                                  : h->modes[r->mode];

    snprintf(out->text, sizeof(out->text), "%s%s", col == 2 ? ":" : "", text);
}

void help_draw(struct help *h, struct canvas *c, struct rect area)
{
    struct rect r = area, in;
    struct table_source src = {.ctx = h, .cell = cell, .title = h->tr};

    src.empty = say(h, "no key does that here");

    r.w = r.w < 112 ? r.w : 112;
    canvas_box(c, r, STYLE_NORMAL);
    canvas_printf(c, r.x + 2, r.y, r.w - 34, STYLE_TITLE, "-- %s: %s ", say(h, "HELP"), h->title);
    in = (struct rect){r.x + 1, r.y + 1, r.w - 2, r.h - 2};
    table_draw(&h->table, c, in, &src);
    if (h->filter.len) {
        prompt_draw(&h->filter, c, r.x + r.w - 30, r.y, 28, say(h, " filter: "));
    } else {
        canvas_printf(c, r.x + r.w - 30, r.y, 28, STYLE_NORMAL, " %s ", say(h, "type to filter"));
    }
    canvas_printf(c, r.x + 2, r.y + r.h - 1, r.w - 4, STYLE_NORMAL, " %s ",
                  say(h, "Enter runs the key  Esc closes"));
}
