// fdpass.h - handing a descriptor to another process (SCM_RIGHTS, unix(7)).
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_OS_FDPASS_H
#define CONNECTORS_OS_FDPASS_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/span.h"

// Sends bytes with one descriptor on their first byte (`pass` = -1: none). As send(2): how many
// bytes went, or -1 with errno. Never raises SIGPIPE. The descriptor stays the caller's.
ssize_t fdpass_send(int sock, struct span bytes, int pass);
// As recv(2); a descriptor that came along (close-on-exec) is stored in ret_fd, else -1. Further ones
// of the same message are closed: the peer sends one at a time.
ssize_t fdpass_recv(int sock, void *p, size_t n, int *ret_fd);

// A pair of connected stream sockets, non-blocking and close-on-exec. 0 or -1 with errno.
int fdpass_pair(int ret[2]);

#endif
