// confine.h - what the exec half and all it starts may not do.
// SPDX-License-Identifier: Apache-2.0
//
// sandbox.h allows what our own code needs; the exec half starts the site's programs, whose needs we
// do not know, so here the list is of what is refused (EPERM, kept through execve): every socket
// but AF_UNIX, hence no network at all (far ends are reached over Unix sockets); new namespaces,
// mounts, tracing, kernel modules, kexec, bpf, keyrings, foreign processes' memory. NO_NEW_PRIVS, no
// core dumps. Sanitizer builds keep ptrace for their own exit checks.
#ifndef CONNECTORS_ACT_CONFINE_H
#define CONNECTORS_ACT_CONFINE_H

#include "core/base/err.h"

int confine_enter(struct err *err);

#endif
