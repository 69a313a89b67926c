// cluster_process.c - fork, another user, exec; waiting and ending by pid.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/pg/cluster_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <postgresql/libpq-fe.h>

enum { POLL_MS = 40, READY_MS = 60000, FAST_MS = 30000, IMMEDIATE_MS = 10000 };

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    (void)nanosleep(&t, NULL);
}

static int log_open(const struct cluster *c)
{
    char path[PLACE_PATH_MAX + 16];

    (void)snprintf(path, sizeof(path), "%s/pg.log", c->state);
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

// In the child; never returns. Only async-signal-safe calls: the parent may have threads.
static void child(const struct cluster *c, const char *program, const char *const *argv, int in,
                  int out, bool session)
{
    static const char *const env[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", NULL};

    if ((session && setsid() < 0) || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) {
        _exit(126);
    }
    if (close_range(3, ~0U, 0) < 0) {
        _exit(126);
    }
    if (c->other_user && (setgroups(0, NULL) < 0 || setresgid(c->gid, c->gid, c->gid) < 0 ||
                          setresuid(c->uid, c->uid, c->uid) < 0)) {
        _exit(125);
    }
    if (chdir(c->data) < 0) {
        _exit(124); // the user cannot pass through to the state directory
    }
    (void)umask(077);
    (void)execve(program, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
    _exit(127);
}

static int child_fault(const struct cluster *c, const char *program, int status, struct err *err)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;

    if (code == 124) {
        return err_set(err, E_SYSTEM, "cluster.path",
                       "%s: user postgres cannot pass through to it; choose a --state directory "
                       "whose parents are open, such as /var/lib/fabsoc",
                       c->state);
    }
    return err_set(err, E_SYSTEM, "cluster.child", "%s ended with %d; see %s/pg.log", program, code,
                   c->state);
}

// Forks with standard input from nowhere and output to the log.
static pid_t spawn(const struct cluster *c, const char *program, const char *const *argv,
                   bool session, struct err *err)
{
    int log = log_open(c), null = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = log >= 0 && null >= 0 ? fork() : -1;

    if (pid == 0) {
        child(c, program, argv, null, log, session);
    }
    if (pid < 0) {
        (void)err_sys(err, errno, "cluster.child", "%s", program);
    }
    if (log >= 0) {
        close(log);
    }
    if (null >= 0) {
        close(null);
    }
    return pid;
}

int process_run(const struct cluster *c, const char *program, const char *const *argv,
                struct err *err)
{
    pid_t pid = spawn(c, program, argv, false, err);
    int status = 0;

    if (pid < 0) {
        return E_SYSTEM;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0 ? 0 : child_fault(c, program, status, err);
}

int process_start(const struct cluster *c, const char *program, const char *const *argv,
                  struct err *err)
{
    pid_t pid = spawn(c, program, argv, true, err);
    struct err none = ERR_INIT;
    int rc = pid < 0 ? E_SYSTEM : process_wait_ready(c, pid, err);

    if (pid > 0 && rc < 0) {
        (void)cluster_stop(c, &none); // the first fault is what is told
    }
    return rc;
}

int process_wait_ready(const struct cluster *c, pid_t pid, struct err *err)
{
    char conninfo[PLACE_CONN_MAX];
    int status, rc = cluster_conninfo(c, "postgres", conninfo, err);

    for (int waited = 0; rc == 0 && waited < READY_MS; waited += POLL_MS) {
        if (PQping(conninfo) == PQPING_OK) {
            return 0;
        }
        if (pid > 0 && waitpid(pid, &status, WNOHANG) == pid) {
            return child_fault(c, "postgres", status, err);
        }
        pause_ms(POLL_MS);
    }
    return rc < 0 ? rc
                  : err_set(err, E_SYSTEM, "cluster.ready",
                            "the server does not accept; see %s/pg.log", c->state);
}

// ---- the running server

// Alive, and a postgres: a pid file may outlive its process and the number be another's by now.
static bool is_postgres(pid_t pid)
{
    char path[64], name[32];
    FILE *f;
    bool ok;

    (void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    if (!(f = fopen(path, "re"))) {
        return false;
    }
    ok = fgets(name, sizeof(name), f) && strcmp(name, "postgres\n") == 0;
    (void)fclose(f);
    return ok;
}

bool cluster_running(const struct cluster *c, pid_t *ret)
{
    char path[PLACE_PATH_MAX + 32], line[32];
    FILE *f;
    long pid;

    (void)snprintf(path, sizeof(path), "%s/postmaster.pid", c->data);
    if (!(f = fopen(path, "re"))) {
        return false;
    }
    pid = fgets(line, sizeof(line), f) ? strtol(line, NULL, 10) : 0;
    (void)fclose(f);
    if (ret) {
        *ret = (pid_t)pid;
    }
    return pid > 1 && is_postgres((pid_t)pid);
}

static bool gone_within(pid_t pid, int ms)
{
    for (int waited = 0; waited < ms; waited += POLL_MS) {
        (void)waitpid(pid, NULL, WNOHANG); // where it is our own child
        if (!is_postgres(pid)) {
            return true;
        }
        pause_ms(POLL_MS);
    }
    return false;
}

// A folder in /tmp is not left behind; the next start makes it again.
static int stopped(const struct cluster *c)
{
    (void)rmdir(c->socket);
    return 0;
}

int cluster_stop(const struct cluster *c, struct err *err)
{
    pid_t pid;

    if (!cluster_running(c, &pid)) {
        return 0;
    }
    if (kill(pid, SIGINT) < 0 && errno != ESRCH) { // fast: sessions are ended, nothing is lost
        return err_sys(err, errno, "cluster.stop", "process %d", (int)pid);
    }
    if (gone_within(pid, FAST_MS)) {
        return stopped(c);
    }
    (void)kill(pid, SIGQUIT); // immediate: recovers at its next start
    return gone_within(pid, IMMEDIATE_MS)
               ? stopped(c)
               : err_set(err, E_SYSTEM, "cluster.stop", "process %d does not end", (int)pid);
}
