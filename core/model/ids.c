// ids.c - making and writing of engine ids.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/ids.h"

#include "core/base/hash.h"

static unsigned char *put_be(unsigned char *p, uint64_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        *p++ = (unsigned char)(v >> (8 * i));
    }
    return p;
}

struct eid eid_make(uint16_t site, struct pos pos, uint32_t n)
{
    struct eid id;
    unsigned char *p = id.b;

    p = put_be(p, site, 2);
    p = put_be(p, pos.epoch, 2);
    p = put_be(p, pos.block, 6);
    p = put_be(p, pos.rec, 3);
    (void)put_be(p, n, 3);
    return id;
}

bool eid_is_zero(const struct eid *id)
{
    static const struct eid zero;

    return eid_eq(id, &zero);
}

static const uint8_t group_len[] = {4, 2, 2, 2, 6};

void eid_text(const struct eid *id, char out[37])
{
    const char *b = (const char *)id->b;

    for (size_t i = 0; i < sizeof(group_len); i++) {
        hex_put(span_of(b, group_len[i]), out);
        b += group_len[i];
        out += 2 * group_len[i];
        *out++ = i + 1 < sizeof(group_len) ? '-' : '\0';
    }
}

bool eid_parse(struct span s, struct eid *ret)
{
    unsigned char *b = ret->b;

    if (s.n != 36) {
        return false;
    }
    for (size_t i = 0; i < sizeof(group_len); i++) {
        size_t n = 2u * group_len[i];

        if (!hex_get(span_sub(s, 0, n), b, group_len[i]) ||
            (i + 1 < sizeof(group_len) && s.p[n] != '-')) {
            return false;
        }
        b += group_len[i];
        s = span_sub(s, n + 1, s.n);
    }
    return true;
}
