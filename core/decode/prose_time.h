// prose_time.h - the time that a text names somewhere.
// SPDX-License-Identifier: Apache-2.0
//
// Looked for among the first words: up to four that begin like a date and reach a clock ("hh:mm"), with a
// zone or year behind it; blanks, commas and quotes between them do not matter. What stamp.h reads counts.
#ifndef CORE_DECODE_PROSE_TIME_H
#define CORE_DECODE_PROSE_TIME_H

#include "core/base/time.h"
#include "core/decode/token.h"

bool prose_time(const struct tokens *t, ntime_t received, int zone_s, utime_t *ret);

#endif
