// house.h - what the service owns on disk and on the network, and which role gets what of it.
// SPDX-License-Identifier: Apache-2.0
//
//     STATE/lock      held while a supervisor runs
//     STATE/journal/  intake writes, detect reads        STATE/sets/  installed sets, read-only
//     STATE/recipe.key  of the digests of recipes, made at the first start with a capture; 0600
//     RUN/ports       one line a bound socket: "NAME udp|tcp ADDRESS:PORT"
// As root each role runs under uid_base + its number. intake, detect and engine share the group
// uid_base, which may read journal and sets; gate and sign have groups of their own.
#ifndef CONNECTORS_ROLE_HOUSE_H
#define CONNECTORS_ROLE_HOUSE_H

#include "connectors/os/link.h"
#include "connectors/role/daemon_conf.h"

struct house {
    int state, lock, journal, sets, story; // -1 where there is none
    int gate;                              // gate's listening socket
    int source[INTAKE_SOURCES_MAX];        // bound sockets and directories by source
    struct digest set;                     // installed last
};

int house_open(struct house *h, const struct daemon_conf *c, struct err *err);
// Reads the set's files again and installs what they are now; `set` stays when that cannot be done.
int house_install(struct house *h, const struct daemon_conf *c, struct err *err);
void house_close(struct house *h);
gid_t house_gid(const struct daemon_conf *c, enum role role);
// Queues all CTL_FD messages of a role that starts.
int house_give(const struct house *h, const struct daemon_conf *c, enum role role, struct link *to,
               struct err *err);
// The fab model's file as it is now, to a capture that starts or works.
int house_give_model(const struct daemon_conf *c, struct link *to, struct err *err);

#endif
