// time.c - civil time without the C library's hidden zone.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/time.h"

#include <stdio.h>

// Days from 1970-01-01 in the proleptic Gregorian calendar; March-based years make leap days last.
static int64_t days_of(int y, int m, int d)
{
    int64_t yy = y - (m <= 2);
    int64_t era = (yy >= 0 ? yy : yy - 399) / 400;
    int64_t yoe = yy - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + doe - 719468;
}

static int month_days(int y, int m)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

    return m == 2 && leap ? 29 : days[m - 1];
}

bool utime_civil(int year, int month, int day, int hour, int min, int sec, int usec, int offset_s,
                 utime_t *ret)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month) || hour < 0 || hour > 23 || min < 0 || min > 59 || sec < 0 ||
        sec > 59 || usec < 0 || usec > 999999) {
        return false;
    }
    *ret = (((days_of(year, month, day) * 24 + hour) * 60 + min) * 60 + sec - offset_s) *
               UTIME_SECOND +
           usec;
    return true;
}

void utime_split(utime_t t, int *year, int *month, int *day, int *hour, int *min, int *sec,
                 int *usec)
{
    int64_t days = t / UTIME_DAY, rest = t % UTIME_DAY;
    int64_t era, doe, yoe, doy, mp;

    if (rest < 0) {
        rest += UTIME_DAY;
        days--;
    }
    days += 719468;
    era = (days >= 0 ? days : days - 146096) / 146097;
    doe = days - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
    *usec = (int)(rest % UTIME_SECOND);
    rest /= UTIME_SECOND;
    *hour = (int)(rest / 3600);
    *min = (int)(rest / 60 % 60);
    *sec = (int)(rest % 60);
}

char *utime_text(utime_t t, char out[TIME_TEXT])
{
    int y, mo, d, h, mi, s, us;

    out[0] = '\0';
    if (t != UTIME_NONE) {
        utime_split(t, &y, &mo, &d, &h, &mi, &s, &us);
        if (y < 0 || y > 9999) {
            return out;
        }
        (void)snprintf(out, TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", (unsigned)y % 10000,
                       (unsigned)mo % 100, (unsigned)d % 100, (unsigned)h % 100, (unsigned)mi % 100,
                       (unsigned)s % 100, (unsigned)us % 1000000);
    }
    return out;
}

static bool digits(struct span *s, size_t n, int *ret)
{
    int v = 0;

    if (s->n < n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned d = (unsigned char)s->p[i] - (unsigned)'0';

        if (d > 9) {
            return false;
        }
        v = v * 10 + (int)d;
    }
    *s = span_sub(*s, n, s->n);
    *ret = v;
    return true;
}

static bool sign(struct span *s, const char *allowed)
{
    if (s->n == 0 || !strchr(allowed, s->p[0]) || !s->p[0]) {
        return false;
    }
    *s = span_sub(*s, 1, s->n);
    return true;
}

static int fraction(struct span *s)
{
    int usec = 0, unit = 100000;

    while (s->n && s->p[0] >= '0' && s->p[0] <= '9') {
        usec += (s->p[0] - '0') * unit;
        unit /= 10;
        *s = span_sub(*s, 1, s->n);
    }
    return usec;
}

static bool zone(struct span *s, int zone_s, int *ret)
{
    bool west;
    int h, m = 0;
    struct span t = *s;

    *ret = zone_s;
    if (t.n == 0) {
        return true;
    }
    if (sign(&t, "Zz")) {
        *ret = 0;
        *s = t;
        return true;
    }
    west = t.p[0] == '-';
    if (!sign(&t, "+-")) {
        return true;
    }
    if (!digits(&t, 2, &h)) {
        return false;
    }
    if (sign(&t, ":")) {
        if (!digits(&t, 2, &m)) {
            return false;
        }
    } else if (t.n >= 2 && t.p[0] >= '0' && t.p[0] <= '9') {
        if (!digits(&t, 2, &m)) {
            return false;
        }
    }
    if (h > 23 || m > 59) {
        return false;
    }
    *ret = (west ? -1 : 1) * (h * 3600 + m * 60);
    *s = t;
    return true;
}

bool utime_iso(struct span s, int zone_s, utime_t *ret, size_t *ret_used)
{
    struct span at = s;
    int y, mo, d, h, mi, sec, usec = 0, off;

    if (!digits(&at, 4, &y) || !sign(&at, "-") || !digits(&at, 2, &mo) || !sign(&at, "-") ||
        !digits(&at, 2, &d) || !sign(&at, "Tt ") || !digits(&at, 2, &h) || !sign(&at, ":") ||
        !digits(&at, 2, &mi) || !sign(&at, ":") || !digits(&at, 2, &sec)) {
        return false;
    }
    if (at.n > 1 && (at.p[0] == '.' || at.p[0] == ',') && at.p[1] >= '0' && at.p[1] <= '9') {
        at = span_sub(at, 1, at.n);
        usec = fraction(&at);
    }
    if (!zone(&at, zone_s, &off) || (!ret_used && at.n)) {
        return false;
    }
    if (ret_used) {
        *ret_used = s.n - at.n;
    }
    return utime_civil(y, mo, d, h, mi, sec, usec, off, ret);
}

bool utime_duration(struct span s, utime_t *ret)
{
    static const struct {
        const char *unit;
        utime_t us;
    } units[] = {{"us", 1},           {"ms", 1000},      {"s", UTIME_SECOND},
                 {"m", UTIME_MINUTE}, {"h", UTIME_HOUR}, {"d", UTIME_DAY}};
    size_t n = 0;
    uint64_t v;

    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9') {
        n++;
    }
    if (!span_u64(span_sub(s, 0, n), &v) || v == 0 || v > 1000000000) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (span_eq_str(span_sub(s, n, s.n), units[i].unit)) {
            return !__builtin_mul_overflow((utime_t)v, units[i].us, ret);
        }
    }
    return false;
}
