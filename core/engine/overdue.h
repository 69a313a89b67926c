// overdue.h - sessions that outlive their window, sources that fall silent, rules in quarantine, rows whose
// time is over.
// SPDX-License-Identifier: Apache-2.0
//
// The first three are the engine's own alerts (no journal record completes them; `scan` lists them as
// needing the engine):
//   fabsoc.session.overrun  a brokered session is alive five minutes after what allowed it ended:
//                           its own limit, the PM window of its ticket, or the last window of its tool
//   fabsoc.source.silent    a source that must speak has not for longer than its silence limit
//   fabsoc.rule.quarantine  a rule was at fault three times and is not asked any more
#ifndef CORE_ENGINE_OVERDUE_H
#define CORE_ENGINE_OVERDUE_H

#include "core/engine/state.h"

void overdue_sessions(struct engine *e, struct buf *out);
void overdue_sources(struct engine *e, struct buf *out);
void overdue_rules(struct engine *e, struct buf *out);
void overdue_rows(struct engine *e, struct buf *out); // once a minute of fab time

#endif
