// cluster.h - the private PostgreSQL cluster of a state directory: STATE/pg.
// SPDX-License-Identifier: Apache-2.0
//
// Unix socket only (listen_addresses = ''), data checksums, SCRAM for everybody but the system user who
// ran init, who is the administrator by peer. PostgreSQL never runs as root: as root the server and initdb
// run as the system user "postgres", who then owns STATE/pg and the socket's folder. Settings of ours stand
// in STATE/pg/fabsoc.conf and are written again at every start. The server's log is STATE/pg.log.
//
// The socket's folder must be short: a Unix socket's name has at most 107 bytes. Without one given it is
// STATE/run, or /tmp/fabsoc-UID-HASH where that would be too long.
#ifndef CONNECTORS_PG_CLUSTER_H
#define CONNECTORS_PG_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "connectors/pg/place.h"

struct cluster {
    char state[PLACE_PATH_MAX];
    char data[PLACE_PATH_MAX];   // STATE/pg
    char socket[PLACE_PATH_MAX]; // folder
    char bin[PLACE_PATH_MAX];    // /usr/lib/postgresql/15/bin
    bool other_user;             // we are root: the server is uid:gid
    uid_t uid;
    gid_t gid;
};

// Finds programs, user and paths; `socket` NULL = as above. STATE must exist (place_make_state).
// Calls place_alone().
int cluster_at(const char *state, const char *socket, struct cluster *ret, struct err *err);
int cluster_create(const struct cluster *c, struct err *err); // initdb, unless it was done
// Returns when it accepts; 0 also when it runs. A server that does not come to accept is ended.
int cluster_start(const struct cluster *c, struct err *err);
int cluster_stop(const struct cluster *c, struct err *err); // 0 also when it does not run
bool cluster_running(const struct cluster *c, pid_t *ret);  // by its pid file
// The administrator's conninfo for a database of this cluster.
int cluster_conninfo(const struct cluster *c, const char *database, char out[PLACE_CONN_MAX],
                     struct err *err);

#endif
