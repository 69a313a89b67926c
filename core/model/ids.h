// ids.h - positions in the journal and the ids made from them.
// SPDX-License-Identifier: Apache-2.0
//
// Position = (journal epoch, block, record): the one order of inputs. An engine id is 16 bytes,
// big-endian so that byte order is input order:
//     site u16 | epoch u16 | block u48 | record u24 | n u24
// `n` counts the ids made at one position. record = POS_END for what happens at a block's end.
// In PostgreSQL it is a uuid. People see short numbers (I-412, A-88121) from counters of the engine.
#ifndef CORE_MODEL_IDS_H
#define CORE_MODEL_IDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/base/span.h"

struct pos {
    uint32_t epoch; // at most 65535
    uint64_t block; // at most 2^48 - 1
    uint32_t rec;   // ordinal in the block, or POS_END
};

#define POS_END 0xffffffu

static inline int pos_cmp(struct pos a, struct pos b)
{
    if (a.epoch != b.epoch) {
        return a.epoch < b.epoch ? -1 : 1;
    }
    if (a.block != b.block) {
        return a.block < b.block ? -1 : 1;
    }
    return a.rec < b.rec ? -1 : a.rec > b.rec;
}

struct eid {
    unsigned char b[16];
};

struct eid eid_make(uint16_t site, struct pos pos, uint32_t n);
static inline bool eid_eq(const struct eid *a, const struct eid *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}
bool eid_is_zero(const struct eid *id);
void eid_text(const struct eid *id, char out[37]); // uuid form, lower case
bool eid_parse(struct span s, struct eid *ret);

#endif
