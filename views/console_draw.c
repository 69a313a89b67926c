// console_draw.c - rows 1 and 2, the message line, the keys.
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/key.h"
#include "tui/layout.h"
#include "views/console_int.h"
#include "views/fmt.h"
#include "views/i18n.h"

enum { WATCH_LIMIT_S = 10 }; // no commit for so long: nobody watches (DESIGN 4)

static int draw_tiers(const struct console *c, struct canvas *cv, int x, int w)
{
    static const char *const cols[] = {"t0", "t1", "t2", "t3", "t4"};

    for (int t = 0; t < 5; t++) {
        uint64_t n = page_u64(&c->state, 0, cols[t]);
        enum style st = n && t < 2 ? STYLE_CRITICAL : n && t == 2 ? STYLE_HIGH : STYLE_NORMAL;
        char count[FMT_TEXT];

        x += canvas_printf(cv, x, 0, w - x, st, "T%d:%s%s", t, fmt_count(n, count),
                           n && t < 2 ? "!" : "");
        x += 1;
    }
    return x;
}

static int draw_watch(const struct console *c, struct canvas *cv, int x, int w)
{
    uint64_t age = page_u64(&c->state, 0, "commit_age"), load = page_u64(&c->state, 0, "load_10m");
    char since[FMT_TEXT];

    if (c->lost) {
        return x + canvas_printf(cv, x, 0, w - x, STYLE_CRITICAL, _("DATABASE AWAY since %s"),
                                 fmt_clock(c->lost_since, since));
    }
    if (!page_get(&c->state, 0, "commit_age").n) {
        return x + canvas_str(cv, x, 0, w - x, STYLE_CRITICAL, _("NOT WATCHING: no commit yet"));
    }
    if (age > WATCH_LIMIT_S) {
        return x + canvas_printf(cv, x, 0, w - x, STYLE_CRITICAL, _("NOT WATCHING since %s"),
                                 fmt_clock(c->wall - (utime_t)age * UTIME_SECOND, since));
    }
    if (load > 10) {
        return x + canvas_printf(cv, x, 0, w - x, STYLE_HIGH, _("FLOOD! %llu"),
                                 (unsigned long long)load);
    }
    return x + canvas_printf(cv, x, 0, w - x, STYLE_NORMAL,
                             w < 100 ? _("load %llu") : _("load %llu/10min"),
                             (unsigned long long)load);
}

// Row 1: the state of the fab, the same on every screen.
static void draw_state(const struct console *c, struct canvas *cv)
{
    const struct page *s = &c->state;
    char due[FMT_TEXT], inc[FMT_TEXT], clock[FMT_TEXT], right[64];
    enum style st;
    int x = 0, w = cv->w, rw;

    if (!s->filled) {
        canvas_str(cv, 0, 0, w, STYLE_TITLE,
                   c->lost ? _("DATABASE AWAY: nothing is known of the fab")
                           : _("asking for the state of the fab ..."));
        return;
    }
    snprintf(right, sizeof(right), "| %s %.*s", fmt_minute(page_time(s, 0, "fab_time"), clock),
             (int)(page_get(s, 0, "person").n < 16 ? page_get(s, 0, "person").n : 16),
             page_get(s, 0, "person").n ? page_get(s, 0, "person").p : "-");
    rw = (int)utf8_cells(span_str(right));
    canvas_right(cv, w - rw > 0 ? w - rw : 0, 0, rw, STYLE_NORMAL, right);
    w -= rw + 1;
    x += canvas_text(cv, x, 0, w < 90 ? 6 : 16, STYLE_TITLE, page_get(s, 0, "site")) + 1;
    x = draw_tiers(c, cv, x, w);
    x += canvas_str(cv, x, 0, w - x, STYLE_NORMAL, "| ");
    x = draw_watch(c, cv, x, w);
    (void)fmt_due(page_time(s, 0, "fab_time"), page_time(s, 0, "next_due"), due, &st);
    if (due[0] != '-') {
        x += canvas_str(cv, x, 0, w - x, STYLE_NORMAL, " | ");
        canvas_printf(cv, x, 0, w - x, st, "%s %s", due,
                      fmt_number('I', page_get(s, 0, "next_incident"), inc));
    }
}

// Row 2: where one can go, and whether what is seen is alive.
static void draw_tabs(const struct console *c, struct canvas *cv)
{
    const struct frame *top = console_top(c);
    const struct page *s = &c->state;
    char link[80];
    int x = 0, lw, n = 0;

    snprintf(link, sizeof(link), _("db %s  agents %llu/%llu  silent %llu"),
             c->lost ? _("AWAY") : _("ok"), (unsigned long long)page_u64(s, 0, "agents_up"),
             (unsigned long long)page_u64(s, 0, "agents"),
             (unsigned long long)page_u64(s, 0, "silent"));
    lw = (int)utf8_cells(span_str(link));
    for (size_t i = 0; view_table[i]; i++) {
        if (view_table[i]->tab) {
            bool here = (size_t)n == c->tab;

            x += canvas_printf(cv, x, 1, cv->w - x, here ? STYLE_TITLE : STYLE_NORMAL,
                               here ? "[%d%s]" : "%d%s", n + 1, i18n_text(view_table[i]->tab)) +
                 1;
            n++;
        }
    }
    if (!top->ops->tab) {
        canvas_printf(cv, x, 1, cv->w - x - lw - 1, STYLE_TITLE, "> %s",
                      i18n_text(top->ops->title));
    }
    if (x + lw < cv->w) {
        canvas_right(cv, cv->w - lw, 1, lw,
                     c->lost || page_u64(s, 0, "silent") ? STYLE_HIGH : STYLE_NORMAL, link);
    }
}

static void draw_keys(const struct console *c, struct canvas *cv, int y)
{
    const struct frame *top = console_top(c);
    const char *modes[CONSOLE_MODES];
    size_t n = console_modes(c, modes);
    char key[KEY_TEXT], help[48];
    int x = 0, hw;

    snprintf(help, sizeof(help), "%s%s", key_text(keymap_key_of(c->km, modes, n, ACTION_HELP), key),
             _("Help"));
    hw = (int)utf8_cells(span_str(help));
    canvas_right(cv, cv->w - hw, y, hw, STYLE_TITLE, help);
    if (c->overlay == OVERLAY_COMMAND || c->overlay == OVERLAY_INPUT) {
        canvas_str(cv, 0, y, cv->w - hw - 1, STYLE_NORMAL,
                   _("Enter does it  Esc cancels  Tab completes  Up history  Ctrl-U clears"));
        return;
    }
    for (size_t i = 0; i < sizeof(top->ops->footer) / sizeof(top->ops->footer[0]); i++) {
        unsigned action = top->ops->footer[i];
        int32_t k = action ? keymap_key_of(c->km, modes, n, action) : K_NONE;
        char text[64];
        int w;

        if (k == K_NONE) {
            continue;
        }
        snprintf(text, sizeof(text), "%s %s", key_text(k, key),
                 i18n_text(keymap_action(c->km, action)->name));
        w = (int)utf8_cells(span_str(text));
        if (x + w >= cv->w - hw) {
            break; // whole words only, and ?Help always
        }
        canvas_str(cv, x, y, w, STYLE_NORMAL, text);
        x += w + 2;
    }
}

static void draw_message(const struct console *c, struct canvas *cv, int y)
{
    if (c->overlay == OVERLAY_COMMAND) {
        prompt_draw(&c->command, cv, 0, y, cv->w, ":");
    } else if (c->overlay == OVERLAY_INPUT) {
        prompt_draw(&c->input, cv, 0, y, cv->w, c->overlay_label);
    } else if (c->message[0]) {
        canvas_printf(cv, 0, y, cv->w, c->message_is_error ? STYLE_ERROR : STYLE_NORMAL, "%s%s",
                      c->message_is_error ? _("ERR ") : "", c->message);
    }
}

// The rule above the message line; while a command is typed it says what the command does.
static void draw_rule(const struct console *c, struct canvas *cv, int y)
{
    const char *hint = c->overlay != OVERLAY_COMMAND ? ""
                       : c->command.hint[0]          ? c->command.hint
                                                     : console_command_help(c, c->command.text);

    canvas_hline(cv, 0, y, cv->w, STYLE_NORMAL);
    if (*hint) {
        canvas_printf(cv, 2, y, cv->w - 4, STYLE_TITLE, " %s ", hint);
    }
}

void console_draw(struct console *c, struct canvas *cv)
{
    struct view_env env = console_env(c);
    struct frame *top = console_top(c);
    struct rect body, old;

    canvas_clear(cv);
    body = canvas_area(cv);
    draw_state(c, cv);
    (void)layout_top(&body, 1);
    if (cv->h >= 8) {
        draw_tabs(c, cv);
        (void)layout_top(&body, 1);
    }
    draw_keys(c, cv, layout_bottom(&body, 1).y);
    int message = layout_bottom(&body, 1).y;

    if (cv->h >= 16) {
        draw_rule(c, cv, layout_bottom(&body, 1).y);
    }
    old = canvas_clip(cv, body);
    top->ops->draw(top->state, &env, cv, body);
    if (c->overlay == OVERLAY_DIALOG) {
        dialog_draw(&c->dialog, cv, body);
    } else if (c->overlay == OVERLAY_HELP) {
        help_draw(&c->help, cv, body);
    }
    (void)canvas_clip(cv, old);
    draw_message(c, cv, message); // last: while a line is typed, the cursor stands in it
}
