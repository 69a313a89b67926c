// child.h - starting one role's program: copied into memory, without privileges, with one link.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_ROLE_CHILD_H
#define CONNECTORS_ROLE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/err.h"

struct child_spec {
    const char *name; // argv[0]
    int program;      // child_program()
    int control;      // becomes CONTROL_FD; the caller closes his copy
    uid_t uid;        // taken when the caller is root
    gid_t gid;
    // One capability that it keeps (capabilities(7)), -1 = none: intake reads files of other users
    // (CAP_DAC_READ_SEARCH, bounded by Landlock), capture opens an interface (CAP_NET_RAW).
    int capability;
};

// A sealed copy of the program in memory, so that no role needs to reach the file's directory.
// E_STATE: there is no such program.
int child_program(const char *path, struct err *err);
// fork and fexecve. Standard input is /dev/null, output and errors are the caller's; environment:
// FABSOC_LOG and the sanitizers' options.
pid_t child_start(const struct child_spec *s, struct err *err);

#endif
