// recording.h - a story's feeds as one stream that drives receive time and ticks.
// SPDX-License-Identifier: Apache-2.0
//
// Format: share/doc/RECORDING.md. All feeds are merged by their @time (ties: order of story.yaml,
// barriers last); within a feed the order of lines stands. Before the first record at or after a whole
// second stands that second's tick. At a barrier a REC_BARRIER is written and then, until
// recording_release(), one tick a wall second at the barrier's own time. After the last record REC_END,
// then ticks at wall speed. Everything it must know after a restart stands in the journal: the place
// in each feed (inode, end offset), the last tick, the barrier it waits at. So the records of a run
// that was killed are those of an undisturbed one, but for the ticks written while it waited.
#ifndef CONNECTORS_INTAKE_RECORDING_H
#define CONNECTORS_INTAKE_RECORDING_H

#include "connectors/intake/conf.h"
#include "connectors/intake/gather.h"

struct recording;

// `story_dir` is borrowed; `number` are the journal's source numbers of story->source[]. `block_soft`
// of the gatherer closes blocks. E_STATE: the feeds are not those the journal was begun with.
int recording_open(int story_dir, const struct intake_conf *story, const uint16_t *number,
                   struct gather *g, struct recording **ret, struct err *err);
void recording_close(struct recording *r);

// Writes at most about one block. True: there is more to do at once (when the engine keeps up).
bool recording_step(struct recording *r, struct err *err, bool *ret_failed);
// Once every wall second: the tick while it waits or after its end.
void recording_second(struct recording *r);
// The engine says that the barrier's condition holds. `block` = the block the barrier stands in; any
// other is a word about an older barrier and ignored.
void recording_release(struct recording *r, uint64_t block);
bool recording_waits(const struct recording *r);

#endif
