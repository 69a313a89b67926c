// supervisor.h - starting the roles, joining them, replacing the dead.
// SPDX-License-Identifier: Apache-2.0
//
// No parsing of input, no rules, no database. A role that dies is told to its peers (CTL_LOST), the
// engine learns how detect died, and the successor gets new links; the engine hears of a new peer
// last, so that by then everybody else has seen the links he will speak of. Backoff 0.05 s to 5 s.
// Three faults in a row within a minute each (CTL_FAULT: a position that does not fit, a configuration
// that is wrong; or a death of its own, which for detect counts until it is ready only, since then the
// engine looks for the record) end the service with 2; a role whose program is not installed is left out.
#ifndef CONNECTORS_ROLE_SUPERVISOR_H
#define CONNECTORS_ROLE_SUPERVISOR_H

#include "connectors/role/daemon_conf.h"

// Runs until SIGTERM or SIGINT (0) or until it cannot go on (2). `program_dir`: where fabsocd lies.
int supervisor_run(const struct daemon_conf *c, const char *program_dir, struct err *err);

#endif
