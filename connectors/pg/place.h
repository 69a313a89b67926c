// place.h - where a state directory's database is, and the credentials for it.
// SPDX-License-Identifier: Apache-2.0
//
//   STATE/db         two lines: "embedded" or "external", then a conninfo without user and password
//   STATE/cred/NAME  libpq passfile (0600 in a 0700 folder): "*:*:*:NAME:PASSWORD"
//   STATE/pg         the private cluster, where there is one
// Passwords are 256 random bits as hexadecimal; they stand in these files only, never in an argument,
// the environment or a conninfo. As root STATE itself is 0711, so that PostgreSQL's user gets through.
#ifndef CONNECTORS_PG_PLACE_H
#define CONNECTORS_PG_PLACE_H

#include "core/base/err.h"
#include "core/base/span.h"

enum { PLACE_PATH_MAX = 1024, PLACE_CONN_MAX = 4096, PLACE_PASSWORD = 65 };

struct place {
    char state[PLACE_PATH_MAX];
    bool embedded;
    char base[PLACE_CONN_MAX];  // without user
    char admin[PLACE_CONN_MAX]; // the administrator's
};

// $FABSOC_STATE, else /var/lib/fabsoc as root, else $XDG_STATE_HOME or ~/.local/state + /fabsoc.
int place_default_state(char *out, size_t size, struct err *err);
int place_make_state(const char *state, struct err *err); // the folder and cred/
// With a private cluster it calls place_alone().
int place_load(const char *state, struct place *ret, struct err *err);
// Takes libpq's variables (PGSERVICE, PGOPTIONS, ...) out of this process's environment: the caller has
// them for other databases, and a private cluster is told by its conninfo alone. Before any thread.
void place_alone(void);
// `conninfo` is the administrator's; its password is not kept.
int place_save(const char *state, bool embedded, const char *conninfo, struct err *err);
// The socket's folder (host) of the saved conninfo, so that a restart keeps it; NULL when there is none.
const char *place_socket(const struct place *p, char out[PLACE_PATH_MAX]);
// Conninfo of a login, with its passfile. E_INPUT when it has no credential.
int place_conninfo(const struct place *p, const char *login, char out[PLACE_CONN_MAX],
                   struct err *err);

// The password of a login: read from its file, or made and written.
int place_password(const char *state, const char *login, char out[PLACE_PASSWORD], struct err *err);
int place_random(char out[PLACE_PASSWORD], struct err *err); // a new password
bool place_login_ok(const char *login); // 1-32 of a-z 0-9 . _ -, first a letter, none of ours

#endif
