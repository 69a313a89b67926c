// child.c - fork, privileges, fexecve.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "connectors/os/messages.h"
#include "connectors/os/sandbox.h"
#include "core/base/attr.h"

enum { PROGRAM_FD = 4 };

int child_program(const char *path, struct err *err)
{
    int in = open(path, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : memfd_create(path, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct stat st;
    off_t at = 0;
    int rc = 0;

    if (in < 0) {
        return err_set(err, errno == ENOENT ? E_STATE : E_SYSTEM, "child.program",
                       "%s could not be opened", path);
    }
    if (out < 0 || fstat(in, &st) < 0) {
        rc = -1;
    }
    while (rc == 0 && at < st.st_size) {
        rc = sendfile(out, in, &at, (size_t)(st.st_size - at)) <= 0 ? -1 : 0;
    }
    if (rc == 0) {
        rc = fcntl(out, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    }
    if (rc < 0) {
        rc = err_sys(err, errno, "child.program", "%s could not be copied", path);
        if (out >= 0) {
            close(out);
        }
        out = rc;
    }
    close(in);
    return out;
}

// After the change of user: the one capability, also through execve (capabilities(7), ambient).
static int keep(int capability)
{
    struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct d[2];

    memset(d, 0, sizeof(d));
    d[0].effective = d[0].permitted = d[0].inheritable = 1u << capability;
    if (syscall(SYS_capset, &h, d) < 0) {
        return -1;
    }
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
}

static int give_up(const struct child_spec *s, struct err *err)
{
    bool root = geteuid() == 0;

    if (root && s->capability >= 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) {
        return -1;
    }
    if (sandbox_drop(s->uid, s->gid, err) < 0) {
        return -1;
    }
    return root && s->capability >= 0 ? keep(s->capability) : 0;
}

static int arrange_fds(const struct child_spec *s)
{
    int null = open("/dev/null", O_RDWR);
    // First out of the way of the numbers they will get.
    int control = fcntl(s->control, F_DUPFD, 100), program = fcntl(s->program, F_DUPFD, 100);

    if (null < 0 || control < 0 || program < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(control, CONTROL_FD) < 0 || dup3(program, PROGRAM_FD, O_CLOEXEC) < 0) {
        return -1;
    }
    return (int)syscall(SYS_close_range, PROGRAM_FD + 1, ~0u, 0);
}

static void reset_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); // a terminal's ^C is for the supervisor, which stops its roles
    (void)signal(SIGHUP, SIG_IGN);
}

ATTR_NORETURN static void become(const struct child_spec *s)
{
    static const char *const passed[] = {"FABSOC_LOG", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                                         "LSAN_OPTIONS"};
    char *argv[] = {strdup(s->name), NULL};
    char *env[ARRAY_LEN(passed) + 1];
    size_t n = 0;
    struct err err = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
        const char *value = getenv(passed[i]);

        if (value && asprintf(&env[n], "%s=%s", passed[i], value) > 0) {
            n++;
        }
    }
    env[n] = NULL;
    reset_signals();
    (void)umask(027);
    if (arrange_fds(s) == 0 && give_up(s, &err) == 0) {
        fexecve(PROGRAM_FD, argv, env);
    }
    dprintf(STDERR_FILENO, "fabsocd: %s could not be started: %s\n", s->name, strerror(errno));
    _exit(127);
}

pid_t child_start(const struct child_spec *s, struct err *err)
{
    pid_t pid = fork();

    if (pid == 0) {
        become(s);
    }
    if (pid < 0) {
        (void)err_sys(err, errno, "child.fork", "%s could not be started", s->name);
    }
    return pid;
}
