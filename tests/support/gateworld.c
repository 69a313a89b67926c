// gateworld.c - real processes, the test around them.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gateworld.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "connectors/os/fdpass.h"
#include "connectors/os/files.h"
#include "connectors/os/loop.h"
#include "connectors/os/messages.h"

enum { PATIENCE_MS = 20000 };

static void root_of(char *build, char *repo, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", build, size - 1);
    char *at;

    assert_true(n > 0);
    build[n] = '\0';
    at = strstr(build, "/tests/");
    assert_non_null(at);
    *at = '\0';
    snprintf(repo, size, "%s", build);
    at = strstr(repo, "/build/");
    assert_non_null(at);
    *at = '\0';
}

static pid_t start(const char *const *argv, int control)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // a failed test leaves nothing behind
        if (control >= 0 && dup2(control, CONTROL_FD) < 0) {
            _exit(126);
        }
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

void gateworld_kill(pid_t *pid)
{
    if (*pid > 0) {
        kill(*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

static void write_text(const struct gateworld *w, const char *name, const char *text)
{
    char path[300];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0 && file_write_all(fd, span_str(text)) == 0);
    close(fd);
}

// ---- links

static void flush(struct link *l)
{
    while (link_flush(l) == 1) {
        struct pollfd p = {.fd = l->fd, .events = POLLOUT};

        assert_true(poll(&p, 1, PATIENCE_MS) > 0);
    }
}

// The next message, or the test fails.
static void take(struct link *l, uint8_t *type, struct span *body)
{
    int got;

    while ((got = link_next(l, type, body)) == 0) {
        struct pollfd p = {.fd = l->fd, .events = POLLIN};

        assert_true(poll(&p, 1, PATIENCE_MS) > 0);
        assert_int_equal(link_fill(l), 0);
    }
    assert_int_equal(got, 1);
}

static void pass_fd(struct gateworld *w, uint8_t type, uint8_t a, uint8_t b, const char *name,
                    int fd)
{
    AUTO_BUF body = {0};

    buf_init(&body, 256);
    buf_u8(&body, a);
    buf_u8(&body, b);
    buf_str(&body, name);
    assert_int_equal(link_send_fd(&w->control, type, buf_span(&body), fd), 0);
    flush(&w->control);
}

static void credential(struct gateworld *w, const char *name, const char *file)
{
    char path[300];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", w->dir, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    pass_fd(w, CTL_FD, FD_CREDENTIAL, 0, name, fd);
}

static void peer(struct gateworld *w, enum role role, struct link *l)
{
    int pair[2];

    assert_int_equal(fdpass_pair(pair), 0);
    link_init(l, pair[0]);
    pass_fd(w, CTL_PEER, (uint8_t)role, 0, "", pair[1]);
}

void gateworld_new_engine(struct gateworld *w)
{
    unsigned char body[2] = {ROLE_ENGINE, 0};

    link_close(&w->engine);
    assert_int_equal(link_send(&w->control, CTL_LOST, span_of((char *)body, 2)), 0);
    flush(&w->control);
    peer(w, ROLE_ENGINE, &w->engine);
}

// ---- processes

static void start_gate(struct gateworld *w, const char *build)
{
    static const char config[] =
        "{\"site\":1,\"detects\":1,\"index\":0,\"story\":false,"
        "\"set\":\"0000000000000000000000000000000000000000000000000000000000000000\","
        "\"gate\":{\"revoked\":[]}}";
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    char prog[1100];
    const char *argv[] = {prog, NULL};
    int pair[2];
    uint8_t type;
    struct span body;

    w->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(w->listen_fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(w->listen_fd, 16), 0);
    assert_int_equal(getsockname(w->listen_fd, (struct sockaddr *)&a, &n), 0);
    w->port = ntohs(a.sin_port);
    snprintf(prog, sizeof(prog), "%s/libexec/gate", build);
    assert_int_equal(fdpass_pair(pair), 0);
    w->gate = start(argv, pair[1]);
    close(pair[1]);
    link_init(&w->control, pair[0]);
    credential(w, "ca", "ca.pem");
    credential(w, "certificate", "gate.pem");
    credential(w, "key", "gate.key");
    pass_fd(w, CTL_FD, FD_SOCKET_TCP, 0, "", dup(w->listen_fd));
    peer(w, ROLE_INTAKE, &w->intake);
    peer(w, ROLE_ENGINE, &w->engine);
    assert_int_equal(link_send(&w->control, CTL_START, span_str(config)), 0);
    flush(&w->control);
    take(&w->control, &type, &body);
    if (type != CTL_READY) {
        print_error("gate: %.*s\n", (int)body.n, body.p);
    }
    assert_int_equal(type, CTL_READY);
}

static void write_agent(struct gateworld *w, const char *build)
{
    AUTO_BUF b = {0};

    buf_init(&b, 8192);
    buf_printf(&b,
               "agent: pam-01\n"
               "gate: {host: gate.test, address: 127.0.0.1, port: %d, ca: ca.pem, certificate: "
               "agent.pem, key: agent.key}\n"
               "result_key: result.key\ncommand_keys: [command.pub]\nstate: state\n"
               "never_touch: []\n"
               "actions:\n"
               "  net.quarantine:\n"
               "    set: {vlan: 999}\n"
               "    act: [\"%s/libexec/fabsoc-farend\", ctl, --socket, \"%s/s\", set-vlan, "
               "\"{port}\", \"{vlan}\"]\n"
               "    probe: [\"%s/libexec/fabsoc-farend\", ctl, --socket, \"%s/s.ro\", show, "
               "\"{port}\"]\n"
               "    expect: vlan {vlan}\n",
               w->port, build, w->dir, build, w->dir);
    buf_u8(&b, 0);
    write_text(w, "agents/pam-01/agent.yaml", b.p);
}

void gateworld_agent(struct gateworld *w)
{
    char build[1024], repo[1024], prog[1100], conf[300];
    const char *argv[] = {prog, "--config", conf, NULL};

    root_of(build, repo, sizeof(build));
    snprintf(prog, sizeof(prog), "%s/fabsoc-agent", build);
    snprintf(conf, sizeof(conf), "%s/agents/pam-01/agent.yaml", w->dir);
    w->agent = start(argv, -1);
}

static void start_farend(struct gateworld *w, const char *build, bool frozen)
{
    char prog[1100], state[100], sock[100];
    const char *argv[] = {
        prog, "switch", "--state", state, "--socket", sock, frozen ? "--frozen" : NULL, NULL};
    int tries = 0;

    snprintf(prog, sizeof(prog), "%s/libexec/fabsoc-farend", build);
    snprintf(state, sizeof(state), "%s/far", w->dir);
    snprintf(sock, sizeof(sock), "%s/s", w->dir);
    assert_int_equal(mkdir(state, 0700), 0);
    write_text(w, "far/table", "Gi1/0/7 120\n");
    w->farend = start(argv, -1);
    while (access(sock, F_OK) < 0) { // it appears when bound
        assert_true(tries++ < 2000);
        (void)poll(NULL, 0, 10);
    }
}

static void load_keys(struct gateworld *w)
{
    char path[300];
    struct err err = ERR_INIT;
    AUTO_BUF pem = {0};

    snprintf(path, sizeof(path), "%s/command.key", w->dir);
    assert_int_equal(key_read(path, &w->command_key, &err), 0);
    snprintf(path, sizeof(path), "%s/agents.pub/pam-01.pub", w->dir);
    buf_init(&pem, 4096);
    assert_int_equal(file_read(AT_FDCWD, path, 4096, &pem, &err), 0);
    assert_int_equal(sig_key_pem(buf_span(&pem), &w->result_key, &err), 0);
}

void gateworld_begin(struct gateworld *w, bool frozen)
{
    char build[1024], repo[1024], tool[1100];
    const char *argv[] = {tool, w->dir, "--gate", "gate.test", "--agent", "pam-01", NULL};
    int status = 1;
    pid_t pid;

    *w = (struct gateworld){.dir = "/tmp/gateworld.XXXXXX"};
    assert_non_null(mkdtemp(w->dir));
    root_of(build, repo, sizeof(build));
    snprintf(tool, sizeof(tool), "%s/share/tools/mkcerts", repo);
    pid = start(argv, -1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    load_keys(w);
    start_farend(w, build, frozen);
    start_gate(w, build);
    write_agent(w, build);
    gateworld_agent(w);
}

void gateworld_end(struct gateworld *w)
{
    gateworld_kill(&w->agent);
    gateworld_kill(&w->gate);
    gateworld_kill(&w->farend);
    link_close(&w->control);
    link_close(&w->engine);
    link_close(&w->intake);
    close(w->listen_fd);
    key_free(&w->command_key);
    if (fork() == 0) {
        execl("/bin/rm", "rm", "-rf", w->dir, (char *)NULL);
        _exit(127);
    }
    (void)wait(NULL);
}

// ---- being the engine

struct input_control gateworld_await(struct gateworld *w, const char *kind)
{
    for (;;) {
        uint8_t type;
        struct span body;
        struct input in;

        take(&w->engine, &type, &body);
        assert_int_equal(type, MSG_CONTROL);
        assert_int_equal(input_get(body, &in), 0);
        assert_int_equal(in.kind, INPUT_CONTROL);
        if (span_eq_str(in.control.kind, kind)) {
            return in.control;
        }
    }
}

struct eid gateworld_command(struct gateworld *w, const char *agent, bool spoil_signature)
{
    utime_t now = utime_of_ns(clock_wall());
    struct command c = {
        .alg = 1,
        .key_id = span_of((const char *)w->command_key.pub.id, SIG_KEY_ID_LEN),
        .agent = span_str(agent),
        .counter = ++w->counter,
        .token = 1,
        .not_before = now - 5 * UTIME_SECOND,
        .not_after = now + 60 * UTIME_SECOND,
        .action = SPAN_LIT("net.quarantine"),
        .target = SPAN_LIT("ETCH-07"),
        .params = SPAN_LIT("{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":"
                           "\"Gi1/0/7\"}}}"),
    };
    unsigned char sig[SIG_LEN];
    struct err err = ERR_INIT;
    AUTO_BUF bytes = {0}, body = {0};

    c.id.b[0] = 0x77;
    c.id.b[15] = (unsigned char)w->counter;
    buf_init(&bytes, COMMAND_MAX);
    buf_init(&body, COMMAND_MAX + 512);
    command_put(&bytes, &c);
    assert_int_equal(key_sign(&w->command_key, COMMAND_CONTEXT, buf_span(&bytes), sig, &err), 0);
    sig[0] ^= spoil_signature;
    buf_blob(&body, span_str("pam-01"));
    buf_put(&body, c.id.b, 16);
    buf_blob(&body, buf_span(&bytes));
    buf_blob(&body, span_of((char *)sig, SIG_LEN));
    assert_int_equal(link_send(&w->engine, MSG_SEND, buf_span(&body)), 0);
    flush(&w->engine);
    return c.id;
}

bool gateworld_far_has(const struct gateworld *w, const char *line)
{
    char path[300];
    struct err err = ERR_INIT;
    struct span rest;
    AUTO_BUF b = {0};

    snprintf(path, sizeof(path), "%s/far/table", w->dir);
    buf_init(&b, 1 << 16);
    assert_int_equal(file_read(AT_FDCWD, path, 1 << 16, &b, &err), 0);
    rest = buf_span(&b);
    while (rest.n) {
        if (span_eq_str(span_cut(&rest, '\n'), line)) {
            return true;
        }
    }
    return false;
}
