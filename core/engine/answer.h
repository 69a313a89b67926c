// answer.h - making the values that rules are answered with.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENGINE_ANSWER_H
#define CORE_ENGINE_ANSWER_H

#include <stdio.h>

#include "core/engine/context.h"

static inline struct fval of_nothing(void)
{
    return (struct fval){V_ABSENT, SPAN_NONE, 0};
}

static inline struct fval of_bool(bool v)
{
    return (struct fval){V_BOOL, v ? SPAN_LIT("true") : SPAN_LIT("false"), v};
}

static inline struct fval of_text(struct span s)
{
    return s.n ? (struct fval){V_STR, s, 0} : of_nothing();
}

// The text lives in the view until the next answer.
static inline struct fval of_int(struct context_view *v, int64_t i)
{
    int n = snprintf(v->text, sizeof(v->text), "%lld", (long long)i);

    return (struct fval){V_INT, span_of(v->text, (size_t)n), i};
}

static inline struct fval of_since(struct context_view *v, utime_t then, utime_t now)
{
    return then == UTIME_NONE ? of_nothing() : of_int(v, (now - then) / UTIME_SECOND);
}

// A session at `t`.
static inline bool session_alive(const struct row_session *r, utime_t t)
{
    return r->started <= t && (r->ended == UTIME_NONE || t <= r->ended);
}

#endif
