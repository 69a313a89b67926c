// view.h - what a screen is: state, update(message) -> effects, draw(canvas).
// SPDX-License-Identifier: Apache-2.0
//
// A view never waits and never calls: it answers a message with effects, the console carries them
// out and comes back with another message. So a key is done at once whatever the database does, a
// test drives a view with structs, and a recording of messages is a bug report.
//
// A new screen is one file with a `const struct view_ops` and one line in views.def.
#ifndef VIEWS_VIEW_H
#define VIEWS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/desk.h"
#include "tui/canvas.h"
#include "tui/dialog.h"
#include "views/actions.h"
#include "views/page.h"

enum { VIEW_ARG = 256, VIEW_EFFECTS = 24, VIEW_SLOTS = 16 };

// What every view may know; read only.
struct view_env {
    const struct page *state; // DESK_STATE: row 1 of the screen, who I am, fab time
    utime_t now;              // fab time of the last state, UTIME_NONE before it
    const struct keymap *km;
};

enum view_msg_kind {
    MSG_OPENED, // first message; and when the view comes back to the top of the stack
    MSG_ACTION, // a key or a command
    MSG_ANSWER, // what was asked for in `slot`
    MSG_DONE,   // a call went through; text = its answer
    MSG_FAULT,  // a question or call failed
    MSG_NEWS,   // something was committed: ask again
};

struct view_msg {
    enum view_msg_kind kind;
    unsigned action;
    const char *arg; // of MSG_ACTION: typed by the person; NULL = none
    bool confirmed;  // of MSG_ACTION: the typed confirmation was given
    unsigned slot;   // of MSG_ANSWER, MSG_DONE, MSG_FAULT: the view's own number for the question
    const struct desk_answer *answer;
};

enum view_effect_kind {
    FX_ASK,  // query into slot
    FX_CALL, // call under slot
    FX_OPEN, // a screen by code, with an argument
    FX_BACK,
    FX_INPUT,   // a line is needed: `text` is the label; comes back as MSG_ACTION with arg
    FX_CONFIRM, // ask with dialog(); comes back as MSG_ACTION with arg and confirmed
    FX_SAY,     // the message line
};

struct view_effect {
    enum view_effect_kind kind;
    unsigned slot, action;
    enum desk_query query;
    enum desk_call call;
    size_t n;
    char param[DESK_PARAMS_MAX][VIEW_ARG];
    char text[VIEW_ARG]; // code, label or message
    bool is_error;       // of FX_SAY
};

struct view_effects {
    struct view_effect e[VIEW_EFFECTS];
    size_t n;
    size_t lost; // beyond the bound; said by the console
};

struct view_ops {
    const char *code;    // "que": command, --dump, keymap mode
    const char *name;    // the word for --dump and the command line; NULL = the code
    const char *kind;    // keymap mode behind it: "list" or "pager"
    const char *title;   // N_()
    const char *tab;     // N_(), name in row 2; NULL: not one of the views reached by a digit
    unsigned footer[12]; // actions named in the last row, most useful first; 0 ends
    size_t size;         // of the state
    void (*open)(void *state, const char *arg);
    void (*update)(void *state, const struct view_env *env, const struct view_msg *m,
                   struct view_effects *fx);
    void (*draw)(void *state, const struct view_env *env, struct canvas *c, struct rect body);
    void (*close)(void *state);
    // Fills the confirmation of an action; the want word is what must be typed. May be NULL.
    void (*dialog)(void *state, unsigned action, struct dialog *d);
    bool (*ready)(const void *state); // everything it asks for was answered once
};

#define VIEW(NAME) extern const struct view_ops view_##NAME;
#include "views/views.def"
#undef VIEW

extern const struct view_ops *const view_table[];   // in the order of views.def, NULL at the end
const struct view_ops *view_find(struct span word); // a code or a name

// ---- building effects; parameters are C strings, `...` of `n` of them

void fx_ask(struct view_effects *fx, unsigned slot, enum desk_query q, size_t n, ...);
void fx_call(struct view_effects *fx, unsigned slot, enum desk_call c, size_t n, ...);
void fx_open(struct view_effects *fx, const char *code, const char *arg);
void fx_back(struct view_effects *fx);
void fx_input(struct view_effects *fx, unsigned action, const char *label);
void fx_confirm(struct view_effects *fx, unsigned action, const char *arg);
void fx_say(struct view_effects *fx, const char *fmt, ...) ATTR_PRINTF(2, 3);
void fx_error(struct view_effects *fx, const char *fmt, ...) ATTR_PRINTF(2, 3);

#endif
