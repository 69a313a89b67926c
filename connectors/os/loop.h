// loop.h - one wait per process: descriptors with callbacks, timers, one hook before each wait.
// SPDX-License-Identifier: Apache-2.0
//
// A role is one thread that sits in loop_run(). Callbacks may add, change and remove any descriptor
// or timer, their own included; events that poll() reported for a descriptor removed meanwhile are
// not delivered. Bounds: LOOP_FDS_MAX descriptors, LOOP_TIMERS_MAX timers. Times are monotonic ns.
#ifndef CONNECTORS_OS_LOOP_H
#define CONNECTORS_OS_LOOP_H

#include <stdbool.h>

#include "core/base/time.h"

enum { LOOP_FDS_MAX = 512, LOOP_TIMERS_MAX = 64 };
enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 }; // HANGUP is only reported, never asked for

struct loop;

struct loop *loop_new(void); // NULL without memory
void loop_free(struct loop *l);

// The descriptor stays the caller's; remove it before closing it. E_LIMIT when the loop is full.
int loop_add(struct loop *l, int fd, unsigned want, void (*on)(void *ctx, int fd, unsigned events),
             void *ctx);
void loop_want(struct loop *l, int fd, unsigned want); // 0 = wait only for its hang-up
// Nothing at all, hang-ups included, until loop_want(): for who cannot act on a hang-up now and would
// be called again and again for it.
void loop_pause(struct loop *l, int fd);
void loop_remove(struct loop *l, int fd); // also of one that is not there

// Fires once at `at`. The id (> 0) may be cancelled until then; E_LIMIT when there are too many.
int loop_timer(struct loop *l, ntime_t at, void (*on)(void *ctx), void *ctx);
void loop_cancel(struct loop *l, int id);

// Called before each wait: where batches are closed and buffers flushed. One hook a loop. Returns
// true when there is more work to do at once (the wait is then only a look).
void loop_before(struct loop *l, bool (*hook)(void *ctx), void *ctx);

// Waits and delivers once, for at most `max_ms` (-1 = as long as it takes). 0 or E_SYSTEM.
int loop_step(struct loop *l, int max_ms);
int loop_run(struct loop *l); // until loop_stop(); returns its code
void loop_stop(struct loop *l, int rc);

ntime_t clock_mono(void);
ntime_t clock_wall(void);

#endif
