// stamp_pattern.h - times by a pattern of letters, as Java, LEEF (devTimeFormat) and many products
// write them.
// SPDX-License-Identifier: Apache-2.0
//
//   yyyy yy     year            MM M  month in digits      MMM  Jan .. Dec (or the whole name)
//   dd d        day             HH H  hour 0-23            hh h hour 1-12 with `a` = AM, PM
//   mm ss       minute, second  S     fraction, any length
//   Z X z       zone: Z, +hh:mm, +hhmm, +hh, UTC, GMT, "GMT+01:00"; another name of letters is read and
//               the source's own zone assumed, since names of zones are not unique
//   EEE         name of a day (read, not checked)          'text' and the rest: as they are
// A blank stands for one or more. One letter reads one or two digits, two read two.
// A pattern without a year takes the year that brings the time nearest to `received`.
#ifndef CORE_DECODE_STAMP_PATTERN_H
#define CORE_DECODE_STAMP_PATTERN_H

#include "core/decode/stamp.h"

bool stamp_pattern_ok(struct span pattern); // has hour and minute, and a day or nothing of a date
bool stamp_pattern_read(struct span s, struct span pattern, ntime_t received, int zone_s,
                        utime_t *ret);
// The patterns that need no telling because nothing else looks like them.
bool stamp_pattern_any(struct span s, ntime_t received, int zone_s, utime_t *ret);

#endif
