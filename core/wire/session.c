// session.c - sequence numbers and states of a control session.
// SPDX-License-Identifier: Apache-2.0
#include "core/wire/session.h"

#include <string.h>

struct session session_of(enum wire_from self)
{
    return (struct session){.self = self};
}

static enum session_verdict closes(enum wire_close code, enum wire_close *ret)
{
    *ret = code;
    return SESSION_CLOSE;
}

// The two frames that open a session, and nothing before them.
static bool in_turn(const struct session *s, uint8_t type)
{
    bool greeting = type == WIRE_HELLO || type == WIRE_WELCOME;

    if (s->self == WIRE_FROM_GATE) {
        return s->state == SESSION_NEW ? type == WIRE_HELLO : s->state == SESSION_OPEN && !greeting;
    }
    return s->state == SESSION_GREETED ? type == WIRE_WELCOME
                                       : s->state == SESSION_OPEN && !greeting;
}

enum session_verdict session_take(struct session *s, const struct wire_msg *m,
                                  enum wire_close *ret_close)
{
    enum wire_from from = 0;
    const char *known = wire_type_name(m->type, &from);
    bool first = m->type == WIRE_HELLO || m->type == WIRE_WELCOME;

    if (m->ver != WIRE_VERSION) {
        return closes(WIRE_CLOSE_VERSION, ret_close);
    }
    if (m->seq != s->taken + 1 || m->ack > s->sent || m->ack < s->acked) {
        return closes(WIRE_CLOSE_SEQUENCE, ret_close);
    }
    if (known && (from & s->self) && from != WIRE_FROM_BOTH) { // our own words from the other side
        return closes(WIRE_CLOSE_MALFORMED, ret_close);
    }
    if (!in_turn(s, m->type)) {
        return closes(WIRE_CLOSE_MALFORMED, ret_close);
    }
    if (!first && memcmp(m->session, s->id, sizeof(s->id)) != 0) {
        return closes(WIRE_CLOSE_SEQUENCE, ret_close);
    }
    s->taken = m->seq;
    s->acked = m->ack;
    if (!known) {
        return SESSION_UNSUPPORTED;
    }
    if (m->type == WIRE_HELLO) {
        s->state = SESSION_GREETED;
    }
    if (m->type == WIRE_WELCOME) {
        memcpy(s->id, m->session, sizeof(s->id));
        s->state = SESSION_OPEN;
    }
    return SESSION_TAKE;
}

bool session_may_send(const struct session *s)
{
    return s->state == SESSION_OPEN && s->sent - s->acked < WIRE_WINDOW;
}

bool session_owes_ack(const struct session *s)
{
    return s->state == SESSION_OPEN && s->taken - s->told >= WIRE_WINDOW / 4;
}

void session_put(struct session *s, struct buf *b, enum wire_type type, struct eid id,
                 struct span body)
{
    struct wire_msg m = {.ver = WIRE_VERSION,
                         .type = (uint8_t)type,
                         .seq = ++s->sent,
                         .ack = s->taken,
                         .msg_id = id,
                         .body = body};

    memcpy(m.session, s->id, sizeof(m.session));
    s->told = s->taken;
    if (type == WIRE_HELLO) {
        s->state = SESSION_GREETED;
    }
    wire_put(b, &m);
}

void session_open(struct session *s, const unsigned char id[WIRE_SESSION_LEN])
{
    memcpy(s->id, id, sizeof(s->id));
    s->state = SESSION_OPEN;
}
