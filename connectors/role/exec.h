// exec.h - the exec half of fabsoc-agent: a link, an executor, no network.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_ROLE_EXEC_H
#define CONNECTORS_ROLE_EXEC_H

#include "connectors/act/agentconf.h"

// Opens journal and keys, gives up privileges (users.exec) and the network, settles what a crash left,
// then serves the link `fd` until the net half is gone. Returns the exit status.
int role_exec_run(const struct agentconf *conf, int fd);

#endif
