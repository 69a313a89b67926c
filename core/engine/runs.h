// runs.h - playbook runs: what run.h decides, done as rows, commands and timers.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_RUNS_H
#define CORE_ENGINE_RUNS_H

#include "core/engine/intent.h"

int run_start(struct engine *e, const struct intent *in, struct buf *out, struct err *err);
int run_dry(struct engine *e, const struct intent *in, struct buf *out, struct err *err);
int run_abort(struct engine *e, const struct intent *in, struct buf *out, struct err *err);
int run_resume(struct engine *e, const struct intent *in, struct buf *out, struct err *err);

struct row_run *runs_get(struct engine *e, uint64_t number);
// Something happened to the run's command, or a person spoke.
void runs_event(struct engine *e, struct row_run *run, enum run_event_kind kind, struct span text,
                struct buf *out);
void runs_tick(struct engine *e, struct buf *out); // delays that are over
void runs_emit(struct engine *e, void *row, struct buf *out);

#endif
