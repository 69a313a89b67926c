// hsms_open.c - which message an answer answers.
// SPDX-License-Identifier: Apache-2.0
#include "core/frame/hsms_open.h"

enum { MHEAD_ITEM = 0x210A }; // binary, ten bytes

static bool answers(const struct hsms_head *h, const struct hsms_primary *p)
{
    switch (h->stype) {
    case HSMS_DATA:
        return p->stype == HSMS_DATA && p->stream == h->stream &&
               (h->function == p->function + 1 || h->function == 0);
    case HSMS_SELECT_RSP:
    case HSMS_DESELECT_RSP:
    case HSMS_LINKTEST_RSP: return p->stype == h->stype - 1;
    case HSMS_REJECT_REQ: return true;
    default: return false;
    }
}

// The newest that fits of `side`; `exact`: a header out of S9Fx instead of an answer.
static struct hsms_primary *find(struct hsms_open *o, unsigned side, const struct hsms_head *h,
                                 bool exact)
{
    for (unsigned i = 1; i <= OPEN_MAX; i++) {
        struct hsms_primary *p = &o->at[(o->next + OPEN_MAX - i) % OPEN_MAX];

        if (p->open && p->side == side && p->system == h->system &&
            (exact ? p->stream == h->stream && p->function == h->function : answers(h, p))) {
            return p;
        }
    }
    return NULL;
}

static struct hsms_primary *answered(struct hsms_open *o, unsigned side, struct span bytes)
{
    struct hsms_head h = hsms_head_of(bytes.p), of;
    const unsigned char *t = (const unsigned char *)bytes.p + HSMS_HEAD;

    if (h.stype == HSMS_DATA && h.stream == 9) {
        if (bytes.n != HSMS_HEAD + 2 + HSMS_HEAD || (t[0] << 8 | t[1]) != MHEAD_ITEM) {
            return NULL;
        }
        of = hsms_head_of((const char *)t + 2);
        // S9F9 is about a message of one's own that nobody answered (SHEAD), the others about what came
        return find(o, h.function == 9 ? side : !side, &of, true);
    }
    if (h.stype == HSMS_DATA && (h.function & 1)) {
        return NULL;
    }
    return find(o, !side, &h, false);
}

static bool is_primary(const struct hsms_head *h)
{
    return h->stype == HSMS_DATA ? (h->function & 1) && h->stream != 9
                                 : h->stype == HSMS_SELECT_REQ || h->stype == HSMS_DESELECT_REQ ||
                                       h->stype == HSMS_LINKTEST_REQ;
}

static void enter(struct hsms_open *o, unsigned side, const struct hsms_head *h,
                  struct hsms_seen *s)
{
    for (unsigned i = 0; i < OPEN_MAX; i++) {
        const struct hsms_primary *p = &o->at[i];

        s->reused |= p->open && p->side == side && p->system == h->system;
    }
    o->at[o->next] = (struct hsms_primary){.open = true,
                                           .side = (uint8_t)side,
                                           .stype = h->stype,
                                           .stream = h->stream,
                                           .function = h->function,
                                           .system = h->system,
                                           .frame = s->frame,
                                           .ordinal = s->ordinal,
                                           .time = s->time};
    o->next = (o->next + 1) % OPEN_MAX;
}

void hsms_open_take(struct hsms_open *o, unsigned side, struct hsms_seen *s)
{
    struct hsms_head h = hsms_head_of(s->bytes.p);
    struct hsms_primary *p = answered(o, side, s->bytes);

    s->is_reply = p != NULL;
    s->reused = false;
    if (p) {
        s->answers.frame = p->frame;
        s->answers.ordinal = p->ordinal;
        s->answers.stype = p->stype;
        s->answers.stream = p->stream;
        s->answers.function = p->function;
        s->answers.time = p->time;
        p->open = false;
    }
    if (is_primary(&h)) {
        enter(o, side, &h, s);
    }
}
