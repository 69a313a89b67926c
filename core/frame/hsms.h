// hsms.h - one direction of an HSMS connection, cut into messages (SEMI E37, section 8).
// SPDX-License-Identifier: Apache-2.0
//
// A message is a length (4 bytes, big-endian) and that many bytes: 10 of header and the text. What is in
// the text cannot break the framing. Memory: the bytes of one unfinished message, growing as they come and
// never by what its length says, at most HSMS_LENGTH_MAX; none when messages arrive whole.
//
// A length above HSMS_LENGTH_MAX (0xFFFFFFFF, or another protocol's bytes) is a fault from which no length
// leads on: the cutter searches for a control message, whose 14 bytes are nearly all known, and says
// how much it passed over. A length below 10 is a fault; its bytes are passed over, and when what follows
// is no better the cutter searches too. A hole in the capture that lies within one message costs that
// message; of another one the cutter goes on at the next segment that begins with messages which end where
// it ends, or at a control message.
#ifndef CORE_FRAME_HSMS_H
#define CORE_FRAME_HSMS_H

#include "core/base/buf.h"
#include "core/frame/packet.h"
#include "core/model/hsms.h"

struct hsms_cut {
    struct buf held;   // an unfinished message, or what a search has not decided on
    struct span piece; // borrowed until hsms_cut_next() says HSMS_CUT_NONE
    uint64_t at;       // bytes of the stream that were consumed before `held` and `piece`
    struct packet_mark own, now, first; // of the piece; of the first byte held
    uint64_t skip;                      // bytes of a lost message still to come
    size_t given;  // bytes of `held` that were given out and are not needed any more
    bool segments; // pieces are segments as sent; a search may begin anew with each
    bool fresh;    // the piece has not been looked at
    bool searching, doubt;
    const char *fault; // to be said when the search ends
    uint64_t fault_at;
    struct packet_mark fault_first, fault_now;
    uint64_t gap; // bytes missing before the piece
};

enum hsms_cut_rc { HSMS_CUT_NONE, HSMS_CUT_MESSAGE, HSMS_CUT_FAULT };

struct hsms_cut_out {
    struct span bytes; // header and text; valid until the next call
    uint32_t length;
    uint64_t offset; // of the length field; of the first byte of a fault
    const char *fault;
    uint64_t fault_bytes;
    struct packet_mark first, last; // packet with the first byte, packet that completed it
};

void hsms_cut_init(struct hsms_cut *c, bool segments);
void hsms_cut_free(struct hsms_cut *c);
// The first bytes of the stream are missing: begins with a search.
void hsms_cut_join(struct hsms_cut *c);
// `own` is the packet that carried the bytes, `now` the one that made them deliverable.
void hsms_cut_feed(struct hsms_cut *c, struct span piece, struct packet_mark own,
                   struct packet_mark now);
// `n` bytes of the stream will never come. To be asked with hsms_cut_next() as a piece.
void hsms_cut_gap(struct hsms_cut *c, uint64_t n, struct packet_mark now);
enum hsms_cut_rc hsms_cut_next(struct hsms_cut *c, struct hsms_cut_out *ret);
// The stream has ended: what a search still has to say, then HSMS_CUT_NONE. Bytes of a message that never
// ended: hsms_cut_rest().
enum hsms_cut_rc hsms_cut_end(struct hsms_cut *c, struct hsms_cut_out *ret);
uint64_t hsms_cut_rest(const struct hsms_cut *c);
// Whether bytes look like the beginning of HSMS: a header that E37 and E5 know.
bool hsms_plausible(struct span s);

#endif
