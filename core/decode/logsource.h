// logsource.h - the further log sources of an event: Sigma's product, category and service by a table.
// SPDX-License-Identifier: Apache-2.0
//
// A source file says what its records are (product windows); `logsources` in share/sources/_*.yaml says
// what else that is: service by channel, category by event, `category: pam` for all that comes from a
// PAM system, `category: authentication` for every logon (by the event's kind). One table, so that rules of any author select the same events whatever wrote them
// (share/doc/SIGMA.md, "Log sources"). A row may also say under which names rules look for the fields.
#ifndef CORE_DECODE_LOGSOURCE_H
#define CORE_DECODE_LOGSOURCE_H

#include "core/decode/apply.h"

enum { LOGSOURCE_WORDS = 8, LOGSOURCE_TABLES = 64 * LOGSOURCE_WORDS };

struct logsources;

// What one thread remembers: which tables are about a log source.
struct logsource_memo *logsource_memo_new(void);
void logsource_memo_free(struct logsource_memo *m);
void logsource_memo_reset(struct logsource_memo *m); // when the shapes are

int logsources_read(struct loader *l, const struct ynode *list); // adds to l->set->logsources
// The group is that of the source; "" without one.
void logsources_apply(struct work *w, const struct sourceset *set, const char *group,
                      struct event *ev);

#endif
