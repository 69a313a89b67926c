// hsms.c - headers and the table of messages.
// SPDX-License-Identifier: Apache-2.0
#include "core/model/hsms.h"

#include "core/base/attr.h"

static const char *const stype_name[] = {
    "Data.msg",     "Select.req",   "Select.rsp", "Deselect.req", "Deselect.rsp",
    "Linktest.req", "Linktest.rsp", "Reject.req", NULL,           "Separate.req"};

// In the order of (stream, function): looked up by halving.
static const struct secs_row rows[] = {
#define SECS(s, f, who, meaning, recipe, body, name, path, ack)                                    \
    {s, f, SECS_##who, meaning, recipe, body, name, path, ack},
#include "core/model/secs.def"
#undef SECS
};

const char *hsms_stype_name(unsigned stype)
{
    return stype < ARRAY_LEN(stype_name) ? stype_name[stype] : NULL;
}

struct hsms_head hsms_head_of(const char *h)
{
    const unsigned char *p = (const unsigned char *)h;
    struct hsms_head r = {.session = (uint16_t)(p[0] << 8 | p[1]),
                          .byte2 = p[2],
                          .byte3 = p[3],
                          .ptype = p[4],
                          .stype = p[5],
                          .system = (uint32_t)p[6] << 24 | (uint32_t)p[7] << 16 |
                                    (uint32_t)p[8] << 8 | p[9]};

    if (r.stype == HSMS_DATA) {
        r.stream = p[2] & 0x7f;
        r.function = p[3];
        r.wbit = p[2] >> 7;
    }
    return r;
}

const struct secs_row *secs_row_of(unsigned stream, unsigned function)
{
    unsigned want = stream << 8 | function;
    size_t lo = 0, hi = ARRAY_LEN(rows);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        unsigned at = (unsigned)rows[mid].stream << 8 | rows[mid].function;

        if (at == want) {
            return &rows[mid];
        }
        lo = at < want ? mid + 1 : lo;
        hi = at < want ? hi : mid;
    }
    return NULL;
}
