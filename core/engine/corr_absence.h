// corr_absence.h - what was expected and did not come; for correlate.c only.
// SPDX-License-Identifier: Apache-2.0
//
// A record calls for another one of the same group key, within the time span after it, before it or
// around it. *Before* is known at once. Else a row of EXPECT waits until event time (the watermark, so
// the engine's clock where sources are quiet) has passed its deadline. One row a key is enough: while
// it waits, later calls would fire within its quiet time, and whatever answers them answers it.
#ifndef CORE_ENGINE_CORR_ABSENCE_H
#define CORE_ENGINE_CORR_ABSENCE_H

#include "core/engine/correlate.h"
#include "core/engine/state.h"

// A hit of reference `ref`. True: nothing came before it and the absence is complete.
bool absence_take(struct corr *c, const struct rule *r, struct row_corr *w, const struct hit *h,
                  uint32_t ref, utime_t t, struct span who);

// correlate.c: a window's condition holds; `f` is told unless the window is quiet, then whoever refers
// to the correlation is fed. `h`, `ref`: the hit that completed it, NULL for one that waited.
void corr_result(struct corr *c, const struct rule *r, struct row_corr *w,
                 const struct corr_fired *f, const struct hit *h, uint32_t ref, struct span who);

#endif
