// wsworld.c - server and clients in one loop.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/wsworld.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "connectors/os/files.h"

// ---- the story

bool wsworld_has(const struct wsworld *w, const char *word)
{
    return wsworld_count(w, word) > 0;
}

size_t wsworld_count(const struct wsworld *w, const char *word)
{
    struct span rest = buf_span(&w->story);
    size_t n = 0;

    while (rest.n) {
        n += span_eq_str(span_cut(&rest, '\n'), word);
    }
    return n;
}

static void look(struct wsworld *w)
{
    if (w->await && wsworld_has(w, w->await)) {
        w->await = NULL;
        wsloop_stop(w->loop, 0);
    }
}

static void tell(struct wsworld *w, const char *fmt, ...) ATTR_PRINTF(2, 3);
static void tell(struct wsworld *w, const char *fmt, ...)
{
    char line[300];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    buf_printf(&w->story, "%s\n", line);
    look(w);
}

static const char *type_of(const struct wire_msg *m)
{
    enum wire_from from;
    const char *name = wire_type_name(m->type, &from);

    return name ? name : "unknown";
}

static void on_opened(void *ctx, struct ws_agent *a, const struct wire_hello *h)
{
    (void)h;
    tell(ctx, "opened:%s", ws_agent_id(a));
}
static void on_message(void *ctx, struct ws_agent *a, const struct wire_msg *m)
{
    (void)a;
    tell(ctx, "gate:%s", type_of(m));
}
static void on_closed(void *ctx, struct ws_agent *a, const char *agent, int code, const char *why)
{
    (void)a;
    (void)why;
    tell(ctx, "closed:%s:%d", agent, code);
}
static bool on_revoked(void *ctx, const char *agent)
{
    struct wsworld *w = ctx;

    return w->revoked && strcmp(agent, w->revoked) == 0;
}

static void agent_greet(void *ctx, struct wire_hello *h)
{
    struct wsworld_agent *a = ctx;

    h->agent = span_str(a->says);
    h->version = SPAN_LIT("test");
}
static void agent_opened(void *ctx, const struct wire_welcome *m)
{
    struct wsworld_agent *a = ctx;

    (void)m;
    tell(a->world, "agent%u:opened", a->n);
}
static void agent_message(void *ctx, const struct wire_msg *m)
{
    struct wsworld_agent *a = ctx;

    tell(a->world, "agent%u:%s", a->n, type_of(m));
}
static void agent_closed(void *ctx, int code, const char *why, utime_t again)
{
    struct wsworld_agent *a = ctx;

    print_message("agent %u closed: %d %s\n", a->n, code, why);
    assert_true(again > 0 && again <= 61 * UTIME_SECOND);
    tell(a->world, "agent%u:closed:%d", a->n, code);
}

static void agent_progress(void *ctx)
{
    (void)ctx;
}

// ---- making it

static void run_mkcerts(const char *dir)
{
    char tool[1100], exe[1024];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    char *at;
    int status = 0;
    pid_t pid;

    assert_true(n > 0);
    exe[n] = '\0';
    at = strstr(exe, "/build/");
    assert_non_null(at);
    *at = '\0';
    snprintf(tool, sizeof(tool), "%s/share/tools/mkcerts", exe);
    pid = fork();
    if (pid == 0) {
        execl(tool, tool, dir, "--gate", "gate.test,localhost", "--agent", "pam-01", "--agent",
              "sw-01", (char *)NULL);
        _exit(127);
    }
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_int_equal(status, 0);
}

static void identity(const char *dir, const char *name, struct tls_identity *id)
{
    char ca[128], cert[128], key[128];
    struct err err = ERR_INIT;

    snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
    snprintf(cert, sizeof(cert), "%s/%s.pem", dir, name);
    snprintf(key, sizeof(key), "%s/%s.key", dir, name);
    if (tls_identity_read(ca, cert, key, id, &err)) {
        err_print(stderr, &err);
        fail();
    }
}

static void listen_anywhere(struct wsworld *w)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);

    w->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(w->listen_fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(w->listen_fd, 64), 0);
    assert_int_equal(getsockname(w->listen_fd, (struct sockaddr *)&a, &n), 0);
    w->port = ntohs(a.sin_port);
}

void wsworld_begin(struct wsworld *w)
{
    struct ws_server_ops ops = {on_opened, on_message, on_closed, on_revoked, w};
    struct tls_identity id = {0};
    struct err err = ERR_INIT;

    *w = (struct wsworld){.dir = "/tmp/wsworld.XXXXXX", .other = "/tmp/wsother.XXXXXX"};
    assert_non_null(mkdtemp(w->dir));
    assert_non_null(mkdtemp(w->other));
    run_mkcerts(w->dir);
    run_mkcerts(w->other);
    buf_init(&w->story, 1 << 20);
    listen_anywhere(w);
    assert_int_equal(wsloop_new(&w->loop, &err), 0);
    identity(w->dir, "gate", &id);
    if (ws_server_new(w->loop, &id, &ops, "test", &w->server, &err)) {
        err_print(stderr, &err);
        fail();
    }
    tls_identity_wipe(&id);
    assert_int_equal(ws_server_listen(w->server, w->listen_fd), 0);
}

void wsworld_dial(struct wsworld *w, unsigned n, const char *dir, const char *cert,
                  const char *says)
{
    struct wsworld_agent *a = &w->agent[n];
    struct ws_client_ops ops = {agent_greet,  agent_opened,   agent_message,
                                agent_closed, agent_progress, a};
    struct ws_gate gate = {"127.0.0.1", w->port, "gate.test"};
    struct tls_identity id = {0};
    struct err err = ERR_INIT;
    char name[64];

    *a = (struct wsworld_agent){.world = w, .n = n, .says = says};
    snprintf(name, sizeof(name), "agents/%s/agent", cert);
    identity(dir, name, &id);
    assert_int_equal(ws_client_new(w->loop, &id, &gate, &ops, &a->client, &err), 0);
    tls_identity_wipe(&id);
    ws_client_start(a->client);
}

void wsworld_end(struct wsworld *w)
{
    for (unsigned i = 0; i < WSWORLD_AGENTS; i++) {
        ws_client_free(w->agent[i].client);
    }
    ws_server_free(w->server);
    wsloop_free(w->loop);
    close(w->listen_fd);
    buf_free(&w->story);
    if (fork() == 0) {
        execl("/bin/rm", "rm", "-rf", w->dir, w->other, (char *)NULL);
        _exit(127);
    }
    (void)wait(NULL);
}

// ---- running it

static void too_long(void *ctx)
{
    struct wsworld *w = ctx;

    w->timed_out = true;
    wsloop_stop(w->loop, 1);
}

void wsworld_until(struct wsworld *w, const char *word)
{
    w->await = word;
    w->timed_out = false;
    w->limit.on = too_long;
    w->limit.ctx = w;
    wsloop_timer_set(w->loop, &w->limit, 20 * UTIME_SECOND);
    if (!wsworld_has(w, word)) {
        (void)wsloop_run(w->loop);
    }
    wsloop_timer_clear(w->loop, &w->limit);
    if (w->timed_out) {
        print_error("waited for \"%s\"; the story so far:\n%.*s", word, (int)w->story.len,
                    w->story.p);
        fail();
    }
}

static void look_at_child(void *ctx)
{
    struct wsworld *w = ctx;

    if (waitpid(w->child, NULL, WNOHANG) == w->child) {
        tell(w, "child:%d", (int)w->child);
    } else {
        wsloop_timer_set(w->loop, &w->look, UTIME_SECOND / 50);
    }
}

struct span wsworld_shell(struct wsworld *w, const char *command, struct buf *out)
{
    char port[16], path[128], word[32];
    struct err err = ERR_INIT;

    snprintf(port, sizeof(port), "%d", w->port);
    snprintf(path, sizeof(path), "%s/out", w->dir);
    w->child = fork();
    if (w->child == 0) {
        setenv("DIR", w->dir, 1);
        setenv("OTHER", w->other, 1);
        setenv("PORT", port, 1);
        setenv("OUT", path, 1);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    w->look.on = look_at_child;
    w->look.ctx = w;
    wsloop_timer_set(w->loop, &w->look, 1);
    snprintf(word, sizeof(word), "child:%d", (int)w->child);
    wsworld_until(w, word);
    buf_init(out, 1 << 20);
    assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, out, &err), 0);
    return buf_span(out);
}
