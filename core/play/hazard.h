// hazard.h - what an action on an asset could do, and the row of the action matrix it falls under.
// SPDX-License-Identifier: Apache-2.0
//
// DESIGN 7. The hazard comes from the base tier, the tool's state, its lots and queue times, never
// from the threat. All production modifiers together are one step up: a lot that would miss its
// queue time, too few qualified spares. A tool that is nonscheduled (SEMI E10: out of service) has no
// wafer to lose and counts as T4; safety (T0) and fab-wide (T1) assets keep their tier whatever their
// state. A PM window relaxes the row by one tier, never the hazard itself, and never out of T0.
#ifndef CORE_PLAY_HAZARD_H
#define CORE_PLAY_HAZARD_H

#include "core/model/fab.h"
#include "core/model/policy.h"
#include "core/play/live.h"

enum { HAZARD_WHY_MAX = 160 };

struct hazard {
    enum tier tier;           // severity of the act
    enum tier row;            // row of the action matrix: tier, relaxed by a PM window
    char why[HAZARD_WHY_MAX]; // "T3, raised: 1 spare of 2; PM window open"
};

// `base` and `asset` as fab_asset has them; asset NULL: not in the model, `base` says what is known.
struct hazard hazard_of(const struct fab *fab, const struct fab_asset *asset, enum tier base,
                        const struct live *live, const struct policy *policy);

#endif
