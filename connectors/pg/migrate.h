// migrate.h - makes or upgrades the database; may be run again at any time.
// SPDX-License-Identifier: Apache-2.0
//
// Roles, then each migration that is not yet in soc.migration (one transaction each), then functions,
// rights and life-cycle rows (replaced whole). A migration whose text changed after it was applied, and a
// database newer than this program, are refused: E_STATE "migrate.changed", "migrate.newer".
#ifndef CONNECTORS_PG_MIGRATE_H
#define CONNECTORS_PG_MIGRATE_H

#include "core/base/err.h"

struct migrate_done {
    unsigned applied; // migrations applied now
    unsigned newest;  // number of the last one
};

// `conninfo` is the administrator's: a superuser, since BYPASSRLS can only be given by one.
int migrate_run(const char *conninfo, struct migrate_done *ret, struct err *err);
struct roster;

// Sets a login's password (made in STATE/cred on its first use) as a SCRAM verifier computed here.
int migrate_login(const char *conninfo, const char *state, const char *login, struct err *err);
// A person: login role, groups (comma separated, without prefix), areas ("*" = all), credential.
int migrate_person(const char *conninfo, const char *state, const char *person, const char *roles,
                   const char *areas, struct err *err);
// A roster's persons as logins with the rights of their role in all areas (a vendor in none), and its
// duties in the place of those that stood. One transaction; logins that are no longer named stay.
int migrate_roster(const char *conninfo, const char *state, const struct roster *r,
                   struct err *err);

#endif
