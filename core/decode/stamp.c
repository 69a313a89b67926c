// stamp.c - times as sources write them.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/stamp.h"

#include "core/base/attr.h"
#include "core/decode/stamp_pattern.h"

static const char *const format_names[STAMP_COUNT] = {"auto",     "iso",      "bsd",      "epoch",
                                                      "epoch_ms", "epoch_us", "epoch_ns", NULL};

bool stamp_how_of(struct span text, struct stamp_how *ret)
{
    for (int i = 0; i < STAMP_PATTERN; i++) {
        if (span_eq_str(text, format_names[i])) {
            *ret = (struct stamp_how){.format = (enum stamp_format)i};
            return true;
        }
    }
    *ret = (struct stamp_how){.format = STAMP_PATTERN, .pattern = text};
    return stamp_pattern_ok(text);
}

int stamp_month(struct span s)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    for (int m = 0; s.n >= 3 && m < 12; m++) {
        const char *w = months + m * 3;

        if ((s.p[0] | 0x20) == w[0] && (s.p[1] | 0x20) == w[1] && (s.p[2] | 0x20) == w[2]) {
            return m + 1;
        }
    }
    return 0;
}

// 1 to `most` digits; how many there were, 0 when there are more or none.
static size_t read_number(struct span *s, size_t most, int *ret)
{
    size_t n = 0;
    int v = 0;

    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') {
        if (++n > most) {
            return 0;
        }
        v = v * 10 + (s->p[n - 1] - '0');
    }
    *s = span_sub(*s, n, s->n);
    *ret = v;
    return n;
}

static bool skip(struct span *s, char c)
{
    if (s->n == 0 || s->p[0] != c) {
        return false;
    }
    *s = span_sub(*s, 1, s->n);
    return true;
}

struct clock {
    int h, m, s, us;
};

static bool read_clock(struct span *s, struct clock *c)
{
    if (read_number(s, 2, &c->h) != 2 || !skip(s, ':') || read_number(s, 2, &c->m) != 2 ||
        !skip(s, ':') || read_number(s, 2, &c->s) != 2) {
        return false;
    }
    if (s->n > 1 && (s->p[0] == '.' || s->p[0] == ',') && s->p[1] >= '0' && s->p[1] <= '9') {
        int unit = 100000;

        for (*s = span_sub(*s, 1, s->n); s->n && s->p[0] >= '0' && s->p[0] <= '9';
             *s = span_sub(*s, 1, s->n)) {
            c->us += (s->p[0] - '0') * unit;
            unit /= 10;
        }
    }
    return true;
}

// `slack`: by how much the second best year is farther away; 0 when not all three have the day.
static bool nearest_year(int month, int day, const struct clock *c, ntime_t received, int zone_s,
                         utime_t *ret, utime_t *slack)
{
    utime_t now = utime_of_ns(received), best = 0;
    int y, d[6];
    bool found = false;
    int days = 0;

    *slack = INT64_MAX;
    utime_split(now, &y, &d[0], &d[1], &d[2], &d[3], &d[4], &d[5]);
    for (int year = y - 1; year <= y + 1; year++) {
        utime_t t, gap;

        if (utime_civil(year, month, day, c->h, c->m, c->s, c->us, zone_s, &t)) {
            gap = t > now ? t - now : now - t;
            if (found && (gap < best || gap - best < *slack)) {
                *slack = gap < best ? best - gap : gap - best;
            }
            days++;
            if (!found || gap < best) {
                best = gap;
                *ret = t;
                found = true;
            }
        }
    }
    *slack = days == 3 ? *slack : 0;
    return found;
}

// `slack` is 0 for a time that names its year.
static bool read_bsd(struct span s, ntime_t received, int zone_s, utime_t *ret, size_t *ret_used,
                     utime_t *slack)
{
    struct span at = span_sub(s, 3, s.n), more;
    int month = stamp_month(s), day = 0, year = 0, n_year = 0;
    struct clock c = {0};
    size_t n;

    *slack = 0;
    if (!month || !skip(&at, ' ')) {
        return false;
    }
    (void)skip(&at, ' ');
    if (read_number(&at, 2, &day) == 0 || !skip(&at, ' ')) {
        return false;
    }
    more = at;
    n = read_number(&more, 4, &year);
    if (n == 4 && skip(&more, ' ')) {
        at = more;
    } else {
        year = 0;
    }
    if (!read_clock(&at, &c)) {
        return false;
    }
    more = at;
    if (!year && skip(&more, ' ') && read_number(&more, 4, &n_year) == 4 && n_year >= 1970 &&
        (more.n == 0 || more.p[0] == ' ' || more.p[0] == ':')) {
        year = n_year;
        at = more;
    }
    if (ret_used) {
        *ret_used = s.n - at.n;
    } else if (at.n) {
        return false;
    }
    return year ? utime_civil(year, month, day, c.h, c.m, c.s, c.us, zone_s, ret)
                : nearest_year(month, day, &c, received, zone_s, ret, slack);
}

bool stamp_bsd(struct span s, ntime_t received, int zone_s, utime_t *ret, size_t *ret_used)
{
    utime_t slack;

    return read_bsd(s, received, zone_s, ret, ret_used, &slack);
}

// Remembers the minute of a time that was read.
static void remember(struct stamp_memo *m, struct span s, ntime_t received, int zone_s, utime_t t,
                     utime_t slack)
{
    const utime_t far = 1000 * 366 * UTIME_DAY;
    // second and receive time each move a year's distance by as much as they move, up or down:
    // 2 * (moved + a minute) < slack
    utime_t most = (slack - 1) / 2 - UTIME_MINUTE;
    int second = (s.p[13] - '0') * 10 + s.p[14] - '0';

    m->used = most >= 0;
    m->reach = (most < far ? most : far) * 1000;
    m->zone_s = zone_s;
    m->received = received;
    m->at = t - second * UTIME_SECOND;
    memcpy(m->minute, s.p, sizeof(m->minute));
}

bool stamp_bsd_again(struct stamp_memo *m, struct span s, ntime_t received, int zone_s,
                     utime_t *ret, size_t *ret_used)
{
    utime_t slack;

    if (stamp_bsd_same(m, s, received, zone_s, ret)) {
        *ret_used = 15;
        return true;
    }
    if (!read_bsd(s, received, zone_s, ret, ret_used, &slack)) {
        return false;
    }
    if (*ret_used == 15 && s.n > 16 && s.p[15] == ' ') {
        remember(m, s, received, zone_s, *ret, slack);
    }
    return true;
}

// Seconds and fraction of "....-..-..T..:..:SS.FFFFFF" behind its minute; -1 when they are not digits.
static int64_t behind_minute(const char *p, size_t digits)
{
    static const int unit[7] = {0, 100000, 10000, 1000, 100, 10, 1};
    unsigned ten = (unsigned)(unsigned char)p[17] - '0', one = (unsigned)(unsigned char)p[18] - '0';
    int64_t us = 0;

    if (ten > 5 || one > 9) {
        return -1;
    }
    for (size_t i = 0; i < digits; i++) {
        unsigned d = (unsigned)(unsigned char)p[20 + i] - '0';

        if (d > 9) {
            return -1;
        }
        us = us * 10 + d;
    }
    return (ten * 10 + one) * UTIME_SECOND + us * unit[digits];
}

static void remember_iso(struct iso_memo *m, struct span s, int zone_s, utime_t t)
{
    size_t digits = 0;
    int64_t part;

    m->n = 0;
    if (s.n < 20 || s.n > sizeof(m->text)) {
        return;
    }
    if (s.p[19] == '.') {
        while (20 + digits < s.n && s.p[20 + digits] >= '0' && s.p[20 + digits] <= '9') {
            digits++;
        }
    }
    part = digits <= 6 ? behind_minute(s.p, digits) : -1;
    if (part < 0 || (digits == 0 && s.p[19] == '.')) {
        return;
    }
    *m = (struct iso_memo){.n = s.n, .digits = digits, .zone_s = zone_s, .at = t - part};
    memcpy(m->text, s.p, s.n);
}

static bool same_but_seconds(const struct iso_memo *m, struct span s, int zone_s)
{
    size_t tail = m->digits ? 20 + m->digits : 19;

    return m->n == s.n && s.n && zone_s == m->zone_s && span_load8(s.p) == span_load8(m->text) &&
           span_load8(s.p + 8) == span_load8(m->text + 8) && s.p[16] == m->text[16] &&
           s.p[19] == m->text[19] && span_same(s.p + tail, m->text + tail, s.n - tail);
}

bool stamp_iso_again(struct iso_memo *m, struct span s, int zone_s, utime_t *ret)
{
    if (same_but_seconds(m, s, zone_s)) {
        int64_t part = behind_minute(s.p, m->digits);

        if (part >= 0) {
            *ret = m->at + part;
            return true;
        }
    }
    if (!utime_iso(s, zone_s, ret, NULL)) {
        return false;
    }
    remember_iso(m, s, zone_s, *ret);
    return true;
}

bool stamp_zone(struct span name, int *ret)
{
    // without CST, IST, BST and AST, which are several
    static const struct {
        char name[5];
        signed char hours;
    } zone[] = {{"UTC", 0},  {"GMT", 0},  {"Z", 0},    {"WET", 0},  {"WEST", 1}, {"CET", 1},
                {"CEST", 2}, {"EET", 2},  {"EEST", 3}, {"MSK", 3},  {"SGT", 8},  {"HKT", 8},
                {"JST", 9},  {"KST", 9},  {"EST", -5}, {"EDT", -4}, {"CDT", -5}, {"MST", -7},
                {"MDT", -6}, {"PST", -8}, {"PDT", -7}};

    for (size_t i = 0; i < ARRAY_LEN(zone); i++) {
        if (span_eq_str(name, zone[i].name)) {
            *ret = zone[i].hours * 3600;
            return true;
        }
    }
    return false;
}

// The whole part exactly, the fraction cut at microseconds; nanoseconds to the nearest one.
static bool read_epoch(struct span s, enum stamp_format format, utime_t *ret)
{
    static const int64_t num[STAMP_COUNT] = {
        [STAMP_EPOCH] = 1000000, [STAMP_MS] = 1000, [STAMP_US] = 1, [STAMP_NS] = 1};
    struct span whole, frac;
    int64_t v, part = 0, unit = num[format];

    whole = span_cut(&s, '.');
    frac = s;
    if (!span_i64(whole, &v)) {
        return false;
    }
    if (format == STAMP_NS) {
        *ret = v / 1000 + (v % 1000 >= 500);
        return true;
    }
    for (size_t i = 0; i < frac.n; i++) {
        if (frac.p[i] < '0' || frac.p[i] > '9') {
            return false;
        }
        unit /= 10;
        part += (frac.p[i] - '0') * unit;
    }
    return !__builtin_mul_overflow(v, num[format], &v) &&
           !__builtin_add_overflow(v, v < 0 ? -part : part, ret);
}

static enum stamp_format unit_by_size(struct span s)
{
    int64_t v;

    if (!span_i64(span_sub(s, 0, span_find(s, '.')), &v)) {
        return STAMP_AUTO;
    }
    v = v < 0 ? -(v + 1) : v;
    return v < 100000000000         ? STAMP_EPOCH // to the year 5138
           : v < 100000000000000    ? STAMP_MS
           : v < 100000000000000000 ? STAMP_US
                                    : STAMP_NS;
}

bool stamp_read(const struct fval *v, enum stamp_format format, ntime_t received, int zone_s,
                utime_t *ret)
{
    struct span s = span_trim(v->s);

    if (v->type == V_ABSENT || v->type == V_NULL || v->type == V_BOOL || s.n == 0) {
        return false;
    }
    if (format == STAMP_ISO || (format == STAMP_AUTO && utime_iso(s, zone_s, ret, NULL))) {
        return utime_iso(s, zone_s, ret, NULL);
    }
    if (format == STAMP_BSD ||
        (format == STAMP_AUTO && stamp_month(s) && stamp_bsd(s, received, zone_s, ret, NULL))) {
        return stamp_bsd(s, received, zone_s, ret, NULL);
    }
    if (format == STAMP_AUTO) {
        format = unit_by_size(s);
        return format != STAMP_AUTO ? read_epoch(s, format, ret)
                                    : stamp_pattern_any(s, received, zone_s, ret);
    }
    return format < STAMP_PATTERN && read_epoch(s, format, ret);
}

bool stamp_read_how(struct iso_memo *m, const struct fval *v, const struct stamp_how *how,
                    ntime_t received, int zone_s, utime_t *ret)
{
    if (how->format == STAMP_PATTERN) {
        return stamp_pattern_read(span_trim(v->s), how->pattern, received, zone_s, ret);
    }
    if (v->type == V_STR && v->s.n && (how->format == STAMP_ISO || how->format == STAMP_AUTO) &&
        stamp_iso_again(m, span_trim(v->s), zone_s, ret)) {
        return true;
    }
    return stamp_read(v, how->format, received, zone_s, ret);
}
