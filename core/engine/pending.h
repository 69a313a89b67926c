// pending.h - observations that wait for the watermark, in order of event time.
// SPDX-License-Identifier: Apache-2.0
//
// A binary heap by (event time, source, epoch, seq): the order of stage two, whatever order things
// arrived in. An item owns the bytes of its observation (result.h form) and remembers the alerts
// that stage one made of it. Bounded: at PENDING_MAX items or PENDING_BYTES the earliest one is due
// at once, and that is counted; nothing is dropped.
#ifndef CORE_ENGINE_PENDING_H
#define CORE_ENGINE_PENDING_H

#include "core/base/buf.h"
#include "core/base/rd.h"
#include "core/model/ids.h"
#include "core/model/result.h"

enum { PENDING_MAX = 100000, PENDING_BYTES = 128 << 20, MADE_MAX = 80 };

// An alert that was made, as stage two needs it.
struct made {
    struct eid alert;
    uint64_t group; // number
};

struct pending_item {
    utime_t time;
    uint32_t source, epoch;
    uint64_t seq;
    uint32_t nmade, nbytes;
    struct made *made; // in the same allocation
    char *bytes;       // one RES_OBS item
};

struct pending {
    struct pending_item **heap;
    size_t n, cap, bytes;
    uint64_t forced; // taken before their watermark because of the bound
};

void pending_free(struct pending *p);
// False without memory.
bool pending_push(struct pending *p, const struct obs *o, const struct made *made, uint32_t nmade,
                  struct buf *scratch);
// The earliest item when its time is at most `watermark`, or the bound is passed; the caller frees it.
struct pending_item *pending_pop(struct pending *p, utime_t watermark);
bool pending_obs(const struct pending_item *it, struct res_item *ret);

void pending_save(const struct pending *p, struct buf *out); // in order
bool pending_load(struct pending *p, struct rd *in);

#endif
