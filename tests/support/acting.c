// acting.c - an executor and its far end.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/acting.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/os/files.h"

static void need(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "acting: %s\n", what);
        abort();
    }
}

const char *acting_libexec(char *out, size_t size)
{
    char exe[1024];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    char *at;

    need(n > 0, "no /proc/self/exe");
    exe[n] = '\0';
    at = strstr(exe, "/tests/");
    need(at != NULL, "the test is not below build/MODE/tests");
    *at = '\0';
    need((size_t)snprintf(out, size, "%s/libexec", exe) < size, "the path is too long");
    return out;
}

static void write_text(const struct acting *a, const char *name, const char *text)
{
    char path[512];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", a->dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    need(fd >= 0 && file_write_all(fd, span_str(text)) == 0, "a file was not written");
    close(fd);
}

static void make_key(const struct acting *a, const char *name)
{
    EVP_PKEY *pk = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    char path[512];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s.key", a->dir, name);
    f = fopen(path, "w");
    need(f && fchmod(fileno(f), 0600) == 0 &&
             PEM_write_PrivateKey(f, pk, NULL, NULL, 0, NULL, NULL) == 1,
         "a key was not written");
    fclose(f);
    snprintf(path, sizeof(path), "%s/%s.pub", a->dir, name);
    f = fopen(path, "w");
    need(f && PEM_write_PUBKEY(f, pk) == 1, "a public key was not written");
    fclose(f);
    EVP_PKEY_free(pk);
}

static void start_farend(struct acting *a, const char *what, bool frozen)
{
    char state[300], sock[300], libexec[1200], prog[1300], ready[8];
    int out[2];

    snprintf(prog, sizeof(prog), "%s/fabsoc-farend", acting_libexec(libexec, sizeof(libexec)));
    snprintf(state, sizeof(state), "%s/far", a->dir);
    snprintf(sock, sizeof(sock), "%s/s", a->dir);
    need(pipe(out) == 0, "no pipe");
    a->farend = fork();
    if (a->farend == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // a failed test leaves nothing behind
        dup2(out[1], 1);
        close(out[0]);
        execl(prog, prog, what, "--state", state, "--socket", sock, frozen ? "--frozen" : NULL,
              (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    need(a->farend > 0 && read(out[0], ready, 6) == 6, "the far end did not start");
    close(out[0]);
}

static void make_farend(const struct acting *a)
{
    char state[300];

    snprintf(state, sizeof(state), "%s/far", a->dir);
    need(mkdir(state, 0700) == 0, "no folder");
    write_text(a, "far/table", "Gi1/0/7 120\nGi1/0/8 120\nS-1 active\nS-2 active\n");
}

void acting_freeze(struct acting *a)
{
    kill(a->farend, SIGKILL);
    waitpid(a->farend, NULL, 0);
    start_farend(a, "switch", true);
}

static void write_conf(const struct acting *a, const char *prog)
{
    AUTO_BUF b = {0};

    buf_init(&b, 8192);
    buf_printf(
        &b,
        "agent: pam-01\n"
        "gate: {host: localhost, port: 1, ca: ca.pem, certificate: agent.pem, key: agent.key}\n"
        "result_key: result.key\ncommand_keys: [command.pub]\nstate: journal\n"
        "never_touch: [SCN-01, Gi1/0/1]\n"
        "actions:\n"
        "  net.quarantine:\n"
        "    approvals: [fab_operations, network]\n"
        "    set: {vlan: 999}\n"
        "    act: [\"%s\", ctl, --socket, \"%s/s\", set-vlan, \"{port}\", \"{vlan}\"]\n"
        "    probe: [\"%s\", ctl, --socket, \"%s/s.ro\", show, \"{port}\"]\n"
        "    expect: vlan {vlan}\n"
        "  net.release:\n"
        "    approvals: [fab_operations, network]\n"
        "    act: [\"%s\", ctl, --socket, \"%s/s\", release, \"{port}\"]\n"
        "    probe: [\"%s\", ctl, --socket, \"%s/s.ro\", override, \"{port}\"]\n"
        "    expect: override none\n"
        "  pam.terminate:\n"
        "    act: [\"%s\", ctl, --socket, \"%s/s\", terminate, {session}]\n"
        "    probe: [\"%s\", ctl, --socket, \"%s/s.ro\", show, {session}]\n"
        "    expect: session terminated\n",
        prog, a->dir, prog, a->dir, prog, a->dir, prog, a->dir, prog, a->dir, prog, a->dir);
    buf_u8(&b, 0);
    write_text(a, "agent.yaml", b.p);
}

static void on_say(void *ctx, struct span report, struct span signature)
{
    struct acting *a = ctx;
    struct command_report r;
    struct err err = ERR_INIT;
    struct acting_report *to;

    need(a->n < ACTING_REPORTS_MAX, "too many reports");
    need(sig_verify(&a->x.result.pub, RESULT_CONTEXT, report, signature), "a report's signature");
    need(report_get(report, &r, &err) == 0, "a report's form");
    to = &a->report[a->n++];
    to->id = r.id;
    snprintf(to->state, sizeof(to->state), SPAN_FMT, SPAN_ARG(r.state));
    snprintf(to->code, sizeof(to->code), SPAN_FMT, SPAN_ARG(r.code));
    snprintf(to->text, sizeof(to->text), SPAN_FMT, SPAN_ARG(r.text));
}

static utime_t now_of(void *ctx)
{
    return ((struct acting *)ctx)->now;
}

static void open_executor(struct acting *a)
{
    struct executor_ports ports = {.now = now_of, .say = on_say, .ctx = a};
    struct err err = ERR_INIT;

    if (executor_open(&a->x, &a->conf, ports, &err)) {
        err_print(stderr, &err);
        abort();
    }
}

void acting_begin(struct acting *a, enum acting_far what, bool frozen)
{
    char prog[1200], path[512];
    struct err err = ERR_INIT;
    AUTO_BUF text = {0};

    *a = (struct acting){.dir = "/tmp/acting.XXXXXX", .now = 1800000000 * UTIME_SECOND};
    need(mkdtemp(a->dir) != NULL, "no folder");
    acting_libexec(path, sizeof(path));
    snprintf(prog, sizeof(prog), "%s/fabsoc-farend", path);
    make_key(a, "command");
    make_key(a, "result");
    write_conf(a, prog);
    make_farend(a);
    start_farend(a, what == ACTING_BROKER ? "broker" : "switch", frozen);
    snprintf(path, sizeof(path), "%s/command.key", a->dir);
    need(key_read(path, &a->command_key, &err) == 0, "the command key");
    snprintf(path, sizeof(path), "%s/agent.yaml", a->dir);
    arena_init(&a->arena, 1 << 20);
    buf_init(&text, 1 << 20);
    if (file_read(AT_FDCWD, path, 1 << 20, &text, &err) ||
        agentconf_load(&a->arena, span_of(text.p, text.len - 1),
                       arena_str(&a->arena, span_str(path)), &a->conf, &err)) {
        err_print(stderr, &err);
        abort();
    }
    snprintf(
        a->params, sizeof(a->params), "%s",
        what == ACTING_BROKER
            ? "{\"action\":\"stop\",\"target\":{\"x-fabsoc:pam_session\":{\"session\":\"S-1\"}}}"
            : "{\"action\":\"contain\",\"target\":{\"x-fabsoc:switch_port\":{\"port\":\"Gi1/0/"
              "7\"}}}");
    open_executor(a);
}

void acting_restart(struct acting *a)
{
    executor_close(&a->x);
    open_executor(a);
    a->n = 0;
    executor_recover(&a->x);
}

void acting_end(struct acting *a)
{
    pid_t pid;

    executor_close(&a->x);
    key_free(&a->command_key);
    arena_free(&a->arena);
    kill(a->farend, SIGKILL);
    waitpid(a->farend, NULL, 0);
    pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", a->dir, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

struct command acting_release(struct acting *a)
{
    struct command c = acting_command(a);

    c.action = SPAN_LIT("net.release");
    c.params = SPAN_LIT("{\"action\":\"restore\",\"target\":{\"x-fabsoc:switch_port\":"
                        "{\"port\":\"Gi1/0/7\"}}}");
    return c;
}

struct command acting_command(struct acting *a)
{
    struct command c = {
        .alg = 1,
        .key_id = span_of((const char *)a->command_key.pub.id, SIG_KEY_ID_LEN),
        .agent = SPAN_LIT("pam-01"),
        .step = 1,
        .attempt = 1,
        .token = 5,
        .counter = ++a->counter,
        .not_before = a->now - 5 * UTIME_SECOND,
        .not_after = a->now + 60 * UTIME_SECOND,
        .max_runtime_ms = 5000,
        .action =
            strstr(a->params, "stop") ? SPAN_LIT("pam.terminate") : SPAN_LIT("net.quarantine"),
        .target = SPAN_LIT("ETCH-07"),
        .params = span_str(a->params),
        .napprovals = 2,
        .approval = {{SPAN_LIT("ito"), SPAN_LIT("fab_operations")},
                     {SPAN_LIT("sato"), SPAN_LIT("network")}},
    };

    c.id.b[0] = 0xc0;
    c.id.b[15] = (unsigned char)a->counter;
    c.run.b[0] = 0xaa;
    c.plan_hash.b[0] = 1;
    return c;
}

void acting_bytes(struct acting *a, const struct command *c, struct buf *ret,
                  unsigned char *ret_sig)
{
    struct err err = ERR_INIT;

    buf_init(ret, COMMAND_MAX);
    command_put(ret, c);
    need(buf_ok(ret) &&
             key_sign(&a->command_key, COMMAND_CONTEXT, buf_span(ret), ret_sig, &err) == 0,
         "a command was not signed");
}

void acting_send(struct acting *a, const struct command *c)
{
    unsigned char sig[SIG_LEN];
    AUTO_BUF b = {0};

    acting_bytes(a, c, &b, sig);
    a->n = 0;
    executor_take(&a->x, buf_span(&b), span_of((char *)sig, SIG_LEN));
}

const char *acting_last(const struct acting *a)
{
    return a->n ? a->report[a->n - 1].state : "";
}
const char *acting_code(const struct acting *a)
{
    return a->n ? a->report[a->n - 1].code : "";
}

static size_t far_lines(const struct acting *a, const char *name, const char *want)
{
    char path[512];
    struct err err = ERR_INIT;
    size_t n = 0;
    struct span rest;
    AUTO_BUF b = {0};

    snprintf(path, sizeof(path), "%s/far/%s", a->dir, name);
    buf_init(&b, 1 << 20);
    if (file_read(AT_FDCWD, path, 1 << 20, &b, &err)) {
        return 0;
    }
    rest = buf_span(&b);
    while (rest.n) {
        struct span line = span_cut(&rest, '\n');

        n += line.n && (!want || span_eq_str(line, want));
    }
    return n;
}

bool acting_far_has(const struct acting *a, const char *line)
{
    return far_lines(a, "table", line) == 1;
}
size_t acting_far_changes(const struct acting *a)
{
    return far_lines(a, "changes", NULL);
}
