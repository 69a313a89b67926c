// policy.h - clocks, action rows, approval rules, modifiers: data of the site.
// SPDX-License-Identifier: Apache-2.0
//
// share/policy/policy.yaml (share/doc/POLICY.md). Immutable after loading.
//
//   clocks:      {T0: {ack: 2m, triage: 10m, decide: 15m, contain: 30m, call: ehs, escalate: fab-director}, ...}
//   grouping:    {horizon: 30m}            # repeats fold while gaps are shorter
//   incident:    {horizon: 8h, review: 40} # join horizon; score from which people are asked
//   raise:       {spares_below: 2, spread_assets: 3, spread_window: 30m}
//   approvals:   {expire: 10m, plan_expire: 4h}
//   actions:     # the row of the action matrix: which functions must approve, by hazard
//     pam.terminate:   {T0: never, T1: [security, fab-operations], T2: [security, fab-operations], T3: [security], T4: auto}
//   never_touch: [GAS-01, ...]             # besides those of the fab model
//   commands:    {window: 120s, per_agent: 3, per: 10m}
#ifndef CORE_MODEL_POLICY_H
#define CORE_MODEL_POLICY_H

#include "core/base/textfile.h"
#include "core/base/time.h"
#include "core/model/tier.h"

enum phase { PHASE_ACK, PHASE_TRIAGE, PHASE_DECIDE, PHASE_CONTAIN, PHASE_COUNT };

const char *phase_name(enum phase p); // "ack", "triage", "decide", "contain"

struct policy_clock {
    utime_t limit[PHASE_COUNT]; // UTIME_NONE: this tier has no such clock
    const char *call;           // function to call when a clock is late
    const char *escalate;       // function told on breach
};

enum permit { PERMIT_AUTO, PERMIT_FUNCTIONS, PERMIT_NEVER };

enum { POLICY_FUNCTIONS_MAX = 4 };

// One cell of the action matrix. PERMIT_FUNCTIONS: every listed function must say yes (AND), each by
// another person, none of them the planner unless the row has one function only.
struct policy_cell {
    enum permit permit;
    size_t nfunctions;
    const char *function[POLICY_FUNCTIONS_MAX];
};

struct policy_action {
    const char *name;                    // "pam.terminate"
    struct policy_cell cell[TIER_COUNT]; // by hazard
};

struct policy {
    struct policy_clock clock[TIER_COUNT];
    utime_t group_horizon, incident_horizon;
    uint32_t review_score;
    uint32_t spares_below, spread_assets;
    utime_t spread_window;
    utime_t approval_expire, plan_expire;
    utime_t command_window;
    uint32_t commands_per_agent; // at most so many to one agent within `commands_per`
    utime_t commands_per;
    size_t nactions, nnever;
    const struct policy_action *action;
    const char *const *never; // asset ids
};

// When the phase must be over that begins at `t`; UTIME_NONE = whenever.
utime_t policy_due(const struct policy *p, enum tier tier, enum phase phase, utime_t t);

struct policy *policy_load(const struct textfile *files, size_t n,
                           struct faults *faults); // NULL when any
void policy_free(struct policy *p);
const struct policy_action *policy_action(const struct policy *p,
                                          struct span name); // NULL: unknown
bool policy_never(const struct policy *p, struct span asset);

#endif
