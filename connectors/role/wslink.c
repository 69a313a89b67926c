// wslink.c - reading and writing a link out of libwebsockets' loop.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/wslink.h"

void wslink_init(struct wslink *w, const struct wslink_ops *ops, void *ctx)
{
    *w = (struct wslink){.ops = ops, .ctx = ctx};
    link_init(&w->link, -1);
}

void wslink_close(struct wslink *w)
{
    wsfd_remove(w->watch);
    w->watch = NULL;
    link_close(&w->link);
}

static void break_off(struct wslink *w)
{
    wslink_close(w);
    w->ops->broken(w->ctx);
}

void wslink_push(struct wslink *w)
{
    if (!link_up(&w->link)) {
        return;
    }
    // A dead peer shows itself when reading; until then the queue holds.
    if (link_flush(&w->link) == 1) {
        wsfd_want_write(w->watch);
    }
}

static void on_readable(struct wslink *w)
{
    int filled = link_fill(&w->link), got = 0;
    uint8_t type;
    struct span body;

    while (link_up(&w->link) && (got = link_next(&w->link, &type, &body)) > 0) {
        w->ops->message(w->ctx, type, body);
    }
    if (link_up(&w->link) && (filled < 0 || got < 0)) {
        break_off(w);
    }
}

static void on_events(void *ctx, unsigned events)
{
    struct wslink *w = ctx;

    if (events & WSLOOP_HANGUP) {
        w->watch = NULL; // libwebsockets has closed its duplicate
        on_readable(w);
        if (link_up(&w->link)) {
            break_off(w);
        }
        return;
    }
    if (events & WSLOOP_READ) {
        on_readable(w);
    }
    if ((events & WSLOOP_WRITE) && link_up(&w->link)) {
        wslink_push(w);
        if (w->ops->drained && !link_full(&w->link)) {
            w->ops->drained(w->ctx);
        }
    }
}

int wslink_open(struct wslink *w, struct wsloop *l, int fd)
{
    link_init(&w->link, fd);
    w->watch = wsfd_add(l, fd, on_events, w);
    if (!w->watch) {
        link_close(&w->link);
        return E_SYSTEM;
    }
    return 0;
}
