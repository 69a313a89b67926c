// actuator.h - what an agent can do: one row and one file each.
// SPDX-License-Identifier: Apache-2.0
//
// A row says which OpenC2 command an action is, and the grammar of its parameters. What is then
// started is not here: the argument vectors come from the agent's own configuration, and a
// parameter fills a whole argument or nothing. There is no shell anywhere.
#ifndef CONNECTORS_ACT_ACTUATOR_H
#define CONNECTORS_ACT_ACTUATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/span.h"

enum { ACT_PARAMS_MAX = 8, ACT_VALUE_MAX = 128 };

struct act_param {
    const char *name;
    size_t max;    // bytes
    bool optional; // may come from the configuration's `set` instead
    bool (*right)(struct span value);
    const char *form; // "a switch port", for refusals
};

struct actuator {
    const char *name;   // "net.quarantine"
    const char *action; // OpenC2 action
    const char *target; // OpenC2 target type
    size_t nparams;
    const struct act_param *param;
    const char *sentence; // for people
};

extern const struct actuator actuator_pam_terminate;
extern const struct actuator actuator_net_quarantine;
extern const struct actuator actuator_net_release;

const struct actuator *actuator_find(struct span name); // NULL when there is none

// Letters, digits and . _ : / @ + - ; begins with a letter or digit, so that no value is an option.
bool act_is_name(struct span v);
bool act_is_vlan(struct span v); // 1..4094, IEEE 802.1Q

#endif
