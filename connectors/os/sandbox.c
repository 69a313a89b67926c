// sandbox.c - prctl, resource limits, seccomp, Landlock.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/base/attr.h"
#include "core/base/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static const int always[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(preadv),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(fcntl),
    SCMP_SYS(dup),
    SCMP_SYS(dup3),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(eventfd2),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(ioctl),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrandom),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(tgkill),
    SCMP_SYS(membarrier),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(prlimit64),
    SCMP_SYS(getrlimit),
    SCMP_SYS(umask),
    SCMP_SYS(getcpu),
};
static const int opening[] = {
    SCMP_SYS(newfstatat), SCMP_SYS(stat),       SCMP_SYS(lstat),      SCMP_SYS(statx),
    SCMP_SYS(getdents64), SCMP_SYS(access),     SCMP_SYS(faccessat2), SCMP_SYS(faccessat),
    SCMP_SYS(readlink),   SCMP_SYS(readlinkat), SCMP_SYS(getcwd),     SCMP_SYS(fadvise64),
};
static const int writing[] = {
    SCMP_SYS(openat),    SCMP_SYS(open),      SCMP_SYS(ftruncate), SCMP_SYS(fsync),
    SCMP_SYS(fdatasync), SCMP_SYS(fallocate), SCMP_SYS(renameat),  SCMP_SYS(renameat2),
    SCMP_SYS(rename),    SCMP_SYS(unlinkat),  SCMP_SYS(unlink),    SCMP_SYS(mkdirat),
    SCMP_SYS(fchmod),    SCMP_SYS(flock),
};
static const int network[] = {
    SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(bind),    SCMP_SYS(connect),
    SCMP_SYS(listen), SCMP_SYS(accept),     SCMP_SYS(accept4),
};
static const int threads[] = {SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(set_tid_address)};
static const int execing[] = {
    SCMP_SYS(clone),      SCMP_SYS(clone3),
    SCMP_SYS(vfork),      SCMP_SYS(fork),
    SCMP_SYS(execve),     SCMP_SYS(wait4),
    SCMP_SYS(waitid),     SCMP_SYS(execveat),
    SCMP_SYS(kill),       SCMP_SYS(dup2),
    SCMP_SYS(setpgid),    SCMP_SYS(prctl),
    SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal),
};
// What an exit check for leaks calls, and the writing of a report. It looks from a thread of its own
// with SIGSYS blocked: a call missing here kills that thread, and the process waits for it for ever.
static const int sanitizer[] = {
    SCMP_SYS(ptrace),
    SCMP_SYS(clone),
    SCMP_SYS(wait4),
    SCMP_SYS(prctl),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(openat),
    SCMP_SYS(open),
    SCMP_SYS(kill),
    SCMP_SYS(getdents64),
    SCMP_SYS(getdents), // of libsanitizer on x86-64
    SCMP_SYS(pipe),     // it asks with one whether memory can be read
    SCMP_SYS(arch_prctl),
    SCMP_SYS(readlink),
    SCMP_SYS(newfstatat),
    SCMP_SYS(stat),
};

static const struct {
    unsigned group;
    const int *call;
    size_t n;
} groups[] = {
    {0, always, ARRAY_LEN(always)},
    {SANDBOX_OPEN, opening, ARRAY_LEN(opening)},
    {SANDBOX_WRITE, writing, ARRAY_LEN(writing)},
    {SANDBOX_NET, network, ARRAY_LEN(network)},
    {SANDBOX_THREAD, threads, ARRAY_LEN(threads)},
    {SANDBOX_EXEC, execing, ARRAY_LEN(execing)},
};

// The refused call returns EPERM as if the kernel had said so; the first one is said.
static void on_refused(int sig, siginfo_t *info, void *context)
{
    static volatile sig_atomic_t said;
    ucontext_t *u = context;

    (void)sig;
#if defined(__x86_64__)
    u->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
    u->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#else
#error "the register of a system call's result is not known for this machine"
#endif
    if (!said) {
        char line[80] = "sandbox: refused system call ";
        size_t n = strlen(line);
        int call = info->si_syscall;
        char digits[12];
        size_t k = 0;

        said = 1;
        do {
            digits[k++] = (char)('0' + call % 10);
            call /= 10;
        } while (call > 0 && k < sizeof(digits));
        while (k > 0) {
            line[n++] = digits[--k];
        }
        line[n++] = '\n';
        (void)!write(STDERR_FILENO, line, n);
    }
}

// Memory may be mapped, but executable only for those with a JIT compiler.
static int allow_memory(scmp_filter_ctx c, bool jit)
{
    static const int call[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(call) && rc == 0; i++) {
        rc = jit ? seccomp_rule_add(c, SCMP_ACT_ALLOW, call[i], 0)
                 : seccomp_rule_add(c, SCMP_ACT_ALLOW, call[i], 1,
                                    SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0));
    }
    return rc;
}

// Without the writing group a file may be opened for reading only.
static int allow_reading(scmp_filter_ctx c)
{
    enum { CHANGES = O_ACCMODE | O_CREAT | O_TRUNC };
    int rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, CHANGES, O_RDONLY));

    return rc == 0 ? seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
                                      SCMP_A1(SCMP_CMP_MASKED_EQ, CHANGES, O_RDONLY))
                   : rc;
}

static int allow(scmp_filter_ctx c, const int *call, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, call[i], 0);

        if (rc < 0 && rc != -EDOM) { // EDOM: this machine has no such call
            return rc;
        }
    }
    return 0;
}

static int enter_seccomp(unsigned want, struct err *err)
{
    struct sigaction sa = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_NODEFER};
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_TRAP);
    int rc = c ? allow_memory(c, (want & SANDBOX_JIT) || SANITIZED) : -ENOMEM;

    for (size_t i = 0; i < ARRAY_LEN(groups) && rc == 0; i++) {
        if (groups[i].group == 0 || (want & groups[i].group)) {
            rc = allow(c, groups[i].call, groups[i].n);
        }
    }
    if (rc == 0 && (want & SANDBOX_OPEN) && !(want & SANDBOX_WRITE) && !SANITIZED) {
        rc = allow_reading(c);
    }
    if (rc == 0 && SANITIZED) {
        rc = allow(c, sanitizer, ARRAY_LEN(sanitizer));
    }
    if (rc == 0 && sigaction(SIGSYS, &sa, NULL) < 0) {
        rc = -errno;
    }
    if (rc == 0) {
        rc = seccomp_load(c);
    }
    if (c) {
        seccomp_release(c);
    }
    return rc < 0 ? err_sys(err, -rc, "sandbox.seccomp", "the system call filter did not load") : 0;
}

enum {
    FS_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    FS_WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
               LANDLOCK_ACCESS_FS_MAKE_REG,
    FS_ALL = (1 << 13) - 1, // every right of ABI 1
};

static int allow_dirs(int ruleset, const int *dir, size_t n, unsigned rights)
{
    for (size_t i = 0; i < n; i++) {
        struct landlock_path_beneath_attr a = {.allowed_access = rights, .parent_fd = dir[i]};

        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &a, 0) < 0) {
            return -1;
        }
    }
    return 0;
}

static int enter_landlock(const struct sandbox *s, struct err *err)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct landlock_ruleset_attr attr = {.handled_access_fs = FS_ALL};
    int fd, rc = 0;

    if (abi < 1) {
        log_debug("this kernel has no Landlock: files are guarded by the call filter alone");
        return 0;
    }
    fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
    if (fd < 0 || allow_dirs(fd, s->read_dirs, s->nread, FS_READ) < 0 ||
        allow_dirs(fd, s->write_dirs, s->nwrite, FS_READ | FS_WRITE) < 0 ||
        syscall(SYS_landlock_restrict_self, fd, 0) < 0) {
        rc = err_sys(err, errno, "sandbox.landlock", "the file rules did not load");
    }
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

static int limit(int what, unsigned long max)
{
    struct rlimit r = {max, max};

    return setrlimit((__rlimit_resource_t)what, &r);
}

// Libraries ask for local time, for their logs: the zone's file is read while it can be. A zone without a
// name would be looked at again each time.
static void read_zone(void)
{
    (void)setenv("TZ", ":/etc/localtime", 0);
    tzset();
}

int sandbox_enter(const struct sandbox *s, struct err *err)
{
    int rc;

    read_zone();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || limit(RLIMIT_CORE, 0) < 0 ||
        (!SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) ||
        (!SANITIZED && s->max_memory && limit(RLIMIT_AS, s->max_memory) < 0) ||
        (s->max_files && limit(RLIMIT_NOFILE, s->max_files) < 0)) {
        return err_sys(err, errno, "sandbox.limits", "privileges and limits were not set");
    }
    rc = SANITIZED ? 0 : enter_landlock(s, err);
    return rc < 0 ? rc : enter_seccomp(s->groups, err);
}

bool sandbox_is_whole(void)
{
    return !SANITIZED;
}

int sandbox_drop(uid_t uid, gid_t gid, struct err *err)
{
    if (geteuid() != 0) {
        return 0;
    }
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0) {
        return err_sys(err, errno, "sandbox.user", "the user %u could not be taken", (unsigned)uid);
    }
    return 0;
}
