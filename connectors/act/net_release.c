// net_release.c - take a switch port out of quarantine.
// SPDX-License-Identifier: Apache-2.0
//
// Which VLAN the port goes back to is the switch's knowledge, not the plan's: the quarantine overrides
// what the port is configured with, and this takes the override away.
#include "connectors/act/actuator.h"
#include "core/base/attr.h"

static const struct act_param params[] = {
    {"port", 64, false, act_is_name, "a switch port"},
    {"switch", 64, true, act_is_name, "a switch"},
};

const struct actuator actuator_net_release = {
    .name = "net.release",
    .action = "restore",
    .target = "x-fabsoc:switch_port",
    .nparams = ARRAY_LEN(params),
    .param = params,
    .sentence = "gives a quarantined switch port back what it is configured with",
};
