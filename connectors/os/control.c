// control.c - messages of the supervisor to callbacks.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/control.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/rd.h"

static void send_now(struct control *c, uint8_t type, struct span body)
{
    if (link_send(&c->link, type, body) == 0 && link_flush(&c->link) == 1) {
        loop_want(c->loop, c->link.fd, LOOP_READ | LOOP_WRITE);
    }
}

void control_ready(struct control *c)
{
    send_now(c, CTL_READY, SPAN_NONE);
}

void control_bye(struct control *c)
{
    send_now(c, CTL_BYE, SPAN_NONE);
    loop_stop(c->loop, 0);
}

void control_fault(struct control *c, const struct err *err)
{
    char text[2400];

    err_text(err, text, sizeof(text));
    log_error("%s", text);
    send_now(c, CTL_FAULT, span_str(text));
    loop_stop(c->loop, 2);
}

static void on_fd(struct control *c, struct span body)
{
    struct rd r = rd_of(body);
    uint8_t what = rd_u8(&r), index = rd_u8(&r);
    int fd = link_take_fd(&c->link);

    if (!rd_ok(&r) || fd < 0) {
        log_warn("the supervisor announced a descriptor that did not come");
        return;
    }
    c->ops->fd(c->ctx, (enum ctl_fd)what, index, rd_bytes(&r, r.n), fd);
}

static void on_peer(struct control *c, struct span body, bool lost)
{
    struct rd r = rd_of(body);
    uint8_t role = rd_u8(&r), index = rd_u8(&r);
    int fd = lost ? -1 : link_take_fd(&c->link);

    if (!rd_ok(&r) || role >= ROLE_COUNT || (!lost && fd < 0)) {
        log_warn("the supervisor announced a peer that cannot be");
        return;
    }
    if (lost) {
        c->ops->lost(c->ctx, (enum role)role, index);
    } else {
        c->ops->peer(c->ctx, (enum role)role, index, fd);
    }
}

static void on_message(struct control *c, uint8_t type, struct span body)
{
    struct err err = ERR_INIT;
    size_t cut;

    switch (type) {
    case CTL_START:
        if (c->ops->start(c->ctx, body, &err) < 0) {
            control_fault(c, &err);
        }
        break;
    case CTL_PEER: on_peer(c, body, false); break;
    case CTL_LOST: on_peer(c, body, true); break;
    case CTL_FD: on_fd(c, body); break;
    case CTL_STOP: c->ops->stop(c->ctx); break;
    case CTL_NOTICE:
        cut = span_find(body, '\0');
        if (c->ops->notice) {
            c->ops->notice(c->ctx, span_sub(body, 0, cut), span_sub(body, cut + 1, body.n));
        }
        break;
    default: log_warn("control message %u is not known", type); break;
    }
}

// One recvmsg() ends at a message that brings a descriptor: more may lie behind it.
static bool more_waits(const struct control *c)
{
    struct pollfd p = {.fd = c->link.fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0 && p.revents & POLLIN;
}

void control_pump(struct control *c)
{
    int filled, got;
    uint8_t type;
    struct span body;

    do {
        filled = link_fill(&c->link);
        while ((got = link_next(&c->link, &type, &body)) > 0) {
            on_message(c, type, body);
        }
    } while (got == 0 && filled == 0 && more_waits(c));
    if (got < 0 || filled < 0) {
        log_error("the supervisor is gone");
        loop_remove(c->loop, c->link.fd);
        loop_stop(c->loop, 2);
    }
}

static void on_control(void *ctx, int fd, unsigned events)
{
    struct control *c = ctx;

    if (events & (LOOP_READ | LOOP_HANGUP)) {
        control_pump(c);
    }
    if (link_flush(&c->link) == 0) {
        loop_want(c->loop, fd, LOOP_READ);
    }
}

int control_open(struct control *c, struct loop *loop, const struct control_ops *ops, void *ctx)
{
    int flags = fcntl(CONTROL_FD, F_GETFL);

    *c = (struct control){.loop = loop, .ops = ops, .ctx = ctx};
    link_init(&c->link, -1);
    if (flags < 0 || fcntl(CONTROL_FD, F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC) < 0) {
        return E_SYSTEM;
    }
    link_init(&c->link, CONTROL_FD);
    return loop_add(loop, CONTROL_FD, LOOP_READ, on_control, c);
}

void control_close(struct control *c)
{
    if (link_up(&c->link)) {
        loop_remove(c->loop, c->link.fd);
    }
    link_close(&c->link);
}
