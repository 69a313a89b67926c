// view.c - the table of screens, and building of effects.
// SPDX-License-Identifier: Apache-2.0
#include "views/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

const struct action_row view_actions[DO_END - TUI_ACTION_COUNT] = {
#define ACTION(NAME, name, help) [DO_##NAME - TUI_ACTION_COUNT] = {name, help},
#include "views/action.def"
#undef ACTION
};

const struct view_ops *const view_table[] = {
#define VIEW(NAME) &view_##NAME,
#include "views/views.def"
#undef VIEW
    NULL,
};

const struct view_ops *view_find(struct span word)
{
    for (size_t i = 0; view_table[i]; i++) {
        if (span_eq_str(word, view_table[i]->code) ||
            (view_table[i]->name && span_eq_str(word, view_table[i]->name))) {
            return view_table[i];
        }
    }
    return NULL;
}

static struct view_effect *add(struct view_effects *fx, enum view_effect_kind kind)
{
    if (fx->n == VIEW_EFFECTS) {
        fx->lost++;
        return NULL;
    }
    fx->e[fx->n] = (struct view_effect){.kind = kind};
    return &fx->e[fx->n++];
}

static void set(char *out, size_t size, const char *s)
{
    (void)utf8_sanitise_str(span_str(s), out, size);
}

static void params(struct view_effect *e, size_t n, va_list ap)
{
    e->n = n < DESK_PARAMS_MAX ? n : DESK_PARAMS_MAX;
    for (size_t i = 0; i < e->n; i++) {
        set(e->param[i], sizeof(e->param[i]), va_arg(ap, const char *));
    }
}

void fx_ask(struct view_effects *fx, unsigned slot, enum desk_query q, size_t n, ...)
{
    struct view_effect *e = add(fx, FX_ASK);
    va_list ap;

    if (e) {
        e->slot = slot;
        e->query = q;
        va_start(ap, n);
        params(e, n, ap);
        va_end(ap);
    }
}

void fx_call(struct view_effects *fx, unsigned slot, enum desk_call c, size_t n, ...)
{
    struct view_effect *e = add(fx, FX_CALL);
    va_list ap;

    if (e) {
        e->slot = slot;
        e->call = c;
        va_start(ap, n);
        params(e, n, ap);
        va_end(ap);
    }
}

void fx_open(struct view_effects *fx, const char *code, const char *arg)
{
    struct view_effect *e = add(fx, FX_OPEN);

    if (e) {
        set(e->text, sizeof(e->text), code);
        set(e->param[0], sizeof(e->param[0]), arg ? arg : "");
    }
}

void fx_back(struct view_effects *fx)
{
    (void)add(fx, FX_BACK);
}

void fx_input(struct view_effects *fx, unsigned action, const char *label)
{
    struct view_effect *e = add(fx, FX_INPUT);

    if (e) {
        e->action = action;
        set(e->text, sizeof(e->text), label);
    }
}

void fx_confirm(struct view_effects *fx, unsigned action, const char *arg)
{
    struct view_effect *e = add(fx, FX_CONFIRM);

    if (e) {
        e->action = action;
        set(e->param[0], sizeof(e->param[0]), arg ? arg : "");
    }
}

static void say(struct view_effects *fx, bool is_error, const char *fmt, va_list ap)
{
    struct view_effect *e = add(fx, FX_SAY);
    char text[4 * VIEW_ARG];

    if (e) {
        (void)vsnprintf(text, sizeof(text), fmt, ap);
        set(e->text, sizeof(e->text), text);
        e->is_error = is_error;
    }
}

void fx_say(struct view_effects *fx, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(fx, false, fmt, ap);
    va_end(ap);
}

void fx_error(struct view_effects *fx, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(fx, true, fmt, ap);
    va_end(ap);
}
