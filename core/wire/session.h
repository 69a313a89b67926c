// session.h - one control session as a value: numbers in, numbers out, and when to close.
// SPDX-License-Identifier: Apache-2.0
//
// Both ends keep one. session_take() decides about every message that arrived: right version, right
// session, next sequence number, allowed from that side, allowed in this state. It never answers by
// itself; its verdict says what the shell does. No clock, no socket.
//
//     NEW --HELLO (agent sends, gate takes)--> GREETED --WELCOME--> OPEN --close--> ENDED
#ifndef CORE_WIRE_SESSION_H
#define CORE_WIRE_SESSION_H

#include "core/wire/wire.h"

enum session_state { SESSION_NEW, SESSION_GREETED, SESSION_OPEN, SESSION_ENDED };

struct session {
    enum wire_from self; // WIRE_FROM_GATE or WIRE_FROM_AGENT
    enum session_state state;
    unsigned char id[WIRE_SESSION_LEN];
    uint64_t sent, acked; // own seq: last sent, last the other side has taken
    uint64_t taken, told; // the other side's seq; what our last envelope acknowledged
};

struct session session_of(enum wire_from self);

// Verdict about a message whose envelope is already read: TAKE, or answer UNSUPPORTED, or close
// with *ret_close. Moves `taken` and the state only when the message is right.
enum session_verdict { SESSION_TAKE, SESSION_UNSUPPORTED, SESSION_CLOSE };
enum session_verdict session_take(struct session *s, const struct wire_msg *m,
                                  enum wire_close *ret_close);

// May one more message be sent now? (window, state). HELLO and WELCOME are outside the window.
bool session_may_send(const struct session *s);
// A quarter of the window was taken without our having said so: send an ACK (outside the window).
bool session_owes_ack(const struct session *s);
// Writes a whole envelope with the next number. `id` is the message's id (random, or a command's).
void session_put(struct session *s, struct buf *b, enum wire_type type, struct eid id,
                 struct span body);
// Gate, when HELLO was found right: the id of the session; the next session_put() is WELCOME.
void session_open(struct session *s, const unsigned char id[WIRE_SESSION_LEN]);

#endif
