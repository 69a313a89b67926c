// sign_pg.h - what the role sign sees of the database: commands to be signed, and where to put the answer.
// SPDX-License-Identifier: Apache-2.0
//
// The connection is soc_sign's: it reads play.approved_command, which asks the approval rows again, and
// inserts into play.signature, which lets in only what that view shows. A signature is written once;
// writing it wakes the engine, and it becomes one of its inputs. Synchronous. After E_SYSTEM close and
// open again; backoff is the caller's.
#ifndef CONNECTORS_PG_SIGN_PG_H
#define CONNECTORS_PG_SIGN_PG_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/model/ids.h"

struct sign_pg;

struct sign_command {
    struct eid id;
    struct span bytes; // exactly what is to be signed; in the arena
};

int sign_pg_open(const char *conninfo, struct sign_pg **ret, struct err *err);
void sign_pg_close(struct sign_pg *s);
int sign_pg_fd(const struct sign_pg *s); // readable: call sign_pg_news()
bool sign_pg_news(struct sign_pg *s);    // true when commands may wait; also after opening
// At most `max`, oldest first.
int sign_pg_waiting(struct sign_pg *s, size_t max, struct arena *a, struct sign_command **ret,
                    size_t *ret_n, struct err *err);
// E_STATE "pg.denied" when the command is not approved (any more).
int sign_pg_put(struct sign_pg *s, const struct eid *command, struct span signature,
                struct err *err);

#endif
