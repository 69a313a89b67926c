// wsloop.h - libwebsockets as the loop of a process, with our descriptors and timers in it.
// SPDX-License-Identifier: Apache-2.0
//
// Debian's libwebsockets 4.1.6 cannot be polled from outside, so in the gate and in the agent's net
// half it is the loop, and links are adopted into it as RAW_FILE descriptors. lws closes what it
// adopted; it gets a duplicate, the descriptor stays the caller's. The context may be used for any
// number of servers and clients. One thread; callbacks may add and remove anything.
#ifndef CONNECTORS_WS_WSLOOP_H
#define CONNECTORS_WS_WSLOOP_H

#include <libwebsockets.h>

#include "core/base/err.h"
#include "core/base/time.h"

enum { WSLOOP_READ = 1, WSLOOP_WRITE = 2, WSLOOP_HANGUP = 4 };

struct wsloop;
struct wsfd; // one adopted descriptor

struct wsloop_timer {           // the caller's memory; zero before the first use
    lws_sorted_usec_list_t sul; // first member
    void (*on)(void *ctx);
    void *ctx;
};

int wsloop_new(struct wsloop **ret, struct err *err); // one a process: lws logs through ours
void wsloop_free(struct wsloop *l);
struct lws_context *wsloop_context(struct wsloop *l);

// Readable, writable (once after each wsfd_want_write()) or hung up. After HANGUP it is gone.
struct wsfd *wsfd_add(struct wsloop *l, int fd, void (*on)(void *ctx, unsigned events), void *ctx);
void wsfd_want_write(struct wsfd *f);
void wsfd_remove(struct wsfd *f); // no callback follows; NULL is nothing

void wsloop_timer_set(struct wsloop *l, struct wsloop_timer *t, utime_t after);
void wsloop_timer_clear(struct wsloop *l, struct wsloop_timer *t);

int wsloop_run(struct wsloop *l); // until wsloop_stop(); its code
void wsloop_stop(struct wsloop *l, int rc);

#endif
