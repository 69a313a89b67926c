// ctl_db.h - commands that ask the database: their options and the connection.
// SPDX-License-Identifier: Apache-2.0
//
// --state DIR, --json, --as LOGIN (the connection is that person's; otherwise the administrator's).
#ifndef CONNECTORS_CTL_CTL_DB_H
#define CONNECTORS_CTL_CTL_DB_H

#include "connectors/ctl/ctl.h"
#include "connectors/pg/conn.h"
#include "connectors/pg/place.h"

struct ctl_db {
    char state[PLACE_PATH_MAX];
    const char *as, *role, *area; // NULL where not given
    bool json;
    int rest; // index of the first argument that is no option
    struct place place;
    PGconn *c;
};

int ctl_db_options(struct ctl_db *db, int argc, char **argv, struct err *err); // E_USAGE or a fault
int ctl_db_open(struct ctl_db *db, struct err *err);
void ctl_db_close(struct ctl_db *db);
// The text on one line, sanitised, to standard output.
void ctl_print(struct span text);

#endif
