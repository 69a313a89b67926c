// agentconf.h - what an agent may do and never does, as its own administrator wrote it.
// SPDX-License-Identifier: Apache-2.0
//
//     agent: pam-01
//     gate: {host: gate.fab, address: 10.0.0.5, port: 8443,
//            ca: ca.pem, certificate: agent.pem, key: agent.key}
//     result_key: result.key          # Ed25519, private: signs what this agent says
//     command_keys: [command.pub]     # Ed25519, public: whose commands it takes
//     state: /var/lib/fabsoc-agent    # journal of the exec half
//     users: {net: 65531, exec: 0}    # as root only
//     never_touch: [SCN-01, sw1-uplink]
//     actions:
//       net.quarantine:
//         approvals: [fab_operations]   # functions that must stand in the command
//         set: {vlan: 999}              # values the site decides, not the plan
//         act:   [/usr/bin/switchctl, --socket, /run/sw.sock, set-vlan, "{port}", "{vlan}"]
//         probe: [/usr/bin/switchctl, --socket, /run/sw-ro.sock, show, "{port}"]
//         expect: "vlan {vlan}"         # the probe's output after the act, blanks around it cut
//         timeout: 5s
//
// A hole is a whole argument, "{name}", name a parameter of the actuator. argv[0] is an absolute path
// without holes. Files are relative to the configuration's folder. Faults carry path and line.
#ifndef CONNECTORS_ACT_AGENTCONF_H
#define CONNECTORS_ACT_AGENTCONF_H

#include "connectors/act/actuator.h"
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/time.h"

enum {
    AGENT_ARGS_MAX = 24,
    AGENT_ACTIONS_MAX = 32,
    AGENT_NAMES_MAX = 1024,
    AGENT_APPROVALS_MAX = 8,
    AGENT_KEYS_MAX = 4,
};

struct agent_arg {
    const char *text; // the argument, or the parameter's name
    bool hole;
};

struct agent_vector {
    size_t n;
    struct agent_arg arg[AGENT_ARGS_MAX];
};

struct agent_action {
    const struct actuator *actuator;
    struct agent_vector act, probe;
    const char *expect; // may hold {name} anywhere
    size_t napprovals;
    struct span approval[AGENT_APPROVALS_MAX];
    size_t nset;
    struct span set_name[ACT_PARAMS_MAX], set_value[ACT_PARAMS_MAX];
    utime_t timeout;
};

struct agentconf {
    struct span agent;
    const char *gate_host, *gate_address, *gate_ca, *gate_certificate, *gate_key; // paths resolved
    int gate_port;
    const char *result_key, *state;
    size_t nkeys;
    const char *command_key[AGENT_KEYS_MAX];
    int64_t net_uid, exec_uid; // -1: not said
    size_t nnever;
    struct span *never; // as written
    size_t nactions;
    struct agent_action action[AGENT_ACTIONS_MAX];
    struct digest allowed; // SHA-256 of the canonical text of actions and never_touch
};

// Everything lives in the arena. `path` is borrowed for faults and names the folder of the files.
int agentconf_load(struct arena *a, struct span text, const char *path, struct agentconf *ret,
                   struct err *err);
const struct agent_action *agentconf_action(const struct agentconf *c, struct span name);

#endif
