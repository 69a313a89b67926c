// openc2.h - which actions this site's agents may do, as OpenC2 pairs of the profile x-fabsoc.
// SPDX-License-Identifier: Apache-2.0
//
// OASIS OpenC2 Language Specification 1.0: a command is one action on one target. Ours, in
// share/doc/PLAYBOOKS.md:
//
//   actuator        action   target                 specifier
//   pam.terminate   stop     x-fabsoc:pam_session   session
//   net.quarantine  contain  x-fabsoc:switch_port   port "switch/interface"
//   net.release     restore  x-fabsoc:switch_port   port; undoes net.quarantine
//
// `stop` ends an activity, `contain` isolates an entity, `restore` returns it to its earlier state
// (OpenC2 3.3.1.1). No args: the command window bounds the time, and which VLAN is quarantine and
// which vector is executed are the agent's configuration, never part of a command. Values are of
// letters, digits and ._:@/+- and begin with a letter or digit, so that none is read as an option.
#ifndef CORE_PLAY_OPENC2_H
#define CORE_PLAY_OPENC2_H

#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/err.h"

#define OPENC2_PROFILE "x-fabsoc"

enum { OPENC2_VALUE_MAX = 128, OPENC2_PORT_MAX = 64, OPENC2_FIELDS_MAX = 2 };

struct openc2_field {
    const char *name;
    bool needed;
    size_t max; // bytes
    char kind;  // 's' value as above, 'p' switch/interface
};

struct openc2_pair {
    const char *actuator, *action, *target;
    struct openc2_field field[OPENC2_FIELDS_MAX]; // unused ones have no name
    bool self_revert;                             // DESIGN 3: quarantine never reverts by itself
    const char *undo;                             // actuator that undoes it, or NULL
    uint32_t runtime_ms;                          // how long an agent may take
};

const struct openc2_pair *openc2_pair(struct span actuator); // NULL: no such actuator
const struct openc2_pair *openc2_pair_at(size_t i);          // NULL behind the last

// A command by the language alone: known action, exactly one target, allowed members. Accepts the
// bare command and the 1.1 message wrapper, of which it returns the request (borrowed from `v`).
json_t *openc2_request(json_t *v, struct err *err);
// A command of ours for this actuator; writes its canonical text to `out` (may be NULL: only check).
int openc2_check(json_t *command, const struct openc2_pair *pair, struct buf *out, struct err *err);

// What an agent reads from a command's params: checked again, canonical bytes only.
struct openc2_params {
    const struct openc2_pair *pair;
    char session[OPENC2_VALUE_MAX + 1];
    char port[OPENC2_VALUE_MAX + 1]; // "switch/interface"
};
int openc2_params_get(struct span actuator, struct span params, struct openc2_params *ret,
                      struct err *err);

#endif
