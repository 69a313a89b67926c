// rule_view.h - a rule set as the command line shows it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CONNECTORS_CTL_RULE_VIEW_H
#define CONNECTORS_CTL_RULE_VIEW_H

#include "core/base/jsonw.h"
#include "core/detect/ruleset.h"

// By rule index: only the engine can answer it. A correlation needs context when a rule it refers to
// does, or when it groups by what only the engine knows. The caller frees it; NULL without memory.
bool *rule_view_context(const struct ruleset *s);
// Sigma documents of any kind that were not refused, filters too.
size_t rule_view_documents(const struct ruleset *s);
// An object: the fields that an event rule names and the event has, with their values as typed.
void rule_view_fields(struct jsonw *w, const struct ruleset *s, const struct rule *r,
                      const struct event *ev);
// An object: the group-by names of a correlation and the values it fired for.
void rule_view_group(struct jsonw *w, const struct rule *r, const struct span *value);
// Everything about a rule as text for people, sanitised.
void rule_view_explain(struct buf *out, const struct ruleset *s, const struct rule *r);
// An event rule's program with what each test answers for the event: which literal or field made it match.
void rule_view_event(struct buf *out, const struct ruleset *s, const struct rule *r,
                     struct matcher *m, const struct event *ev);

#endif
