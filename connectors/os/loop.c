// loop.c - poll() behind loop.h.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/os/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/err.h"

struct watch {
    void (*on)(void *ctx, int fd, unsigned events);
    void *ctx;
    uint64_t born; // number of its loop_add()
};

struct timer {
    int id; // 0 = free
    ntime_t at;
    void (*on)(void *ctx);
    void *ctx;
};

struct loop {
    struct pollfd pfd[LOOP_FDS_MAX];
    struct watch watch[LOOP_FDS_MAX];
    size_t n;
    uint64_t births; // calls of loop_add()
    struct timer timer[LOOP_TIMERS_MAX];
    int next_id;
    bool (*hook)(void *ctx);
    void *hook_ctx;
    bool stopped;
    int rc;
};

static ntime_t now_of(clockid_t c)
{
    struct timespec t;

    (void)clock_gettime(c, &t);
    return (ntime_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

ntime_t clock_mono(void)
{
    return now_of(CLOCK_MONOTONIC);
}

ntime_t clock_wall(void)
{
    return now_of(CLOCK_REALTIME);
}

struct loop *loop_new(void)
{
    return calloc(1, sizeof(struct loop));
}

void loop_free(struct loop *l)
{
    free(l);
}

static size_t slot_of(const struct loop *l, int fd)
{
    size_t i = 0;

    while (i < l->n && l->pfd[i].fd != fd && l->pfd[i].fd != ~fd) { // ~fd: paused, poll() skips it
        i++;
    }
    return i;
}

static short poll_events(unsigned want)
{
    return (short)((want & LOOP_READ ? POLLIN : 0) | (want & LOOP_WRITE ? POLLOUT : 0));
}

int loop_add(struct loop *l, int fd, unsigned want, void (*on)(void *ctx, int fd, unsigned events),
             void *ctx)
{
    size_t i = slot_of(l, fd);

    if (i == LOOP_FDS_MAX) {
        return E_LIMIT;
    }
    if (i == l->n) {
        l->n++;
    }
    l->pfd[i] = (struct pollfd){.fd = fd, .events = poll_events(want)};
    l->watch[i] = (struct watch){on, ctx, ++l->births};
    return 0;
}

void loop_want(struct loop *l, int fd, unsigned want)
{
    size_t i = slot_of(l, fd);

    if (i < l->n) {
        l->pfd[i] = (struct pollfd){.fd = fd, .events = poll_events(want)};
    }
}

void loop_pause(struct loop *l, int fd)
{
    size_t i = slot_of(l, fd);

    if (i < l->n) {
        l->pfd[i].fd = ~fd;
    }
}

void loop_remove(struct loop *l, int fd)
{
    size_t i = slot_of(l, fd);

    if (i < l->n) {
        l->n--;
        l->pfd[i] = l->pfd[l->n];
        l->watch[i] = l->watch[l->n];
    }
}

int loop_timer(struct loop *l, ntime_t at, void (*on)(void *ctx), void *ctx)
{
    for (size_t i = 0; i < LOOP_TIMERS_MAX; i++) {
        if (l->timer[i].id == 0) {
            l->next_id = l->next_id == INT32_MAX ? 1 : l->next_id + 1;
            l->timer[i] = (struct timer){l->next_id, at, on, ctx};
            return l->next_id;
        }
    }
    return E_LIMIT;
}

void loop_cancel(struct loop *l, int id)
{
    for (size_t i = 0; i < LOOP_TIMERS_MAX; i++) {
        if (id > 0 && l->timer[i].id == id) {
            l->timer[i].id = 0;
        }
    }
}

void loop_before(struct loop *l, bool (*hook)(void *ctx), void *ctx)
{
    l->hook = hook;
    l->hook_ctx = ctx;
}

// Milliseconds until the next timer, rounded up so that it has come when poll() returns.
static int wait_ms(const struct loop *l, int max_ms)
{
    ntime_t now = clock_mono();
    int64_t best = max_ms;

    for (size_t i = 0; i < LOOP_TIMERS_MAX; i++) {
        if (l->timer[i].id) {
            int64_t ms = l->timer[i].at <= now ? 0 : (l->timer[i].at - now + 999999) / 1000000;

            if (best < 0 || ms < best) {
                best = ms;
            }
        }
    }
    return best > INT32_MAX ? INT32_MAX : (int)best;
}

static void fire_timers(struct loop *l)
{
    ntime_t now = clock_mono();

    for (size_t i = 0; i < LOOP_TIMERS_MAX && !l->stopped; i++) {
        struct timer t = l->timer[i];

        if (t.id && t.at <= now) {
            l->timer[i].id = 0;
            t.on(t.ctx);
        }
    }
}

// Works on a copy: a callback may add and remove descriptors. A number that was closed and came again since
// poll() is another descriptor: what was seen of the old one is not for it.
static void deliver(struct loop *l, const struct pollfd *seen, size_t n, uint64_t births)
{
    for (size_t i = 0; i < n && !l->stopped; i++) {
        unsigned ev = (seen[i].revents & POLLIN ? LOOP_READ : 0) |
                      (seen[i].revents & POLLOUT ? LOOP_WRITE : 0) |
                      (seen[i].revents & (POLLHUP | POLLERR | POLLNVAL) ? LOOP_HANGUP : 0);
        size_t at = slot_of(l, seen[i].fd);

        if (ev && at < l->n && l->watch[at].born <= births) {
            struct watch w = l->watch[at];

            w.on(w.ctx, seen[i].fd, ev);
        }
    }
}

int loop_step(struct loop *l, int max_ms)
{
    struct pollfd seen[LOOP_FDS_MAX];
    bool busy = l->hook && l->hook(l->hook_ctx);
    size_t n = l->n;
    uint64_t births = l->births;
    int ready;

    if (l->stopped) {
        return 0;
    }
    memcpy(seen, l->pfd, n * sizeof(seen[0]));
    ready = poll(seen, n, busy ? 0 : wait_ms(l, max_ms));
    if (ready < 0 && errno != EINTR) {
        return E_SYSTEM;
    }
    if (ready > 0) {
        deliver(l, seen, n, births);
    }
    fire_timers(l);
    return 0;
}

int loop_run(struct loop *l)
{
    while (!l->stopped) {
        int rc = loop_step(l, -1);

        if (rc < 0) {
            return rc;
        }
    }
    return l->rc;
}

void loop_stop(struct loop *l, int rc)
{
    l->stopped = true;
    l->rc = rc;
}
