// sockets.h - what the supervisor opens for roles that may not: sockets, directories.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_ROLE_SOCKETS_H
#define CONNECTORS_ROLE_SOCKETS_H

#include "core/base/buf.h"
#include "core/base/err.h"

// Binds (and for TCP listens on) "ADDRESS:PORT"; the descriptor is non-blocking. Appends the line
// "NAME udp|tcp ADDRESS:PORT" with the port the kernel gave to `ports`.
int socket_bind(const char *name, const char *listen, bool tcp, struct buf *ports, struct err *err);

#endif
