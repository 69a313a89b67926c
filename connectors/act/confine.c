// confine.c - the deny-list of the exec half.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/confine.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "core/base/attr.h"

// A sanitized program's exit check traces itself: such builds keep that (as sandbox.c does).
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

static const int refused[] = {
    SCMP_SYS(ptrace),          SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),           SCMP_SYS(umount2),          SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),          SCMP_SYS(unshare),          SCMP_SYS(setns),
    SCMP_SYS(init_module),     SCMP_SYS(finit_module),     SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),      SCMP_SYS(kexec_file_load),  SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open), SCMP_SYS(keyctl),           SCMP_SYS(add_key),
    SCMP_SYS(request_key),     SCMP_SYS(userfaultfd),      SCMP_SYS(reboot),
    SCMP_SYS(swapon),          SCMP_SYS(swapoff),          SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),   SCMP_SYS(io_uring_setup),
};

static int rules(scmp_filter_ctx c)
{
    const struct scmp_arg_cmp not_unix = {
        .arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX, .datum_b = 0};
    static const int by_domain[] = {SCMP_SYS(socket), SCMP_SYS(socketpair)};
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(by_domain) && rc == 0; i++) {
        rc = seccomp_rule_add_array(c, SCMP_ACT_ERRNO(EPERM), by_domain[i], 1, &not_unix);
    }
    for (size_t i = 0; i < ARRAY_LEN(refused) && rc == 0; i++) {
        if (SANITIZED && refused[i] == SCMP_SYS(ptrace)) {
            continue;
        }
        rc = seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
        rc = rc == -EDOM ? 0 : rc;
    }
    return rc;
}

int confine_enter(struct err *err)
{
    struct rlimit none = {0, 0};
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW);
    int rc = c ? rules(c) : -ENOMEM;

    if (rc == 0 &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0)) {
        rc = -errno;
    }
    rc = rc ? rc : seccomp_load(c);
    if (c) {
        seccomp_release(c);
    }
    return rc ? err_sys(err, -rc, "sandbox.exec", "the exec half's sandbox did not close") : 0;
}
