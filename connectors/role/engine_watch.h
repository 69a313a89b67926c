// engine_watch.h - which detect dies on which block, and what is done about it. Pure.
// SPDX-License-Identifier: Apache-2.0
//
// A death is the block's fault only when detect died of its own (SEGV, ABRT, BUS, FPE, ILL, SYS, our
// limits); SIGKILL is tried again as often as it takes. Two own deaths on the same block: careful
// mode. An own death in careful mode: the record named last is the killer and is skipped from then on.
#ifndef CONNECTORS_ROLE_ENGINE_WATCH_H
#define CONNECTORS_ROLE_ENGINE_WATCH_H

#include "core/base/buf.h"
#include "core/base/span.h"

enum { WATCH_SKIPS_MAX = 256 };

struct watch {      // one detect
    uint64_t block; // awaited when it died last
    unsigned deaths;
    bool careful, named;
    uint32_t at; // record named in careful mode
    size_t nskip;
    uint32_t skip[WATCH_SKIPS_MAX];
};

// The result of `block` came: what was held against it is over.
void watch_answered(struct watch *w, uint64_t block);
void watch_at(struct watch *w, uint64_t block, uint32_t rec);
// Detect died while `block` was awaited. True when a killer was found: it is the last of `skip`.
bool watch_died(struct watch *w, uint64_t block, bool own);
// A killer known from the recorded inputs.
void watch_known(struct watch *w, uint64_t block, uint32_t rec);
// The verdict on a record, as the text of a "killer" notice: "block=17 rec=4", more words may follow.
struct verdict_killer {
    uint64_t block;
    uint32_t rec;
};
void verdict_text(const struct verdict_killer *v, char *out, size_t size);
bool verdict_parse(struct span text, struct verdict_killer *ret);
// Body of MSG_FROM for detect k: (again) from `block` on.
void watch_from(const struct watch *w, unsigned k, uint64_t block, struct buf *out);

#endif
