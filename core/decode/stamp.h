// stamp.h - times as sources write them.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DECODE_STAMP_H
#define CORE_DECODE_STAMP_H

#include "core/model/event.h"

enum stamp_format {
    STAMP_AUTO,  // ISO, "Mmm dd ...", or a number whose unit its size tells
    STAMP_ISO,   // ISO 8601, RFC 3339
    STAMP_BSD,   // "Mmm dd hh:mm:ss", also with year and fraction (RFC 3164, CEF, Cisco)
    STAMP_EPOCH, // seconds since 1970, with fraction
    STAMP_MS,    // milliseconds since 1970
    STAMP_US,
    STAMP_NS,
    STAMP_PATTERN, // letters, see stamp_pattern.h
    STAMP_COUNT
};

struct stamp_how {
    enum stamp_format format;
    struct span pattern; // STAMP_PATTERN; borrowed
};

// "auto", "iso", "bsd", "epoch", "epoch_ms", "epoch_us", "epoch_ns", or a pattern; false: neither.
bool stamp_how_of(struct span text, struct stamp_how *ret);

// "Mmm dd hh:mm:ss[.frac]", "Mmm dd yyyy hh:mm:ss[.frac]" or "Mmm dd hh:mm:ss[.frac] yyyy", the day
// padded or not. A missing year is the one that brings the time nearest to `received`. `ret_used` may
// be NULL: then the whole text must be read.
bool stamp_bsd(struct span s, ntime_t received, int zone_s, utime_t *ret, size_t *ret_used);

// "UTC", "CET", "EDT": names that mean one zone only; seconds east of Greenwich.
bool stamp_zone(struct span name, int *ret);

// The last minute that was read without a year: lines of one file name it again and again. All zero
// at first; of one thread.
struct stamp_memo {
    char minute[13]; // "Nov 21 08:00:"
    bool used;
    int zone_s;
    ntime_t received;
    utime_t at;    // its first second
    ntime_t reach; // a receive time at most so far away brings no other year
};

// "Mmm dd hh:mm:ss" of the minute in `m` at the beginning of `s`, with a blank and no digit, that is no
// year, behind it; false: ask stamp_bsd_again().
static inline bool stamp_bsd_same(const struct stamp_memo *m, struct span s, ntime_t received,
                                  int zone_s, utime_t *ret)
{
    uint64_t moved = (uint64_t)received - (uint64_t)m->received + (uint64_t)m->reach;
    unsigned ten, one;

    if (!m->used || s.n <= 16 || span_load8(s.p) != span_load8(m->minute) ||
        span_load8(s.p + 5) != span_load8(m->minute + 5) || s.p[15] != ' ') {
        return false;
    }
    ten = (unsigned)(unsigned char)s.p[13] - '0';
    one = (unsigned)(unsigned char)s.p[14] - '0';
    if (ten > 5 || one > 9 || (unsigned)(unsigned char)s.p[16] - '0' <= 9 || zone_s != m->zone_s ||
        moved > 2 * (uint64_t)m->reach) {
        return false;
    }
    *ret = m->at + (utime_t)(10 * ten + one) * UTIME_SECOND;
    return true;
}

// As stamp_bsd() with `ret_used`; the same result, sooner.
bool stamp_bsd_again(struct stamp_memo *m, struct span s, ntime_t received, int zone_s,
                     utime_t *ret, size_t *ret_used);

int stamp_month(
    struct span s); // 1-12 of "Jan" .. "Dec" at its beginning, whatever the case; else 0

// The last ISO 8601 time that was read: those of one stream differ in seconds and fraction. As above.
struct iso_memo {
    char text[40];
    size_t n, digits; // 0: none yet; of the fraction, at most 6
    int zone_s;
    utime_t at; // of its minute
};

// As utime_iso() of the whole text; the same result, sooner.
bool stamp_iso_again(struct iso_memo *m, struct span s, int zone_s, utime_t *ret);

bool stamp_read_how(struct iso_memo *m, const struct fval *v, const struct stamp_how *how,
                    ntime_t received, int zone_s, utime_t *ret);
bool stamp_read(const struct fval *v, enum stamp_format format, ntime_t received, int zone_s,
                utime_t *ret);

#endif
