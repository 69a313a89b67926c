// hsms_roles.c - evidence of roles.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/hsms_roles.h"

#include "core/base/hash.h"

enum { WAYS = 4, SECS2_LIST_OF_NONE = 0x0100, SECS2_LIST_OF_TWO = 0x0102 };

struct hsms_end *hsms_roles_end(struct hsms_roles *r, const struct tcp_end *server)
{
    size_t set = hash64(2, span_of((const char *)server, sizeof(*server))) % (ROLES_ENDS / WAYS);
    struct hsms_end *e = &r->end[set * WAYS], *oldest = e;

    for (size_t i = 0; i < WAYS; i++) {
        if (e[i].used && memcmp(&e[i].end, server, sizeof(*server)) == 0) {
            e[i].used = ++r->clock;
            return &e[i];
        }
        oldest = e[i].used < oldest->used ? &e[i] : oldest;
    }
    r->evicted += oldest->used != 0;
    *oldest = (struct hsms_end){.end = *server, .used = ++r->clock};
    return oldest;
}

bool hsms_roles_told(const struct hsms_roles *r, const uint8_t addr[16])
{
    for (size_t i = 0; i < r->ntold; i++) {
        if (memcmp(r->told[i], addr, 16) == 0) {
            return true;
        }
    }
    return false;
}

bool hsms_roles_tell(struct hsms_roles *r, const uint8_t addr[16])
{
    if (hsms_roles_told(r, addr)) {
        return true;
    }
    if (r->ntold == ROLES_TOLD_MAX) {
        return false;
    }
    memcpy(r->told[r->ntold++], addr, 16);
    return true;
}

void hsms_roles_untell(struct hsms_roles *r)
{
    r->ntold = 0;
}

enum hsms_role hsms_evidence_of(struct span message, enum hsms_evidence *ret)
{
    struct hsms_head h = hsms_head_of(message.p);
    struct span text = span_sub(message, HSMS_HEAD, message.n);
    const struct secs_row *row;
    unsigned head;

    if (h.ptype != 0 || (h.stype != HSMS_DATA && h.stype != HSMS_SELECT_REQ)) {
        return HSMS_UNKNOWN;
    }
    if (h.stype == HSMS_SELECT_REQ) {
        *ret = HSMS_SELECTED;
        return HSMS_HOST;
    }
    row = secs_row_of(h.stream, h.function);
    if (row && row->sender != SECS_BOTH) {
        *ret = HSMS_SAID;
        return row->sender == SECS_HOST ? HSMS_HOST : HSMS_EQUIPMENT;
    }
    if (h.stream != 1 || (h.function != 2 && h.function != 13) || text.n < 2) {
        return HSMS_UNKNOWN;
    }
    *ret = HSMS_GREETED;
    head = (unsigned)(unsigned char)text.p[0] << 8 | (unsigned char)text.p[1];
    return head == SECS2_LIST_OF_NONE && text.n == 2 ? HSMS_HOST
           : head == SECS2_LIST_OF_TWO               ? HSMS_EQUIPMENT
                                                     : HSMS_UNKNOWN;
}

void hsms_vote(struct hsms_votes *v, bool by_client, enum hsms_role said, enum hsms_evidence e)
{
    if (said != HSMS_UNKNOWN) {
        v->client[by_client == (said == HSMS_EQUIPMENT)][e]++;
    }
}

enum hsms_role hsms_roles_client(const struct hsms_roles *r, const struct tcp_end end[2],
                                 const struct hsms_votes *own, const struct hsms_votes *others)
{
    bool client = hsms_roles_told(r, end[0].addr), server = hsms_roles_told(r, end[1].addr);

    if (client != server) {
        return client ? HSMS_EQUIPMENT : HSMS_HOST;
    }
    for (int e = 0; e < HSMS_EVIDENCE; e++) {
        const struct hsms_votes *by[2] = {own, others};

        for (int i = 0; i < 2; i++) {
            if (by[i] && by[i]->client[0][e] != by[i]->client[1][e]) {
                return by[i]->client[0][e] > by[i]->client[1][e] ? HSMS_HOST : HSMS_EQUIPMENT;
            }
        }
    }
    return HSMS_HOST;
}
