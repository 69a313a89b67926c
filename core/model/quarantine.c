// quarantine.c - the list of rules in quarantine as bytes.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/quarantine.h"

void quarantine_put(struct buf *b, const struct quarantine *q)
{
    buf_u32(b, (uint32_t)q->n);
    for (size_t i = 0; i < q->n; i++) {
        buf_put(b, q->one[i].set.b, sizeof(q->one[i].set.b));
        buf_u32(b, q->one[i].rule);
        buf_u64(b, q->one[i].from);
        buf_u64(b, q->one[i].until);
    }
}

bool quarantine_get(struct rd *r, struct quarantine *ret)
{
    uint32_t n = rd_u32(r);

    ret->n = 0;
    for (uint32_t i = 0; i < n && n <= QUARANTINE_MAX; i++) {
        struct quarantined *q = &ret->one[i];
        struct span set = rd_bytes(r, sizeof(q->set.b));

        if (set.n == 0) {
            return false;
        }
        memcpy(q->set.b, set.p, set.n);
        q->rule = rd_u32(r);
        q->from = rd_u64(r);
        q->until = rd_u64(r);
    }
    if (n > QUARANTINE_MAX || !rd_ok(r)) {
        return false;
    }
    ret->n = n;
    return true;
}
