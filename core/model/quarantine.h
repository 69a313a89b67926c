// quarantine.h - rules that detect is told not to ask, and from which block on. Pure.
// SPDX-License-Identifier: Apache-2.0
//
// The engine decides; detect works ahead of it. So that a block's result is the same whichever detect
// makes it and however often, a decision made in block b holds in detect from block b + QUARANTINE_AHEAD
// on, and no detect works on a block that far ahead of the last one stepped. Until then detect still says
// what the rule does, and the engine ignores it. The same when a quarantine ends.
//
//   list:   n u32 | n times: set 32 bytes, rule u32, from u64, until u64        (little-endian)
#ifndef CORE_MODEL_QUARANTINE_H
#define CORE_MODEL_QUARANTINE_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/rd.h"

// AHEAD in blocks. MAX: rules that detect is told of; more are ignored by the engine alone.
enum { QUARANTINE_AHEAD = 256, QUARANTINE_MAX = 1024 };

struct quarantined {
    struct digest set; // that numbers the rule
    uint32_t rule;
    uint64_t from, until; // blocks from <= b < until
};

struct quarantine {
    size_t n;
    struct quarantined one[QUARANTINE_MAX];
};

static inline bool quarantine_applies(const struct quarantined *q, const struct digest *set,
                                      uint64_t block)
{
    return q->from <= block && block < q->until && digest_eq(&q->set, set);
}

void quarantine_put(struct buf *b, const struct quarantine *q);
bool quarantine_get(struct rd *r, struct quarantine *ret); // false: it is none

#endif
