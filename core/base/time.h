// time.h - instants and how they are written.
// SPDX-License-Identifier: Apache-2.0
//
// utime_t is microseconds since 1970-01-01T00:00:00Z: event time, fab time, database time. Receive
// times in the journal are nanoseconds (ntime_t). Core never asks a clock: `now` is a parameter.
// UTIME_NONE stands for "not known".
#ifndef CORE_BASE_TIME_H
#define CORE_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/span.h"

typedef int64_t utime_t;
typedef int64_t ntime_t;

#define UTIME_NONE   INT64_MIN
#define UTIME_SECOND ((utime_t)1000000)
#define UTIME_MINUTE (60 * UTIME_SECOND)
#define UTIME_HOUR   (60 * UTIME_MINUTE)
#define UTIME_DAY    (24 * UTIME_HOUR)

static inline utime_t utime_of_ns(ntime_t ns)
{
    return ns >= 0 ? ns / 1000 : -((-ns + 999) / 1000);
}

enum { TIME_TEXT = 28 }; // "2026-11-22T01:02:03.456789Z" and a terminator

// RFC 3339, UTC, six digits: the one form of output. UTIME_NONE gives "".
char *utime_text(utime_t t, char out[TIME_TEXT]);

// Civil date to instant; every part is checked (leap second 60 is refused). `offset_s` is the zone's
// distance from UTC in seconds.
bool utime_civil(int year, int month, int day, int hour, int min, int sec, int usec, int offset_s,
                 utime_t *ret);
void utime_split(utime_t t, int *year, int *month, int *day, int *hour, int *min, int *sec,
                 int *usec);

// ISO 8601 / RFC 3339 as logs write it: date, 'T', 't' or one blank, time, optional fraction (any
// number of digits, cut to six; '.' or ','), optional zone "Z", "+hh:mm", "+hhmm", "+hh". Without a
// zone `zone_s` (seconds east of UTC) is assumed. `ret_used` (may be NULL) gets the length read; when
// NULL the whole span must be read.
bool utime_iso(struct span s, int zone_s, utime_t *ret, size_t *ret_used);

// "15s", "5m", "1h", "7d": one unit, lower case, at least 1 (Sigma timespan). Also "ms" and "us".
bool utime_duration(struct span s, utime_t *ret);

#endif
