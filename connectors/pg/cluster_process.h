// cluster_process.h - PostgreSQL's programs as children with another user; inside of cluster.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_PG_CLUSTER_PROCESS_H
#define CONNECTORS_PG_CLUSTER_PROCESS_H

#include "connectors/pg/cluster.h"

// Runs to its end. Its words go to STATE/pg.log.
int process_run(const struct cluster *c, const char *program, const char *const *argv,
                struct err *err);
// Starts the server in a session of its own and waits until it accepts; ends it when it does not.
int process_start(const struct cluster *c, const char *program, const char *const *argv,
                  struct err *err);
int process_wait_ready(const struct cluster *c, pid_t child, struct err *err);

#endif
