// sandbox.h - giving up what a role does not need, after its start.
// SPDX-License-Identifier: Apache-2.0
//
// seccomp: everything outside the allowed groups returns EPERM; the first such call of a process is
// said in one log line with its number, so that a libc update shows itself and stops nobody. Landlock
// (kernel 5.13 and later): the kernel is asked for its ABI; without it one line says so and seccomp
// stands alone. Sanitizer builds keep ptrace and are dumpable, for their own exit checks.
#ifndef CONNECTORS_OS_SANDBOX_H
#define CONNECTORS_OS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/err.h"

// Always allowed: memory, signals, time, poll, reading and writing what is open, sockets that are
// open, exit. The groups add:
enum sandbox_group {
    SANDBOX_OPEN = 1,    // open files for reading, look at them, list directories
    SANDBOX_WRITE = 2,   // create, truncate, sync, rename, unlink files
    SANDBOX_NET = 4,     // make, bind, connect, listen, accept sockets
    SANDBOX_JIT = 8,     // make memory executable (PCRE2 JIT)
    SANDBOX_THREAD = 16, // threads (libraries that insist)
    SANDBOX_EXEC = 32,   // fork, execve, wait, kill: the supervisor and the agent's exec half
};

struct sandbox {
    unsigned groups;          // enum sandbox_group
    const int *read_dirs;     // descriptors of directories below which may be read ...
    size_t nread;             // ... (SANDBOX_OPEN), for Landlock
    const int *write_dirs;    // likewise for writing (SANDBOX_WRITE)
    size_t nwrite;            //
    unsigned long max_memory; // bytes of address space, 0 = no limit of ours
    unsigned long max_files;  // descriptors, 0 = no limit of ours
};

// Closes the sandbox of this process for ever. Single-threaded; standard error must be open.
int sandbox_enter(const struct sandbox *s, struct err *err);

// False in sanitizer builds, whose run time needs more than a role does.
bool sandbox_is_whole(void);

// As root: no supplementary groups, then gid, then uid. Otherwise nothing.
int sandbox_drop(uid_t uid, gid_t gid, struct err *err);

#endif
