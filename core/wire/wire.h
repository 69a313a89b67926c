// wire.h - the messages of fabsoc.ctl.v1: envelope, bodies, codecs.
// SPDX-License-Identifier: Apache-2.0
//
// One websocket binary message = one envelope, a msgpack array of seven:
//     [ver u, type u, session bin 8, seq u, ack u, msg_id bin 16, body bin]
// The body is msgpack again (proto.def), carried as bytes so that a type nobody knows can still be
// answered. seq counts each direction of a session from 1 without gaps; ack is the highest seq of
// the other direction that was taken. share/doc/PROTOCOL.md tells the rest.
//
// Reading: wire_walk() goes first, then msgpack-c; spans point into the message. Every fault is
// E_INPUT or E_LIMIT with a code "wire.*"; nothing is allocated that the message did not pay for.
#ifndef CORE_WIRE_WIRE_H
#define CORE_WIRE_WIRE_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/model/ids.h"

#define WIRE_SUBPROTOCOL "fabsoc.ctl.v1"

enum {
    WIRE_VERSION = 1,
    WIRE_MESSAGE_MAX = 64 * 1024, // a whole websocket message
    WIRE_BODY_MAX = WIRE_MESSAGE_MAX - 128,
    WIRE_RECORD_MAX = 60 * 1024, // one record of an agent
    WIRE_STR_MAX = 1024,
    WIRE_LIST_MAX = 256,
    WIRE_WINDOW = 64, // messages unacknowledged, each direction
    WIRE_SESSION_LEN = 8,
    WIRE_HELLO_MS = 5000,
    WIRE_PING_MS = 10000,
    WIRE_DEAD_MS = 30000,
};

struct wire_list {
    size_t n;
    struct span item[WIRE_LIST_MAX];
};

#define WIRE_T_u64  uint64_t
#define WIRE_T_str  struct span
#define WIRE_T_bin  struct span
#define WIRE_T_id   struct eid
#define WIRE_T_dig  struct digest
#define WIRE_T_list struct wire_list

#define CLOSE(NAME, code, reason)
#define MSG_BEGIN(NAME, name, number, from, sentence) struct wire_##name {
#define FIELD(type, name)                             WIRE_T_##type name;
#define MSG_END(NAME, name)                                                                        \
    }                                                                                              \
    ;
#include "core/wire/proto.def"
#undef MSG_BEGIN
#undef FIELD
#undef MSG_END
#define FIELD(type, name)
#define MSG_END(NAME, name)
enum wire_type {
#define MSG_BEGIN(NAME, name, number, from, sentence) WIRE_##NAME = number,
#include "core/wire/proto.def"
#undef MSG_BEGIN
};
#undef CLOSE
#define MSG_BEGIN(NAME, name, number, from, sentence)
enum wire_close {
    WIRE_CLOSE_NONE = 0,
#define CLOSE(NAME, code, reason) WIRE_CLOSE_##NAME = code,
#include "core/wire/proto.def"
};
#undef CLOSE
#undef MSG_BEGIN
#undef FIELD
#undef MSG_END

const char *wire_close_reason(enum wire_close c); // "" when it is none of ours

struct wire_msg {
    uint8_t ver, type;
    unsigned char session[WIRE_SESSION_LEN]; // zero in HELLO
    uint64_t seq, ack;
    struct eid msg_id;
    struct span body;
};

void wire_put(struct buf *b, const struct wire_msg *m);
int wire_get(struct span bytes, struct wire_msg *ret, struct err *err);

// void wire_put_hello(struct buf *b, const struct wire_hello *m); and
// int wire_get_hello(struct span body, struct wire_hello *ret, struct err *err); for each message.
#define CLOSE(NAME, code, reason)
#define FIELD(type, name)
#define MSG_END(NAME, name)
#define MSG_BEGIN(NAME, name, number, from, sentence)                                              \
    void wire_put_##name(struct buf *b, const struct wire_##name *m);                              \
    int wire_get_##name(struct span body, struct wire_##name *ret, struct err *err);
#include "core/wire/proto.def"
#undef CLOSE
#undef FIELD
#undef MSG_END
#undef MSG_BEGIN

// How a type is known: may this side send it? For the gate and the agent alike.
enum wire_from { WIRE_FROM_AGENT = 1, WIRE_FROM_GATE = 2, WIRE_FROM_BOTH = 3 };
// NULL for an unknown type; else its name, and who may send it.
const char *wire_type_name(uint8_t type, enum wire_from *ret_from);

#endif
