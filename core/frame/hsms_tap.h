// hsms_tap.h - captured packets to HSMS messages and connections.
// SPDX-License-Identifier: Apache-2.0
//
// packet.h, tcp.h, hsms.h, hsms_roles.h and hsms_open.h put together. What comes out is in the order in
// which it was complete; a connection is said when it has ended or is no longer followed. Connections that
// never spoke HSMS, to ends that never did, are passed over and counted (`foreign`); one without a
// byte is said when nothing shows that its end speaks something else.
//
// A file is gone through twice: with `learn`, which says nothing and learns roles, then again
// (hsms_tap_again()), so that the first message has the direction that the last one proves. A live
// capture knows what it has seen so far and what it was told.
//
// Bounds: `connections`, `held` bytes of unfinished messages in all (then those silent for longest are given
// up), HSMS_LEARNT_MAX connections of which a file's first pass is remembered one by one.
#ifndef CORE_FRAME_HSMS_TAP_H
#define CORE_FRAME_HSMS_TAP_H

#include "core/frame/hsms_roles.h"
#include "core/frame/tcp.h"
#include "core/model/hsms.h"

enum { HSMS_LEARNT_MAX = 1 << 20 };

struct hsms_tap_counts {
    uint64_t packets, tcp, other, fragments, cut, unknown_link, foreign;
};

struct hsms_tap;

// `seen` must not keep what the message points to.
struct hsms_tap *hsms_tap_new(size_t connections, size_t held, bool learn,
                              void (*seen)(void *ctx, const struct hsms_seen *s), void *ctx);
void hsms_tap_free(struct hsms_tap *t);
bool hsms_tap_tell(struct hsms_tap *t, const uint8_t addr[16]); // a tool's address
void hsms_tap_untell(struct hsms_tap *t);                       // all of them
void hsms_tap_packet(struct hsms_tap *t, int link, struct span bytes, uint32_t length,
                     ntime_t time);
void hsms_tap_finish(struct hsms_tap *t); // the capture has ended
// Forgets all but the roles, ends the learning: the same packets may come again. False without memory.
bool hsms_tap_again(struct hsms_tap *t);
const struct hsms_tap_counts *hsms_tap_counts(const struct hsms_tap *t);
const struct tcp_counts *hsms_tap_tcp(const struct hsms_tap *t);

#endif
