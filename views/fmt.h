// fmt.h - how numbers, times, tiers and states are written on every screen.
// SPDX-License-Identifier: Apache-2.0
//
// Each function writes a short terminated text into `out`. `now` is fab time. Below ten minutes a
// deadline runs by the second, above it by the minute (a slow line cannot carry more). Colour is
// given apart and never says what the text does not say, too.
#ifndef VIEWS_FMT_H
#define VIEWS_FMT_H

#include "core/base/span.h"
#include "core/base/time.h"
#include "tui/theme.h"

enum { FMT_TEXT = 32 };

// "12s", "43m", "3h10", "2d"; "-" when a time is not known.
char *fmt_age(utime_t now, utime_t then, char out[FMT_TEXT]);
// "04:12!" below 15 minutes, "31m", "2h10", "LATE 12m"; "-" when there is none.
char *fmt_due(utime_t now, utime_t due, char out[FMT_TEXT], enum style *ret);
// A number of seconds like fmt_age().
char *fmt_seconds(uint64_t s, char out[FMT_TEXT]);
char *fmt_clock(utime_t t, char out[FMT_TEXT]);  // "23:41:10"
char *fmt_minute(utime_t t, char out[FMT_TEXT]); // "23:41"
char *fmt_date(utime_t t, char out[FMT_TEXT]);   // "11-21 23:41"
// "1204", "12k", "4M": at most four cells.
char *fmt_count(uint64_t n, char out[FMT_TEXT]);
// "I-412" from "412"; a text that is no number stays as it is.
char *fmt_number(char letter, struct span number, char out[FMT_TEXT]);
// "412" from "I-412", "i412" or "412".
struct span fmt_number_of(struct span s);

// "!!" "!" "+" "-" from a severity of 0 to 100: at least that of
// Sigma's levels critical (95), high (75), medium (50).
const char *fmt_priority(uint64_t severity, enum style *ret);
enum style fmt_tier_style(struct span tier);
const char *fmt_step(struct span state, enum style *ret); // [ok] [??] [..] [!!] [  ]
// A life-cycle state in at most 9 cells, upper case, translated; `ret` = its role.
const char *fmt_state(struct span state, enum style *ret);

#endif
