// live.c - names and texts of live values.
// SPDX-License-Identifier: Apache-2.0
#include "core/play/live.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/attr.h"

static const char *const e10_names[E10_COUNT] = {
    "",
    "productive",
    "standby",
    "engineering",
    "scheduled-down",
    "unscheduled-down",
    "nonscheduled",
};

const char *e10_name(enum e10 s)
{
    return s < E10_COUNT ? e10_names[s] : "";
}

static bool is_joint(char c)
{
    return c == ' ' || c == '-' || c == '_';
}

// Equal when blanks, hyphens and underscores are left out and case is folded.
static bool same_words(struct span a, struct span b)
{
    for (;;) {
        while (a.n && is_joint(a.p[0])) {
            a = span_sub(a, 1, a.n);
        }
        while (b.n && is_joint(b.p[0])) {
            b = span_sub(b, 1, b.n);
        }
        if (a.n == 0 || b.n == 0) {
            return a.n == b.n;
        }
        if (!span_eq_nocase(span_sub(a, 0, 1), span_sub(b, 0, 1))) {
            return false;
        }
        a = span_sub(a, 1, a.n);
        b = span_sub(b, 1, b.n);
    }
}

enum e10 e10_of(struct span s)
{
    for (unsigned i = 1; i < E10_COUNT; i++) {
        if (same_words(s, span_str(e10_names[i]))) {
            return (enum e10)i;
        }
    }
    return E10_UNKNOWN;
}

// Ten years: what is left when no lot is inside a queue-time window. Seconds.
#define NO_WINDOW ((int64_t)10 * 365 * 24 * 3600)

static int get_state(const struct live *l, char out[LIVE_VALUE_MAX])
{
    snprintf(out, LIVE_VALUE_MAX, "%s", e10_name(l->state));
    return l->state != E10_UNKNOWN;
}

static int get_process(const struct live *l, char out[LIVE_VALUE_MAX])
{
    snprintf(out, LIVE_VALUE_MAX, "%" PRIu32, l->lots_in_process);
    return l->lots_known;
}

static int get_queued(const struct live *l, char out[LIVE_VALUE_MAX])
{
    snprintf(out, LIVE_VALUE_MAX, "%" PRIu32, l->lots_queued);
    return l->lots_known;
}

static int get_qtime(const struct live *l, char out[LIVE_VALUE_MAX])
{
    int64_t s = l->qtime_left == UTIME_NONE ? NO_WINDOW : l->qtime_left / UTIME_SECOND;

    snprintf(out, LIVE_VALUE_MAX, "%" PRId64, s);
    return l->qtime_known;
}

static int get_flag(enum live_flag f, char out[LIVE_VALUE_MAX])
{
    snprintf(out, LIVE_VALUE_MAX, "%s", f == LIVE_YES ? "true" : "false");
    return f != LIVE_UNKNOWN;
}

static int get_pm(const struct live *l, char out[LIVE_VALUE_MAX])
{
    return get_flag(l->pm_open, out);
}

static int get_session(const struct live *l, char out[LIVE_VALUE_MAX])
{
    return get_flag(l->session_open, out);
}

static const struct {
    const char *name;
    int (*get)(const struct live *l, char out[LIVE_VALUE_MAX]);
} values[] = {
    {"tool_state", get_state},   {"lots_in_process", get_process},
    {"lots_queued", get_queued}, {"qtime_left", get_qtime},
    {"pm_open", get_pm},         {"session_open", get_session},
};

int live_get(const struct live *l, struct span name, char out[LIVE_VALUE_MAX])
{
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        if (span_eq_str(name, values[i].name)) {
            return l ? values[i].get(l, out) : 0;
        }
    }
    return -1;
}
