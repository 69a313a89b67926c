// sockets.c - binding.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/sockets.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connectors/intake/conf.h"

enum { BACKLOG = 128, UDP_BUFFER = 8 << 20 };

static int bound(const struct addrinfo *ai, bool tcp)
{
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1, size = UDP_BUFFER;

    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (!tcp && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    }
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) < 0 || (tcp && listen(fd, BACKLOG) < 0)) {
        int saved = errno;

        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static void note_port(int fd, const char *name, bool tcp, struct buf *ports)
{
    struct sockaddr_storage sa;
    socklen_t n = sizeof(sa);
    char host[64], port[16];

    if (getsockname(fd, (struct sockaddr *)&sa, &n) == 0 &&
        getnameinfo((struct sockaddr *)&sa, n, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        buf_printf(ports, sa.ss_family == AF_INET6 ? "%s %s [%s]:%s\n" : "%s %s %s:%s\n", name,
                   tcp ? "tcp" : "udp", host, port);
    }
}

int socket_bind(const char *name, const char *text, bool tcp, struct buf *ports, struct err *err)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                             .ai_socktype = tcp ? SOCK_STREAM : SOCK_DGRAM};
    struct addrinfo *ai = NULL;
    struct arena a;
    const char *host;
    uint16_t port;
    char digits[8];
    int fd = -1;

    arena_init(&a, 4096);
    if (!intake_listen_parse(&a, text, &host, &port)) {
        arena_free(&a);
        return err_set(err, E_INPUT, "conf.listen", "%s is no ADDRESS:PORT", text);
    }
    (void)snprintf(digits, sizeof(digits), "%u", port);
    if (getaddrinfo(host, digits, &hints, &ai) == 0) {
        fd = bound(ai, tcp);
        freeaddrinfo(ai);
    }
    arena_free(&a);
    if (fd < 0) {
        return err_sys(err, errno, "socket.bind", "%s could not be bound for %s", text, name);
    }
    note_port(fd, name, tcp, ports);
    return fd;
}
