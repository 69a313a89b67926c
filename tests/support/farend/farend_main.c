// farend_main.c - a switch with a VLAN table, a PAM broker with sessions, and their client.
// SPDX-License-Identifier: Apache-2.0
//
//     fabsoc-farend switch --state DIR --socket PATH     serves PATH (changes) and PATH.ro (reading)
//     fabsoc-farend broker --state DIR --socket PATH
//     fabsoc-farend ctl --socket PATH VERB [WORD...]     one request; exit 0, or 1 when refused
//
// Verbs of the switch: set-vlan PORT VLAN (an override: what the port is configured with is kept), release
// PORT (back to that), show PORT, override PORT. Of the broker: open SESSION, terminate SESSION, show SESSION.
// Of both: list. A request is one line of words, the answer is text until the end of the
// connection; "error ..." is a refusal. --frozen: answers ok and changes nothing, the far end that
// lies, for tests of the probe. DIR/table and DIR/configured (of overridden ports) are written whole (old or
// new), DIR/changes is appended.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "connectors/os/files.h"
#include "connectors/os/loop.h"
#include "core/base/buf.h"

enum { LINE_MAX_BYTES = 512, TABLE_MAX = 1 << 20, WORDS_MAX = 4 };

struct far {
    bool broker, frozen;
    const char *state, *socket;
    int dir, listen, listen_ro;
    struct loop *loop;
};

struct request {
    size_t n;
    struct span word[WORDS_MAX];
};

static void answer(int fd, const char *text, struct span more)
{
    AUTO_BUF b = {0};

    buf_init(&b, TABLE_MAX + 64);
    buf_str(&b, text);
    buf_put_span(&b, more);
    buf_str(&b, "\n");
    (void)file_write_all(fd, buf_span(&b));
}

static int read_table(const struct far *f, const char *file, struct buf *b)
{
    struct err err = ERR_INIT;

    buf_init(b, TABLE_MAX);
    return file_read(f->dir, file, TABLE_MAX, b, &err);
}

// The value of a name in the table's text; lines "name value".
static struct span find(struct span table, struct span name)
{
    while (table.n) {
        struct span line = span_cut(&table, '\n');

        if (span_eq(span_cut(&line, ' '), name)) {
            return span_trim(line);
        }
    }
    return SPAN_NONE;
}

static int write_table(const struct far *f, const char *file, struct span old, struct span name,
                       const char *value)
{
    struct err err = ERR_INIT;
    bool found = false;
    AUTO_BUF b = {0};

    buf_init(&b, TABLE_MAX);
    while (old.n) {
        struct span line = span_cut(&old, '\n'), rest = line;

        if (span_eq(span_cut(&rest, ' '), name)) {
            found = true;
            buf_printf(&b, SPAN_FMT " %s\n", SPAN_ARG(name), value);
        } else if (line.n) {
            buf_printf(&b, SPAN_FMT "\n", SPAN_ARG(line));
        }
    }
    if (!found) {
        buf_printf(&b, SPAN_FMT " %s\n", SPAN_ARG(name), value);
    }
    return buf_ok(&b) ? file_write_atomic(f->dir, file, buf_span(&b), 0644, &err) : E_LIMIT;
}

static void note_change(const struct far *f, struct span name, struct span from, const char *to)
{
    int fd = openat(f->dir, "changes", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct timespec t;
    AUTO_BUF b = {0};

    (void)clock_gettime(CLOCK_REALTIME, &t);
    buf_init(&b, 4 * LINE_MAX_BYTES);
    buf_printf(&b, "%lld.%06ld " SPAN_FMT " " SPAN_FMT " -> %s\n", (long long)t.tv_sec,
               t.tv_nsec / 1000, SPAN_ARG(name), SPAN_ARG(from), to);
    if (fd >= 0) {
        (void)file_write_all(fd, buf_span(&b));
        close(fd);
    }
}

static void change(const struct far *f, int fd, struct span name, const char *to, bool must_be)
{
    AUTO_BUF table = {0};
    struct span from;

    if (read_table(f, "table", &table)) {
        answer(fd, "error no table", SPAN_NONE);
        return;
    }
    from = find(buf_span(&table), name);
    if (must_be && !from.n) {
        answer(fd, "error unknown: ", name);
        return;
    }
    if (!f->frozen) {
        if (write_table(f, "table", buf_span(&table), name, to)) {
            answer(fd, "error not written", SPAN_NONE);
            return;
        }
        note_change(f, name, from, to);
    }
    answer(fd, "ok", SPAN_NONE);
}

static void show(const struct far *f, int fd, struct span name)
{
    AUTO_BUF table = {0};
    struct span value;

    if (read_table(f, "table", &table)) {
        answer(fd, "error no table", SPAN_NONE);
        return;
    }
    value = find(buf_span(&table), name);
    if (f->broker) {
        answer(fd, "session ", value.n ? value : SPAN_LIT("none"));
    } else if (value.n) {
        answer(fd, "vlan ", value);
    } else {
        answer(fd, "error unknown: ", name);
    }
}

static void list(const struct far *f, int fd)
{
    AUTO_BUF table = {0};

    if (read_table(f, "table", &table)) {
        answer(fd, "error no table", SPAN_NONE);
        return;
    }
    answer(fd, "", span_trim(buf_span(&table)));
}

static const struct span no_override = {"none", 4};

// The VLAN of a port that is not yet overridden.
static int keep_configured(const struct far *f, struct span port)
{
    AUTO_BUF table = {0}, kept = {0};
    char vlan[8];
    struct span now, was;

    if (read_table(f, "table", &table) || read_table(f, "configured", &kept)) {
        return E_SYSTEM;
    }
    now = find(buf_span(&table), port);
    was = find(buf_span(&kept), port);
    if (now.n == 0 || (was.n && !span_eq(was, no_override))) {
        return 0;
    }
    snprintf(vlan, sizeof(vlan), SPAN_FMT, SPAN_ARG(now));
    return write_table(f, "configured", buf_span(&kept), port, vlan);
}

static void set_vlan(const struct far *f, int fd, const struct request *r)
{
    char vlan[8];
    uint64_t n;

    if (!span_u64(r->word[2], &n) || n < 1 || n > 4094) {
        answer(fd, "error not a VLAN", SPAN_NONE);
        return;
    }
    snprintf(vlan, sizeof(vlan), "%u", (unsigned)n);
    if (f->frozen || keep_configured(f, r->word[1]) == 0) {
        change(f, fd, r->word[1], vlan, true);
    } else {
        answer(fd, "error not written", SPAN_NONE);
    }
}

static void release(const struct far *f, int fd, struct span port)
{
    AUTO_BUF kept = {0};
    char vlan[8];
    struct span was;

    if (read_table(f, "configured", &kept) || (was = find(buf_span(&kept), port)).n == 0 ||
        span_eq(was, no_override)) {
        answer(fd, "error not overridden: ", port);
        return;
    }
    snprintf(vlan, sizeof(vlan), SPAN_FMT, SPAN_ARG(was));
    change(f, fd, port, vlan, true);
    if (!f->frozen) {
        (void)write_table(f, "configured", buf_span(&kept), port, no_override.p);
    }
}

static void show_override(const struct far *f, int fd, struct span port)
{
    AUTO_BUF table = {0}, kept = {0};
    struct span now, was;

    if (read_table(f, "table", &table) || read_table(f, "configured", &kept)) {
        answer(fd, "error no table", SPAN_NONE);
        return;
    }
    now = find(buf_span(&table), port);
    was = find(buf_span(&kept), port);
    if (now.n == 0) {
        answer(fd, "error unknown: ", port);
    } else {
        answer(fd, "override ", was.n && !span_eq(was, no_override) ? now : no_override);
    }
}

static void serve(const struct far *f, int fd, const struct request *r, bool read_only)
{
    struct span verb = r->n ? r->word[0] : SPAN_NONE;

    if (span_eq_str(verb, "show") && r->n == 2) {
        show(f, fd, r->word[1]);
    } else if (!f->broker && span_eq_str(verb, "override") && r->n == 2) {
        show_override(f, fd, r->word[1]);
    } else if (span_eq_str(verb, "list") && r->n == 1) {
        list(f, fd);
    } else if (read_only) {
        answer(fd, "error read only", SPAN_NONE);
    } else if (!f->broker && span_eq_str(verb, "set-vlan") && r->n == 3) {
        set_vlan(f, fd, r);
    } else if (!f->broker && span_eq_str(verb, "release") && r->n == 2) {
        release(f, fd, r->word[1]);
    } else if (f->broker && span_eq_str(verb, "open") && r->n == 2) {
        change(f, fd, r->word[1], "active", false);
    } else if (f->broker && span_eq_str(verb, "terminate") && r->n == 2) {
        change(f, fd, r->word[1], "terminated", true);
    } else {
        answer(fd, "error not understood", SPAN_NONE);
    }
}

static void on_connect(void *ctx, int lfd, unsigned events)
{
    struct far *f = ctx;
    char line[LINE_MAX_BYTES];
    size_t n = 0;
    struct timeval patience = {.tv_sec = 2};
    struct request r = {0};
    struct span rest;
    int fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC);

    (void)events;
    if (fd < 0) {
        return;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    while (n < sizeof(line) && !memchr(line, '\n', n)) {
        ssize_t got = read(fd, line + n, sizeof(line) - n);

        if (got <= 0) {
            break;
        }
        n += (size_t)got;
    }
    rest = span_of(line, n);
    rest = span_cut(&rest, '\n');
    while (rest.n && r.n < WORDS_MAX) {
        struct span w = span_cut(&rest, ' ');

        if (w.n) {
            r.word[r.n++] = w;
        }
    }
    serve(f, fd, &r, lfd == f->listen_ro);
    close(fd);
}

static int unix_address(const char *path, const char *more, struct sockaddr_un *ret)
{
    int n;

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s%s", path, more);
    return n > 0 && (size_t)n < sizeof(ret->sun_path) ? 0 : -1;
}

static int listen_at(const char *path, const char *more)
{
    struct sockaddr_un a;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || unix_address(path, more, &a)) {
        return -1;
    }
    (void)unlink(a.sun_path);
    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 16)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int run_server(struct far *f)
{
    struct err err = ERR_INIT;

    if (file_make_dirs(f->state, 0755, &err)) {
        err_print(stderr, &err);
        return 2;
    }
    f->dir = open(f->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(openat(f->dir, "table", O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    close(openat(f->dir, "configured", O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    f->listen_ro = listen_at(f->socket, ".ro");
    f->listen = listen_at(f->socket, "");
    f->loop = loop_new();
    if (f->dir < 0 || f->listen < 0 || f->listen_ro < 0 || !f->loop ||
        loop_add(f->loop, f->listen, LOOP_READ, on_connect, f) ||
        loop_add(f->loop, f->listen_ro, LOOP_READ, on_connect, f)) {
        fprintf(stderr, "fabsoc-farend: cannot serve: %s\n", strerror(errno));
        return 2;
    }
    printf("ready\n");
    (void)fflush(stdout);
    return loop_run(f->loop) ? 2 : 0;
}

static int run_client(const char *path, char *const *word, int n)
{
    struct sockaddr_un a;
    char first[8] = "", chunk[4096];
    size_t have = 0;
    ssize_t got;
    AUTO_BUF b = {0};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    buf_init(&b, LINE_MAX_BYTES);
    for (int i = 0; i < n; i++) {
        buf_printf(&b, "%s%s", i ? " " : "", word[i]);
    }
    buf_str(&b, "\n");
    if (!buf_ok(&b) || fd < 0 || unix_address(path, "", &a) ||
        connect(fd, (struct sockaddr *)&a, sizeof(a)) || file_write_all(fd, buf_span(&b))) {
        fprintf(stderr, "fabsoc-farend: %s: %s\n", path, strerror(errno));
        return 2;
    }
    while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
        for (ssize_t i = 0; i < got && have < 5; i++) {
            first[have++] = chunk[i];
        }
        (void)file_write_all(STDOUT_FILENO, span_of(chunk, (size_t)got));
    }
    close(fd);
    return have == 0 || strcmp(first, "error") == 0;
}

static int usage(void)
{
    fputs("usage: fabsoc-farend switch|broker --state DIR --socket PATH [--frozen]\n"
          "       fabsoc-farend ctl --socket PATH VERB [WORD...]\n",
          stderr);
    return 64;
}

int main(int argc, char **argv)
{
    struct far f = {0};
    const char *what = argc > 1 ? argv[1] : "";
    int i = 2;

    (void)signal(SIGPIPE, SIG_IGN);
    for (; i < argc; i++) {
        if (strcmp(argv[i], "--state") == 0 && i + 1 < argc) {
            f.state = argv[++i];
        } else if (strcmp(argv[i], "--socket") == 0 && i + 1 < argc) {
            f.socket = argv[++i];
        } else if (strcmp(argv[i], "--frozen") == 0) {
            f.frozen = true;
        } else {
            break;
        }
    }
    f.broker = strcmp(what, "broker") == 0;
    if (strcmp(what, "ctl") == 0 && f.socket && i < argc) {
        return run_client(f.socket, argv + i, argc - i);
    }
    if ((!f.broker && strcmp(what, "switch") != 0) || !f.state || !f.socket || i < argc) {
        return usage();
    }
    return run_server(&f);
}
