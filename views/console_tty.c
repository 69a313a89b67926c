// console_tty.c - poll, signals, painting.
// SPDX-License-Identifier: Apache-2.0
#include "views/console_tty.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/attr.h"
#include "tui/key.h"
#include "tui/term_text.h"
#include "views/console.h"

enum { TICK_MS = 1000, PAINT_MS = 250 };

static utime_t wall_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (utime_t)t.tv_sec * UTIME_SECOND + t.tv_nsec / 1000;
}

static int64_t mono_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct console *start(struct desk *desk, const struct keymap *km,
                             const struct console_options *o, struct err *err)
{
    struct console *c = console_new(desk, km, wall_now());
    struct span arg = span_str(o->screen);
    struct span code = span_cut(&arg, span_find(arg, ':') < arg.n ? ':' : ' ');

    if (!c) {
        (void)err_sys(err, ENOMEM, "console.memory", "no memory for the console");
    } else if (o->screen && console_show(c, code, arg.n ? arg.p : "", err) < 0) {
        console_free(c);
        c = NULL;
    }
    return c;
}

// The desk's descriptor in a poll entry; -1 while it has none (between two attempts to connect).
static struct pollfd desk_poll(struct desk *desk)
{
    return (struct pollfd){desk->ops->fd(desk),
                           (short)(POLLIN | (desk->ops->wants_write(desk) ? POLLOUT : 0)), 0};
}

struct tty {
    struct console *console;
    struct desk *desk;
    struct term *term;
    struct canvas canvas;
    int signals;
    int64_t next_tick, painted;
    bool key_pressed, over;
};

static void on_key(void *ctx, int32_t key)
{
    struct tty *t = ctx;

    console_key(t->console, key);
    t->key_pressed = true;
}

static void on_signal(struct tty *t)
{
    struct signalfd_siginfo s;

    while (read(t->signals, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
        if (s.ssi_signo == SIGWINCH) {
            (void)term_resize(t->term, &t->canvas);
            t->key_pressed = true;
        } else {
            t->over = true;
        }
    }
}

static void paint(struct tty *t)
{
    int64_t now = mono_ms();

    if (!t->key_pressed && now - t->painted < PAINT_MS) {
        return; // what changed stays dirty
    }
    if (console_take_bell(t->console)) {
        term_bell(t->term);
    }
    if (console_take_repaint(t->console)) {
        term_repaint(t->term);
        t->key_pressed = true;
    }
    if (console_take_dirty(t->console) || t->key_pressed) {
        console_draw(t->console, &t->canvas);
        term_draw(t->term, &t->canvas);
        t->painted = now;
        t->key_pressed = false;
    }
}

static int wait_ms(const struct tty *t)
{
    int64_t left = t->next_tick - mono_ms();

    if (term_pending(t->term)) {
        return KEY_ESC_MS;
    }
    return (int)(left < 0 ? 0 : left < PAINT_MS ? left : PAINT_MS);
}

static void turn(struct tty *t)
{
    struct pollfd p[3] = {
        {term_fd(t->term), POLLIN, 0}, {t->signals, POLLIN, 0}, desk_poll(t->desk)};
    int n = poll(p, ARRAY_LEN(p), wait_ms(t));
    struct err err = ERR_INIT;

    if (n == 0 && term_pending(t->term)) {
        term_timeout(t->term, on_key, t);
    }
    if (p[1].revents) {
        on_signal(t);
    }
    if (p[0].revents && term_read(t->term, on_key, t) < 0) {
        t->over = true; // the terminal is gone
    }
    if (p[2].revents || mono_ms() >= t->next_tick) {
        (void)t->desk->ops->turn(t->desk, &err); // a loss is told as DESK_LOST
    }
    console_answers(t->console);
    if (mono_ms() >= t->next_tick) {
        t->next_tick = mono_ms() + TICK_MS;
        console_tick(t->console, wall_now());
        (void)t->desk->ops->turn(t->desk, &err);
    }
    paint(t);
}

static int watch_signals(struct err *err)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd >= 0 ? fd : err_sys(err, errno, "console.signals", "signals cannot be watched");
}

int console_tty_run(struct desk *desk, const struct keymap *km, const struct console_options *o,
                    struct err *err)
{
    struct tty t = {.desk = desk};
    int rc;

    t.signals = watch_signals(err);
    if (t.signals < 0) {
        return t.signals;
    }
    t.console = start(desk, km, o, err);
    rc = t.console ? canvas_init(&t.canvas, 80, 24) : err->rc;
    if (rc == 0) {
        rc = term_open(&t.term, &o->term, &t.canvas, err);
    }
    if (rc == 0 && o->confine) {
        rc = o->confine(err);
    }
    t.key_pressed = true; // paint at once; the data may follow
    while (rc == 0 && !t.over && !console_is_over(t.console)) {
        turn(&t);
    }
    term_close(t.term);
    canvas_free(&t.canvas);
    console_free(t.console);
    close(t.signals);
    return rc;
}

static int wait_ready(struct desk *desk, struct console *c, struct err *err)
{
    int64_t end = mono_ms() + CONSOLE_DUMP_MS;
    struct err last = ERR_INIT;

    while (!console_ready(c) && mono_ms() < end) {
        struct pollfd p = desk_poll(desk);

        (void)poll(&p, 1, 100);
        (void)desk->ops->turn(desk, &last);
        console_answers(c);
        if (!console_ready(c) && p.revents == 0) {
            console_tick(c, wall_now()); // asks again for what could not be asked yet
        }
    }
    if (console_ready(c)) {
        return 0;
    }
    return err_set(err, E_SYSTEM, "console.dump", "the database did not answer%s%s %s",
                   last.rc ? ": " : "", last.rc ? last.msg : "", console_message(c));
}

int console_tty_dump(struct desk *desk, const struct keymap *km, const struct console_options *o,
                     FILE *out, struct err *err)
{
    struct console *c = start(desk, km, o, err);
    struct canvas canvas;
    AUTO_BUF text;
    int rc;

    buf_init(&text, 16 << 20);
    if (!c) {
        return err->rc;
    }
    rc = canvas_init(&canvas, o->w, o->h);
    if (rc < 0) {
        rc = err_set(err, E_USAGE, "console.size", "a screen is 1x1 to %dx%d cells", CANVAS_MAX_W,
                     CANVAS_MAX_H);
    } else {
        rc = o->confine ? o->confine(err) : 0;
        rc = rc < 0 ? rc : wait_ready(desk, c, err);
    }
    if (rc == 0) {
        canvas.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
        console_draw(c, &canvas);
        term_text(&canvas, &text);
        if (!buf_ok(&text) || fwrite(text.p, 1, text.len, out) != text.len || fflush(out) != 0) {
            rc = err_sys(err, errno, "console.write", "the screen cannot be written");
        }
    }
    canvas_free(&canvas);
    console_free(c);
    return rc;
}
