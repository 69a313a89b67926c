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
    STAMP_COUNT
};

int stamp_format_of(struct span name); // auto iso bsd epoch epoch_ms epoch_us epoch_ns; -1 unknown

// "Mmm dd hh:mm:ss[.frac]", "Mmm dd yyyy hh:mm:ss[.frac]" or "Mmm dd hh:mm:ss[.frac] yyyy", the day
// padded or not. A missing year is the one that brings the time nearest to `received`. `ret_used` may
// be NULL: then the whole text must be read.
bool stamp_bsd(struct span s, ntime_t received, int zone_s, utime_t *ret, size_t *ret_used);

bool stamp_read(const struct fval *v, enum stamp_format format, ntime_t received, int zone_s,
                utime_t *ret);

#endif
