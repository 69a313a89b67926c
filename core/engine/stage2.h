// stage2.h - everything behind the watermark, in order of event time.
// SPDX-License-Identifier: Apache-2.0
//
// Runs at ticks only. The watermark is the minimum over active sources of (newest event time - its
// lateness); a source that was not heard of for IDLE_S leaves the minimum; with none active it
// follows the tick, two seconds behind. It never goes back, and before the first event there is none: the
// first thing heard may be a file that lies there for hours. One that is added later finds the watermark
// where the others have brought it; its old records are late, and counted.
#ifndef CORE_ENGINE_STAGE2_H
#define CORE_ENGINE_STAGE2_H

#include "core/engine/state.h"

enum { IDLE_S = 10 };

void stage2_init(struct engine *e);

void stage2_run(struct engine *e, struct buf *out);
// Everything that waits, whatever the watermark: before another set comes into force.
void stage2_drain(struct engine *e, struct buf *out);

#endif
