// agents.h - records that agents send through gate: once each, acknowledged when durable.
// SPDX-License-Identifier: Apache-2.0
//
// Each agent is a source of its own, "agent/NAME", declared when it first sends. Its records carry
// (agent epoch, seq) as origin; what is not above the source's high water is a repeat: dropped, and
// acknowledged again.
#ifndef CONNECTORS_ROLE_AGENTS_H
#define CONNECTORS_ROLE_AGENTS_H

#include "connectors/intake/gather.h"
#include "connectors/os/link.h"

enum { AGENTS_MAX = 1024, AGENT_NAME_MAX = 64 };

struct agent {
    char name[AGENT_NAME_MAX + 1];
    uint16_t source;
    bool due; // has sent since the last acknowledgement
};

struct agents {
    struct gather *gather;
    struct link link; // to gate
    size_t n, ndue;
    uint64_t repeats, refused;
    struct agent agent[AGENTS_MAX];
};

void agents_init(struct agents *a, struct gather *g);
// Reads what gate has sent, as far as the journal takes it. E_EOF, E_SYSTEM, E_INPUT: the link is over.
int agents_read(struct agents *a);
// Everything put so far is durable: acknowledges. False when the link takes no more now.
bool agents_acknowledge(struct agents *a);

#endif
