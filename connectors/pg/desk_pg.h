// desk_pg.h - core/desk.h on PostgreSQL: asynchronous, as the person the connection belongs to.
// SPDX-License-Identifier: Apache-2.0
//
// One request is with the server at a time, the others wait in order; nothing here blocks. The connection
// listens on soc_news; any number of notifications gives one DESK_NEWS. A lost connection fails what waits
// and is tried again after 0.25 s, doubling to 8 s, by desk_turn(); call it on every tick, not only when
// the descriptor is readable. A call that the api function refuses ("refused CODE sentence") is a
// DESK_FAULT with rc E_STATE and that code.
#ifndef CONNECTORS_PG_DESK_PG_H
#define CONNECTORS_PG_DESK_PG_H

#include "core/desk.h"

// Starts connecting and returns; requests may be queued at once.
int desk_pg_open(const char *conninfo, struct desk **ret, struct err *err);

#endif
