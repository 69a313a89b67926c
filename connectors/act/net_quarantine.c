// net_quarantine.c - move a switch port to the quarantine VLAN.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/act/actuator.h"
#include "core/base/attr.h"

static const struct act_param params[] = {
    {"port", 64, false, act_is_name, "a switch port"},
    {"switch", 64, true, act_is_name, "a switch"},
    {"vlan", 4, true, act_is_vlan, "a VLAN from 1 to 4094"},
};

const struct actuator actuator_net_quarantine = {
    .name = "net.quarantine",
    .action = "contain",
    .target = "x-fabsoc:switch_port",
    .nparams = ARRAY_LEN(params),
    .param = params,
    .sentence = "moves a switch port to the quarantine VLAN; stays until a person releases it",
};
