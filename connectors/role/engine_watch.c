// engine_watch.c - finding the record that kills detect.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine_watch.h"

static void turn_to(struct watch *w, uint64_t block)
{
    if (w->block != block) {
        *w = (struct watch){.block = block};
    }
}

void watch_answered(struct watch *w, uint64_t block)
{
    if (w->block <= block) {
        *w = (struct watch){.block = block + 1};
    }
}

void watch_at(struct watch *w, uint64_t block, uint32_t rec)
{
    turn_to(w, block);
    w->at = rec;
    w->named = true;
}

void watch_known(struct watch *w, uint64_t block, uint32_t rec)
{
    turn_to(w, block);
    if (w->nskip < WATCH_SKIPS_MAX) {
        w->skip[w->nskip++] = rec;
    }
}

bool watch_died(struct watch *w, uint64_t block, bool own)
{
    bool found;

    turn_to(w, block);
    if (!own) {
        return false;
    }
    w->deaths++;
    found = w->careful && w->named && w->nskip < WATCH_SKIPS_MAX;
    if (found) {
        w->skip[w->nskip++] = w->at;
    }
    w->careful = w->deaths >= 2;
    w->named = false;
    return found;
}

void watch_from(const struct watch *w, unsigned k, uint64_t block, struct buf *out)
{
    bool same = w->block == block;

    buf_u8(out, (uint8_t)k);
    buf_u64(out, block);
    buf_u8(out, same && w->careful);
    buf_u32(out, same ? (uint32_t)w->nskip : 0);
    for (size_t i = 0; same && i < w->nskip; i++) {
        buf_u32(out, w->skip[i]);
    }
}
