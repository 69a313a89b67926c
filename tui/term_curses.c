// term_curses.c - ncurses behind the canvas.
// SPDX-License-Identifier: Apache-2.0
#define NCURSES_WIDECHAR 1
#include "tui/term_curses.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "core/base/utf8.h"
#include "tui/key.h"

struct term {
    SCREEN *screen;
    enum theme_depth depth;
    bool serial;
    struct key_decoder keys;
};

static bool is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

// Pair of a role, plain or on the cursor row.
static short pair_of(enum style s, bool selected)
{
    return (short)(1 + s + (selected ? STYLE_COUNT : 0));
}

// Colours, with every refusal taken: the result is the depth that really works.
static enum theme_depth start_colors(enum theme_depth want)
{
    bool defaults;
    struct paint cursor;

    if (want == DEPTH_MONO || !has_colors() || start_color() == ERR) {
        return DEPTH_MONO;
    }
    defaults = use_default_colors() == OK;
    cursor = theme_paint(STYLE_CURSOR, want);
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct paint p = theme_paint((enum style)s, want);
        short fg = (short)(p.fg < 0 && !defaults ? COLOR_WHITE : p.fg);
        short bg = (short)(p.bg < 0 && !defaults ? COLOR_BLACK : p.bg);
        short cb = cursor.bg >= 0 && p.bg < 0 ? cursor.bg : bg;

        if (fg >= COLORS || cb >= COLORS ||
            init_pair(pair_of((enum style)s, false), fg, bg) == ERR ||
            init_pair(pair_of((enum style)s, true), fg, cb) == ERR) {
            return DEPTH_MONO;
        }
    }
    return want;
}

static int open_screen(struct term *t, struct err *err)
{
    // A terminal description from the user's own files would be parsed before any check of ours
    // (CVE-2023-29491); sizes come from the kernel.
    unsetenv("TERMINFO");
    unsetenv("TERMINFO_DIRS");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    use_env(FALSE);
    use_tioctl(TRUE);
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen) {
        t->screen = newterm("vt100", stdout, stdin);
    }
    if (!t->screen) {
        return err_set(err, E_SYSTEM, "term.open", "the terminal cannot be used");
    }
    set_escdelay(KEY_ESC_MS);
    raw();
    noecho();
    nonl();
    keypad(stdscr, FALSE); // keys are decoded by key.c
    leaveok(stdscr, FALSE);
    return 0;
}

int term_open(struct term **ret, const struct term_options *o, struct canvas *c, struct err *err)
{
    struct term *t;
    const char *name = getenv("TERM"), *none = getenv("NO_COLOR");
    enum theme_depth depth;
    int rc;

    *ret = NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return err_set(err, E_USAGE, "term.tty", "standard input and output must be a terminal");
    }
    t = calloc(1, sizeof(*t));
    if (!t) {
        return err_sys(err, ENOMEM, "term.memory", "no memory for the terminal");
    }
    rc = open_screen(t, err);
    if (rc) {
        free(t);
        return rc;
    }
    if (!theme_depth_of(span_str(o->color), none && *none, tigetnum("colors"), &depth)) {
        term_close(t);
        return err_set(err, E_USAGE, "term.color", "colours are auto, never, 8, 16 or 256");
    }
    t->depth = start_colors(depth);
    t->serial = name && strncmp(name, "vt", 2) == 0;
    c->ascii = !is_utf8();
    c->lines = !c->ascii && o->glyphs && strcmp(o->glyphs, "unicode") == 0;
    if (canvas_resize(c, COLS, LINES)) {
        term_close(t);
        return err_set(err, E_LIMIT, "term.size", "the terminal is too large");
    }
    *ret = t;
    return 0;
}

void term_close(struct term *t)
{
    if (t) {
        erase();
        refresh();
        endwin();
        delscreen(t->screen);
        free(t);
    }
}

static void paint_of(const struct term *t, const struct cell *cell, attr_t *attr, short *pair)
{
    enum style s = (enum style)cell->style;
    struct paint p = theme_paint(s, t->depth);
    bool selected = cell->selected && !t->serial;
    bool bar = selected && (theme_paint(STYLE_CURSOR, t->depth).attr & A_R);

    *attr = WA_NORMAL;
    *attr |= p.attr & A_B ? WA_BOLD : 0;
    *attr |= p.attr & A_U ? WA_UNDERLINE : 0;
    *attr |= (p.attr & A_R) || bar ? WA_REVERSE : 0;
    *pair = t->depth == DEPTH_MONO ? 0 : pair_of(s, selected);
}

// The cell as libc and curses see it; where libc's width differs from ours the columns would move,
// so a plain sign takes its place.
static void draw_cell(const struct term *t, int x, int y, const struct cell *cell)
{
    struct span s = {cell->text, cell->len};
    wchar_t w[3] = {L' ', 0, 0};
    cchar_t out;
    attr_t attr;
    short pair;

    paint_of(t, cell, &attr, &pair);
    if (s.n) {
        w[0] = (wchar_t)utf8_next(&s);
        w[1] = s.n ? (wchar_t)utf8_next(&s) : 0;
    }
    if (wcwidth(w[0]) != cell->width || (w[1] && wcwidth(w[1]) != 0)) {
        w[0] = L'?';
        w[1] = 0;
        if (cell->width == 2) {
            (void)setcchar(&out, w, attr, pair, NULL);
            (void)mvadd_wch(y, x + 1, &out);
        }
    }
    if (setcchar(&out, w, attr, pair, NULL) == OK) {
        (void)mvadd_wch(y, x, &out); // ERR in the last corner is its way of saying "no scroll"
    }
}

void term_draw(struct term *t, const struct canvas *c)
{
    int h = c->h < LINES ? c->h : LINES, w = c->w < COLS ? c->w : COLS;

    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            const struct cell *cell = canvas_cell(c, x, y);

            if (cell->width) {
                draw_cell(t, x, y, cell);
            }
        }
    }
    (void)move(c->cursor_y < 0 ? h - 1 : c->cursor_y, c->cursor_x < 0 ? 0 : c->cursor_x);
    refresh();
}

void term_repaint(struct term *t)
{
    (void)t;
    clearok(curscr, TRUE);
}

void term_bell(struct term *t)
{
    (void)t;
    (void)beep();
}

int term_resize(struct term *t, struct canvas *c)
{
    struct winsize ws;

    (void)t;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_col < 1 || ws.ws_row < 1) {
        return E_SYSTEM;
    }
    if (resizeterm(ws.ws_row, ws.ws_col) == ERR) {
        return E_SYSTEM;
    }
    clearok(curscr, TRUE);
    return canvas_resize(c, ws.ws_col, ws.ws_row);
}

int term_fd(const struct term *t)
{
    (void)t;
    return STDIN_FILENO;
}

int term_read(struct term *t, void (*key)(void *ctx, int32_t key), void *ctx)
{
    unsigned char in[256];
    ssize_t n = read(STDIN_FILENO, in, sizeof(in));

    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
        return E_EOF;
    }
    for (ssize_t i = 0; i < n; i++) {
        int32_t k = key_feed(&t->keys, in[i]);

        if (k != K_NONE) {
            key(ctx, k);
        }
    }
    return 0;
}

bool term_pending(const struct term *t)
{
    return key_pending(&t->keys);
}

void term_timeout(struct term *t, void (*key)(void *ctx, int32_t key), void *ctx)
{
    int32_t k = key_timeout(&t->keys);

    if (k != K_NONE) {
        key(ctx, k);
    }
}

bool term_is_serial(const struct term *t)
{
    return t->serial;
}

enum theme_depth term_depth(const struct term *t)
{
    return t->depth;
}
