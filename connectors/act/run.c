// run.c - fork, execve, poll, kill.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/os/loop.h"

enum { CANNOT_START = 127 };

static int fill(const struct agent_vector *v, const struct act_values *values,
                const char *ret[AGENT_ARGS_MAX + 1], struct err *err)
{
    for (size_t i = 0; i < v->n; i++) {
        ret[i] = v->arg[i].hole ? params_value(values, span_str(v->arg[i].text)) : v->arg[i].text;
        if (!ret[i]) {
            return err_set(err, E_INPUT, "params.bad", "%s is missing", v->arg[i].text);
        }
    }
    ret[v->n] = NULL;
    return 0;
}

// In the child, between fork and execve: only calls that are async-signal-safe (signal-safety(7)).
static void become(const char *const *argv, int out, int gone, pid_t parent)
{
    static char *const none[] = {NULL};
    sigset_t all;
    int null = open("/dev/null", O_RDONLY);

    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(out, 2) < 0) {
        _exit(CANNOT_START);
    }
    // The pipe that tells a failed execve is close-on-exec; everything else from 3 on is closed.
    if (gone != 3 && dup2(gone, 3) < 0) {
        _exit(CANNOT_START);
    }
    (void)fcntl(3, F_SETFD, FD_CLOEXEC);
    if (close_range(4, ~0u, 0) < 0) {
        for (int fd = 4; fd < 1024; fd++) {
            (void)close(fd);
        }
    }
    sigemptyset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    execve(argv[0], (char *const *)(uintptr_t)argv, none);
    (void)!write(3, "x", 1);
    _exit(CANNOT_START);
}

static void hear(int fd, struct run_result *r)
{
    char drop[1024];
    ssize_t n;

    if (r->n < sizeof(r->output)) {
        n = read(fd, r->output + r->n, sizeof(r->output) - r->n);
        r->n += n > 0 ? (size_t)n : 0;
    } else {
        (void)!read(fd, drop, sizeof(drop)); // over the cap: read on, so that it can end
    }
}

// Until the child ends or its time is over; a descriptor of the process makes its end an event.
static void attend(pid_t pid, int fd, ntime_t deadline, struct run_result *r)
{
    int end = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = end, .events = POLLIN}};
    int status = 0;

    for (;;) {
        ntime_t left = deadline - clock_mono();

        if (left <= 0 || end < 0) {
            r->timeout = true;
            (void)kill(-pid, SIGKILL);
            (void)kill(pid, SIGKILL);
            break;
        }
        if (poll(p, 2, (int)(left / 1000000) + 1) > 0) {
            if (p[0].revents) {
                hear(fd, r);
                p[0].fd = p[0].revents & POLLIN ? fd : -1; // closed: only its end is left
            }
            if (p[1].revents) {
                break;
            }
        }
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (end >= 0) {
        close(end);
    }
    (void)kill(-pid, SIGKILL); // what it left behind in its group
    r->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void drain(int fd, struct run_result *r)
{
    size_t before;

    do {
        before = r->n;
        hear(fd, r);
    } while (r->n > before && r->n < sizeof(r->output));
}

static void trim(struct run_result *r)
{
    struct span s = span_trim(span_of(r->output, r->n));

    memmove(r->output, s.p ? s.p : r->output, s.n);
    r->n = s.n;
}

int run_vector(const struct agent_vector *v, const struct act_values *values, utime_t timeout,
               struct run_result *ret, struct err *err)
{
    const char *argv[AGENT_ARGS_MAX + 1];
    int out[2] = {-1, -1}, gone[2] = {-1, -1};
    pid_t me = getpid(), pid = -1;
    char c;
    int rc = fill(v, values, argv, err);

    *ret = (struct run_result){0};
    if (rc) {
        return rc;
    }
    if (pipe2(out, O_CLOEXEC) == 0 && pipe2(gone, O_CLOEXEC) == 0 && (pid = fork()) == 0) {
        become(argv, out[1], gone[1], me);
    }
    close(out[1]);
    close(gone[1]);
    if (pid > 0) {
        (void)setpgid(pid, pid); // both sides do, whoever comes first
        (void)fcntl(out[0], F_SETFL, O_NONBLOCK);
        attend(pid, out[0], clock_mono() + timeout * 1000, ret);
        drain(out[0], ret);
        (void)fcntl(gone[0], F_SETFL, O_NONBLOCK);
        ret->started = ret->exit != CANNOT_START || read(gone[0], &c, 1) != 1;
        trim(ret);
    } else {
        rc = err_sys(err, errno, "act.fork", "no process for %s", argv[0]);
    }
    close(out[0]);
    close(gone[0]);
    return rc;
}

bool run_expect(const char *expect, const struct act_values *values, char *out, size_t size)
{
    size_t n = 0;

    while (*expect && n + 1 < size) {
        const char *end = *expect == '{' ? strchr(expect, '}') : NULL;
        const char *value;

        if (!end) {
            out[n++] = *expect++;
            continue;
        }
        value = params_value(values, span_of(expect + 1, (size_t)(end - expect - 1)));
        if (!value || n + strlen(value) + 1 > size) {
            return false;
        }
        memcpy(out + n, value, strlen(value));
        n += strlen(value);
        expect = end + 1;
    }
    out[n] = '\0';
    return *expect == '\0';
}
