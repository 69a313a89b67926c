// log.h - one escaped key=value line per thing worth telling, to a sink.
// SPDX-License-Identifier: Apache-2.0
//
// Only mains and role shells log; core returns faults instead. A line reads
//     2026-11-22T01:02:03.456789Z warn intake: msg="..." key="..."
// Every value passes the sanitiser, quotes and backslashes are escaped, so no input can forge a
// line. Never log secrets: there is no call that takes a pointer and a length from a key.
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include "core/base/attr.h"
#include "core/base/time.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_sink {
    void (*write)(void *ctx, const char *line, size_t n); // one whole line with its end
    utime_t (*now)(void *ctx);
    void *ctx;
    enum log_level least;
    const char *who; // the role's name, borrowed for ever
};

void log_open(struct log_sink sink); // once, by main; before it lines go nowhere

// `fmt` makes the sentence of msg=. Further pairs: name, value, ..., NULL (all C strings).
void log_line(enum log_level level, const char *msg, ...) __attribute__((sentinel));
void log_msg(enum log_level level, const char *fmt, ...) ATTR_PRINTF(2, 3);

#define log_debug(...) log_msg(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_msg(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_msg(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_msg(LOG_ERROR, __VA_ARGS__)

#endif
