// stamp_pattern.c - times by a pattern of letters.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/stamp_pattern.h"

struct parts {
    int year, month, day, hour, minute, second, us, zone_s;
    bool has_year, pm, am;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t number(struct span *s, size_t least, size_t most, int *ret)
{
    size_t n = 0;
    int v = 0;

    while (n < s->n && n < most && is_digit(s->p[n])) {
        v = v * 10 + (s->p[n++] - '0');
    }
    *s = span_sub(*s, n, s->n);
    *ret = v;
    return n >= least ? n : 0;
}

static bool letters(struct span *s)
{
    size_t n = 0;

    while (n < s->n && is_letter(s->p[n])) {
        n++;
    }
    *s = span_sub(*s, n, s->n);
    return n > 0;
}

static void fraction(struct span *s, struct parts *p)
{
    int unit = 100000;

    for (p->us = 0; s->n && is_digit(s->p[0]); *s = span_sub(*s, 1, s->n)) {
        p->us += (s->p[0] - '0') * unit;
        unit /= 10;
    }
}

static bool zone(struct span *s, struct parts *p)
{
    int h, m = 0, sign;

    if (s->n && is_letter(s->p[0])) {
        bool utc =
            s->p[0] == 'Z' || span_starts(*s, SPAN_LIT("UTC")) || span_starts(*s, SPAN_LIT("GMT"));

        (void)letters(s);
        p->zone_s = utc ? 0 : p->zone_s;
        if (!utc || s->n == 0 || (s->p[0] != '+' && s->p[0] != '-')) {
            return true;
        }
    }
    if (s->n < 3 || (s->p[0] != '+' && s->p[0] != '-')) {
        return false;
    }
    sign = s->p[0] == '-' ? -1 : 1;
    *s = span_sub(*s, 1, s->n);
    if (!number(s, 1, 2, &h)) {
        return false;
    }
    if (s->n > 1 && s->p[0] == ':' && is_digit(s->p[1])) {
        *s = span_sub(*s, 1, s->n);
    }
    if (s->n && is_digit(s->p[0]) && !number(s, 2, 2, &m)) {
        return false;
    }
    p->zone_s = sign * (h * 3600 + m * 60);
    return h < 24 && m < 60;
}

static bool half_day(struct span *s, struct parts *p)
{
    if (s->n < 2 || (s->p[1] | 0x20) != 'm') {
        return false;
    }
    p->pm = (s->p[0] | 0x20) == 'p';
    p->am = (s->p[0] | 0x20) == 'a';
    *s = span_sub(*s, 2, s->n);
    return p->pm || p->am;
}

// One run of the same letter.
static bool field(struct span *s, char letter, size_t n, struct parts *p)
{
    size_t least = n > 1 ? 2 : 1;

    switch (letter) {
    case 'y':
        p->has_year = true;
        if (n == 2) {
            bool ok = number(s, 2, 2, &p->year);

            p->year += 2000;
            return ok;
        }
        return number(s, 4, 4, &p->year);
    case 'M':
        if (n >= 3) {
            p->month = stamp_month(*s);
            return p->month && letters(s);
        }
        return number(s, least, 2, &p->month);
    case 'd': return number(s, 1, 2, &p->day);
    case 'H':
    case 'h': return number(s, least, 2, &p->hour);
    case 'm': return number(s, 2, 2, &p->minute);
    case 's': return number(s, 2, 2, &p->second);
    case 'S':
        if (s->n == 0 || !is_digit(s->p[0])) {
            return false;
        }
        fraction(s, p);
        return true;
    case 'E': return letters(s);
    case 'a': return half_day(s, p);
    default: return zone(s, p);
    }
}

static bool same(struct span *s, char c)
{
    if (c == ' ') {
        if (s->n == 0 || s->p[0] != ' ') {
            return false;
        }
        while (s->n && s->p[0] == ' ') {
            *s = span_sub(*s, 1, s->n);
        }
        return true;
    }
    if (s->n == 0 || s->p[0] != c) {
        return false;
    }
    *s = span_sub(*s, 1, s->n);
    return true;
}

static bool walk(struct span s, struct span pattern, struct parts *p)
{
    bool quoted = false;

    for (size_t i = 0; i < pattern.n;) {
        char c = pattern.p[i];
        size_t n = 1;

        if (c == '\'') {
            quoted = !quoted;
        } else if (quoted || !is_letter(c)) {
            if (!same(&s, c)) {
                return false;
            }
        } else {
            while (i + n < pattern.n && pattern.p[i + n] == c) {
                n++;
            }
            if (!field(&s, c, n, p)) {
                return false;
            }
        }
        i += n;
    }
    return s.n == 0;
}

static bool nearest(const struct parts *p, utime_t now, utime_t *ret)
{
    int y, d[6];
    utime_t best = 0, t;
    bool found = false;

    utime_split(now, &y, &d[0], &d[1], &d[2], &d[3], &d[4], &d[5]);
    for (int year = y - 1; year <= y + 1; year++) {
        if (utime_civil(year, p->month, p->day, p->hour, p->minute, p->second, p->us, p->zone_s,
                        &t)) {
            utime_t gap = t > now ? t - now : now - t;

            if (!found || gap < best) {
                best = gap;
                *ret = t;
                found = true;
            }
        }
    }
    return found;
}

// Only a time of day: of the day that brings it nearest to `now`.
static bool nearest_day(const struct parts *p, utime_t now, utime_t *ret)
{
    int64_t day = (int64_t)86400 * UTIME_SECOND, gap, best = INT64_MAX;
    utime_t base = now - ((now % day) + day) % day;

    for (int k = -1; k <= 1; k++) {
        utime_t t =
            base + k * day +
            ((int64_t)p->hour * 3600 + p->minute * 60 + p->second - p->zone_s) * UTIME_SECOND +
            p->us;

        gap = t > now ? t - now : now - t;
        if (gap < best) {
            best = gap;
            *ret = t;
        }
    }
    return p->hour < 24 && p->minute < 60 && p->second < 60;
}

bool stamp_pattern_read(struct span s, struct span pattern, ntime_t received, int zone_s,
                        utime_t *ret)
{
    struct parts p = {.zone_s = zone_s};
    utime_t now = utime_of_ns(received);

    if (!walk(s, pattern, &p)) {
        return false;
    }
    if (p.pm || p.am) {
        p.hour = p.hour % 12 + (p.pm ? 12 : 0);
    }
    if (!p.has_year) {
        return p.month ? nearest(&p, now, ret) : nearest_day(&p, now, ret);
    }
    return utime_civil(p.year, p.month, p.day, p.hour, p.minute, p.second, p.us, p.zone_s, ret);
}

bool stamp_pattern_ok(struct span pattern)
{
    bool hour = false, minute = false, quoted = false;

    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];

        quoted ^= c == '\'';
        hour |= !quoted && (c == 'H' || c == 'h');
        minute |= !quoted && c == 'm';
        if (!quoted && is_letter(c) && !strchr("yMdHhmsSEaZXz", c)) {
            return false;
        }
    }
    return hour && minute && !quoted;
}

bool stamp_pattern_any(struct span s, ntime_t received, int zone_s, utime_t *ret)
{
    // month before day only where AM and PM say that it is American, or the month has a name
    static const struct span known[] = {
        SPAN_LIT("yyyy/MM/dd HH:mm:ss"),       SPAN_LIT("yyyy/MM/dd HH:mm:ss.S"),
        SPAN_LIT("yyyy/MM/dd HH:mm:ss,S"),     SPAN_LIT("yyyy/MM/dd HH:mm:ss Z"),
        SPAN_LIT("yyyy-MM-dd HH:mm:ss Z"),     SPAN_LIT("yyyy-MM-dd HH:mm:ss.S Z"),
        SPAN_LIT("yyyy-MM-dd HH:mm:ss zZ"),    SPAN_LIT("yyyy MMM d HH:mm:ss"),
        SPAN_LIT("yyyy MMM d HH:mm:ss.S"),     SPAN_LIT("yyyy MMM d HH:mm:ss z"),
        SPAN_LIT("MMM d yyyy HH:mm:ss z"),     SPAN_LIT("MMM d yyyy HH:mm:ss.S z"),
        SPAN_LIT("MMM d, yyyy h:mm:ss a"),     SPAN_LIT("MMM d, yyyy HH:mm:ss"),
        SPAN_LIT("MMM d yyyy h:mm:ss a"),      SPAN_LIT("MMM d HH:mm:ss z"),
        SPAN_LIT("MMM d HH:mm:ss.S z"),        SPAN_LIT("MMM d HH:mm:ss z yyyy"),
        SPAN_LIT("dd/MMM/yyyy:HH:mm:ss Z"),    SPAN_LIT("dd/MMM/yyyy:HH:mm:ss"),
        SPAN_LIT("d-MMM-yyyy HH:mm:ss"),       SPAN_LIT("d-MMM-yyyy HH:mm:ss.S"),
        SPAN_LIT("d MMM yyyy HH:mm:ss"),       SPAN_LIT("dMMMyyyy HH:mm:ss"),
        SPAN_LIT("d MMM yyyy HH:mm:ss Z"),     SPAN_LIT("EEE MMM d HH:mm:ss yyyy"),
        SPAN_LIT("EEE MMM d HH:mm:ss z yyyy"), SPAN_LIT("EEE, d MMM yyyy HH:mm:ss Z"),
        SPAN_LIT("EEE, d MMM yyyy HH:mm:ss"),  SPAN_LIT("EEE d MMM yyyy HH:mm:ss"),
        SPAN_LIT("EEE MMM d yyyy HH:mm:ss z"), SPAN_LIT("M/d/yyyy h:mm:ss a"),
        SPAN_LIT("M/d/yyyy h:mm a"),           SPAN_LIT("M/d/yyyy HH:mm:ss"),
        SPAN_LIT("d.M.yyyy HH:mm:ss"),         SPAN_LIT("yyyyMMddHHmmss"),
        SPAN_LIT("yyyyMMdd'T'HHmmss"),
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (stamp_pattern_read(s, known[i], received, zone_s, ret)) {
            return true;
        }
    }
    return false;
}
