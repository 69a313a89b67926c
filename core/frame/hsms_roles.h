// hsms_roles.h - who of two peers is the host and who the equipment, by what they say.
// SPDX-License-Identifier: Apache-2.0
//
// Neither the TCP server's side nor a port tells it: equipment may connect. The best evidence there is
// decides, best first:
//   told     an address that was configured as a tool's
//   said     messages that only a host or only equipment sends (core/model/secs.def)
//   greeted  S1F13 and S1F2: equipment names its model, a host sends an empty list
//   selected who sent Select.req
// each of the connection itself, then of other connections to the same server end; without any the side
// that connected is taken for the host. Server ends are kept in a table of ROLES_ENDS places; the one that
// was not used for longest of its neighbours makes room, counted.
#ifndef CORE_FRAME_HSMS_ROLES_H
#define CORE_FRAME_HSMS_ROLES_H

#include "core/frame/packet.h"
#include "core/model/hsms.h"

enum hsms_evidence { HSMS_SAID, HSMS_GREETED, HSMS_SELECTED, HSMS_EVIDENCE };

enum { ROLES_ENDS = 4096, ROLES_TOLD_MAX = 4096 };

// For the client being the host (client[0]) and for its being the equipment (client[1]).
struct hsms_votes {
    uint32_t client[2][HSMS_EVIDENCE];
};

struct hsms_end { // a server's end
    struct tcp_end end;
    uint64_t used;     // 0 = free
    uint64_t messages; // right ones, of connections to it
    struct hsms_votes votes;
};

struct hsms_roles {
    struct hsms_end end[ROLES_ENDS];
    uint64_t clock, evicted;
    uint8_t told[ROLES_TOLD_MAX][16];
    size_t ntold;
};

// The entry of a server's end, made where it is missing. Valid until the next call.
struct hsms_end *hsms_roles_end(struct hsms_roles *r, const struct tcp_end *server);
bool hsms_roles_tell(struct hsms_roles *r, const uint8_t addr[16]); // a tool's; false: too many
void hsms_roles_untell(struct hsms_roles *r);                       // all that were told
bool hsms_roles_told(const struct hsms_roles *r, const uint8_t addr[16]);

// What a message (header and text) says of its sender; HSMS_UNKNOWN: nothing.
enum hsms_role hsms_evidence_of(struct span message, enum hsms_evidence *ret);
void hsms_vote(struct hsms_votes *v, bool by_client, enum hsms_role said, enum hsms_evidence e);
// The client's role.
enum hsms_role hsms_roles_client(const struct hsms_roles *r, const struct tcp_end end[2],
                                 const struct hsms_votes *own, const struct hsms_votes *others);

#endif
