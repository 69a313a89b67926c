// live_of.h - what the engine knows of a target at this moment, for limits, conditions and hazard.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_LIVE_OF_H
#define CORE_ENGINE_LIVE_OF_H

#include "core/engine/state.h"

// False when nothing is known of the asset.
bool live_of(const struct engine *e, int asset, struct live *ret);
struct plan_env live_env(struct engine *e);

#endif
