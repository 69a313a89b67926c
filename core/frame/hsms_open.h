// hsms_open.h - the open transactions of one HSMS connection.
// SPDX-License-Identifier: Apache-2.0
//
// A transaction is (connection, sender, system bytes): each side numbers by itself, equal numbers run
// both ways at once and may be used again while open. Whether an answer is due is not told by the W bit
// alone, so every primary message waits for one; OPEN_MAX wait, the oldest makes room. An answer belongs to
// the newest message of the other side that has its system bytes and that it can answer; S9Fx to the
// message whose header it carries in its text (SEMI E5, MHEAD), whatever its own system bytes are.
#ifndef CORE_FRAME_HSMS_OPEN_H
#define CORE_FRAME_HSMS_OPEN_H

#include "core/model/hsms.h"

enum { OPEN_MAX = 128 };

struct hsms_primary {
    bool open;
    uint8_t side, stype, stream, function;
    uint32_t system;
    uint64_t frame, ordinal;
    ntime_t time;
};

struct hsms_open {
    struct hsms_primary at[OPEN_MAX];
    unsigned next; // the place used longest ago
};

// Sets is_reply, answers and reused of `s`, whose bytes, frame, ordinal and time are set.
void hsms_open_take(struct hsms_open *o, unsigned side, struct hsms_seen *s);

#endif
