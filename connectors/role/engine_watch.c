// engine_watch.c - finding the record that kills detect.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/role/engine_watch.h"

#include <stdio.h>

#include "core/model/ids.h"

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

bool killers_add(struct killers *ks, const struct verdict_killer *v)
{
    for (size_t i = 0; i < ks->n; i++) {
        if (ks->one[i].block == v->block && ks->one[i].rec == v->rec) {
            return true;
        }
    }
    if (ks->n == KILLERS_MAX) {
        return false;
    }
    ks->one[ks->n++] = *v;
    return true;
}

void killers_forget(struct killers *ks, uint64_t before)
{
    size_t kept = 0;

    for (size_t i = 0; i < ks->n; i++) {
        if (ks->one[i].block >= before) {
            ks->one[kept++] = ks->one[i];
        }
    }
    ks->n = kept;
}

void verdict_text(const struct verdict_killer *v, char *out, size_t size)
{
    (void)snprintf(out, size, "block=%llu rec=%u", (unsigned long long)v->block, v->rec);
}

bool verdict_parse(struct span text, struct verdict_killer *ret)
{
    struct span block = span_cut(&text, ' '), rec = span_cut(&text, ' ');
    uint64_t r;

    if (!span_starts(block, SPAN_LIT("block=")) || !span_starts(rec, SPAN_LIT("rec=")) ||
        !span_u64(span_sub(block, 6, block.n), &ret->block) ||
        !span_u64(span_sub(rec, 4, rec.n), &r) || r >= POS_END) {
        return false;
    }
    ret->rec = (uint32_t)r;
    return true;
}

bool watch_died(struct watch *w, uint64_t block, bool own)
{
    bool found;

    turn_to(w, block);
    if (!own) {
        return false;
    }
    w->deaths++;
    found = w->careful && w->named;
    w->careful = w->deaths >= 2;
    w->named = false;
    return found;
}

static bool concerns(const struct verdict_killer *v, unsigned k, unsigned n, uint64_t block)
{
    return v->block >= block && v->block % n == k;
}

void watch_from(const struct watch *w, const struct killers *ks, unsigned k, unsigned n,
                uint64_t block, struct buf *out)
{
    uint32_t count = 0;

    for (size_t i = 0; i < ks->n; i++) {
        count += concerns(&ks->one[i], k, n, block);
    }
    buf_u8(out, (uint8_t)k);
    buf_u64(out, block);
    buf_u8(out, w->block == block && w->careful);
    buf_u32(out, count);
    for (size_t i = 0; i < ks->n; i++) {
        if (concerns(&ks->one[i], k, n, block)) {
            buf_u64(out, ks->one[i].block);
            buf_u32(out, ks->one[i].rec);
        }
    }
}
