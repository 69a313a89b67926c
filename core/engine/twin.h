// twin.h - one alert that several sources say; in core/engine.
// SPDX-License-Identifier: Apache-2.0
//
// Suricata's alerts come from the sensor and, through a Wazuh agent beside it, from the manager once more: the
// same event.id (flow_id) and rule.id (signature). A source that says an alert of these for the k-th time says
// the k-th one, whichever source came first and whatever its clock: there are as many as the one source that
// says most of them has said. The others are folded into those: no alert, no event for correlations, but for
// rules that nobody had met before; they are counted by source as `repeated`. Alerts without either number, and
// what a fifth source says, stand for themselves.
#ifndef CORE_ENGINE_TWIN_H
#define CORE_ENGINE_TWIN_H

#include "core/engine/state.h"

// Whether the alert was said before by another source. Then `rest` and *ret_n are its hits of rules that had not
// met it.
bool twin_of(struct engine *e, const struct obs *o, struct hit rest[OBS_HITS_MAX], uint32_t *ret_n);

#endif
