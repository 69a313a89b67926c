// rules.h - what goes wrong with rules: faults, quarantine, and what correlations lose.
// SPDX-License-Identifier: Apache-2.0
//
// A rule that was at fault on RULE_FAULTS_MAX records since its set came into force is in quarantine: from
// the next record on, in the journal's order, its hits are ignored, and asks of it that wait are answered
// no more. What it said before stands. So the place depends on records alone, not on blocks, on how many
// detects there are or on restarts. Another set ends it.
//
// Detect is told (core/model/quarantine.h) and stops asking QUARANTINE_AHEAD blocks later; whoever comes
// back to the very set that was left finds its rules in quarantine until so many blocks have passed.
//
// Loud: the record is a dead letter, the quarantine an audit entry, an alert (fabsoc.rule.quarantine), a
// row of soc.rule and a line of status.
#ifndef CORE_ENGINE_RULES_H
#define CORE_ENGINE_RULES_H

#include "core/engine/state.h"
#include "core/model/quarantine.h"

enum rule_care { RULE_ASKED, RULE_QUARANTINE };

// Rules at fault on a record, as detect says; of those in quarantine nothing is kept.
void rules_fault(struct engine *e, const struct rule_fault *f, struct buf *out);
// An ask that could not be finished.
void rules_unfinished(struct engine *e, const struct obs *o, const struct rule *r, struct buf *out);

bool rules_quarantined(const struct engine *e, uint32_t rule);
// Takes the hits of rules in quarantine away; `hit` = o->hit. False: nothing is left to know of.
bool rules_filter(const struct engine *e, struct obs *o, struct hit *hit);

void rules_lost(void *engine, uint32_t rule, enum corr_lost what); // struct corr's

void rules_block(struct engine *e, struct buf *out); // a block begins: quarantines that are over
// Another set: e->set is the one that is left; then it is in force. The rows go with their rules.
void rules_leave(struct engine *e, const struct engine_set *to, struct buf *out);
void rules_enter(struct engine *e, struct buf *out);

void rules_restore(struct engine *e); // after a snapshot was loaded
void rules_emit(struct engine *e, void *row, struct buf *out);

#endif
