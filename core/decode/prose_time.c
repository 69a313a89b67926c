// prose_time.c - the time that a text names somewhere.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/prose_time.h"

#include "core/decode/stamp.h"

enum { REACH = 32, DATE_WORDS = 4, BEHIND = 2, TRIES = 24, JOINED = 64 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Whether "hh:mm" stands in it.
static bool has_clock(struct span s)
{
    for (size_t i = 2; i + 2 < s.n; i++) {
        if (s.p[i] == ':' && is_digit(s.p[i - 1]) && is_digit(s.p[i - 2]) && is_digit(s.p[i + 1]) &&
            is_digit(s.p[i + 2])) {
            return true;
        }
    }
    return s.n >= 4 && s.p[1] == ':' && is_digit(s.p[0]) && is_digit(s.p[2]) && is_digit(s.p[3]);
}

static bool begins_date(struct span s)
{
    static const char days[] = "montuewedthufrisatsun";

    if (s.n == 0) {
        return false;
    }
    if (is_digit(s.p[0]) || stamp_month(s)) {
        return true;
    }
    for (size_t i = 0; s.n >= 3 && i < sizeof(days) - 1; i += 3) {
        if ((s.p[0] | 0x20) == days[i] && (s.p[1] | 0x20) == days[i + 1] &&
            (s.p[2] | 0x20) == days[i + 2]) {
            return true;
        }
    }
    return false;
}

// The words as they stand, or with one blank between them, whatever stood there ("date","time").
static bool read_words(const struct token *v, size_t n, ntime_t received, int zone_s, utime_t *ret)
{
    char joined[JOINED];
    size_t used = 0;
    struct fval f = {.type = V_STR};

    for (size_t i = 0; i < n; i++) {
        if (v[i].s.n == 0) { // an empty cell is no part of a time
            return false;
        }
    }
    f.s = span_of(v[0].s.p, (size_t)(v[n - 1].s.p + v[n - 1].s.n - v[0].s.p));
    if (f.s.n < JOINED && stamp_read(&f, STAMP_AUTO, received, zone_s, ret)) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (used + v[i].s.n + 1 >= JOINED) {
            return false;
        }
        if (i) {
            joined[used++] = ' ';
        }
        memcpy(joined + used, v[i].s.p, v[i].s.n);
        used += v[i].s.n;
    }
    f.s = span_of(joined, used);
    return n > 1 && stamp_read(&f, STAMP_AUTO, received, zone_s, ret);
}

bool prose_time(const struct tokens *t, ntime_t received, int zone_s, utime_t *ret)
{
    size_t reach = t->n < REACH ? t->n : REACH, tries = 0;

    for (size_t i = 0; i < reach; i++) {
        size_t clock = i;

        if (!begins_date(t->v[i].s)) {
            continue;
        }
        while (clock < t->n && clock < i + DATE_WORDS && !has_clock(t->v[clock].s)) {
            clock++;
        }
        if (clock == t->n || clock == i + DATE_WORDS) {
            continue;
        }
        // the longest first: a zone or a year may stand behind the clock
        for (size_t end = clock + BEHIND < t->n ? clock + BEHIND : t->n - 1;; end--) {
            if (tries++ == TRIES) {
                return false;
            }
            if (read_words(&t->v[i], end - i + 1, received, zone_s, ret)) {
                return true;
            }
            if (end == clock) {
                break;
            }
        }
    }
    return false;
}
