// tape.h - a small lively hour as results of blocks, cut wherever one likes; for tests of replay.
// SPDX-License-Identifier: Apache-2.0
//
// The same thing happens on every tape: sources, PM windows, a session that outlives its window, lots,
// tool states, sensor and agent alerts, privileged logons, a silent source. Aborts on trouble.
#ifndef TESTS_SUPPORT_TAPE_H
#define TESTS_SUPPORT_TAPE_H

#include "tests/support/rig.h"

enum { TAPE_SECONDS = 1500, TAPE_MAX = 2048 };

struct tape {
    size_t n;
    struct span result[TAPE_MAX]; // on the heap
    size_t waits;                 // after so many blocks something waits for the watermark
};

// What happens in second `t`, said to the rig, with its tick.
void tape_second(struct rig *r, int t);
// Records the hour as results of `per` seconds each, with the rig's matcher; nothing is stepped.
void tape_record(struct tape *t, struct rig *r, size_t per);
void tape_free(struct tape *t);
// Plays it through the rig's own engine and store, in blocks of `per` seconds.
void tape_play(struct rig *r, size_t per);

#endif
