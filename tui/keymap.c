// keymap.c - parsing and look-up of key bindings.
// SPDX-License-Identifier: Apache-2.0
#include "tui/keymap.h"

#include <string.h>

#include "tui/key.h"

static const struct action_row own[TUI_ACTION_COUNT] = {
    [ACTION_NONE] = {"none", ""},
#define ACTION(NAME, name, help) [ACTION_##NAME] = {name, help},
#include "tui/action.def"
#undef ACTION
};

void keymap_init(struct keymap *km, const struct action_row *extra, size_t nextra)
{
    *km = (struct keymap){.extra = extra, .nextra = nextra};
}

const struct action_row *keymap_action(const struct keymap *km, unsigned action)
{
    if (action < TUI_ACTION_COUNT) {
        return &own[action];
    }
    return action - TUI_ACTION_COUNT < km->nextra ? &km->extra[action - TUI_ACTION_COUNT]
                                                  : &own[ACTION_NONE];
}

unsigned keymap_action_of(const struct keymap *km, struct span name)
{
    for (unsigned i = 1; i < TUI_ACTION_COUNT + km->nextra; i++) {
        if (span_eq_str(name, keymap_action(km, i)->name)) {
            return i;
        }
    }
    return ACTION_NONE;
}

int keymap_mode_of(const struct keymap *km, struct span name)
{
    for (size_t i = 0; i < km->nmodes; i++) {
        if (span_eq_str(name, km->mode[i])) {
            return (int)i;
        }
    }
    return -1;
}

static int mode_make(struct keymap *km, struct span name, struct err *err)
{
    int mode = keymap_mode_of(km, name);

    if (mode >= 0) {
        return mode;
    }
    if (name.n >= KEYMAP_MODE_TEXT || km->nmodes == KEYMAP_MODES) {
        return err_set(err, E_LIMIT, "keys.mode", "mode name is too long, or too many modes");
    }
    memcpy(km->mode[km->nmodes], name.p, name.n);
    return (int)km->nmodes++;
}

static void unbind(struct keymap *km, int mode, int32_t key)
{
    for (size_t i = 0; i < km->n; i++) {
        if (km->row[i].mode == mode && km->row[i].key == key) {
            memmove(&km->row[i], &km->row[i + 1], (km->n - i - 1) * sizeof(km->row[0]));
            km->n--;
            return;
        }
    }
}

static struct span take_word(struct span *rest)
{
    struct span s = *rest;
    size_t n = 0, skip = 0;

    while (skip < s.n && (s.p[skip] == ' ' || s.p[skip] == '\t')) {
        skip++;
    }
    while (skip + n < s.n && s.p[skip + n] != ' ' && s.p[skip + n] != '\t') {
        n++;
    }
    *rest = span_sub(s, skip + n, s.n);
    return span_sub(s, skip, n);
}

struct bind {
    int mode;
    unsigned action; // ACTION_NONE: unbind
};

static int add_key(struct keymap *km, const struct bind *b, struct span word, struct err *err)
{
    int32_t key = key_parse(word);

    if (key == K_NONE) {
        return err_set(err, E_INPUT, "keys.key", "no key is called '" SPAN_FMT "'", SPAN_ARG(word));
    }
    unbind(km, b->mode, key);
    if (b->action == ACTION_NONE) {
        return 0;
    }
    if (km->n == KEYMAP_MAX) {
        return err_set(err, E_LIMIT, "keys.many", "more than %d bindings", KEYMAP_MAX);
    }
    km->row[km->n++] = (struct key_row){(uint8_t)b->mode, (uint16_t)b->action, key};
    return 0;
}

static int parse_line(struct keymap *km, struct span line, struct err *err)
{
    struct span rest = line, verb = take_word(&rest), word;
    bool binds = span_eq_str(verb, "bind");
    struct bind b = {0};
    size_t keys = 0;

    if (!verb.n || verb.p[0] == '#') {
        return 0;
    }
    if (!binds && !span_eq_str(verb, "unbind")) {
        return err_set(err, E_INPUT, "keys.verb",
                       "a line begins with bind or unbind, not '" SPAN_FMT "'", SPAN_ARG(verb));
    }
    word = take_word(&rest);
    if (!word.n) {
        return err_set(err, E_INPUT, "keys.mode", "the mode is missing");
    }
    b.mode = mode_make(km, word, err);
    if (b.mode < 0) {
        return b.mode;
    }
    if (binds) {
        word = take_word(&rest);
        b.action = keymap_action_of(km, word);
        if (b.action == ACTION_NONE) {
            return err_set(err, E_INPUT, "keys.action", "no action is called '" SPAN_FMT "'",
                           SPAN_ARG(word));
        }
    }
    for (word = take_word(&rest); word.n; word = take_word(&rest), keys++) {
        if (keys && word.p[0] == '#' && (word.n > 1 || span_trim(rest).n)) {
            return 0; // a comment; a # at the end of the line is the key
        }
        int rc = add_key(km, &b, word, err);

        if (rc) {
            return rc;
        }
    }
    return keys ? 0 : err_set(err, E_INPUT, "keys.key", "the keys are missing");
}

int keymap_parse(struct keymap *km, const struct textfile *tf, struct faults *faults)
{
    struct span rest = tf->text;
    int rc = 0;

    for (unsigned line = 1; rest.n; line++) {
        struct span text = span_cut(&rest, '\n');
        struct err err = ERR_INIT;

        if (span_ends(text, SPAN_LIT("\r"))) {
            text.n--;
        }
        err_at(&err, tf->path, line, 1);
        if (parse_line(km, text, &err) < 0) {
            rc = E_INPUT;
            faults_say(faults, &err);
        }
    }
    return rc;
}

unsigned keymap_find(const struct keymap *km, const char *const *modes, size_t nmodes, int32_t key)
{
    for (size_t m = 0; m < nmodes; m++) {
        int mode = keymap_mode_of(km, span_str(modes[m]));

        for (size_t i = 0; mode >= 0 && i < km->n; i++) {
            if (km->row[i].mode == mode && km->row[i].key == key) {
                return km->row[i].action;
            }
        }
    }
    return ACTION_NONE;
}

int32_t keymap_key_of(const struct keymap *km, const char *const *modes, size_t nmodes,
                      unsigned action)
{
    for (size_t m = 0; m < nmodes; m++) {
        int mode = keymap_mode_of(km, span_str(modes[m]));

        for (size_t i = 0; mode >= 0 && i < km->n; i++) {
            if (km->row[i].mode == mode && km->row[i].action == action) {
                return km->row[i].key;
            }
        }
    }
    return K_NONE;
}
