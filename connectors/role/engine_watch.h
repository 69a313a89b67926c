// engine_watch.h - which detect dies on which block, and what is done about it. Pure.
// SPDX-License-Identifier: Apache-2.0
//
// A death is the block's fault only when detect died of its own (SEGV, ABRT, BUS, FPE, ILL, SYS, our
// limits); SIGKILL is tried again as often as it takes. Two own deaths on the same block: careful
// mode. An own death in careful mode: the record named last is the killer and is skipped from then on.
// A verdict is an input, so that after a restart every killer behind the snapshot is known at once,
// in whatever block it lies.
#ifndef CONNECTORS_ROLE_ENGINE_WATCH_H
#define CONNECTORS_ROLE_ENGINE_WATCH_H

#include "core/base/buf.h"
#include "core/base/span.h"

enum { KILLERS_MAX = 1024 }; // in blocks that are not stepped yet

struct verdict_killer {
    uint64_t block;
    uint32_t rec;
};

struct killers { // in blocks that may be announced (again)
    size_t n;
    struct verdict_killer one[KILLERS_MAX];
};

// A second time is no fault. False: there is no room.
bool killers_add(struct killers *ks, const struct verdict_killer *v);
void killers_forget(struct killers *ks, uint64_t before); // blocks that are stepped

struct watch {      // one detect
    uint64_t block; // awaited when it died last
    unsigned deaths;
    bool careful, named;
    uint32_t at; // record named in careful mode
};

// The result of `block` came: what was held against it is over.
void watch_answered(struct watch *w, uint64_t block);
void watch_at(struct watch *w, uint64_t block, uint32_t rec);
// Detect died while `block` was awaited. True when a killer was found: record `at` of that block.
bool watch_died(struct watch *w, uint64_t block, bool own);
// The verdict on a record, as the text of a "killer" notice: "block=17 rec=4", more words may follow.
void verdict_text(const struct verdict_killer *v, char *out, size_t size);
bool verdict_parse(struct span text, struct verdict_killer *ret);
// Body of MSG_FROM for detect k of n: (again) from `block` on, with the killers in its blocks.
void watch_from(const struct watch *w, const struct killers *ks, unsigned k, unsigned n,
                uint64_t block, struct buf *out);

#endif
