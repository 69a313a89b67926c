// syslog_cisco.c - the header of Cisco devices, by its message name.
// SPDX-License-Identifier: Apache-2.0
#include "core/decode/syslog_cisco.h"

#include "core/base/find.h"
#include "core/decode/stamp.h"

enum { NAME_MAX_BYTES = 96, YEAR_FIRST_MAX = 48 };

static bool name_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("_-./", c));
}

// Length of "%FACILITY-5-MNEMONIC" at the beginning, 0 when there is none.
static size_t message_name(struct span s)
{
    size_t n = 1;
    bool severity = false;

    if (s.n < 6 || s.p[0] != '%' || s.p[1] < 'A' || s.p[1] > 'Z') {
        return 0;
    }
    while (n < s.n && n < NAME_MAX_BYTES && name_char(s.p[n])) {
        severity |= s.p[n] == '-' && n > 1 && n + 3 < s.n && s.p[n + 1] >= '0' &&
                    s.p[n + 1] <= '7' && s.p[n + 2] == '-' && name_char(s.p[n + 3]);
        n++;
    }
    return severity && (n == s.n || s.p[n] == ':' || s.p[n] == ' ') ? n : 0;
}

static bool all_digits(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return s.n > 0;
}

// "2026 Nov 20 02:00:00" as "Nov 20 2026 02:00:00"; false: it is no such time.
static bool year_first(struct span s, ntime_t received, int zone_s, utime_t *ret, size_t *used)
{
    char text[YEAR_FIRST_MAX];
    struct span month = span_sub(s, 5, s.n);
    size_t day = 6, n; // "Nov 20", "Nov  2"

    if (s.n < 20 || !all_digits(span_sub(s, 0, 4)) || s.p[4] != ' ' || !stamp_month(month)) {
        return false;
    }
    n = s.n - 5 < sizeof(text) - 6 ? s.n - 5 : sizeof(text) - 6;
    if (n <= day || month.p[day] != ' ') {
        return false;
    }
    memcpy(text, month.p, day + 1);
    memcpy(text + day + 1, s.p, 5);
    memcpy(text + day + 6, month.p + day + 1, n - day - 1);
    return stamp_bsd(span_of(text, n + 5), received, zone_s, ret, used);
}

static bool read_stamp(struct span s, ntime_t received, int zone_s, utime_t *ret, size_t *used)
{
    return year_first(s, received, zone_s, ret, used) ||
           stamp_bsd(s, received, zone_s, ret, used) || utime_iso(s, zone_s, ret, used);
}

// The time at the beginning of *s with the name of its zone, taken off.
static bool take_time(struct span *s, ntime_t received, int zone_s, struct syslog *h)
{
    struct span at = *s, rest, word;
    utime_t t;
    size_t n;
    int named;

    if (at.n && (at.p[0] == '*' || at.p[0] == '.')) {
        at = span_sub(at, 1, at.n);
    }
    if (!read_stamp(at, received, zone_s, &t, &n) ||
        (n < at.n && at.p[n] != ' ' && at.p[n] != ':')) {
        return false;
    }
    rest = span_sub(at, n, at.n);
    word = span_sub(rest, 1, rest.n);
    word = span_sub(word, 0, span_find(word, ':'));
    if (rest.n && rest.p[0] == ' ' && stamp_zone(span_trim(word), &named)) {
        if (read_stamp(at, received, named, &t, &n)) {
            rest = span_sub(rest, 1 + word.n, rest.n);
        }
    } else if (rest.n && rest.p[0] == ' ' && word.n >= 2 && word.n <= 5 && 1 + word.n < rest.n &&
               span_find(word, ' ') == word.n && word.p[0] >= 'A' && word.p[0] <= 'Z') {
        rest = span_sub(rest, 1 + word.n, rest.n); // a zone that is not one only
    }
    h->time = t;
    h->stamp = span_sub(at, 0, n);
    *s = rest;
    return true;
}

static void read_prefix(struct span s, ntime_t received, int zone_s, struct syslog *h)
{
    while (s.n) {
        struct span word;

        if (s.p[0] == ' ' || s.p[0] == ':') {
            s = span_sub(s, 1, s.n);
            continue;
        }
        if (take_time(&s, received, zone_s, h)) {
            continue;
        }
        word = span_cut(&s, ' ');
        if (word.p[word.n - 1] == ':') {
            word = span_sub(word, 0, word.n - 1);
        }
        if (h->host.n == 0 && !all_digits(word)) {
            h->host = word;
        }
    }
}

bool syslog_cisco(struct span s, ntime_t received, int zone_s, struct syslog *ret)
{
    struct span reach = span_sub(s, 0, SYSLOG_CISCO_REACH);

    for (size_t at = 0; (at = FIND_ANY(reach, at, "%")) < reach.n; at++) {
        size_t n = (at == 0 || s.p[at - 1] == ' ' || s.p[at - 1] == ':')
                       ? message_name(span_sub(s, at, s.n))
                       : 0;

        if (n) {
            ret->app = span_sub(s, at, n);
            ret->msg = span_sub(s, at + n, s.n);
            if (ret->msg.n && ret->msg.p[0] == ':') {
                ret->msg = span_sub(ret->msg, 1, ret->msg.n);
            }
            while (ret->msg.n && ret->msg.p[0] == ' ') {
                ret->msg = span_sub(ret->msg, 1, ret->msg.n);
            }
            read_prefix(span_sub(s, 0, at), received, zone_s, ret);
            return true;
        }
    }
    return false;
}
