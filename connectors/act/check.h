// check.h - may this command be carried out here and now? One pure decision.
// SPDX-License-Identifier: Apache-2.0
//
// Everything the exec half asks before an act, in this order; the first no is the answer:
//
//     command.form      not a command in its one encoding
//     key.unknown       signed by a key that is not pinned, or another algorithm
//     sig.bad           the signature is wrong
//     target.foreign    for another agent
//     counter.replayed  the counter is not above the highest taken
//     window.early window.expired window.long   by this host's clock; at most 120 s wide
//     token.stale       a fencing token below the run's stored one
//     action.unknown    not in the local allow-list
//     never.touch       target or a parameter is on the local never-touch list
//     approval.missing  a function this host asks for has not approved, or one person is named twice
//     params.bad        parameters outside the actuator's grammar
//
// The first four prove nothing about the command they name, so their refusals carry no command id
// (anyone could otherwise have a command of ours called refused).
#ifndef CONNECTORS_ACT_CHECK_H
#define CONNECTORS_ACT_CHECK_H

#include "connectors/act/agentconf.h"
#include "connectors/act/memory.h"
#include "connectors/act/params.h"
#include "core/wire/sig.h"

#define CHECK_WINDOW_MAX (120 * UTIME_SECOND)

struct check_keys {
    size_t n;
    struct sig_key key[AGENT_KEYS_MAX];
};

// Whose command is it? form, key, signature, agent. 0 or E_INPUT with one of the codes above.
int check_origin(const struct check_keys *keys, struct span agent, struct span bytes,
                 struct span signature, struct command *ret, struct err *err);
// Not taken before.
int check_counter(const struct memory *m, const struct command *c, struct err *err);
// The rest. ret_values holds the parameters, the configuration's `set` included.
int check_command(const struct agentconf *conf, const struct memory *m, const struct command *c,
                  utime_t now, struct act_values *ret_values, struct err *err);
// The parameters alone, for looking at a command again after a restart.
int check_values(const struct agent_action *a, const struct command *c, struct act_values *ret,
                 struct err *err);

#endif
