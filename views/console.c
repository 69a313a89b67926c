// console.c - screens and their messages: opening, asking, answering.
// SPDX-License-Identifier: Apache-2.0
#include "views/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/key.h"
#include "views/console_int.h"
#include "views/fmt.h"
#include "views/i18n.h"

struct frame *console_top(const struct console *c)
{
    return screen_top(&c->stack);
}

struct view_env console_env(const struct console *c)
{
    return (struct view_env){&c->state, page_time(&c->state, 0, "fab_time"), c->km};
}

void console_say(struct console *c, bool is_error, const char *fmt, ...)
{
    char text[4 * VIEW_ARG];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    (void)utf8_sanitise_str(span_str(text), c->message, sizeof(c->message));
    c->message_is_error = is_error;
    c->dirty = true;
}

// ---- questions

static struct pending *pending_new(struct console *c, struct frame *f, unsigned slot, bool is_call)
{
    for (size_t i = 0; i < CONSOLE_PENDING; i++) {
        if (c->pending[i].ticket == 0) {
            c->pending[i] = (struct pending){++c->next_ticket, f ? f->serial : 0, slot, is_call};
            return &c->pending[i];
        }
    }
    return NULL;
}

static void ask(struct console *c, struct frame *f, const struct view_effect *e)
{
    struct pending *p = pending_new(c, f, e->slot, false);
    struct span param[DESK_PARAMS_MAX];

    for (size_t i = 0; i < e->n; i++) {
        param[i] = span_str(e->param[i]);
    }
    if (!p || c->desk->ops->ask(c->desk, p->ticket, e->query, param, e->n) < 0) {
        if (p) {
            p->ticket = 0;
        }
        f->has_news = true; // asked again with the next answer, tick or news
        return;
    }
    f->asked[e->slot] = p->ticket;
    f->waits++;
}

static void call(struct console *c, struct frame *f, const struct view_effect *e)
{
    struct pending *p = pending_new(c, f, e->slot, true);
    struct span arg[DESK_PARAMS_MAX];

    for (size_t i = 0; i < e->n; i++) {
        arg[i] = span_str(e->param[i]);
    }
    if (!p || c->desk->ops->call(c->desk, p->ticket, e->call, arg, e->n) < 0) {
        if (p) {
            p->ticket = 0;
        }
        console_say(c, true, _("%s was not sent: too much waits, or the database is away"),
                    desk_call_def(e->call)->name);
    }
}

static void ask_state(struct console *c)
{
    struct pending *p = c->state_waits ? NULL : pending_new(c, NULL, 0, false);

    if (p) {
        c->state_waits = c->desk->ops->ask(c->desk, p->ticket, DESK_STATE, NULL, 0) == 0;
        if (!c->state_waits) {
            p->ticket = 0;
        }
    }
}

// ---- effects of views

static void open_input(struct console *c, const struct view_effect *e)
{
    c->overlay = OVERLAY_INPUT;
    c->overlay_action = e->action;
    memcpy(c->overlay_label, e->text, sizeof(c->overlay_label));
    prompt_set(&c->input, "");
}

static void open_dialog(struct console *c, struct frame *f, const struct view_effect *e)
{
    if (f->ops->dialog) {
        c->overlay = OVERLAY_DIALOG;
        c->overlay_action = e->action;
        memcpy(c->overlay_arg, e->param[0], sizeof(c->overlay_arg));
        f->ops->dialog(f->state, e->action, &c->dialog);
    }
}

static void carry_out(struct console *c, struct frame *f, const struct view_effects *fx)
{
    const struct view_ops *open = NULL;
    const char *arg = "";
    bool back = false;

    for (size_t i = 0; i < fx->n; i++) {
        const struct view_effect *e = &fx->e[i];

        switch (e->kind) {
        case FX_ASK: ask(c, f, e); break;
        case FX_CALL: call(c, f, e); break;
        case FX_INPUT: open_input(c, e); break;
        case FX_CONFIRM: open_dialog(c, f, e); break;
        case FX_SAY: console_say(c, e->is_error, "%s", e->text); break;
        case FX_OPEN:
            open = view_find(span_str(e->text));
            arg = e->param[0];
            break;
        case FX_BACK: back = true; break;
        }
    }
    if (fx->lost) {
        console_say(c, true, _("%zu requests were too many at once and were left out"), fx->lost);
    }
    if (back && f == console_top(c)) { // last: the frame may be gone afterwards
        console_pop(c);
    } else if (open) {
        (void)console_push(c, open, arg);
    }
}

void console_send(struct console *c, struct frame *f, const struct view_msg *m)
{
    struct view_effects fx = {.n = 0};
    struct view_env env = console_env(c);

    if (m->kind == MSG_OPENED || m->kind == MSG_NEWS) {
        f->has_news = false;
    }
    f->ops->update(f->state, &env, m, &fx);
    c->dirty = true;
    carry_out(c, f, &fx);
}

// ---- screens

static struct frame *frame_new(struct console *c, const struct view_ops *ops, const char *arg)
{
    struct frame *f = calloc(1, sizeof(*f) + ops->size);

    if (f) {
        f->ops = ops;
        f->serial = ++c->next_serial;
        snprintf(f->arg, sizeof(f->arg), "%.60s", arg);
        ops->open(f->state, f->arg);
    }
    return f;
}

static void frame_free(struct console *c, struct frame *f)
{
    if (f) {
        for (size_t i = 0; i < CONSOLE_PENDING; i++) { // its answers will find nobody
            if (c->pending[i].serial == f->serial) {
                c->pending[i].serial = UINT64_MAX;
            }
        }
        f->ops->close(f->state);
        free(f);
    }
}

void console_pop(struct console *c)
{
    frame_free(c, screen_pop(&c->stack));
    console_send(c, console_top(c), &(struct view_msg){.kind = MSG_OPENED});
}

static size_t tab_of(const struct view_ops *ops)
{
    size_t tab = 0;

    for (size_t i = 0; view_table[i]; i++) {
        if (view_table[i] == ops) {
            return ops->tab ? tab : CONSOLE_TABS;
        }
        tab += view_table[i]->tab != NULL;
    }
    return CONSOLE_TABS;
}

static const struct view_ops *tab_ops(size_t tab)
{
    for (size_t i = 0; view_table[i]; i++) {
        if (view_table[i]->tab && tab-- == 0) {
            return view_table[i];
        }
    }
    return NULL;
}

void console_tab(struct console *c, size_t tab)
{
    const struct view_ops *ops = tab < CONSOLE_TABS ? tab_ops(tab) : NULL;

    if (!ops) {
        return;
    }
    if (!c->base[tab]) {
        c->base[tab] = frame_new(c, ops, "");
        if (!c->base[tab]) {
            return;
        }
    }
    while (c->stack.n > 1) {
        frame_free(c, screen_pop(&c->stack));
    }
    c->stack.frame[0] = c->base[tab];
    c->stack.n = 1;
    c->tab = tab;
    console_send(c, c->base[tab], &(struct view_msg){.kind = MSG_OPENED});
}

int console_push(struct console *c, const struct view_ops *ops, const char *arg)
{
    size_t tab = tab_of(ops);
    struct frame *f;

    if (tab < CONSOLE_TABS) {
        console_tab(c, tab);
        if (*arg) { // a filter typed with the command
            console_send(
                c, console_top(c),
                &(struct view_msg){.kind = MSG_ACTION, .action = ACTION_FILTER, .arg = arg});
        }
        return 0;
    }
    f = frame_new(c, ops, arg);
    if (!f) {
        console_say(c, true, "%s", _("no memory for another screen"));
        return E_SYSTEM;
    }
    frame_free(c, screen_push(&c->stack, f));
    console_send(c, f, &(struct view_msg){.kind = MSG_OPENED});
    return 0;
}

int console_show(struct console *c, struct span code, const char *arg, struct err *err)
{
    const struct view_ops *ops = view_find(code);

    if (!ops) {
        return err_set(err, E_USAGE, "console.screen", "no screen is called '" SPAN_FMT "'",
                       SPAN_ARG(code));
    }
    return console_push(c, ops, arg ? arg : "");
}

struct console *console_new(struct desk *desk, const struct keymap *km, utime_t wall)
{
    struct console *c = calloc(1, sizeof(*c));

    if (!c) {
        return NULL;
    }
    c->desk = desk;
    c->km = km;
    c->wall = wall;
    page_init(&c->state);
    prompt_init(&c->command, console_complete, c);
    prompt_init(&c->input, NULL, NULL);
    ask_state(c);
    console_tab(c, 0);
    if (!c->stack.n) {
        console_free(c);
        return NULL;
    }
    return c;
}

void console_free(struct console *c)
{
    if (!c) {
        return;
    }
    while (c->stack.n > 1) {
        frame_free(c, screen_pop(&c->stack));
    }
    for (size_t i = 0; i < CONSOLE_TABS; i++) {
        frame_free(c, c->base[i]);
    }
    if (c->overlay == OVERLAY_HELP) {
        help_close(&c->help);
    }
    page_free(&c->state);
    free(c);
}

// ---- answers

static struct frame *frame_of(const struct console *c, uint64_t serial)
{
    for (size_t i = 0; i < c->stack.n; i++) {
        struct frame *f = c->stack.frame[i];

        if (f->serial == serial) {
            return f;
        }
    }
    for (size_t i = 0; i < CONSOLE_TABS; i++) {
        if (c->base[i] && c->base[i]->serial == serial) {
            return c->base[i];
        }
    }
    return NULL;
}

static void take_state(struct console *c, const struct desk_answer *a)
{
    uint64_t grave;

    c->state_waits = false;
    if (a->event == DESK_PAGE && page_set(&c->state, a)) {
        grave = page_u64(&c->state, 0, "t0") + page_u64(&c->state, 0, "t1");
        c->bell = c->bell || grave > c->grave;
        c->grave = grave;
        c->dirty = true;
    }
}

static void news(struct console *c)
{
    struct frame *f = console_top(c);

    ask_state(c);
    if (f->waits) {
        f->has_news = true; // at most one round of questions at a time
    } else {
        console_send(c, f, &(struct view_msg){.kind = MSG_NEWS});
    }
}

static void take_answer(struct console *c, const struct desk_answer *a)
{
    struct pending p = {0};
    struct frame *f;
    char text[VIEW_ARG];

    for (size_t i = 0; i < CONSOLE_PENDING; i++) {
        if (c->pending[i].ticket == a->ticket) {
            p = c->pending[i];
            c->pending[i].ticket = 0;
        }
    }
    if (!p.ticket) {
        return;
    }
    if (p.serial == 0) {
        take_state(c, a);
        return;
    }
    if (a->event == DESK_FAULT) {
        console_say(c, true, "%s", err_text(&a->err, text, sizeof(text)));
    }
    f = frame_of(c, p.serial);
    if (!f) {
        return;
    }
    f->waits -= !p.is_call && f->waits > 0;
    if (p.is_call || f->asked[p.slot] == p.ticket) {
        console_send(c, f,
                     &(struct view_msg){.kind = a->event == DESK_FAULT  ? MSG_FAULT
                                                : a->event == DESK_DONE ? MSG_DONE
                                                                        : MSG_ANSWER,
                                        .slot = p.slot,
                                        .answer = a});
    }
    f = console_top(c); // the message may have opened or closed screens
    if (f->has_news && f->waits == 0) {
        console_send(c, f, &(struct view_msg){.kind = MSG_NEWS});
    }
}

void console_answers(struct console *c)
{
    struct desk_answer a = {0};

    for (int i = 0; i < 10000; i++) { // a desk that never ends must not stop the keys
        switch (c->desk->ops->next(c->desk, &a)) {
        case DESK_NONE: return;
        case DESK_NEWS: news(c); break;
        case DESK_LOST:
            c->lost = true;
            c->lost_since = c->wall;
            c->dirty = true;
            break;
        case DESK_BACK:
            c->lost = false;
            c->dirty = true;
            news(c);
            break;
        case DESK_PAGE:
        case DESK_DONE:
        case DESK_FAULT: take_answer(c, &a); break;
        }
    }
}

void console_tick(struct console *c, utime_t wall)
{
    struct frame *f = console_top(c);

    c->wall = wall;
    ask_state(c);
    if (f->has_news && f->waits == 0) {
        console_send(c, f, &(struct view_msg){.kind = MSG_NEWS});
    }
}

bool console_ready(const struct console *c)
{
    const struct frame *f = console_top(c);

    return c->state.filled && f->ops->ready(f->state);
}

const char *console_message(const struct console *c)
{
    return c->message;
}

bool console_is_over(const struct console *c)
{
    return c->over;
}

static bool take(bool *flag)
{
    bool was = *flag;

    *flag = false;
    return was;
}

bool console_take_dirty(struct console *c)
{
    return take(&c->dirty);
}

bool console_take_bell(struct console *c)
{
    return take(&c->bell);
}

bool console_take_repaint(struct console *c)
{
    return take(&c->repaint);
}
