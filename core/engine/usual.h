// usual.h - how many of a thing somebody usually makes in a period, and how many it is now.
// SPDX-License-Identifier: Apache-2.0
//
// Four things are counted, each in periods that follow one another (usual.c): the targets a person opens
// sessions on and the recipes a person or address reads in an hour, the moves the transport is told in five
// minutes, the collection events a productive tool reports in ten. Usual is the mean of the periods in
// which there was any, the newest USUAL_PERIODS weighing as one mean; a period counts at most USUAL_CAP
// times the mean, so that one burst does not become the habit. Below USUAL_LEAST periods nothing is usual.
// Integers only: the mean is in thousandths.
#ifndef CORE_ENGINE_USUAL_H
#define CORE_ENGINE_USUAL_H

#include "core/engine/context.h"

enum { USUAL_LEAST = 5, USUAL_PERIODS = 30, USUAL_CAP = 4 };

// Before a rule asks about `o`: so `o` itself is counted.
void usual_apply(struct engine *e, const struct obs *o, const struct scene *s);
// What `o` was counted in, or NULL.
const struct row_usual *usual_get(const struct engine *e, const struct obs *o,
                                  const struct scene *s);
bool usual_known(const struct row_usual *row);
// `n` in percent of the usual number.
int64_t usual_percent(const struct row_usual *row, uint32_t n);

#endif
