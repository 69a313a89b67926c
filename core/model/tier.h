// tier.h - production-impact tiers and axes.
// SPDX-License-Identifier: Apache-2.0
//
// A tier belongs to an asset in a state at a time: T0 safety, T1 fab-wide, T2 constraint, T3 tool,
// T4 no wafer depends on it. Lower is graver. Axes (METI's three goals): A availability,
// C confidentiality, Q quality, each 0 (none) to 3. The *hazard* is what an action on the asset
// could do; the threat never raises it.
#ifndef CORE_MODEL_TIER_H
#define CORE_MODEL_TIER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

enum tier { T0, T1, T2, T3, T4, TIER_COUNT };

struct axes {
    uint8_t a, c, q;
};

const char *tier_name(enum tier t); // "T0".."T4"
bool tier_of(struct span s, enum tier *ret);
static inline enum tier tier_graver(enum tier a, enum tier b)
{
    return a < b ? a : b;
}
static inline struct axes axes_max(struct axes x, struct axes y)
{
    return (struct axes){x.a > y.a ? x.a : y.a, x.c > y.c ? x.c : y.c, x.q > y.q ? x.q : y.q};
}

// Production modifiers add one step together, spread one more; no modifier raises into T0.
enum tier tier_raise(enum tier base, int steps);
// The tier by which clocks run and lists sort: Q3 and C3 count as T1, Q2 and C2 as T2 at least.
enum tier tier_clocked(enum tier current, struct axes x);

#endif
