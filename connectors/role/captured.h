// captured.h - records that capture sends: into the journal, as one source.
// SPDX-License-Identifier: Apache-2.0
//
// Capture says its name first on every link; the source is "capture/NAME", whatever it says, so that it
// cannot speak for another one. Packets that were dropped before it could read them are counted as shed.
#ifndef CONNECTORS_ROLE_CAPTURED_H
#define CONNECTORS_ROLE_CAPTURED_H

#include "connectors/intake/gather.h"
#include "connectors/os/link.h"

struct captured {
    struct gather *gather;
    struct link link; // to capture
    uint16_t source;  // 0 = not said
};

void captured_init(struct captured *c, struct gather *g);
// Reads what capture has sent, as far as the journal takes it. E_EOF, E_SYSTEM, E_INPUT: the link is over.
int captured_read(struct captured *c);

#endif
