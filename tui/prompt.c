// prompt.c - line editing.
// SPDX-License-Identifier: Apache-2.0
#include "tui/prompt.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/key.h"
#include "tui/keymap.h"

void prompt_init(struct prompt *p, prompt_complete_fn complete, void *ctx)
{
    *p = (struct prompt){.complete = complete, .complete_ctx = ctx};
}

void prompt_set(struct prompt *p, const char *text)
{
    p->len = p->at = utf8_sanitise_str(span_str(text), p->text, sizeof(p->text));
    p->hint[0] = '\0';
}

static size_t step_left(const struct prompt *p, size_t at)
{
    while (at > 0 && ((unsigned char)p->text[--at] & 0xc0) == 0x80) {
    }
    return at;
}

static size_t step_right(const struct prompt *p, size_t at)
{
    at += at < p->len;
    while (at < p->len && ((unsigned char)p->text[at] & 0xc0) == 0x80) {
        at++;
    }
    return at;
}

static void erase(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->len - to + 1);
    p->len -= to - from;
    p->at = from;
}

static void insert(struct prompt *p, int32_t key)
{
    char c[4];
    size_t n = utf8_put((uint32_t)key, c);

    if (p->len + n < sizeof(p->text)) {
        memmove(p->text + p->at + n, p->text + p->at, p->len - p->at + 1);
        memcpy(p->text + p->at, c, n);
        p->len += n;
        p->at += n;
    }
}

static size_t word_left(const struct prompt *p)
{
    size_t at = p->at;

    while (at > 0 && p->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && p->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

static void add_hint(struct prompt *p, struct span typed, const char *candidate)
{
    size_t n = strlen(p->hint);
    const char *word = candidate;

    for (size_t i = 0; i < typed.n && candidate[i]; i++) { // only the last word is news
        if (candidate[i] == ' ') {
            word = candidate + i + 1;
        }
    }
    (void)utf8_sanitise_str(span_str(n ? "  " : ""), p->hint + n, sizeof(p->hint) - n);
    n = strlen(p->hint);
    (void)utf8_sanitise_str(span_str(word), p->hint + n, sizeof(p->hint) - n);
}

// Extends the line by what all candidates share; with more than one, says which there are.
static void complete(struct prompt *p)
{
    char common[PROMPT_TEXT] = "", one[PROMPT_TEXT];
    struct span typed = {p->text, p->len};
    size_t count = 0;

    p->hint[0] = '\0';
    while (p->complete && count < 64 && p->complete(p->complete_ctx, typed, count, one)) {
        size_t n = 0;

        if (count++ == 0) {
            memcpy(common, one, sizeof(common));
        }
        while (common[n] && common[n] == one[n]) {
            n++;
        }
        while (n > 0 && ((unsigned char)common[n] & 0xc0) == 0x80) {
            n--;
        }
        common[n] = '\0';
        add_hint(p, typed, one);
    }
    if (count && strlen(common) >= p->len) {
        char hint[PROMPT_HINT];

        memcpy(hint, p->hint, sizeof(hint));
        prompt_set(p, common);
        if (count == 1) {
            insert(p, ' ');
        } else {
            memcpy(p->hint, hint, sizeof(hint));
        }
    }
}

void prompt_remember(struct prompt *p)
{
    size_t last = (p->nhistory + PROMPT_HISTORY - 1) % PROMPT_HISTORY;

    p->browse = 0;
    if (!p->len || (p->nhistory && strcmp(p->history[last], p->text) == 0)) {
        return;
    }
    memcpy(p->history[p->nhistory++ % PROMPT_HISTORY], p->text, sizeof(p->text));
}

static void browse(struct prompt *p, bool back)
{
    size_t kept = p->nhistory < PROMPT_HISTORY ? p->nhistory : PROMPT_HISTORY;

    if (back ? p->browse == kept : p->browse == 0) {
        return;
    }
    p->browse = back ? p->browse + 1 : p->browse - 1;
    prompt_set(p, p->browse ? p->history[(p->nhistory - p->browse) % PROMPT_HISTORY] : "");
}

enum prompt_result prompt_key(struct prompt *p, unsigned action, int32_t key)
{
    switch (action) {
    case ACTION_ACCEPT: return PROMPT_ACCEPTED;
    case ACTION_DISMISS: return PROMPT_DISMISSED;
    case ACTION_COMPLETE: complete(p); return PROMPT_EDITED;
    case ACTION_LEFT: p->at = step_left(p, p->at); return PROMPT_EDITED;
    case ACTION_RIGHT: p->at = step_right(p, p->at); return PROMPT_EDITED;
    case ACTION_HOME: p->at = 0; return PROMPT_EDITED;
    case ACTION_END: p->at = p->len; return PROMPT_EDITED;
    case ACTION_ERASE: erase(p, step_left(p, p->at), p->at); break;
    case ACTION_DELETE: erase(p, p->at, step_right(p, p->at)); break;
    case ACTION_ERASE_LINE: erase(p, 0, p->len); break;
    case ACTION_ERASE_WORD: erase(p, word_left(p), p->at); break;
    case ACTION_HISTORY_PREV: browse(p, true); break;
    case ACTION_HISTORY_NEXT: browse(p, false); break;
    default:
        if (key < K_SPACE || key >= K_FIRST || utf8_width((uint32_t)key) < 1) {
            return PROMPT_IGNORED;
        }
        insert(p, key);
    }
    p->hint[0] = '\0';
    return PROMPT_EDITED;
}

void prompt_draw(const struct prompt *p, struct canvas *c, int x, int y, int cells,
                 const char *label)
{
    int used = canvas_str(c, x, y, cells, STYLE_TITLE, label), room = cells - used - 1;
    size_t from = 0, before;

    if (room < 1) {
        return;
    }
    while ((before = utf8_cells(span_of(p->text + from, p->at - from))) > (size_t)room) {
        from = step_right(p, from);
    }
    canvas_text(c, x + used, y, room, STYLE_NORMAL, span_of(p->text + from, p->len - from));
    canvas_cursor(c, x + used + (int)before, y);
}
