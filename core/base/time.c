// time.c - civil time without the C library's hidden zone.
// SPDX-License-Identifier: Apache-2.0
#include "core/base/time.h"

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

// `v` in n digits and the sign behind them.
static char *put_digits(char *p, unsigned v, size_t n, char sign)
{
    for (size_t i = n; i-- > 0; v /= 10) {
        p[i] = (char)('0' + v % 10);
    }
    p[n] = sign;
    return p + n + 1;
}

char *utime_text(utime_t t, char out[TIME_TEXT])
{
    int y, mo, d, h, mi, s, us;
    char *p = out;

    out[0] = '\0';
    if (t != UTIME_NONE) {
        utime_split(t, &y, &mo, &d, &h, &mi, &s, &us);
        if (y < 0 || y > 9999) {
            return out;
        }
        p = put_digits(p, (unsigned)y, 4, '-');
        p = put_digits(p, (unsigned)mo, 2, '-');
        p = put_digits(p, (unsigned)d, 2, 'T');
        p = put_digits(p, (unsigned)h, 2, ':');
        p = put_digits(p, (unsigned)mi, 2, ':');
        p = put_digits(p, (unsigned)s, 2, '.');
        p = put_digits(p, (unsigned)us, 6, 'Z');
        *p = '\0';
    }
    return out;
}

static inline bool two(const char *p, int *ret)
{
    unsigned a = (unsigned char)p[0] - (unsigned)'0', b = (unsigned char)p[1] - (unsigned)'0';

    *ret = (int)(a * 10 + b);
    return a <= 9 && b <= 9;
}

static bool two_digits(struct span *s, int *ret)
{
    if (s->n < 2 || !two(s->p, ret)) {
        return false;
    }
    *s = span_of(s->p + 2, s->n - 2);
    return true;
}

// "2026-11-21T08:00:00"; false: it does not begin so.
static bool read_second(struct span s, int v[6])
{
    const char *p = s.p;
    int century, year;

    if (s.n < 19 || p[4] != '-' || p[7] != '-' || (p[10] != 'T' && p[10] != 't' && p[10] != ' ') ||
        p[13] != ':' || p[16] != ':' || !two(p, &century) || !two(p + 2, &year)) {
        return false;
    }
    v[0] = century * 100 + year;
    for (int i = 1; i < 6; i++) {
        if (!two(p + 2 + 3 * i, &v[i])) {
            return false;
        }
    }
    return true;
}

// One of at most two bytes.
static inline bool sign(struct span *s, const char *allowed)
{
    if (s->n == 0 || (s->p[0] != allowed[0] && (!allowed[1] || s->p[0] != allowed[1]))) {
        return false;
    }
    *s = span_sub(*s, 1, s->n);
    return true;
}

static int fraction(struct span *s)
{
    int usec = 0, unit = 100000;
    size_t n = 0;

    for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++) {
        usec += (s->p[n] - '0') * unit;
        unit /= 10;
    }
    *s = span_of(s->p + n, s->n - n);
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
    if (!two_digits(&t, &h)) {
        return false;
    }
    if (sign(&t, ":")) {
        if (!two_digits(&t, &m)) {
            return false;
        }
    } else if (t.n >= 2 && t.p[0] >= '0' && t.p[0] <= '9') {
        if (!two_digits(&t, &m)) {
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
    struct span at;
    int v[6], usec = 0, off;

    if (!read_second(s, v)) {
        return false;
    }
    at = span_of(s.p + 19, s.n - 19);
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
    return utime_civil(v[0], v[1], v[2], v[3], v[4], v[5], usec, off, ret);
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
