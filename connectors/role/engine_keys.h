// engine_keys.h - whom the engine role believes, and its way into the database.
// SPDX-License-Identifier: Apache-2.0
//
// Public halves only: `command.pub` names the key that signs commands, `agents/NAME.pub` is the key an
// agent's reports must be signed with. The password file is kept in memory under a descriptor of ours:
// libpq takes a path only and refuses files that others may read, and the file on disk belongs to
// whoever ran init.
#ifndef CONNECTORS_ROLE_ENGINE_KEYS_H
#define CONNECTORS_ROLE_ENGINE_KEYS_H

#include "connectors/act/proof.h"
#include "core/base/arena.h"
#include "core/model/effect.h"

enum { ENGINE_AGENTS_MAX = 1024, ENGINE_AGENT_NAME = 64 };

struct engine_keys {
    unsigned char command_id[8]; // first 8 bytes of SHA-256 of command.pub
    struct engine_agent_key {
        char name[ENGINE_AGENT_NAME];
        struct sig_key key;
    } * agent;
    size_t nagents;
    int passfile; // -1: none was given
};

int engine_keys_init(struct engine_keys *k); // 0 or E_SYSTEM
void engine_keys_free(struct engine_keys *k);
// One FD_CREDENTIAL: its name and what was read from it. Names that mean nothing here are ignored.
void engine_keys_take(struct engine_keys *k, struct span name, struct span text);
// `conninfo`, with the kept password file where one was given; in the arena.
const char *engine_keys_conninfo(const struct engine_keys *k, struct arena *a,
                                 struct span conninfo);
// What the gate itself saw carries no signature; what an agent claims counts under its own only. The
// reason stands in `err` when false.
bool engine_keys_believe(const struct engine_keys *k, const struct input_control *c,
                         struct err *err);

#endif
