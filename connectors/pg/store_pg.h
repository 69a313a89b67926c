// store_pg.h - core/store.h on PostgreSQL.
// SPDX-License-Identifier: Apache-2.0
//
// Synchronous: the engine's loop waits for its own commit. One transaction a commit: the fenced position
// first, effects grouped by table, inputs, snapshot, what was applied, audit rows last (they take the
// chain's lock), one NOTIFY soc_news. Faults as in connectors/pg/conn.h, and:
//   E_STATE "store.lease"     another engine took over: stop
//   E_STATE "store.position"  the database stands elsewhere than `from`: stop
//   E_INPUT "store.text"      an effect's text that no database holds; nothing was written
//   E_SYSTEM                  lost or busy: nothing is known of the commit; load() again (it connects anew)
//                             and go on from the position it gives. Backoff is the caller's.
// The connection's role is soc_engine. The struct is owned by the caller, ended by ops->close().
#ifndef CONNECTORS_PG_STORE_PG_H
#define CONNECTORS_PG_STORE_PG_H

#include "core/store.h"

int store_pg_open(const char *conninfo, struct store **ret, struct err *err);

#endif
