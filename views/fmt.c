// fmt.c - short forms.
// SPDX-License-Identifier: Apache-2.0
#include "views/fmt.h"

#include <stdio.h>

#include "core/base/attr.h"
#include "views/i18n.h"

char *fmt_seconds(uint64_t s, char out[FMT_TEXT])
{
    if (s < 60) {
        snprintf(out, FMT_TEXT, "%us", (unsigned)s);
    } else if (s < 3600) {
        snprintf(out, FMT_TEXT, "%um", (unsigned)(s / 60));
    } else if (s < 24 * 3600) {
        snprintf(out, FMT_TEXT, "%uh%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60));
    } else {
        snprintf(out, FMT_TEXT, "%llud", (unsigned long long)(s / (24 * 3600)));
    }
    return out;
}

char *fmt_age(utime_t now, utime_t then, char out[FMT_TEXT])
{
    if (now == UTIME_NONE || then == UTIME_NONE) {
        snprintf(out, FMT_TEXT, "-");
        return out;
    }
    return fmt_seconds(now > then ? (uint64_t)(now - then) / (uint64_t)UTIME_SECOND : 0, out);
}

char *fmt_due(utime_t now, utime_t due, char out[FMT_TEXT], enum style *ret)
{
    char text[FMT_TEXT];
    utime_t left;

    *ret = STYLE_NORMAL;
    if (now == UTIME_NONE || due == UTIME_NONE) {
        snprintf(out, FMT_TEXT, "-");
        return out;
    }
    left = (due - now) / UTIME_SECOND;
    if (left < 0) {
        *ret = STYLE_CRITICAL;
        left = left < -10 * 3600 ? left - left % 3600 : left; // hours will do: nine cells
        snprintf(out, FMT_TEXT, "%s %.12s", _("LATE"), fmt_seconds((uint64_t)-left, text));
    } else if (left < 10 * 60) {
        *ret = STYLE_HIGH;
        snprintf(out, FMT_TEXT, "%02d:%02d!", (int)(left / 60), (int)(left % 60));
    } else {
        *ret = left < 15 * 60 ? STYLE_HIGH : STYLE_NORMAL;
        snprintf(out, FMT_TEXT, "%.12s%s", fmt_seconds((uint64_t)left, text),
                 left < 15 * 60 ? "!" : "");
    }
    return out;
}

static char *stamp(utime_t t, const char *unknown, char out[FMT_TEXT], int form)
{
    int y, mo, d, h, mi, s, us;

    if (t == UTIME_NONE) {
        snprintf(out, FMT_TEXT, "%s", unknown);
        return out;
    }
    utime_split(t, &y, &mo, &d, &h, &mi, &s, &us);
    switch (form) {
    case 0: snprintf(out, FMT_TEXT, "%02d:%02d:%02d", h, mi, s); break;
    case 1: snprintf(out, FMT_TEXT, "%02d:%02d", h, mi); break;
    default: snprintf(out, FMT_TEXT, "%02d-%02d %02d:%02d", mo, d, h, mi);
    }
    return out;
}

char *fmt_clock(utime_t t, char out[FMT_TEXT])
{
    return stamp(t, "--:--:--", out, 0);
}

char *fmt_minute(utime_t t, char out[FMT_TEXT])
{
    return stamp(t, "--:--", out, 1);
}

char *fmt_date(utime_t t, char out[FMT_TEXT])
{
    return stamp(t, "-", out, 2);
}

char *fmt_count(uint64_t n, char out[FMT_TEXT])
{
    static const char unit[] = " kMGTPE";
    size_t u = 0;

    while (n > 9999 && u + 2 < sizeof(unit)) {
        n /= 1000;
        u++;
    }
    snprintf(out, FMT_TEXT, u ? "%llu%c" : "%llu", (unsigned long long)n, unit[u]);
    return out;
}

char *fmt_number(char letter, struct span number, char out[FMT_TEXT])
{
    uint64_t n;

    if (span_u64(number, &n)) {
        snprintf(out, FMT_TEXT, "%c-%llu", letter, (unsigned long long)n);
    } else if (number.n) {
        snprintf(out, FMT_TEXT, "%.*s", number.n < FMT_TEXT ? (int)number.n : FMT_TEXT - 1,
                 number.p);
    } else {
        snprintf(out, FMT_TEXT, "-");
    }
    return out;
}

struct span fmt_number_of(struct span s)
{
    struct span t = span_trim(s);

    if (t.n && ((t.p[0] | 0x20) >= 'a' && (t.p[0] | 0x20) <= 'z')) {
        t = span_sub(t, 1, t.n);
        t = t.n && t.p[0] == '-' ? span_sub(t, 1, t.n) : t;
    }
    return t;
}

const char *fmt_priority(uint64_t severity, enum style *ret)
{
    static const struct {
        uint64_t least;
        const char *sign;
        enum style style;
    } steps[] = {{95, "!!", STYLE_CRITICAL},
                 {75, "!", STYLE_HIGH},
                 {50, "+", STYLE_MEDIUM},
                 {0, "-", STYLE_LOW}};
    size_t i = 0;

    while (severity < steps[i].least) {
        i++;
    }
    *ret = steps[i].style;
    return steps[i].sign;
}

enum style fmt_tier_style(struct span tier)
{
    if (span_eq_str(tier, "T0") || span_eq_str(tier, "T1")) {
        return STYLE_CRITICAL;
    }
    return span_eq_str(tier, "T2") ? STYLE_HIGH : STYLE_NORMAL;
}

const char *fmt_state(struct span state, enum style *ret)
{
    static const struct {
        const char *name, *label;
        enum style style;
    } states[] = {
        {"new", N_("NEW"), STYLE_HIGH},
        {"acknowledged", N_("ACK"), STYLE_NORMAL},
        {"shelved", N_("(s)"), STYLE_STALE},
        {"closed", N_("closed"), STYLE_STALE},
        {"triage", N_("TRIAGE"), STYLE_NORMAL},
        {"contain", N_("CONTAIN"), STYLE_NORMAL},
        {"eradicate", N_("ERADICATE"), STYLE_NORMAL},
        {"recover", N_("RECOVER"), STYLE_NORMAL},
        {"planned", N_("[??] PLAN"), STYLE_WAITS},
        {"approved", N_("APPROVED"), STYLE_NORMAL},
        {"refused", N_("REFUSED"), STYLE_HIGH},
        {"expired", N_("EXPIRED"), STYLE_STALE},
        {"started", N_("STARTED"), STYLE_NORMAL},
        {"running", N_("RUNNING"), STYLE_NORMAL},
        {"waiting", N_("[??] WAIT"), STYLE_WAITS},
        {"finished", N_("FINISHED"), STYLE_NORMAL},
        {"verified", N_("VERIFIED"), STYLE_NORMAL},
        {"failed", N_("FAILED"), STYLE_CRITICAL},
        {"disproved", N_("DISPROVED"), STYLE_CRITICAL},
        {"aborted", N_("ABORTED"), STYLE_HIGH},
        {"indeterminate", N_("UNKNOWN?"), STYLE_CRITICAL},
    };
    static const char *const other = N_("other");

    *ret = STYLE_NORMAL;
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (span_eq_str(state, states[i].name)) {
            *ret = states[i].style;
            return i18n_text(states[i].label);
        }
    }
    return state.n ? i18n_text(other) : "-";
}

const char *fmt_step(struct span state, enum style *ret)
{
    static const struct {
        const char *name, *sign;
        enum style style;
    } signs[] = {
        {"verified", "[ok]", STYLE_NORMAL},
        {"finished", "[ok]", STYLE_NORMAL},
        {"done", "[ok]", STYLE_NORMAL},
        {"waiting", "[??]", STYLE_WAITS},
        {"running", "[..]", STYLE_MEDIUM},
        {"started", "[..]", STYLE_MEDIUM},
        {"sent", "[..]", STYLE_MEDIUM},
        {"failed", "[!!]", STYLE_CRITICAL},
        {"disproved", "[!!]", STYLE_CRITICAL},
        {"refused", "[!!]", STYLE_CRITICAL},
        {"indeterminate", "[!?]", STYLE_CRITICAL},
    };

    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (span_eq_str(state, signs[i].name)) {
            *ret = signs[i].style;
            return signs[i].sign;
        }
    }
    *ret = STYLE_NORMAL;
    return "[  ]";
}
