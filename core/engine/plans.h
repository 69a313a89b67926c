// plans.h - plans: proposed by one person, approved by others, each function by another person.
// SPDX-License-Identifier: Apache-2.0
//
// The planner never approves; one person counts for one function of a plan; the rule is complete when
// every function has said yes to exactly this hash. The database holds the same as constraints.
// Refusal codes: plan.unknown plan.hash plan.expired plan.function approve.self approve.twice
// fsm.plan playbook.unknown.
#ifndef CORE_ENGINE_PLANS_H
#define CORE_ENGINE_PLANS_H

#include "core/engine/intent.h"

int plan_propose(struct engine *e, const struct intent *in, struct buf *out, struct err *err);
int plan_approve(struct engine *e, const struct intent *in, struct buf *out, struct err *err);
int plan_refuse(struct engine *e, const struct intent *in, struct buf *out, struct err *err);

int plans_find(struct engine *e, uint64_t number, struct row_plan **ret, struct err *err);
// The hash that a person saw must be the plan's.
int plans_same_hash(const struct row_plan *p, struct span hex, struct err *err);
void plans_tick(struct engine *e); // expiry
void plans_emit(struct engine *e, void *row, struct buf *out);
void plans_announce(struct engine *e, struct buf *out); // playbooks of a set that is new
// Playbooks of the set in force that `next` does not have are not current any more.
void plans_withdraw(const struct engine *e, const struct engine_set *next, struct buf *out);

#endif
