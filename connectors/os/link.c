// link.c - queue, cut and hand on framed messages.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/link.h"

#include <errno.h>
#include <unistd.h>

#include "connectors/os/fdpass.h"
#include "core/base/rd.h"

enum { HEAD = 5, READ_AT_ONCE = 256 * 1024 };

void link_init(struct link *l, int fd)
{
    memset(l, 0, sizeof(*l));
    l->fd = fd;
    buf_init(&l->in, HEAD + LINK_BODY_MAX + READ_AT_ONCE);
    buf_init(&l->out, LINK_OUT_MAX);
}

void link_close(struct link *l)
{
    if (l->fd >= 0) {
        close(l->fd);
    }
    for (size_t i = 0; i < l->npass; i++) {
        close(l->pass[i].fd);
    }
    for (size_t i = 0; i < l->ngot; i++) {
        close(l->got[i]);
    }
    buf_free(&l->in);
    buf_free(&l->out);
    link_init(l, -1);
}

// Sent bytes are moved away only when they are half of the queue, so moving stays linear.
static void compact(struct buf *b, size_t *at)
{
    if (*at == b->len) {
        buf_clear(b);
        *at = 0;
    } else if (*at > b->len / 2 && *at > 4096) {
        buf_drop(b, *at);
        *at = 0;
    }
}

struct buf *link_begin(struct link *l, uint8_t type)
{
    compact(&l->out, &l->out_at);
    l->queued = l->sent + (l->out.len - l->out_at);
    buf_u32(&l->out, 0);
    buf_u8(&l->out, type);
    return &l->out;
}

int link_end(struct link *l)
{
    size_t from = l->out_at + (size_t)(l->queued - l->sent);
    size_t body;

    if (!buf_ok(&l->out) || l->fd < 0 || l->out.len - from - HEAD > LINK_BODY_MAX) {
        l->out.failed = false;
        buf_cut(&l->out, from);
        return l->fd < 0 ? E_STATE : E_LIMIT;
    }
    body = l->out.len - from - 4;
    buf_patch_u32(&l->out, from, (uint32_t)body);
    l->queued = l->sent + (l->out.len - l->out_at);
    return 0;
}

int link_send(struct link *l, uint8_t type, struct span body)
{
    buf_put_span(link_begin(l, type), body);
    return link_end(l);
}

int link_send_fd(struct link *l, uint8_t type, struct span body, int fd)
{
    uint64_t at = l->sent + (l->out.len - l->out_at);
    int rc = l->npass == LINK_FDS_MAX ? E_LIMIT : link_send(l, type, body);

    if (rc < 0) {
        close(fd);
        return rc;
    }
    l->pass[l->npass].at = at;
    l->pass[l->npass].fd = fd;
    l->npass++;
    return 0;
}

bool link_pending(const struct link *l)
{
    return l->fd >= 0 && l->out.len > l->out_at;
}

bool link_full(const struct link *l)
{
    return l->out.len - l->out_at > LINK_OUT_SOFT;
}

// What one call may send: up to the next descriptor, which must travel on its message's first byte.
static struct span next_piece(const struct link *l, int *ret_pass)
{
    struct span s = span_sub(buf_span(&l->out), l->out_at, l->out.len);

    *ret_pass = -1;
    if (l->npass && l->pass[0].at == l->sent) {
        *ret_pass = l->pass[0].fd;
        if (l->npass > 1) {
            s = span_sub(s, 0, (size_t)(l->pass[1].at - l->sent));
        }
    } else if (l->npass) {
        s = span_sub(s, 0, (size_t)(l->pass[0].at - l->sent));
    }
    return s;
}

int link_flush(struct link *l)
{
    while (link_pending(l)) {
        int pass;
        struct span s = next_piece(l, &pass);
        ssize_t n = fdpass_send(l->fd, s, pass);

        if (n < 0) {
            return errno == EAGAIN ? 1 : E_SYSTEM;
        }
        if (pass >= 0) {
            close(pass);
            l->npass--;
            memmove(&l->pass[0], &l->pass[1], l->npass * sizeof(l->pass[0]));
        }
        l->out_at += (size_t)n;
        l->sent += (uint64_t)n;
    }
    compact(&l->out, &l->out_at);
    return 0;
}

int link_fill(struct link *l)
{
    char *room;
    ssize_t n;
    int fd;

    compact(&l->in, &l->in_at);
    room = buf_reserve(&l->in, READ_AT_ONCE);
    if (!room) { // the caller has not taken the messages that are here: no more now
        l->in.failed = false;
        return 0;
    }
    n = fdpass_recv(l->fd, room, READ_AT_ONCE, &fd);
    if (fd >= 0) {
        if (l->ngot == LINK_FDS_MAX) {
            close(fd);
            return E_SYSTEM;
        }
        l->got[l->ngot++] = fd;
    }
    if (n < 0) {
        return errno == EAGAIN ? 0 : E_SYSTEM;
    }
    buf_advance(&l->in, (size_t)n);
    return n == 0 ? E_EOF : 0;
}

int link_next(struct link *l, uint8_t *ret_type, struct span *ret_body)
{
    struct span s = span_sub(buf_span(&l->in), l->in_at, l->in.len);
    struct rd r = rd_of(s);
    uint32_t length = rd_u32(&r);

    if (!rd_ok(&r)) {
        return 0;
    }
    if (length < 1 || length > LINK_BODY_MAX + 1u) {
        return E_INPUT;
    }
    if (s.n < 4 + (size_t)length) {
        return 0;
    }
    *ret_type = rd_u8(&r);
    *ret_body = span_sub(s, HEAD, length - 1);
    l->in_at += 4 + (size_t)length;
    return 1;
}

int link_take_fd(struct link *l)
{
    int fd;

    if (l->ngot == 0) {
        return -1;
    }
    fd = l->got[0];
    l->ngot--;
    memmove(&l->got[0], &l->got[1], l->ngot * sizeof(l->got[0]));
    return fd;
}
