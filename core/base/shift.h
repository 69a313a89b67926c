// shift.h - by how much two clocks that saw the same things are apart.
// SPDX-License-Identifier: Apache-2.0
//
// Two lists of sightings, each a key (what was seen; equal keys are the same thing) and a time by its own
// clock. The differences of times under equal keys gather at the shift of the clocks; other differences
// (a key that was used again, a slow record) lie scattered. So the shift is the middle of the fullest window of
// SHIFT_SPREAD, when it holds at least SHIFT_LEAST differences and half of all; within 30 s of a whole quarter of
// an hour it is that. Keys seen more than SHIFT_SAME times by either are left out. Pure; sorts the lists given.
#ifndef CORE_BASE_SHIFT_H
#define CORE_BASE_SHIFT_H

#include <stddef.h>

#include "core/base/time.h"

enum { SHIFT_LEAST = 8, SHIFT_SAME = 16 };
#define SHIFT_SPREAD (2 * UTIME_MINUTE)

struct sighting {
    uint64_t key;
    utime_t time;
};

struct shift {
    size_t shared; // keys that both have
    size_t pairs;  // differences, and how many of them
    size_t agree;  // lie in the fullest window
    bool known;
    int64_t us; // b's clock less a's
};

// False: no memory.
bool shift_of(struct sighting *a, size_t na, struct sighting *b, size_t nb, struct shift *ret);
// A gap between clocks as people say it: a whole quarter of an hour when it is near one, else whole seconds.
int64_t shift_round(int64_t us);

#endif
