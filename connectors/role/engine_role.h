// engine_role.h - what the parts of the engine role share: its links around the shell.
// SPDX-License-Identifier: Apache-2.0
//
// engine.c starts it, steps the shell and hears the supervisor; engine_links.c says and hears what goes
// over the links to intake, gate and the detects. What cannot be taken now stays with its sender: a link
// is read only while there is room for what may come over it.
#ifndef CONNECTORS_ROLE_ENGINE_ROLE_H
#define CONNECTORS_ROLE_ENGINE_ROLE_H

#include "connectors/os/control.h"
#include "connectors/role/config.h"
#include "connectors/role/engine_keys.h"
#include "connectors/role/engine_reload.h"
#include "connectors/role/engine_sets.h"
#include "connectors/role/engine_shell.h"
#include "connectors/role/engine_watch.h"

struct engine_role {
    struct loop *loop;
    struct control control;
    struct role_config config;
    struct engine_sets sets;
    struct store *store;
    struct shell *shell;
    struct link intake, gate, detect[DETECTS_MAX];
    struct watch watch[DETECTS_MAX];
    uint64_t ahead[DETECTS_MAX]; // told to each over its link, 0 = nothing yet
    struct quarantine quarantine;
    bool tail_known, own_death[DETECTS_MAX], faulted;
    struct reload reload;
    struct killers killers; // from the recorded inputs, and found since
    struct engine_keys keys;
    struct buf scratch;
};

// The role ends: a database that is away is no fault of its own. Only the first one is said.
void engine_role_fail(struct engine_role *r, const struct err *err);
// A notice of our own is an input like others.
void engine_role_notice(struct engine_role *r, struct span kind, struct span text);

// ---- engine_links.c

void engine_tell(struct engine_role *r, struct link *l, uint8_t type, struct span body);
void engine_tell_committed(struct engine_role *r, struct pos pos); // to intake
// To each detect: how far ahead of the engine it may work, and which rules not to ask there.
void engine_tell_ahead(struct engine_role *r);
void engine_ask_detect(struct engine_role *r, unsigned k); // announce its blocks (again)
// NULL: no link to such a peer.
struct link *engine_link_of(struct engine_role *r, enum role peer, unsigned index);
int engine_link_watch(struct engine_role *r, struct link *l); // from now on its messages are taken
void engine_link_drop(struct engine_role *r, struct link *l);
// What lay in the links' buffers because there was no room. True: there is room again for more.
bool engine_links_waiting(struct engine_role *r);
// What detect k had answered and named before it died still counts, and its death is of what follows.
void engine_last_words(struct engine_role *r, unsigned k);

#endif
