// desk_link.h - a connection that is made, kept and made again without ever blocking.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_PG_DESK_LINK_H
#define CONNECTORS_PG_DESK_LINK_H

#include "connectors/pg/conn.h"

enum link_state { LINK_AWAY, LINK_CONNECTING, LINK_LISTENING, LINK_READY };

struct desk_link {
    enum link_state state;
    char *conninfo;
    char *password; // as read before the sandbox closed: later no file of passwords can be opened
    PGconn *c;
    PostgresPollingStatusType poll; // while connecting
    bool flushing;                  // bytes wait to be written
    bool news;                      // a notification came
    int64_t retry_ms, backoff_ms;   // monotonic; when to try again
    struct err why;                 // of the last loss
};

int desk_link_open(struct desk_link *l, const char *conninfo, struct err *err);
void desk_link_close(struct desk_link *l);
// Moves bytes and states as far as they go now. LINK_READY: requests may be sent.
void desk_link_turn(struct desk_link *l);
void link_lose(struct desk_link *l); // the connection is bad: give it up, try later
int desk_link_fd(const struct desk_link *l);
bool desk_link_wants_write(const struct desk_link *l);
// After sending: begins to write. The connection must be READY.
void desk_link_flush(struct desk_link *l);

#endif
