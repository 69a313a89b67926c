// announce.h - which block each detect is told of next.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_ROLE_ANNOUNCE_H
#define CONNECTORS_ROLE_ANNOUNCE_H

#include "connectors/journal/journal.h"
#include "connectors/os/link.h"
#include "connectors/os/loop.h"
#include "connectors/role/config.h"
#include "connectors/role/engine_watch.h"

enum { SKIPS_MAX = KILLERS_MAX };

struct announce_one {
    struct link link;
    struct loop *loop;
    bool asked;    // the engine has said from where, since the link began
    bool restart;  // the next announcement tells detect to forget older ones
    uint64_t from; // where the engine said
    uint64_t next; // to be announced
    bool careful;  // for block `from` only
    struct killers skips;
};

struct announce {
    struct loop *loop;
    unsigned n;
    struct announce_one one[DETECTS_MAX];
};

void announce_init(struct announce *a, struct loop *loop, unsigned ndetect);
void announce_link(struct announce *a, unsigned k, int fd); // a new detect; waits for MSG_FROM
void announce_unlink(struct announce *a, unsigned k);
// Body of MSG_FROM. E_INPUT: it makes no sense.
int announce_from(struct announce *a, struct span body);
void announce_forget(struct announce *a); // the engine is gone: nobody asks any more
// Tells each detect what it may know: its durable blocks, as long as its socket takes them.
void announce_run(struct announce *a, const struct journal *j);
// The lowest block that was asked for and not asked beyond: all below are committed. 0 = not known.
uint64_t announce_floor(const struct announce *a);

#endif
