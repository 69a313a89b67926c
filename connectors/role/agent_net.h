// agent_net.h - the net half of fabsoc-agent: a websocket, a link, no right to start anything.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_ROLE_AGENT_NET_H
#define CONNECTORS_ROLE_AGENT_NET_H

#include "connectors/act/agentconf.h"

// Reads the certificates, resolves the gate's address, gives up privileges (users.net), files and
// exec, then carries commands to the exec half at `fd` and its reports to the gate. A report is kept
// until the gate has acknowledged it. Ends with the exec half. Returns the exit status.
int role_agent_net_run(const struct agentconf *conf, int fd);

#endif
