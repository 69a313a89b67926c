// timepart.c - the minute, hour, day, week, month or year of a time in a field.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/time.h"
#include "core/detect/program.h"

// Larger than any time in the unit before it until the year 5138.
static const int64_t unit_max = 100000000000;

static bool read_time(struct span s, utime_t *ret)
{
    struct number n;
    int64_t i;

    if (utime_iso(s, 0, ret, NULL)) {
        return true;
    }
    if (!number_read(s, &n) || n.d < 0 || n.d > 9e18) {
        return false;
    }
    if (!n.whole) { // 1661263200.123456
        *ret = (utime_t)(n.d * 1e6);
        return n.d < (double)unit_max;
    }
    i = (int64_t)n.i;
    *ret = i < unit_max             ? i * 1000000
           : i < unit_max * 1000    ? i * 1000
           : i < unit_max * 1000000 ? i
                                    : i / 1000;
    return true;
}

// Of a day given as days since 1970-01-01, a Thursday: the week belongs to the year of its Thursday.
static int iso_week(int64_t day)
{
    int64_t thursday = day - (day + 3) % 7 + 3;
    int year, month, mday, h, m, s, us;
    utime_t first;

    utime_split(thursday * UTIME_DAY, &year, &month, &mday, &h, &m, &s, &us);
    (void)utime_civil(year, 1, 1, 0, 0, 0, 0, 0, &first);
    return (int)((thursday - first / UTIME_DAY) / 7 + 1);
}

bool time_part_of(struct span text, enum time_part part, struct number *ret)
{
    int year, month, day, hour, min, sec, usec, v = 0;
    utime_t t;

    if (!read_time(text, &t) || t < 0) { // nothing that is logged is older than 1970
        return false;
    }
    utime_split(t, &year, &month, &day, &hour, &min, &sec, &usec);
    switch (part) {
    case PART_NONE: return false;
    case PART_MINUTE: v = min; break;
    case PART_HOUR: v = hour; break;
    case PART_DAY: v = day; break;
    case PART_WEEK: v = iso_week(t / UTIME_DAY); break;
    case PART_MONTH: v = month; break;
    case PART_YEAR: v = year; break;
    }
    *ret = (struct number){.whole = true, .i = v, .d = v};
    return true;
}
