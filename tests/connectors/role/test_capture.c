// test_capture.c - fabsocd with a capture on the loopback of a network namespace of its own; root only.
// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "connectors/journal/journal.h"
#include "connectors/os/files.h"

enum { PORT = 5000, PATIENCE = 3000 /* looks, 20 ms apart */, UID_CAPTURE = 64226 };

#define SELECT_REQ "\0\0\0\x0a\xff\xff\0\0\0\1\0\0\0\1"
#define SELECT_RSP "\0\0\0\x0a\xff\xff\0\0\0\2\0\0\0\1"
#define S7F3       "\0\0\0\x23\0\0\x87\x03\0\0\0\0\0\2\1\2\x41\2P1\x41\x11POWER=SECRET-777\n"
#define S7F4       "\0\0\0\x0d\0\0\7\4\0\0\0\0\0\2\x21\1\0"

struct world {
    char dir[64];
    int dirfd;
    pid_t pid;
};

static char build_dir[PATH_MAX];

static void look_again(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static void write_file(const struct world *w, const char *name, const char *text)
{
    assert_int_equal(file_write_atomic(w->dirfd, name, span_str(text), 0644, NULL), 0);
}

// One tool at this address; `rest`: what else stands in the model.
static void write_model(const struct world *w, const char *address, const char *rest)
{
    char text[512];

    (void)snprintf(
        text, sizeof(text),
        "fab: {site: F1, number: 1}\nareas: [{id: a}]\nbays: [{id: B, area: a}]\n"
        "assets: [{id: ETCH-07, kind: etcher, bay: B, tier: T2, wph: 60, ips: [%s]}]\n%s",
        address, rest);
    write_file(w, "fab.yaml", text);
}

static void make_house(struct world *w)
{
    static const char *const dirs[] = {"libexec", "set", "set/rules", "set/sources"};
    static const char *const roles[] = {"intake", "capture"};
    char text[2048], path[PATH_MAX + 64];

    *w = (struct world){.dir = "/tmp/fabsoc capture-XXXXXX"};
    assert_non_null(mkdtemp(w->dir));
    assert_int_equal(chmod(w->dir, 0755), 0);
    w->dirfd = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(mkdirat(w->dirfd, dirs[i], 0755), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof(path), "%s/libexec/%s", build_dir, roles[i]);
        (void)snprintf(text, sizeof(text), "libexec/%s", roles[i]);
        assert_int_equal(symlinkat(path, w->dirfd, text), 0);
    }
    write_model(w, "127.0.0.2", "");
    (void)snprintf(
        text, sizeof(text),
        "state: \"%s/state\"\nlibexec: \"%s/libexec\"\n"
        "set: {rules: \"%s/set/rules\", sources: \"%s/set/sources\", fab: \"%s/fab.yaml\"}\n"
        "roles: {gate: false, sign: false, engine: false, detect: false}\n"
        "capture: {interface: lo, filter: tcp port 5000, name: mirror}\n",
        w->dir, w->dir, w->dir, w->dir, w->dir);
    write_file(w, "fabsoc.yaml", text);
}

static int drop_entry(int dirfd, const char *name)
{
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    while (d && (e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            (void)drop_entry(fd, e->d_name);
        }
    }
    if (d) {
        closedir(d);
    }
    return unlinkat(dirfd, name, d ? AT_REMOVEDIR : 0);
}

static void start(struct world *w)
{
    char program[PATH_MAX + 32], conf[128];

    (void)snprintf(program, sizeof(program), "%s/fabsocd", build_dir);
    (void)snprintf(conf, sizeof(conf), "%s/fabsoc.yaml", w->dir);
    w->pid = fork();
    if (w->pid == 0) {
        int log = openat(w->dirfd, "log", O_WRONLY | O_CREAT | O_APPEND, 0644);

        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        (void)dup2(log, STDERR_FILENO);
        execl(program, "fabsocd", conf, (char *)NULL);
        _exit(127);
    }
    assert_true(w->pid > 0);
}

static size_t in_log(const struct world *w, const char *text)
{
    struct buf b = {0};
    struct span rest;
    size_t n = 0;

    buf_init(&b, 1 << 20);
    (void)file_read(w->dirfd, "log", 1 << 20, &b, NULL);
    rest = buf_span(&b);
    while (span_find_span(rest, span_str(text)) < rest.n) {
        rest = span_sub(rest, span_find_span(rest, span_str(text)) + 1, rest.n);
        n++;
    }
    buf_free(&b);
    return n;
}

static void say_log(const struct world *w)
{
    struct buf b = {0};

    buf_init(&b, 1 << 20);
    (void)file_read(w->dirfd, "log", 1 << 20, &b, NULL);
    fprintf(stderr, SPAN_FMT, SPAN_ARG(buf_span(&b)));
    buf_free(&b);
}

static void wait_log(const struct world *w, const char *text, size_t n)
{
    for (int i = 0; in_log(w, text) < n; i++) {
        if (i == PATIENCE) {
            say_log(w);
            fail_msg("the service never said: %s", text);
        }
        look_again();
    }
}

// ---- a tool and its host

static int end_of(const char *addr, struct sockaddr_in *ret, uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    *ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    assert_int_equal(inet_pton(AF_INET, addr, &ret->sin_addr), 1);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(fd, (struct sockaddr *)ret, sizeof(*ret)), 0);
    return fd;
}

static void say(int from, int to, const char *bytes, size_t n)
{
    char back[256];

    assert_int_equal(write(from, bytes, n), n);
    assert_int_equal(recv(to, back, n, MSG_WAITALL), n);
}

static void converse(void)
{
    struct sockaddr_in tool, host;
    int server = end_of("127.0.0.2", &tool, PORT), client = end_of("127.0.0.1", &host, 0), peer;

    assert_int_equal(listen(server, 1), 0);
    assert_int_equal(connect(client, (struct sockaddr *)&tool, sizeof(tool)), 0);
    peer = accept(server, NULL, NULL);
    assert_true(peer >= 0);
    say(client, peer, SELECT_REQ, sizeof(SELECT_REQ) - 1);
    say(peer, client, SELECT_RSP, sizeof(SELECT_RSP) - 1);
    say(client, peer, S7F3, sizeof(S7F3) - 1);
    say(peer, client, S7F4, sizeof(S7F4) - 1);
    close(client);
    close(peer);
    close(server);
}

// ---- what became of it

struct found {
    size_t messages, connections, secrets, keyed, selects, from_host, changed;
    bool source;
};

static bool has(struct span s, const char *text)
{
    return span_find_span(s, span_str(text)) < s.n;
}

static void look_at(const struct record *r, struct found *f)
{
    f->source |= r->type == REC_SOURCE && has(r->bytes, "capture/mirror");
    f->secrets += has(r->bytes, "SECRET");
    if (r->type == REC_EVENT && has(r->bytes, "HSMS/1 ")) {
        f->messages++;
        f->keyed += has(r->bytes, "recipe_digest") && has(r->bytes, "recipe_marks");
        f->changed +=
            has(r->bytes, "\"recipe_changed\":") && !has(r->bytes, "\"recipe_changed\":0");
        f->from_host += has(r->bytes, "\"direction\":\"host_to_equipment\"") &&
                        has(r->bytes, "\"dst\":\"127.0.0.2:5000\"");
    } else if (r->type == REC_EVENT && has(r->bytes, "client_role")) {
        f->connections++;
    }
}

// Reads what is whole so far; the last block may still be growing.
static struct found in_journal(const struct world *w)
{
    struct found f = {.messages = 0};
    struct buf b = {0};
    struct span rest;
    struct block block;
    struct record r;

    buf_init(&b, 1 << 26);
    (void)file_read(w->dirfd, "state/journal/00000000000000000001.seg", 1 << 26, &b, NULL);
    rest = buf_span(&b);
    while (block_open(rest, &block, NULL) == 0) {
        while (block_next(&block.records, &r, NULL) > 0) {
            look_at(&r, &f);
        }
        rest = span_sub(rest, block.length, rest.n);
    }
    buf_free(&b);
    return f;
}

static struct found wait_connections(const struct world *w, size_t n)
{
    for (int i = 0; i < PATIENCE; i++) {
        struct found f = in_journal(w);

        if (f.connections >= n) {
            return f;
        }
        look_again();
    }
    say_log(w);
    fail_msg("connection %zu never came", n);
    return (struct found){.messages = 0};
}

static pid_t role_pid(const struct world *w, const char *role)
{
    char path[64], list[512], name[32];
    FILE *f;
    char *at = list;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", w->pid, w->pid);
    f = fopen(path, "r");
    assert_non_null(f);
    list[fread(list, 1, sizeof(list) - 1, f)] = '\0';
    fclose(f);
    for (long pid; (pid = strtol(at, &at, 10)) > 0;) {
        (void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
        f = fopen(path, "r");
        if (f) {
            name[fread(name, 1, sizeof(name) - 1, f)] = '\0';
            fclose(f);
            if (strcmp(name, role) == 0) {
                return (pid_t)pid;
            }
        }
    }
    return 0;
}

// Of /proc/PID/status.
static void status_of(pid_t pid, const char *key, char *out, size_t size)
{
    char path[64], line[256];
    FILE *f;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
    f = fopen(path, "r");
    assert_non_null(f);
    out[0] = '\0';
    while (fgets(line, sizeof(line), f)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            (void)snprintf(out, size, "%s", strtok(line + strlen(key), " \t\n"));
        }
    }
    fclose(f);
}

static void check_privileges(const struct world *w)
{
    pid_t pid = role_pid(w, "capture");
    char value[64], uid[16];
    struct stat st;

    assert_true(pid > 0);
    status_of(pid, "CapEff:", value, sizeof(value));
    assert_string_equal(value, "0000000000000000");
    status_of(pid, "CapPrm:", value, sizeof(value));
    assert_string_equal(value, "0000000000000000");
    status_of(pid, "Uid:", value, sizeof(value));
    (void)snprintf(uid, sizeof(uid), "%d", UID_CAPTURE);
    assert_string_equal(value, uid);
    status_of(pid, "Seccomp:", value, sizeof(value));
    assert_string_equal(value, "2");
    assert_int_equal(fstatat(w->dirfd, "state/recipe.key", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

// SIGHUP: another model is in force from the next message on, the same one changes nothing, a wrong one neither.
static void check_reload(const struct world *w, size_t n)
{
    struct found f = in_journal(w);
    size_t from_host = f.from_host;

    write_model(w, "127.0.0.1", "");
    assert_int_equal(kill(w->pid, SIGHUP), 0);
    wait_log(w, "another fab model is in force", 1);
    converse();
    f = wait_connections(w, n + 1);
    assert_int_equal(f.from_host, from_host); // who connects is the tool now
    write_model(w, "127.0.0.2", "nonsense: [\n");
    assert_int_equal(kill(w->pid, SIGHUP), 0);
    wait_log(w, "the fab model before stays in force", 1);
    converse();
    f = wait_connections(w, n + 2);
    assert_int_equal(f.from_host, from_host);
    write_model(w, "127.0.0.2", "recipe_masks: [{kind: etcher, line: POWER}]\n");
    assert_int_equal(kill(w->pid, SIGHUP), 0);
    wait_log(w, "another fab model is in force", 2);
    converse();
    f = wait_connections(w, n + 3);
    assert_int_equal(f.from_host, from_host + 2);
    assert_int_equal(f.changed, 0); // another mask is no change of the recipe
    assert_int_equal(kill(w->pid, SIGHUP), 0);
    wait_log(w, "the set has not changed", 1);
    converse();
    (void)wait_connections(w, n + 4);
    assert_int_equal(in_log(w, "another fab model is in force"), 2);
}

static void test_live(void **state)
{
    struct world w;
    struct found f;
    int status;

    (void)state;
    make_house(&w);
    start(&w);
    wait_log(&w, "ready\" role=\"capture\"", 1);
    wait_log(&w, "ready\" role=\"intake\"", 1);
    check_privileges(&w);
    converse();
    f = wait_connections(&w, 1);
    assert_true(f.source);
    assert_int_equal(f.messages, 4);
    assert_int_equal(f.keyed, 1);
    assert_int_equal(f.from_host, 2);
    // a dead capture is replaced; a dead intake is waited for
    assert_int_equal(kill(role_pid(&w, "capture"), SIGKILL), 0);
    wait_log(&w, "ready\" role=\"capture\"", 2);
    converse();
    f = wait_connections(&w, 2);
    assert_int_equal(f.messages, 8);
    assert_int_equal(kill(role_pid(&w, "intake"), SIGKILL), 0);
    wait_log(&w, "ready\" role=\"intake\"", 2);
    converse();
    f = wait_connections(&w, 3);
    assert_int_equal(f.messages, 12);
    check_reload(&w, 3);
    f = in_journal(&w);
    assert_int_equal(f.messages, 28);
    assert_int_equal(f.secrets, 0);
    assert_int_equal(in_log(&w, "refused system call"), 0);
    assert_int_equal(kill(w.pid, SIGTERM), 0);
    assert_int_equal(waitpid(w.pid, &status, 0), w.pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(w.dirfd);
    assert_int_equal(drop_entry(AT_FDCWD, w.dir), 0);
}

static bool own_network(void)
{
    struct ifreq r = {.ifr_name = "lo"};
    int fd;
    bool up;

    if (unshare(CLONE_NEWNET) < 0) {
        return false;
    }
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    r.ifr_flags = IFF_UP | IFF_RUNNING;
    up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
    close(fd);
    return up;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_live)};
    char *slash;

    assert_true(readlink("/proc/self/exe", build_dir, sizeof(build_dir) - 1) > 0);
    for (int up = 0; up < 4; up++) { // tests/connectors/role/test_capture
        slash = strrchr(build_dir, '/');
        *slash = '\0';
    }
    if (geteuid() != 0 || !own_network()) {
        printf("1..0 # skip needs root and a network namespace of its own\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
