// test_tty.c - the console on a real pseudo-terminal: bytes, resize, leaving, a lost line.
// SPDX-License-Identifier: Apache-2.0
//
// A child runs the loop against the fake desk; the parent is the terminal and waits for markers, never
// for a time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fab_night.h"
#include "views/console_tty.h"

struct line {
    int fd;
    pid_t child;
    struct buf seen;
};

static int child_main(const char *term, const char *locale, const char *no_color)
{
    struct desk_fake *f = desk_fake_new();
    static struct keymap km;
    struct console_options o = {.w = 80, .h = 24};
    struct err err = ERR_INIT;
    int rc;

    setenv("TERM", term, 1);
    setenv("LC_ALL", locale, 1);
    setenv("NO_COLOR", no_color, 1);
    if (!setlocale(LC_ALL, "")) {
        return 3;
    }
    fab_night_build(f);
    fab_night_keys(&km);
    rc = console_tty_run(&f->desk, &km, &o, &err);
    desk_fake_free(f);
    return rc < 0 ? 2 : 0;
}

static void begin(struct line *l, const char *term, const char *locale, const char *no_color)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};

    buf_init(&l->seen, 1 << 20);
    fflush(NULL);
    l->child = forkpty(&l->fd, NULL, NULL, &size);
    assert_true(l->child >= 0);
    if (l->child == 0) {
        _exit(child_main(term, locale, no_color));
    }
}

// Reads until the marker has come since `from`; fails when the line ends or is quiet for 8 s.
static void await(struct line *l, size_t from, const char *marker)
{
    struct span want = span_str(marker);

    while (span_find_span(span_sub(buf_span(&l->seen), from, SIZE_MAX), want) ==
           l->seen.len - from) {
        struct pollfd p = {l->fd, POLLIN, 0};
        char in[4096];
        ssize_t n = poll(&p, 1, 8000) == 1 ? read(l->fd, in, sizeof(in)) : 0;

        if (n <= 0) {
            kill(l->child, SIGKILL);
            (void)waitpid(l->child, NULL, 0);
            fail_msg("no '%s' on the line, which said\n%.*s", marker,
                     (int)(l->seen.len < 400 ? l->seen.len : 400),
                     l->seen.p + (l->seen.len < 400 ? 0 : l->seen.len - 400));
        }
        buf_put(&l->seen, in, (size_t)n);
    }
}

static size_t type(struct line *l, const char *keys)
{
    size_t before = l->seen.len;

    assert_int_equal(write(l->fd, keys, strlen(keys)), strlen(keys));
    return before;
}

static void end(struct line *l, bool hang_up)
{
    int status;

    if (hang_up) {
        close(l->fd);
    }
    assert_int_equal(waitpid(l->child, &status, 0), l->child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    if (!hang_up) {
        close(l->fd);
    }
    buf_free(&l->seen);
}

static void leave(struct line *l)
{
    size_t at = type(l, "\x0cq");

    await(l, at, "leave the console");
    type(l, "yes\r");
    end(l, false);
}

// SGR codes 30-49 and 90-107 anywhere in the bytes; other sequences have numbers, too.
static size_t colours(struct span s)
{
    size_t count = 0;

    for (size_t i = 0; i + 2 < s.n; i++) {
        size_t from = i + 2, to = from;

        if (s.p[i] != '\x1b' || s.p[i + 1] != '[') {
            continue;
        }
        while (to < s.n && (s.p[to] == ';' || (s.p[to] >= '0' && s.p[to] <= '9'))) {
            to++;
        }
        if (to < s.n && s.p[to] == 'm') {
            struct span codes = span_sub(s, from, to - from);

            while (codes.n) {
                uint64_t n;

                if (span_u64(span_cut(&codes, ';'), &n)) {
                    count += (n >= 30 && n <= 49) || (n >= 90 && n <= 107);
                }
            }
        }
    }
    return count;
}

static void first_screen_is_small_and_data_send_no_escape(void **state)
{
    struct line l;
    size_t at;

    (void)state;
    begin(&l, "xterm-256color", "C.UTF-8", "");
    await(&l, 0, "?Hel");                   // curses puts the last corner by itself
    assert_true(l.seen.len <= 2600 + 2600); // start, and the repaint when the data came
    at = type(&l, "2\x0c");
    await(&l, at, "未署名レシピ");
    await(&l, at, "?Hel");
    assert_true(colours(buf_span(&l.seen)) > 0);
    assert_int_equal(span_find_span(buf_span(&l.seen), SPAN_LIT("\x1b]")), l.seen.len);
    assert_int_equal(span_find_span(buf_span(&l.seen), SPAN_LIT("\xe2\x80\xae")), l.seen.len);
    leave(&l);
}

static void old_terminal_gets_ascii_without_colour(void **state)
{
    struct line l;
    size_t at;

    (void)state;
    begin(&l, "vt100", "C", "");
    await(&l, 0, "?Hel");
    at = type(&l, "2\x0c");
    await(&l, at, "\\u672a\\u7f72");
    await(&l, at, "?Hel");
    for (size_t i = 0; i < l.seen.len; i++) {
        assert_true((unsigned char)l.seen.p[i] < 0x80);
    }
    assert_int_equal(colours(buf_span(&l.seen)), 0);
    leave(&l);
}

static void no_color_is_obeyed(void **state)
{
    struct line l;
    size_t at;

    (void)state;
    begin(&l, "xterm-256color", "C.UTF-8", "1");
    await(&l, 0, "?Hel");
    at = type(&l, "2\x0c");
    await(&l, at, "?Hel");
    assert_int_equal(colours(buf_span(&l.seen)), 0);
    leave(&l);
}

static void unknown_terminal_is_served_as_vt100(void **state)
{
    struct line l;

    (void)state;
    begin(&l, "no-such-terminal", "C.UTF-8", "");
    await(&l, 0, "?Hel");
    leave(&l);
}

static void resize_keeps_the_screen_and_adds_columns(void **state)
{
    struct winsize wide = {.ws_row = 43, .ws_col = 132}, small = {.ws_row = 10, .ws_col = 40};
    struct line l;
    size_t at;

    (void)state;
    begin(&l, "xterm", "C.UTF-8", "");
    await(&l, 0, "?Hel");
    at = type(&l, "2\x0c");
    await(&l, at, "?Hel");
    at = type(&l, "j");
    await(&l, at, "FROZEN");
    at = l.seen.len;
    assert_int_equal(ioctl(l.fd, TIOCSWINSZ, &wide), 0);
    await(&l, at, "svc_recipe"); // a column that 80 cells have no room for
    at = l.seen.len;
    assert_int_equal(ioctl(l.fd, TIOCSWINSZ, &small), 0);
    await(&l, at, "CMP-02"); // what identifies a row stays
    await(&l, at, "FROZEN"); // and so does the cursor
    await(&l, at, "?Hel");
    leave(&l);
}

static void lost_line_ends_the_console(void **state)
{
    struct line l;

    (void)state;
    begin(&l, "xterm", "C.UTF-8", "");
    await(&l, 0, "?Hel");
    end(&l, true);
}

static void termination_restores_the_terminal(void **state)
{
    struct line l;
    size_t at;

    (void)state;
    begin(&l, "xterm", "C.UTF-8", "");
    await(&l, 0, "?Hel");
    at = l.seen.len;
    kill(l.child, SIGTERM);
    await(&l, at, "\x1b[?1049l"); // back to the screen of before
    end(&l, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_screen_is_small_and_data_send_no_escape),
        cmocka_unit_test(old_terminal_gets_ascii_without_colour),
        cmocka_unit_test(no_color_is_obeyed),
        cmocka_unit_test(unknown_terminal_is_served_as_vt100),
        cmocka_unit_test(resize_keeps_the_screen_and_adds_columns),
        cmocka_unit_test(lost_line_ends_the_console),
        cmocka_unit_test(termination_restores_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
