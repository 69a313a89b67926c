// fdpass.c - SCM_RIGHTS.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/fdpass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
    struct cmsghdr align;
    char b[CMSG_SPACE(4 * sizeof(int))];
};

ssize_t fdpass_send(int sock, struct span bytes, int pass)
{
    // iov_base has no const form; sendmsg() only reads.
    struct iovec iov = {.iov_base = (void *)(uintptr_t)bytes.p, .iov_len = bytes.n};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    union control c;
    ssize_t n;

    if (pass >= 0) {
        struct cmsghdr *h;

        memset(&c, 0, sizeof(c));
        m.msg_control = c.b;
        m.msg_controllen = CMSG_SPACE(sizeof(int));
        h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(h), &pass, sizeof(int));
    }
    do {
        n = sendmsg(sock, &m, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n;
}

static void take(const struct cmsghdr *h, int *ret_fd)
{
    size_t count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

    for (size_t i = 0; i < count; i++) {
        int fd;

        memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
        if (*ret_fd < 0) {
            *ret_fd = fd;
        } else {
            close(fd);
        }
    }
}

ssize_t fdpass_recv(int sock, void *p, size_t n, int *ret_fd)
{
    struct iovec iov = {.iov_base = p, .iov_len = n};
    union control c;
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = c.b, .msg_controllen = sizeof(c.b)};
    ssize_t got;

    *ret_fd = -1;
    do {
        got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got >= 0) {
        for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
            if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS) {
                take(h, ret_fd);
            }
        }
    }
    return got;
}

int fdpass_pair(int ret[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret);
}
